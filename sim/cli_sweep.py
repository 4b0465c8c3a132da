"""The options of ``deter sweep``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli_call import SOME_FAILED, Engine, Json, Responses, Workers, call, check_engine
from sim.errors import ConfigError


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
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the table of a finished sweep as .csv, .nc (labelled arrays) or .parquet.",
        ),
    ] = None,
    sql: Annotated[
        str | None,
        typer.Option(metavar="QUERY", help="Ask a finished sweep in SQL: views runs, design, draws, points."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run many points of a design, or go on with a sweep that was stopped."""
    check_engine(engine)
    asked = {"--status": status, "--merge": merge, "--export": export, "--sql": sql, "--shard": shard}
    several = [name for name, x in asked.items() if x]
    if len(several) > 1:
        raise ConfigError(
            f"{several[1]}: expected one of {', '.join(asked)} in a call, found {several[0]} too"
        )
    if status:
        call("sweep.status", target=target, out=out, as_json=as_json)
        return
    if export is not None:
        call("sweep.export", target=target, out=out, to=export, as_json=as_json)
        return
    if sql is not None:
        call("sweep.sql", target=target, out=out, query=sql, as_json=as_json)
        return
    if merge is not None:
        found = call("sweep.merge", target=target, parts=merge, out=out, workers=workers, as_json=as_json)
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
        found = call("sweep", target=target, out=out, **options, as_json=as_json)
    if found["failed"]:
        raise typer.Exit(SOME_FAILED)
