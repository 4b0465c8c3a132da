"""Chunks on this machine: in this process for one worker, else on as many processes, any of which may die.

Each worker has a pipe of its own. With one that all share, as ``concurrent.futures`` has it, a worker that is killed
while it sends leaves half a message there, and its parent waits for the rest for ever.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Any, NamedTuple

from sim.errors import RunError, one_line
from sim.study.runner import Engine
from sim.study.sweep.work import Blobs, Done, Workshop

IN_HAND = 2  # chunks for each worker: one that it works on, and one that waits for it
LIVES = 3  # workers that may die at a chunk before it is given up
PRELOADED = ["sim.study.sweep.work", "sim.engine.compiled.batch"]
START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def prepare() -> None:
    """Begin to load what every worker needs, beside whatever goes on meanwhile."""
    if START == "forkserver":
        from multiprocessing import forkserver

        multiprocessing.get_context(START).set_forkserver_preload(PRELOADED)
        forkserver.ensure_running()


@contextmanager
def local(
    blobs: Blobs, engine: Engine, threads: int, chunks: Sequence[int], workers: int
) -> Iterator[Iterator[Done]]:
    """Results of these chunks as they come, in any order."""
    if workers <= 1:
        yield _here(Workshop(blobs, engine, threads), chunks)
        return
    prepare()
    crew = _Crew(workers, (blobs, engine, threads))
    try:
        yield crew.results(chunks)
    finally:
        crew.stop()


def _here(shop: Workshop, chunks: Sequence[int]) -> Iterator[Done]:
    """Chunks in this process, each in a thread that Ctrl-C leaves behind: the compiled loop itself hears no signal."""
    for chunk in chunks:
        found: SimpleQueue[Done | BaseException] = SimpleQueue()
        threading.Thread(target=_put, args=(found, shop, chunk), daemon=True).start()
        done = found.get()
        if isinstance(done, BaseException):
            raise done
        yield done


def _put(found: "SimpleQueue[Done | BaseException]", shop: Workshop, chunk: int) -> None:
    try:
        found.put(work(shop, chunk))
    except BaseException as error:
        found.put(error)


class _Worker(NamedTuple):
    """A process, our end of its pipe, and the chunks that it has in hand, the one it works on first."""

    process: BaseProcess
    pipe: "Connection[Any, Any]"
    in_hand: deque[int]


class _Crew:
    """Worker processes. When one dies another takes its place, and what it had in hand."""

    def __init__(self, workers: int, given: tuple[Blobs, Engine, int]) -> None:
        self._size, self._given = workers, given
        self._context: Any = multiprocessing.get_context(START)
        self._workers: list[_Worker] = []

    def results(self, chunks: Sequence[int]) -> Iterator[Done]:
        """Results as they come."""
        left = deque(chunks)
        deaths: dict[int, int] = {}
        while left or any(x.in_hand for x in self._workers):
            self._hand_out(left)
            for pipe in wait_for([x.pipe for x in self._workers if x.in_hand]):
                worker = next(x for x in self._workers if x.pipe is pipe)
                found = _received(worker)
                if isinstance(found, str):
                    raise RunError(f"a worker could not begin: {found}")
                if found is not None:
                    worker.in_hand.remove(found.chunk)
                    yield found
                    continue
                lost = self._bury(worker, left, deaths)
                if lost is not None:
                    yield lost

    def _hand_out(self, left: deque[int]) -> None:
        """Give each worker enough to do, and start those that are missing."""
        busy = sum(bool(x.in_hand) for x in self._workers)
        while len(self._workers) < min(self._size, busy + len(left)):
            self._workers.append(self._start())
        for _ in range(IN_HAND):
            for worker in self._workers:
                if left and len(worker.in_hand) < IN_HAND:
                    worker.in_hand.append(left.popleft())
                    with suppress(OSError):  # it has died: its pipe says so when it is listened to
                        worker.pipe.send(worker.in_hand[-1])

    def _bury(self, worker: _Worker, left: deque[int], deaths: dict[int, int]) -> Done | None:
        """A worker has died: another will have its chunks, unless it was the last to die at its first one."""
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        chunk = worker.in_hand.popleft()
        left.extendleft(reversed(worker.in_hand))
        deaths[chunk] = deaths.get(chunk, 0) + 1
        if deaths[chunk] < LIVES:
            left.append(chunk)  # last, so that whoever kills workers one by one doesn't make it look deadly
            return None
        said = (
            f"{LIVES} workers died at it, the last with exit code {worker.process.exitcode}: out of memory?"
        )
        return Done(chunk, b"", [{"where": "running", "what": "worker died", "message": said}], 0, 0.0)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, *self._given), daemon=True)
        process.start()
        theirs.close()  # only the worker holds it now: when it dies, ours ends
        return _Worker(process, ours, deque())

    def stop(self) -> None:
        """End the workers at once, whatever they have in hand."""
        for x in self._workers:
            x.process.kill()
        for x in self._workers:
            x.process.join()
            x.pipe.close()
        self._workers.clear()


def _received(worker: _Worker) -> Done | str | None:
    """What a worker sends: a result, why it could not begin, or nothing as it has died."""
    try:
        found: Done | str = worker.pipe.recv()
    except (EOFError, OSError):
        return None
    return found


def _serve(pipe: "Connection[Any, Any]", blobs: Blobs, engine: Engine, threads: int) -> None:
    """A worker: Ctrl-C is its parent's business, and it ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        shop = Workshop(blobs, engine, threads)
    except Exception as error:  # whatever it is, its parent says it in one line
        pipe.send(one_line(f"{type(error).__name__}: {error}"))
        return
    while True:
        try:
            pipe.send(work(shop, pipe.recv()))
        except (EOFError, OSError):
            return


def work(shop: Workshop, chunk: int) -> Done:
    """What a worker does with a chunk."""
    return shop.chunk(chunk)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
