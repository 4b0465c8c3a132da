"""The command ``deter``. What a command needs is imported when it runs: ``--help`` starts at once."""

import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sim import __version__
from sim.cli_call import (
    BAD_INPUT,
    CHECK_FAILED,
    DONE,
    FAILED,
    INTERRUPTED,
    Bundle,
    Engine,
    Json,
    Names,
    Out,
    Replications,
    Responses,
    Seed,
    Stopped,
    StudyFile,
    Workers,
    call,
    check_engine,
)
from sim.cli_sweep import sweep
from sim.errors import ConfigError, DeterError, one_line

GC_EVERY = (
    50_000  # objects; at Python's 700 a sixteenth of a check goes to looking for garbage that isn't there
)

app = typer.Typer(
    name="deter",
    help="Simulate deterrence policies, calibrate them to a record of attacks, and compare them.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    if not call("check", files=files, responses=responses, as_json=as_json)["ok"]:
        raise typer.Exit(BAD_INPUT)


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A config file of any kind.")],
    as_json: Json = False,
) -> None:
    """Show every value of a config, inherited and default ones too, and the file and line it comes from."""
    call("explain", file=file, as_json=as_json)


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
    call("schema", kind=kind, check=check, write=write)


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
    check_engine(engine)
    options: dict[str, Any] = {
        "policy": policy,
        "seed": seed,
        "replications": replications,
        "workers": workers,
        "engine": engine,
        "responses": responses,
    }
    call("compare.run", study=study, **options, out=out, as_json=as_json)


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
    check_engine(engine)
    options: dict[str, Any] = {
        "seed": seed,
        "replications": replications,
        "workers": workers,
        "engine": engine,
        "responses": responses,
    }
    call("compare", study=study, **options, out=out, as_json=as_json)


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
    found = call("calibrate", record=record, **options, seed=seed, verify=verify, out=out, as_json=as_json)
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
    call("history", record=record, **options, out=out, as_json=as_json)


app.command()(sweep)


@app.command()
def trace(
    bundle: Bundle,
    policy: Annotated[str, typer.Option(metavar="NAME", help="Which policy.")],
    run: Annotated[int, typer.Option(metavar="N", min=0, help="Which run, from 0.")],
    as_json: Json = False,
) -> None:
    """Replay one run of a bundle, event by event."""
    call("trace", bundle=bundle, policy=policy, run=run, as_json=as_json)


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
    if not call("verify", bundle=bundle, share=share, seed=seed, as_json=as_json)["ok"]:
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
    call("report", bundle=bundle, out=out, as_json=as_json)


def _split(names: Sequence[str] | None) -> list[str] | None:
    """Options that may be repeated, or separated by commas."""
    return [x.strip() for part in names for x in part.split(",") if x.strip()] if names else None


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
    except (Stopped, KeyboardInterrupt, typer.Abort) as stop:
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
