"""What a record's name or path stands for: a record's YAML, an import and its file, or a CSV file by itself."""

import importlib
from dataclasses import replace
from pathlib import Path

from sim.errors import ConfigError, Located
from sim.scenario.loader import READER, Loaded, load
from sim.scenario.names import find
from sim.scenario.tree import Node, Spot


def load_record(
    name: str | Path, folder: Path | None = None, responses: Path | None = None, places: tuple[str, ...] = ()
) -> Loaded:
    """The record that a path or a name stands for, seen from a folder (default: the working folder).

    ``responses`` is a CSV file of responses in place of its own, in these ``places`` (any if none is given). Raises
    ConfigError.
    """
    path = Path(name)
    if not path.is_file():
        found = find(str(name), "record", folder or Path(), Node(str(name), Spot(str(name), 1, 1)), "record")
        if isinstance(found, Located):
            raise ConfigError(f"record: {found.message}")
        path = found
    loaded = load(path, "record")
    if responses is None:
        return loaded
    return replace(
        loaded, model=importlib.import_module(READER).with_strikes(loaded.model, responses, places)
    )
