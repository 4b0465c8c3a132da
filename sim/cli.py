"""The command ``deter``. What a command needs is imported when it runs: ``--help`` starts at once."""

import gc
import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sim import __version__
from sim.errors import ConfigError, DeterError, one_line

GC_EVERY = (
    50_000  # objects; at Python's 700 a sixteenth of a check goes to looking for garbage that isn't there
)
DONE, FAILED, BAD_INPUT, SOME_FAILED, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 130

app = typer.Typer(
    name="deter",
    help="Simulate deterrence policies, calibrate them to a record of attacks, and compare them.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")] = False,
) -> None:
    """Simulate deterrence policies, calibrate them to a record of attacks, and compare them."""
    if version:
        typer.echo(f"deter {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(BAD_INPUT)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Config files of any kind.")],
    responses: Responses = None,
    as_json: Json = False,
) -> None:
    """Check config files, and all that they name."""
    if not _call("check", files=files, responses=responses, as_json=as_json)["ok"]:
        raise typer.Exit(BAD_INPUT)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A config file of any kind.")],
    as_json: Json = False,
) -> None:
    """Show every value of a config, inherited and default ones too, and the file and line it comes from."""
    _call("explain", file=file, as_json=as_json)


@app.command()
def schema(
    kind: Annotated[
        str, typer.Argument(metavar="[KIND]", help="Kind of config; default all in one.")
    ] = "deter",
    check: Annotated[bool, typer.Option("--check", help="Exit 4 if the committed schemas differ.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the schemas of every kind to scenarios/schema/.")
    ] = False,
) -> None:
    """Print the JSON Schema of the config files, for editors."""
    _call("schema", kind=kind, check=check, write=write)


@app.command()
def run(
    study: StudyFile,
    policy: Annotated[str | None, typer.Option(metavar="NAME", help="Which of the study's policies.")] = None,
    seed: Seed = None,
    replications: Replications = None,
    engine: Engine = "compiled",
    workers: Workers = None,
    out: Out = None,
    responses: Responses = None,
    as_json: Json = False,
) -> None:
    """Calibrate, then run one policy of a study."""
    _check_engine(engine)
    options: dict[str, Any] = {
        "policy": policy,
        "seed": seed,
        "replications": replications,
        "workers": workers,
        "engine": engine,
        "responses": responses,
    }
    _call("compare.run", study=study, **options, out=out, as_json=as_json)


@app.command()
def compare(
    study: StudyFile,
    seed: Seed = None,
    replications: Replications = None,
    engine: Engine = "compiled",
    workers: Workers = None,
    out: Out = None,
    responses: Responses = None,
    as_json: Json = False,
) -> None:
    """Calibrate, then compare the policies of a study."""
    _check_engine(engine)
    options: dict[str, Any] = {
        "seed": seed,
        "replications": replications,
        "workers": workers,
        "engine": engine,
        "responses": responses,
    }
    _call("compare", study=study, **options, out=out, as_json=as_json)


@app.command()
def calibrate(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Name of a shipped record, or a file.")],
    responses: Responses = None,
    hypotheses: Names = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings; default those that the record goes with.")
    ] = None,
    evidence: Names = None,
    reading: Annotated[
        list[str] | None, typer.Option(metavar="ID=READING", help="Another reading of an item. Repeat it.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**32 - 1, help="Seed of the sampler and of the predictive runs.")
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Check the calibration too: 1,000 simulated data sets of each hypothesis, two samplers, windows left out, "
            "placebo strikes, other priors, known truths. A few minutes on two cores; exit 4 if a check does not pass; "
            "calibration.html in the results is the report.",
        ),
    ] = False,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Fit the hypotheses to a record of attacks."""
    options: dict[str, Any] = {
        "responses": responses,
        "hypotheses": _split(hypotheses),
        "settings": settings,
        "evidence": _split(evidence),
        "readings": _split(reading),
    }
    found = _call("calibrate", record=record, **options, seed=seed, verify=verify, out=out, as_json=as_json)
    if verify and not found["verified"]:
        raise typer.Exit(CHECK_FAILED)


@app.command()
def history(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Name of a shipped record, or a file.")],
    responses: Responses = None,
    hypotheses: Names = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings; default those that ship.")
    ] = None,
    evidence: Names = None,
    reading: Annotated[
        list[str] | None, typer.Option(metavar="ID=READING", help="Another reading of an item. Repeat it.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Calibrate up to one date; default the end of every window."),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Policy that responds from then on; default the responses that came."
        ),
    ] = None,
    forecast_from: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Make one forecast and seal it, whatever came later unread."),
    ] = None,
    horizon_days: Annotated[
        float | None,
        typer.Option(min=0.01, max=3660.0, help="Days to forecast; default the record's own windows."),
    ] = None,
    window_days: Annotated[
        float | None,
        typer.Option(min=0.01, max=3660.0, help="Days of each window of that horizon; default all in one."),
    ] = None,
    score: Annotated[
        Path | None,
        typer.Option(metavar="BUNDLE", help="Score a sealed forecast against the record as it is now."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**32 - 1, help="Seed of the sampler and of the runs.")
    ] = None,
    runs: Annotated[
        int | None, typer.Option(min=100, max=1_000_000, help="Runs of each forecast; default 4000.")
    ] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Hold forecasts against a record, or seal one before its outcome is known."""
    options: dict[str, Any] = {
        "responses": responses,
        "hypotheses": _split(hypotheses),
        "settings": settings,
        "evidence": _split(evidence),
        "readings": _split(reading),
        "until": until,
        "policy": policy,
        "forecast_from": forecast_from,
        "horizon_days": horizon_days,
        "window_days": window_days,
        "score": score,
        "seed": seed,
        "runs": runs,
    }
    _call("history", record=record, **options, out=out, as_json=as_json)


@app.command()
def sweep(
    target: Annotated[
        Path,
        typer.Argument(metavar="SWEEP", help="A sweep's YAML file, or the folder of one that was begun."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results; one that has this sweep is gone on with. Default a new one under results/."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Seed of the runs.")] = None,
    engine: Engine = "compiled",
    workers: Workers = None,
    threads: Annotated[
        int, typer.Option(min=1, help="Threads of each process, for the compiled engine.")
    ] = 1,
    responses: Responses = None,
    shard: Annotated[
        str | None,
        typer.Option(metavar="K/N", help="Work out part K of N only, as one task of a batch queue."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Run on a Dask cluster: tcp://host:port, or local for one on this machine.",
        ),
    ] = None,
    merge: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER", help="Put the shards of this folder of the same sweep with --out's. Repeat it."
        ),
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="Say how far the sweep is, and run nothing.")
    ] = False,
    stop_after_runs: Annotated[
        int | None, typer.Option(min=1, help="Stop cleanly after so many runs of this call.")
    ] = None,
    stop_after_minutes: Annotated[
        float | None, typer.Option(min=0.0, help="Stop cleanly after so many minutes.")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run again the points that failed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run many points of a design, or go on with a sweep that was stopped."""
    _check_engine(engine)
    if status:
        _call("sweep.status", target=target, out=out, as_json=as_json)
        return
    if merge is not None:
        found = _call("sweep.merge", target=target, parts=merge, out=out, workers=workers, as_json=as_json)
    else:
        options: dict[str, Any] = {
            "seed": seed,
            "engine": engine,
            "workers": workers,
            "threads": threads,
            "responses": responses,
            "shard": shard,
            "cluster": cluster,
            "stop_after_runs": stop_after_runs,
            "stop_after_minutes": stop_after_minutes,
            "retry_failed": retry_failed,
        }
        found = _call("sweep", target=target, out=out, **options, as_json=as_json)
    if found["failed"]:
        raise typer.Exit(SOME_FAILED)


@app.command()
def trace(
    bundle: Bundle,
    policy: Annotated[str, typer.Option(metavar="NAME", help="Which policy.")],
    run: Annotated[int, typer.Option(metavar="N", min=0, help="Which run, from 0.")],
    as_json: Json = False,
) -> None:
    """Replay one run of a bundle, event by event."""
    _call("trace", bundle=bundle, policy=policy, run=run, as_json=as_json)


@app.command()
def verify(
    bundle: Bundle,
    share: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="Share of the rows to run again; default 1%, 24 to 400 rows."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Which rows.")] = 0,
    as_json: Json = False,
) -> None:
    """Check a bundle: its hashes, its posterior, and a share of its rows run again on both engines."""
    if not _call("verify", bundle=bundle, share=share, seed=seed, as_json=as_json)["ok"]:
        raise typer.Exit(CHECK_FAILED)


@app.command()
def report(
    bundle: Bundle,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it; default in the bundle.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the report of a bundle anew."""
    _call("report", bundle=bundle, out=out, as_json=as_json)


def _split(names: Sequence[str] | None) -> list[str] | None:
    """Options that may be repeated, or separated by commas."""
    return [x.strip() for part in names for x in part.split(",") if x.strip()] if names else None


def _check_engine(engine: str) -> None:
    if engine not in ("compiled", "simpy"):
        raise ConfigError(f"--engine: expected compiled or simpy, found {engine!r}: write --engine compiled")


class _Stopped(Exception):
    """Ctrl-C, or a reader of stdout that went away. Typer has an exit of its own for both; this gets past it."""


def _call(command: str, *, as_json: bool = False, **options: Any) -> dict[str, Any]:
    """Run ``sim.commands.NAME`` and print its JSON document, if that is asked for; the document."""
    try:
        return _run(command, as_json, options)
    except (KeyboardInterrupt, BrokenPipeError) as stop:
        raise _Stopped from stop


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; every error is a line on stderr, never a traceback."""
    gc.set_threshold(GC_EVERY)
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = os.environ.get("DETER_DEBUG", "") not in ("", "0") or "--debug" in given
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(args=[x for x in given if x != "--debug"], prog_name="deter", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except (_Stopped, KeyboardInterrupt, typer.Abort) as stop:
        return _stop(stop.__cause__)
    except Exception as error:
        if debug:
            raise
        return _tell(_lines(error, given), _exit_code(error))


def _stop(cause: BaseException | None) -> int:
    if isinstance(cause, BrokenPipeError):
        # The reader has what it wanted. Python flushes stdout once more at its end: give that somewhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    said = one_line(str(cause or "")) or "nothing is left half written; the same command starts again"
    return _tell([f"deter: interrupted: {said}"], INTERRUPTED)


def _lines(error: Exception, given: Sequence[str]) -> list[str]:
    if isinstance(error, ConfigError):
        return error.lines() if error.mistakes else [f"deter: {x}" for x in error.lines()]
    if isinstance(error, DeterError):
        return [f"deter: {one_line(str(error))}"]
    if hasattr(error, "format_message"):  # typer's own: a wrong command or option
        from sim.usage import usage

        command = getattr(getattr(error, "ctx", None), "command_path", "deter")
        return [f"deter: {one_line(usage(error, given))} ({command} --help lists what there is)"]
    told = one_line(str(error)) or "no reason given"
    return [f"deter: failed: {type(error).__name__}: {told} (DETER_DEBUG=1 shows where)"]


def _exit_code(error: Exception) -> int:
    if isinstance(error, DeterError):
        return error.exit_code
    return BAD_INPUT if hasattr(error, "format_message") else FAILED


def _tell(lines: Sequence[str], code: int) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
