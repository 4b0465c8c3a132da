"""No parameter, state, lever or rung of the model is without a test that moves it alone and shows its size."""

import importlib
from pathlib import Path

from sim.model.levers import Levers, Rung
from sim.model.registry import FIELDS, PARAMETERS
from sim.model.spec import TARGETS
from tests.theory.moved import COVERED

NAMES = {f"params.{x}" for x in PARAMETERS} | {f"state.{x}" for x in FIELDS}
NAMES |= {f"levers.{x}" for x in Levers._fields} | {f"rung.{x}" for x in Rung._fields}


def test_everything_in_the_model_is_moved_alone() -> None:
    """A new parameter, state or lever fails here until a test names it; so does a name that is gone."""
    for path in sorted(Path(__file__).parent.glob("test_moved_*.py")):
        importlib.import_module(f"tests.theory.{path.stem}")
    assert set(COVERED) - NAMES == set()
    assert NAMES - set(COVERED) == set()


def test_each_test_speaks_of_what_it_moves() -> None:
    """The name of a parameter or lever stands in the text of its test's file, by itself or with its class of target."""
    texts = {path.stem: path.read_text() for path in Path(__file__).parent.glob("test_moved_*.py")}
    everything = "\n".join(text for name, text in texts.items() if name != "test_moved_coverage")
    missing = []
    for name in sorted(NAMES):
        bare = name.split(".")[1]
        stem = next((bare[: -len(x)] for x in TARGETS if bare.endswith("_" + x)), bare)
        if bare not in TARGETS and everything.count(stem) < 2:
            missing.append(name)
    assert missing == []
