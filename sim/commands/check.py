"""``deter check``: check config files and all that they name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from sim.errors import ConfigError, Located
from sim.remarks import say_rows
from sim.scenario.check import check_file
from sim.scenario.loader import Loaded
from sim.scenario.record import Record
from sim.scenario.sweeps.config import Sweep


def check(files: Sequence[Path], *, responses: Path | None = None, as_json: bool = False) -> dict[str, Any]:
    """Check each file; ``{ok, errors: [{path, line, column, field, message}]}``.

    ``responses`` is a CSV file that takes the place of the responses of a study's record. Raises ConfigError with the mistakes of all files, unless ``as_json`` asks for the document.
    """
    mistakes: dict[Located, None] = {}
    for path in files:
        try:
            found = check_file(path, responses)
        except ConfigError as error:
            if not error.mistakes:
                raise
            mistakes.update(dict.fromkeys(error.mistakes))
        else:
            for x in found.values():
                if isinstance(x.model, Record):
                    say_rows(x.model)
            if not as_json:
                named = len(found) - 1
                also = f" and {named} file{'s' * (named > 1)} that it names" if named else ""
                typer.echo(f"{path}: ok ({_what(next(iter(found.values())))}{also})")
    if mistakes and not as_json:
        raise ConfigError(list(mistakes))
    return {"ok": not mistakes, "errors": [x.clean()._asdict() for x in mistakes]}


def _what(loaded: Loaded) -> str:
    """What a file is; of a sweep, how much."""
    if not isinstance(loaded.model, Sweep):
        return loaded.kind
    from sim.scenario.sweeps.design import size

    return (
        f"sweep of at most {size(loaded.model.design):,} points, {loaded.model.runs.of_a_cell:,} runs each,"
    )
