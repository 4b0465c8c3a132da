"""``deter explain``: every value of a config, and where it comes from."""

from pathlib import Path
from typing import Any

import typer

from sim.scenario.explain import document
from sim.scenario.explain import explain as values_of
from sim.scenario.text import clean

LONGEST = 60


def explain(file: Path, *, as_json: bool = False) -> dict[str, Any]:
    """Print field, value and origin, a line for each value; the same as a document."""
    found = values_of(str(file))
    if not as_json:
        field = max(len(x.field) for rows in found.values() for x in rows)
        for i, (label, rows) in enumerate(found.items()):
            typer.echo(f"{chr(10) if i else ''}{label}")
            for x in rows:
                typer.echo(f"  {x.field:<{field}}  {_short(x.value):<{LONGEST}}  {clean(x.origin)}")
    return document(found)


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    text = " ".join(clean(text).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
