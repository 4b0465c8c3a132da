"""``deter sweep``: run many points of a design, go on where that was stopped, and sum up what is there."""

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from calibration.calibrate import Calibration, calibrate
from sim.console import Progress, out_console
from sim.cores import cores
from sim.engine.compiled.warm import ready
from sim.errors import ConfigError, RunError
from sim.remarks import say_notes, say_rows
from sim.report.sweep.terminal import print_sweep
from sim.report.sweep.write import write_sweep_report
from sim.scenario.sweeps.files import SweepFiles, load_sweep
from sim.study import bundle as bundles
from sim.study.runner import Engine
from sim.study.sweep import limits, shares
from sim.study.sweep.cells import cells_of
from sim.study.sweep.drive import Driven, Executor, Limits, drive
from sim.study.sweep.export import export as write_export
from sim.study.sweep.finish import finish
from sim.study.sweep.folder import TABLE, SweepFolder, begin, is_sweep
from sim.study.sweep.layout import WHOLE, Layout, Share
from sim.study.sweep.local import local, prepare
from sim.study.sweep.lock import alone
from sim.study.sweep.plan import CALIBRATION, CONFIG, DESIGN, DRAWS, PLAN, blobs_of, plan_of
from sim.study.sweep.query import sql as ask
from sim.study.sweep.store import sweep_up
from sim.study.sweep.work import Blobs, Done, Workshop


def sweep(
    target: Path,
    *,
    out: Path | None = None,
    seed: int | None = None,
    workers: int | None = None,
    threads: int = 1,
    engine: Engine = "compiled",
    responses: Path | None = None,
    shard: str | None = None,
    cluster: str | None = None,
    stop_after_runs: int | None = None,
    stop_after_minutes: float | None = None,
    retry_failed: bool = False,
    as_json: bool = False,
) -> dict[str, Any]:
    """Run a sweep, or go on with one; the document of DESIGN 8.

    ``target`` is a sweep's file, or the folder of one that was begun.
    """
    share = WHOLE if shard is None else shares.parse(shard)
    crew = cores() if workers is None else workers
    if crew > 1 and cluster is None:
        prepare()
    with Progress() as progress, ready(progress.say) as wait:
        folder, first = _open(target, out, seed, responses, crew, progress, wait)
        try:
            with alone(folder.path, share), _terminable():
                driven = _work(
                    folder, first, share, Limits(stop_after_runs, stop_after_minutes), progress, wait,
                    workers=crew, threads=threads, engine=engine, cluster=cluster, retry=retry_failed,
                )  # fmt: skip
                document = _end(folder, driven, share, crew, progress)
        except KeyboardInterrupt:
            done = len(folder.store.present(check=False))
            raise KeyboardInterrupt(
                f"{done} of {folder.layout.chunks} shards are written; go on with: {_again(folder, share)}"
            ) from None
    if not as_json:
        print_sweep(document, out_console())
    return document


def _open(
    target: Path,
    out: Path | None,
    seed: int | None,
    responses: Path | None,
    workers: int,
    progress: Progress,
    wait: Any,
) -> tuple[SweepFolder, Done | None]:
    """The sweep's folder, begun now if it is not there, and a chunk that was worked out to know what it will cost."""
    if target.is_dir():
        for option, given in (("--out", out), ("--seed", seed), ("--responses", responses)):
            if given is not None:
                raise ConfigError(
                    f"{option}: expected it beside a sweep's file; {target} is a sweep that was begun"
                )
        folder = SweepFolder(target)
        folder.check_same(None)
        return folder, None
    files = load_sweep(target, responses)
    if seed is not None:
        files = replace(files, sweep=files.sweep.model_copy(update={"seed": seed}))
    if out is not None and is_sweep(out):
        folder = SweepFolder(out)
        folder.check_same(files)
        progress.say(f"going on with {out}")
        return folder, None
    path = bundles.choose_folder(out, files.sweep.name)
    limits.check(limits.Cost(cells_of(files).runs(files.sweep.runs.of_a_cell), 0.0), files.sweep.budget, path)
    say_rows(files.files.record)
    say_notes(files.files.record)
    fitted = _fit(files, progress, wait)
    begun = plan_of(files, fitted)
    first = _check_cost(files, begun, path, workers, progress, wait)
    folder = begin(path, begun)
    folder.check_same(files)  # another task of a queue may have begun it meanwhile
    same = json.loads(begun[PLAN])["id"] == folder.id
    return folder, first if same else None


def _fit(files: SweepFiles, progress: Progress, wait: Any) -> Calibration:
    study = files.files
    return calibrate(
        study.record,
        study.settings,
        study.hypotheses,
        evidence=study.study.evidence,
        readings=study.study.readings,
        progress=progress.say,
        engine_ready=wait,
        predictive_runs=0,
        others=study.others,
    )


def _check_cost(
    files: SweepFiles, begun: dict[str, bytes], path: Path, workers: int, progress: Progress, wait: Any
) -> Done | None:
    """Refuse a sweep that is too large, before anything is written."""
    plan = json.loads(begun[PLAN])
    layout, budget = Layout.from_document(plan), files.sweep.budget
    rough = limits.rough_cost(layout, len(plan["columns"]))
    if not limits.needs_trial(rough, budget, path):
        return None
    progress.say("trying a chunk, to know what the sweep will cost")
    wait()
    done = Workshop(blobs_of(begun)).chunk(layout.chunks // 2)
    cost = limits.tried_cost(layout, done, workers)
    progress.say(cost.words())
    limits.check(cost, budget, path)
    return done


def _work(
    folder: SweepFolder,
    first: Done | None,
    share: Share,
    stop: Limits,
    progress: Progress,
    wait: Any,
    *,
    workers: int,
    threads: int,
    engine: Engine,
    cluster: str | None,
    retry: bool,
) -> Driven:
    """Work off what is missing."""
    sweep_up(folder.path, folder.store.folder)
    present = folder.store.present(check=True, part=share, say=progress.say)
    if retry:
        for chunk in shares.with_failures({k: x for k, x in present.items() if share.has(k)}):
            folder.store.set_aside(present.pop(chunk))
    chunks = shares.missing(folder.layout, present, share)
    if first is not None and first.chunk in chunks:
        folder.store.write(first.chunk, first.data)
        chunks.remove(first.chunk)
    if not chunks:
        return Driven(0, 0.0, 0.0, [], "done")
    wait()
    blobs = folder.blobs()

    def tick(done: int, of: int, seconds: float) -> None:
        progress.rate(limits.progress_words(done, of, seconds), done, of)

    executor = _executor(blobs, engine, threads, workers, cluster, progress)
    return drive(folder, chunks, executor, stop, tick)


def _executor(
    blobs: Blobs, engine: Engine, threads: int, workers: int, cluster: str | None, progress: Progress
) -> Executor:
    if cluster is None:
        return lambda chunks: local(blobs, engine, threads, chunks, min(workers, len(chunks)))
    from sim.study.sweep.cluster import dask_executor

    return lambda chunks: dask_executor(blobs, engine, threads, chunks, cluster, workers, progress.say)


def _end(
    folder: SweepFolder, driven: Driven, share: Share, threads: int, progress: Progress
) -> dict[str, Any]:
    """Table and report, where all is there or this was no part of it; the document."""
    present = folder.store.present(check=False)
    whole = len(present) == folder.layout.chunks
    failed: list[dict[str, Any]] = [*driven.lost]
    table = report = None
    if whole or share == WHOLE:
        progress.say("summing up")
        failed = [*finish(folder, present, threads, bundles.command_line()), *driven.lost]
        table = str(folder.path / TABLE) if (folder.path / TABLE).is_file() else None
    if table is not None:
        progress.say("writing the report")
        report = str(write_sweep_report(folder.path, folder.path / bundles.REPORT))
    return {
        **shares.status(folder, present),
        "failed": len({(f["point"], f.get("cell")) for f in failed}),
        "failures": failed[:20],
        "stopped_by": driven.stopped_by,
        "table": table,
        "report": report,
        "go_on": _go_on(folder, present, share),
    }


def _again(folder: SweepFolder, share: Share) -> str:
    part = "" if share == WHOLE else f" --shard {share.k}/{share.n}"
    return f"deter sweep {folder.path}{part}"


def _go_on(folder: SweepFolder, present: dict[int, Path], share: Share) -> str | None:
    """The command that goes on; None if nothing is left. Where a part is done, it is that of the whole."""
    if len(present) == folder.layout.chunks:
        return None
    return _again(folder, share if shares.missing(folder.layout, present, share) else WHOLE)


@contextmanager
def _terminable() -> Iterator[None]:
    """A batch queue's SIGTERM stops a sweep as Ctrl-C does."""

    def stop(_signal: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def status(target: Path, *, out: Path | None = None, as_json: bool = False) -> dict[str, Any]:
    """How far a sweep is."""
    folder = _begun(target, out)
    present = folder.store.present(check=False)
    table = folder.path / TABLE
    document = {
        **shares.status(folder, present),
        "failed": sum(len(shares.failures(x)) for x in present.values()),
        "table": str(table) if table.is_file() else None,
        "go_on": None if len(present) == folder.layout.chunks and table.is_file() else _again(folder, WHOLE),
    }
    if not as_json:
        console = out_console()
        console.print(
            f"{folder.path}: {document['chunks_done']} of {document['chunks']} shards, {document['runs_done']:,} of "
            f"{document['runs']:,} runs of {document['points']:,} points"
            + (f", {document['failed']} failed" if document["failed"] else "")
            + ("" if document["go_on"] is None else f"; go on with: {document['go_on']}"),
            highlight=False,
            soft_wrap=True,
        )
    return document


def merge(
    target: Path,
    parts: Sequence[Path],
    *,
    out: Path | None = None,
    workers: int | None = None,
    as_json: bool = False,
) -> dict[str, Any]:
    """Put the shards of several folders of one sweep together, and sum them up."""
    path = out if out is not None else target
    others = [SweepFolder(x) for x in parts]
    if not is_sweep(path):
        if not others:
            raise ConfigError("--merge: expected folders of the sweep's parts")
        path = bundles.choose_folder(out, str(others[0].plan["name"]))
        names = (PLAN, CONFIG, CALIBRATION, DESIGN, DRAWS)
        others[0].blobs()  # whole, or refused
        folder = begin(path, {name: (others[0].path / name).read_bytes() for name in names})
    else:
        folder = SweepFolder(path)
    with Progress() as progress, alone(folder.path, WHOLE):
        for other in others:
            if other.id != folder.id:
                raise ConfigError(
                    f"--merge: expected parts of one sweep, found another in {other.path}: {shares.unlike(folder, other)}"
                )
            refused = [x.name for x in other.store.present(check=False).values() if not folder.store.take(x)]
            for name in refused:
                progress.say(f"{other.path}: {name} is damaged: left there")
        present = folder.store.present(check=True, say=progress.say)
        lacking = shares.missing(folder.layout, present, WHOLE)
        if lacking:
            raise RunError(
                f"{len(lacking)} of {folder.layout.chunks} shards are in none of the folders (the first is chunk {lacking[0]}): "
                f"run what is left with: {_again(folder, WHOLE)}"
            )
        document = _end(folder, Driven(0, 0.0, 0.0, [], "done"), WHOLE, workers or cores(), progress)
    if not as_json:
        print_sweep(document, out_console())
    return document


def export(target: Path, to: Path, *, out: Path | None = None, as_json: bool = False) -> dict[str, Any]:
    """Write the table of a finished sweep for another tool."""
    folder = _begun(target, out)
    write_export(folder.path, to)
    if not as_json:
        out_console().print(f"table: {to}", highlight=False, soft_wrap=True)
    return {"bundle": str(folder.path), "table": str(to)}


def sql(target: Path, query: str, *, out: Path | None = None, as_json: bool = False) -> dict[str, Any]:
    """What a query of a finished sweep gives."""
    folder = _begun(target, out)
    found = ask(folder.path, query)
    if not as_json:
        sys.stdout.write(found.to_csv(index=False))
    rows = json.loads(found.to_json(orient="split", index=False, date_format="iso"))
    return {"bundle": str(folder.path), "query": query, "columns": rows["columns"], "rows": rows["data"]}


def _begun(target: Path, out: Path | None) -> SweepFolder:
    """The folder of a sweep that was begun, named by itself, or by --out beside the sweep's file, which must be of it."""
    if target.is_dir():
        if out is not None:
            raise ConfigError(f"--out: expected it beside a sweep's file; {target} is a folder")
        return SweepFolder(target)
    files = load_sweep(target)
    if out is None:
        raise ConfigError(
            f"--out: expected the folder of the sweep beside {target}, found nothing: write --out FOLDER"
        )
    folder = SweepFolder(out)
    folder.check_same(files)
    return folder
