"""Sweeps: a million runs written, what the runner costs beside the engine, twice the workers, and ten million rows summed up."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sim.data import scenarios_folder
from sim.study.sweep.drive import Driven, Limits, drive
from sim.study.sweep.finish import finish
from sim.study.sweep.folder import SweepFolder
from sim.study.sweep.local import local
from sim.study.sweep.work import Workshop
from tests.bench.job import GIB, Done, watched
from tests.bench.table import Row, Rows

TEXT = """\
kind: sweep
version: 1
name: bench
question: q
study: {study}
policy: fighters
against: [none]
design: {{sobol: {{points: {points}, over: {{policy.delay_days: {{low: 0.1, high: 14, scale: log}}, policy.tempo.min_gap_days: {{low: 0, high: 14}}}}}}}}
runs: {{draws: {draws}, each: {each}, prior_draws: {prior}}}
shard_runs: {shard}
"""
DAY = """\
kind: study
version: 1
name: half-a-day
question: q
base: {study}
horizon_days: 0.5
hypotheses: [M0]
"""
OVERHEAD, SPEEDUP, WRITTEN, SUMMED = 0.1, 1.7, 15.0, 10.0
MEMORY = 1.5
SAMPLE = 60  # chunks that the runner's cost is told from


def _sweep(folder: Path, name: str, study: Path, **numbers: int) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(TEXT.format(study=study, **numbers), "utf-8")
    return path


def _running(done: Done) -> float:
    return sum(x for name, x in done.parts.items() if name.startswith("running the sweep"))


def _work(folder: SweepFolder, chunks: Sequence[int], workers: int) -> Driven:
    blobs = folder.blobs()
    return drive(folder, chunks, lambda x: local(blobs, "compiled", 1, x, workers), Limits(), lambda *_: None)


def _engine(folder: SweepFolder, chunks: Sequence[int]) -> float:
    """Processor seconds of the compiled engine alone for the cells of these chunks, everything made before."""
    from sim.engine.compiled.batch import run_batch
    from sim.engine.compiled.layout import as_records
    from sim.study.plan import world_of
    from sim.study.sweep.draws import read_draws

    shop = Workshop(folder.blobs())
    files = folder.files()
    runs = read_draws(folder.blobs().draws, folder.layout.sets, folder.plan["places"])
    points, luck = runs.part(range(folder.layout.runs_per_cell))
    params = as_records(points.params)
    total = 0.0
    for chunk in chunks:
        part = folder.layout.part(chunk)
        for i in part.cells:
            cell = shop.cells[i]
            variants = files.variants
            made = (
                variants.reference(cell.policy, cell.values) if cell.point < 0 else variants.of(cell.values)
            )
            world = world_of(made.files, made.policy)
            started = time.process_time()
            run_batch(world, params, points.shares, files.seed, luck)
            total += time.process_time() - started
    return total


def sweeps() -> Rows:
    """A thousand points × a thousand runs; the runner beside the engine; two workers against one; ten million rows."""
    study = scenarios_folder() / "fighters-vs-infrastructure.yaml"
    rows: Rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = _sweep(folder, "million", study, points=1024, draws=250, each=4, prior=0, shard=10_000)
        watched(["sweep", str(path), "--out", str(folder / "warm"), "--stop-after-runs", "1"])
        done = watched(["sweep", str(path), "--out", str(folder / "million")])
        running = _running(done)
        rows += [
            Row("1,024 points × 1,000 runs, worked out and written", f"{running:.1f} s", f"at most {WRITTEN:g} s", running <= WRITTEN),
            Row("    the whole command, with calibration from the cache, table and report", f"{done.seconds:.1f} s"),
            *(Row(f"    {name}", f"{x:.1f} s") for name, x in done.parts.items() if not name.startswith("running") and x >= 0.3),
            Row("    memory", f"{done.bytes / GIB:.2f} GiB", f"at most {MEMORY} GiB", done.bytes <= MEMORY * GIB),
        ]  # fmt: skip
        size = sum(x.stat().st_size for x in (folder / "million" / "shards").iterdir())
        rows.append(Row("    bytes a run on the disk", f"{size / 1_025_000:.1f}"))
        rows += _runner(SweepFolder(folder / "million"))
        rows += _million_rows(folder, study)
    return rows


def _runner(folder: SweepFolder) -> Rows:
    """What the runner costs, and what a second worker brings, over the same chunks."""
    chunks = list(range(SAMPLE))
    _engine(folder, chunks[:2])
    engine = min(_engine(folder, chunks) for _ in range(2))
    one = min(_processor(folder, chunks) for _ in range(2))
    started = {n: _work(folder, list(range(len(_all(folder)))), n).seconds for n in (1, 2)}
    overhead = one / engine - 1.0
    gain = started[1] / started[2]
    return [
        Row("the runner's processor time beside the engine's, one process, written", f"{overhead:.1%}", f"at most {OVERHEAD:.0%}", overhead <= OVERHEAD),
        Row("a million runs: two workers against one", f"{gain:.2f} times as fast", f"at least {SPEEDUP}", gain >= SPEEDUP),
    ]  # fmt: skip


def _processor(folder: SweepFolder, chunks: Sequence[int]) -> float:
    """Processor seconds of working these chunks out and writing them, in this process."""
    started = time.process_time()
    _work(folder, chunks, 1)
    return time.process_time() - started


def _all(folder: SweepFolder) -> range:
    return range(folder.layout.chunks)


def _million_rows(folder: Path, study: Path) -> Rows:
    """Ten million short runs, summed up."""
    day = folder / "half-a-day.yaml"
    day.write_text(DAY.format(study=study), "utf-8")
    path = _sweep(folder, "rows", day, points=1024, draws=2450, each=4, prior=0, shard=98_000)
    done = watched(["sweep", str(path), "--out", str(folder / "rows"), "--stop-after-runs", "1"])
    found = SweepFolder(folder / "rows")
    _work(found, list(_all(found)), 2)
    present = found.store.present(check=True)
    started = time.perf_counter()
    finish(found, present, 2, ["deter"])
    seconds = time.perf_counter() - started
    count = found.layout.cells * found.layout.runs_per_cell
    return [
        Row(
            f"{count:,} rows read and summed up",
            f"{seconds:.1f} s",
            f"at most {SUMMED:g} s",
            seconds <= SUMMED,
        ),
        Row("    memory of the command that began it", f"{done.bytes / GIB:.2f} GiB"),
    ]
