"""Chunks on this machine: in this process for one worker, else on as many processes, any of which may die."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait as wait_for

from sim.errors import RunError
from sim.study.runner import Engine
from sim.study.sweep.work import Blobs, Done, Workshop

IN_HAND = 2  # chunks for each worker: one that it works on, and one that waits for it
LIVES = 3  # workers that may die with a chunk in hand before it is given up
PRELOADED = ["sim.study.sweep.work", "sim.engine.compiled.batch"]
START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"

_workshop: Workshop | None = None


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
        shop = Workshop(blobs, engine, threads)
        yield map(shop.chunk, chunks)
        return
    crew = _Crew(blobs, engine, threads, workers)
    try:
        yield crew.results(chunks)
    finally:
        crew.stop()


class _Crew:
    """Worker processes. When one dies the pool breaks: a new one goes on with what was in hand."""

    def __init__(self, blobs: Blobs, engine: Engine, threads: int, workers: int) -> None:
        self._given = (blobs, engine, threads)
        self._workers = workers
        self._context = multiprocessing.get_context(START)
        prepare()  # what takes a second to load is loaded once
        self._pool: ProcessPoolExecutor | None = None

    def results(self, chunks: Sequence[int]) -> Iterator[Done]:
        """Results as they come."""
        left = list(reversed(chunks))
        deaths: dict[int, int] = {}
        running: dict[Future[Done], int] = {}
        while left or running:
            pool = self._pool or self._start(self._workers)
            try:
                while left and len(running) < IN_HAND * self._workers:
                    running[pool.submit(_work, left[-1])] = left[-1]
                    left.pop()
                for job in wait(running, return_when=FIRST_COMPLETED).done:
                    done = job.result()
                    del running[job]
                    yield done
            except BrokenProcessPool:
                self.stop()
                for chunk in running.values():
                    deaths[chunk] = deaths.get(chunk, 0) + 1
                left += sorted(running.values(), reverse=True)
                running.clear()
                for chunk in [x for x in left if deaths.get(x, 0) >= LIVES]:
                    left.remove(chunk)
                    yield self._alone(chunk)

    def _alone(self, chunk: int) -> Done:
        """A chunk that workers keep dying with, by itself, so that no other is blamed for it."""
        pool = self._start(1)
        try:
            return pool.submit(_work, chunk).result()
        except BrokenProcessPool:
            return Done(
                chunk,
                b"",
                [{"what": "worker died", "where": "running", "message": "perhaps out of memory"}],
                0,
                0.0,
            )
        finally:
            self.stop()

    def _start(self, workers: int) -> ProcessPoolExecutor:
        self._pool = ProcessPoolExecutor(
            workers, mp_context=self._context, initializer=_begin, initargs=self._given
        )
        return self._pool

    def stop(self) -> None:
        """End the workers at once, whatever they have in hand."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        workers = list((pool._processes or {}).values())  # the public interface can't end a worker that works
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()


def _begin(blobs: Blobs, engine: Engine, threads: int) -> None:
    """A worker begins: Ctrl-C is its parent's business, and it ends when its parent does."""
    global _workshop  # one a process, so that the plan is read once and not with every chunk
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _workshop = Workshop(blobs, engine, threads)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _work(chunk: int) -> Done:
    if _workshop is None:
        raise RunError("a worker was given a chunk before its plan")
    return _workshop.chunk(chunk)
