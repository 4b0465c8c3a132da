"""From an option to the command that it belongs to: what options share, and calling ``sim.commands`` by name."""

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.errors import ConfigError

DONE, FAILED, BAD_INPUT, SOME_FAILED, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 130

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, and nothing else there.")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Seed, in place of the study's.")]
Replications = Annotated[
    int | None,
    typer.Option(
        min=1, max=10_000_000, help="So many runs of each policy, in place of the precision asked for."
    ),
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes to run on; default every core.")]
Out = Annotated[Path | None, typer.Option(help="Folder for the results; default a new one under results/.")]
Responses = Annotated[
    Path | None, typer.Option(metavar="FILE", help="CSV file of responses, in place of the record's own.")
]
Engine = Annotated[
    str, typer.Option(help="compiled, or simpy, the reference: the same events, hundreds of times slower.")
]
StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help="A study's YAML file.")]
Bundle = Annotated[Path, typer.Argument(metavar="BUNDLE", help="Folder of results.")]
Names = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Repeat it, or separate names by commas.")
]


def check_engine(engine: str) -> None:
    """Refuse an engine that there is none of. Raises ConfigError."""
    if engine not in ("compiled", "simpy"):
        raise ConfigError(f"--engine: expected compiled or simpy, found {engine!r}: write --engine compiled")


class Stopped(Exception):
    """Ctrl-C, or a reader of stdout that went away. Typer has an exit of its own for both; this gets past it."""


def call(command: str, *, as_json: bool = False, **options: Any) -> dict[str, Any]:
    """Run ``sim.commands.NAME`` and print its JSON document, if that is asked for; the document."""
    try:
        return _run(command, as_json, options)
    except (KeyboardInterrupt, BrokenPipeError) as stop:
        raise Stopped from stop


def _run(command: str, as_json: bool, options: dict[str, Any]) -> dict[str, Any]:
    name, _, function = command.partition(".")
    module = importlib.import_module(f"sim.commands.{name}")
    what: Callable[..., dict[str, Any]] = getattr(module, function or name)
    document = what(**options, as_json=as_json)
    if as_json:
        print_json(document)
    sys.stdout.flush()
    return document


def print_json(document: dict[str, Any]) -> None:
    """The document on stdout. Plain ASCII: no locale can garble it."""
    sys.stdout.write(json.dumps(document, allow_nan=False, indent=1) + "\n")
