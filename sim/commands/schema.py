"""``deter schema``: JSON Schema of the config files."""

import sys
from typing import Any

import typer

from sim.errors import CheckFailed, ConfigError
from sim.scenario import schema as schemas
from sim.scenario.text import one_of


def schema(kind: str, *, check: bool = False, write: bool = False, as_json: bool = False) -> dict[str, Any]:
    """Print the schema of a kind; or check, or write, the committed ones. Raises CheckFailed if they differ."""
    names = schemas.file_names()
    if kind not in names:
        raise ConfigError(f"KIND: {one_of(kind, names, 'a kind')}")
    if write:
        schemas.folder().mkdir(parents=True, exist_ok=True)
        for each, name in names.items():
            path = schemas.folder() / name
            new = path.with_name(name + ".new")
            new.write_text(schemas.text_of(each), encoding="utf-8")
            new.replace(path)
            typer.echo(f"{path}: written")
    elif check:
        if wrong := schemas.drifted():
            raise CheckFailed(
                f"schemas differ from the models: {', '.join(wrong)}: write them with deter schema --write"
            )
        typer.echo(f"{len(names)} schemas agree with the models")
    else:
        sys.stdout.write(schemas.text_of(kind))
    return {}
