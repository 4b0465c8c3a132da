"""docs/priors.md states every prior that ships, as it ships."""

import re
from pathlib import Path

import pytest

from sim.data import scenarios_folder
from sim.scenario.common import Prior, Sourced
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.loader import load
from sim.scenario.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "priors.md"
FORMS = {
    "normal": "normal({mean:g}, {sd:g})",
    "lognormal": "log-normal({median:g}; {low:g} to {high:g})",
    "half_normal": "half-normal({scale:g})",
    "beta": "beta({a:g}, {b:g})",
    "gamma": "gamma({shape:g}, rate {rate:g})",
    "uniform": "uniform({low:g}, {high:g})",
}


def shipped() -> dict[str, dict[str, Sourced]]:
    """Every sourced number, by where it stands: M0 to M5 and the settings."""
    out: dict[str, dict[str, Sourced]] = {}
    for path in sorted(Path(scenarios_folder(), "hypotheses").glob("*.yaml")):
        h = load(path).model
        assert isinstance(h, Hypothesis)
        out[h.name] = {**h.parameters, **h.assumptions}
    settings = load(Path(scenarios_folder(), "settings", "iraq-syria-2023.yaml")).model
    assert isinstance(settings, Settings)
    out["settings"] = dict(settings.assumptions)
    return out


def stands_in(column: str, where: str) -> bool:
    """Does a table's column «in», such as «M2 to M5», name this place?"""
    ends = re.findall(r"M\d", column)
    return ends[0] <= where <= ends[-1] if ends and where != "settings" else column == where


def written(prior: Prior) -> str:
    """A prior as the page writes it."""
    form = next(iter(prior.model_fields_set))
    return FORMS[form].format(**getattr(prior, form).model_dump(exclude_none=True))


def rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [[x.strip() for x in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


@pytest.mark.parametrize(("where", "numbers"), shipped().items(), ids=list(shipped()))
def test_every_shipped_prior_stands_on_the_page_as_it_ships(where: str, numbers: dict[str, Sourced]) -> None:
    """A prior or a held value that changes in a file must change on the page."""
    table = [r for r in rows() if stands_in(r[1], where)]
    for name, number in numbers.items():
        found = [r for r in table if r[0] == f"`{name}`"]
        assert len(found) == 1, f"{where}: {name}: expected one row, found {len(found)}"
        expected = written(number.prior) if number.prior is not None else f"{number.value:g}"
        assert expected in found[0], f"{where}: {name}: expected {expected}, found {found[0]}"


def test_the_page_states_nothing_that_does_not_ship() -> None:
    """Each row of the page is a number of a shipped file."""
    numbers = shipped()
    for row in rows():
        name = row[0].strip("`")
        assert any(name in block and stands_in(row[1], where) for where, block in numbers.items()), row
