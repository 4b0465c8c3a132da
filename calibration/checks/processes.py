"""Work in pieces, on one process or several: what comes out does not depend on how many there are."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

Task = TypeVar("Task")
Found = TypeVar("Found")
Tick = Callable[[int, int], None]
MOST_WORKERS = 8


def default_workers() -> int:
    """A process for each core, at most eight."""
    return max(1, min(MOST_WORKERS, os.cpu_count() or 1))


def in_processes(
    function: Callable[[Task], Found], tasks: Sequence[Task], workers: int, tick: Tick | None = None
) -> list[Found]:
    """What a function of a module makes of each task, in order of the tasks; ``tick`` is told how many are done.

    With one worker, or one task, nothing leaves this process. Others are started afresh (``spawn``), as every system can.
    """
    tell = tick if tick is not None else _silent
    if workers <= 1 or len(tasks) <= 1:
        out = []
        for i, task in enumerate(tasks, 1):
            out.append(function(task))
            tell(i, len(tasks))
        return out
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context) as pool:
        waiting = {pool.submit(function, task): i for i, task in enumerate(tasks)}
        found: dict[int, Found] = {}
        try:
            for done in as_completed(waiting):
                found[waiting[done]] = done.result()
                tell(len(found), len(tasks))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[i] for i in range(len(tasks))]


def _silent(_done: int, _of: int) -> None:
    """Nobody listens."""
