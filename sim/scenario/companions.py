"""What a record names beside itself: the settings that it goes with, and other records of the same attacks."""

from pathlib import Path

from sim.data import records_folder
from sim.errors import ConfigError
from sim.scenario.gather import load_named
from sim.scenario.loader import load
from sim.scenario.record import Record
from sim.scenario.settings import Settings
from sim.scenario.text import listed


def settings_of(record: Record, folder: Path) -> Settings:
    """The settings that a record states, else those of the record that ships and shares most places with it.

    ``folder`` is where the record lies. A place that is not among them is a mistake of the record, told there. Raises ConfigError
    if it states settings that there are not, or states none and shares no place with any record that ships.
    """
    if record.settings is not None:
        return _settings(record.settings, folder)
    most, best = 0, None
    for path in sorted(records_folder().glob("*.yaml")):
        other = load(path, "record").model
        if isinstance(other, Record) and other.settings:
            shared = len(set(record.places) & set(other.places))
            if shared > most or (best is None and not record.places):
                most, best = shared, (other.settings, path.parent)
    if best is not None:
        return _settings(*best)
    raise ConfigError(
        f"--settings: expected settings that have the places {listed(record.places)}, found no record that ships with "
        "these: write --settings FILE"
    )


def other_records(record: Record, folder: Path) -> dict[str, Record]:
    """The records of the same attacks that a record names, by their own names. Raises ConfigError."""
    found = [load_named(x, "record", folder).model for x in record.other_records]
    return {x.name: x for x in found if isinstance(x, Record)}


def _settings(name: str, folder: Path) -> Settings:
    found = load_named(name, "settings", folder).model
    assert isinstance(found, Settings)  # noqa: S101  that kind was asked for
    return found
