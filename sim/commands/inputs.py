"""What commands that take a record are given: the record, its settings, hypotheses, readings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from calibration.admission import Locate
from sim.errors import ConfigError, Located
from sim.remarks import say_rows
from sim.scenario.checks.across import strange_places
from sim.scenario.companions import settings_of
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.loader import in_order, load
from sim.scenario.names import find
from sim.scenario.record import Record
from sim.scenario.records import load_record
from sim.scenario.settings import Settings
from sim.scenario.tree import Node, Spot


class Inputs(NamedTuple):
    """A record, where its fields stand, the folder in which it lies, and the settings that it is read with."""

    record: Record
    locate: Locate
    folder: Path
    settings: Settings


def inputs(record: str | Path, responses: Path | None, settings: str | Path | None) -> Inputs:
    """Load a record by name or path; without ``settings``, those that it goes with.

    ``responses`` is a CSV file in place of the record's own. What became of the rows of its files is said on stderr. Raises
    ConfigError.
    """
    loaded = load_record(record)
    folder = loaded.path.parent
    if settings is None:
        the_settings = settings_of(cast("Record", loaded.model), folder)
    else:
        the_settings = cast("Settings", load(file_of(settings, "settings"), "settings").model)
    if responses is not None:
        loaded = load_record(record, responses=responses, places=tuple(the_settings.places))
    if mistakes := list(strange_places(loaded, the_settings)) if loaded.made else []:
        raise in_order(mistakes, mistakes[0].path)
    model = cast("Record", loaded.model)
    say_rows(model)
    return Inputs(model, loaded.locate, folder, the_settings)


def hypotheses_of(names: Sequence[str]) -> dict[str, Hypothesis]:
    """Hypotheses by name, from names or files. Raises ConfigError."""
    found = [cast("Hypothesis", load(file_of(x, "hypothesis"), "hypothesis").model) for x in names]
    out = {h.name: h for h in found}
    if len(out) < len(found):
        raise ConfigError("--hypotheses: expected each hypothesis once")
    return out


def file_of(name: str | Path, kind: str) -> Path:
    """The file that a name or path on the command line stands for. Raises ConfigError."""
    if Path(name).exists() and Path(name).is_file():
        return Path(name)
    found = find(str(name), kind, Path.cwd(), Node(str(name), Spot(kind, 1, 1), str(name)), kind)
    if isinstance(found, Located):
        raise ConfigError(f"{kind}: {found.message}")
    return found


def readings_of(given: Mapping[str, str] | Sequence[str] | None) -> dict[str, str]:
    """Readings by item, from a mapping or from item=reading. Raises ConfigError."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    pairs = [x.partition("=") for x in given]
    for item, _, reading in pairs:
        if not item or not reading:
            raise ConfigError(f"--reading: expected item=reading, as W3=later, found {item}{reading}")
    return {item: reading for item, _, reading in pairs}
