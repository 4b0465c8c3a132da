"""Every config that ships is right, by our checks and by the published schema, and points editors to it."""

import datetime as dt
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.scenario.check import check_file
from sim.scenario.schema import schema_of
from sim.scenario.yaml import read
from tests.scenario.places import FILES, ROOT, SHIPPED

OURS = sorted(FILES.rglob("*.yaml"))


def as_json(value: Any) -> Any:
    """What an editor validates: dates are text there."""
    if isinstance(value, dict):
        return {name: as_json(x) for name, x in value.items()}
    if isinstance(value, tuple):
        return [as_json(x) for x in value]
    return value.isoformat() if isinstance(value, dt.date) else value


@pytest.mark.parametrize("path", [*SHIPPED, *OURS], ids=lambda p: str(p.relative_to(ROOT)))
def test_file_is_right(path: Path) -> None:
    check_file(path)


@pytest.mark.parametrize("path", [*SHIPPED, *OURS], ids=lambda p: str(p.relative_to(ROOT)))
def test_file_keeps_to_the_schema(path: Path) -> None:
    """A second validator, and both the schema of the kind and the one for every kind."""
    document = as_json(read(path, str(path))[0].plain())
    for kind in (document["kind"], "deter"):
        validator = jsonschema.Draft202012Validator(schema_of(kind))
        assert [e.message for e in validator.iter_errors(document)] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_names_its_schema(path: Path) -> None:
    """The first line, from the file's own folder, leads to the committed schema of its kind."""
    first, second = path.read_text(encoding="utf-8").splitlines()[:2]
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert schema != first
    kind = second.removeprefix("kind: ")
    assert (path.parent / schema).resolve() == ROOT / "scenarios" / "schema" / f"{kind}.schema.json"
    assert (path.parent / schema).is_file()
