"""The whole command, from the shell to the report: time by part, and memory of the process and its children."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from sim.study.compare import compare
from tests.bench.study import STUDY, main_study
from tests.bench.table import Row, Rows

DETER = [sys.executable, "-P", "-c", "import sys; from sim.cli import main; sys.exit(main())"]
MILLION = 1_000_000
GIB = 2.0**30


class Done(NamedTuple):
    """A command that ran: seconds in all and by part, and the most memory that it and its children had at once."""

    seconds: float
    parts: dict[str, float]
    bytes: int


def watched(arguments: list[str], environ: dict[str, str] | None = None) -> Done:
    """Run a command of ``deter``; a part lasts from its line of progress to the next."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [*DETER, *arguments], env={**os.environ, **(environ or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    most = [0]
    watcher = threading.Thread(target=_watch, args=(process, most))
    watcher.start()
    lines = [("start", started)]
    for line in process.stderr or ():
        lines.append((line.strip().removeprefix("deter: "), time.perf_counter()))
    if process.wait():
        raise SystemExit(f"bench: deter {' '.join(arguments)} failed: {lines[-1][0]}")
    watcher.join()
    ended = time.perf_counter()
    parts: dict[str, float] = {}
    for (name, a), (_, b) in zip(lines, [*lines[1:], ("", ended)], strict=True):
        parts[name] = parts.get(name, 0.0) + b - a
    return Done(ended - started, parts, most[0])


def _watch(process: "subprocess.Popen[str]", most: list[int]) -> None:
    """Note the most memory of a process and its children, a few times a second."""
    while process.poll() is None:
        most[0] = max(most[0], sum(_proportional(x) for x in _family(process.pid)))
        time.sleep(0.1)


def _family(pid: int) -> list[int]:
    """A process and everyone that comes of it."""
    out = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            out += _family(int(child))
    return out


def _proportional(pid: int) -> int:
    """Memory of a process, shared pages counted in proportion; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(x.split()[1]) * 1024 for x in lines if x.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def job() -> Rows:
    """The main job with nothing cached and again, by part; to 1% of the mean; a million trajectories; memory."""
    rows: Rows = []
    with tempfile.TemporaryDirectory() as folder:
        environ = {"DETER_CACHE": str(Path(folder) / "cache")}
        for name, most in (("nothing cached", 150.0), ("again", None)):
            done = watched(["compare", str(STUDY), "--out", str(Path(folder) / name)], environ)
            asked = f"at most {most:g} s" if most else ""
            rows.append(
                Row(
                    f"main job, {name}",
                    f"{done.seconds:.1f} s",
                    asked,
                    done.seconds <= most if most else None,
                )
            )
            rows += [
                Row(f"    {part}", f"{seconds:.1f} s")
                for part, seconds in done.parts.items()
                if seconds >= 0.3
            ]
            rows.append(Row("    memory", f"{done.bytes / GIB:.2f} GiB", "at most 1 GiB", done.bytes <= GIB))
        files, fitted = main_study()
        each = -(-MILLION // len(files.study.policies))
        done = watched(
            ["compare", str(STUDY), "--replications", str(each), "--out", str(Path(folder) / "many")]
        )
        rows += [
            Row(f"{each * len(files.study.policies):,} trajectories through the whole command", f"{done.seconds:.1f} s", "at most 12 s", done.seconds <= 12.0),
            *(Row(f"    {part}", f"{seconds:.1f} s") for part, seconds in done.parts.items() if seconds >= 0.3),
            Row("    memory", f"{done.bytes / GIB:.2f} GiB", "at most 1 GiB", done.bytes <= GIB),
        ]  # fmt: skip
    precise = files.study.precision["attacks"].model_copy(update={"half_width_share": 0.01})
    finer = replace(files, study=files.study.model_copy(update={"precision": {"attacks": precise}}))
    started = time.perf_counter()
    found = compare(finer, fitted)
    seconds = time.perf_counter() - started
    runs = found.document["replications"]
    rows.append(
        Row(f"main study to 1% of the mean ({runs} runs of each policy, with all else it runs)", f"{seconds:.1f} s", "at most 10 s", seconds <= 10.0)
    )  # fmt: skip
    return rows
