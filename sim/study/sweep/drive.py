"""Working a sweep off: what is missing is worked out and written, until all is there or a budget is spent."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from sim.study.sweep.folder import SweepFolder
from sim.study.sweep.work import Done

Tick = Callable[[int, int, float], None]
"""Told of the runs done, of how many, and the seconds since this began."""
Executor = Callable[[Sequence[int]], AbstractContextManager[Iterator[Done]]]
"""Given chunks, yields their results as they come."""


class Limits(NamedTuple):
    """Where to stop cleanly; None is nowhere."""

    runs: int | None = None
    minutes: float | None = None


class Driven(NamedTuple):
    """What was done."""

    runs: int
    seconds: float
    worked: float  # seconds of work, over all workers
    lost: list[dict[str, Any]]  # chunks whose workers died: not written, and tried again by the next call
    stopped_by: str  # done, runs or minutes


def drive(
    folder: SweepFolder, chunks: Sequence[int], executor: Executor, limits: Limits, tick: Tick
) -> Driven:
    """Work these chunks out and write each as it comes. Raises RunError if the disk refuses."""
    layout, total = folder.layout, sum(map(folder.layout.runs_of, chunks))
    taken, by_runs = list(chunks), False
    if limits.runs is not None and total > limits.runs:
        taken, by_runs = _first(folder, chunks, limits.runs), True
    started = time.perf_counter()
    done, worked, lost = 0, 0.0, []
    tick(0, total, 0.0)
    with executor(taken) as results:
        for x in results:
            if x.data:
                folder.store.write(x.chunk, x.data)
            else:
                lost += [{"point": None, "chunk": x.chunk, **f} for f in x.failed]
            done += layout.runs_of(x.chunk)
            worked += x.seconds
            seconds = time.perf_counter() - started
            tick(done, total, seconds)
            if limits.minutes is not None and seconds >= 60.0 * limits.minutes and done < total:
                return Driven(done, seconds, worked, lost, "minutes")
    return Driven(done, time.perf_counter() - started, worked, lost, "runs" if by_runs else "done")


def _first(folder: SweepFolder, chunks: Sequence[int], runs: int) -> list[int]:
    """The first chunks that have no more than so many runs, but at least one."""
    out: list[int] = []
    for chunk in chunks:
        runs -= folder.layout.runs_of(chunk)
        if runs < 0 and out:
            break
        out.append(chunk)
    return out
