"""Chunks of a sweep on a Dask cluster: one that runs elsewhere, or one of local processes.

The driver alone writes files: workers send bytes back. A worker that dies costs what it had in hand; a worker that would
not give the same bytes is refused before it works. Dask is imported where a cluster is asked for: it is the extra ``cluster``.
"""

import asyncio
import logging
import re
import secrets
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import metadata
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from sim.errors import ConfigError, RunError, one_line

if TYPE_CHECKING:
    from distributed import Client

    from sim.study.runner import Engine
    from sim.study.sweep.work import Blobs, Done
    from sim.study.sweep.worker import Make

LOCAL = "local"
ADDRESS = re.compile(r"(tcp|tls)://([^\s/:]+|\[[0-9a-fA-F:]+\]):\d{1,5}")
IN_FLIGHT = (
    3  # chunks for each thread of the cluster: one in work, one waiting beside it, one on its way back
)
CONNECT_SECONDS = 5.0
WORKERS_SECONDS = 30.0  # without any worker
BEAT_SECONDS = 0.5  # between two looks at the cluster
CLOSE_SECONDS = 10.0
ALONE = "alone"
MEMORY = "perhaps out of memory"
INSTALL = 'python -m pip install "distributed>=2024.8" (the extra deter[cluster])'


@contextmanager
def dask_executor(
    blobs: "Blobs",
    engine: "Engine",
    threads: int,
    chunks: Sequence[int],
    address: str,
    workers: int,
    say: Callable[[str], None],
    make: "Make | None" = None,
) -> Iterator[Iterator["Done"]]:
    """Give the chunks as they are done, in any order, each once.

    ``address`` is that of a scheduler, or ``local`` for ``workers`` processes of this machine. ``make`` makes what works
    chunks out on a worker (the sweep's Workshop). Raises ConfigError for an address that is none, RunError where the
    cluster can't be reached, has no workers, or has a worker of other versions.
    """
    if address != LOCAL and not ADDRESS.fullmatch(address):
        raise ConfigError(
            f"--cluster: expected local or an address such as tcp://127.0.0.1:8786, found {address!r}"
        )
    try:
        import distributed  # noqa: F401
    except ImportError as e:
        raise RunError(f"--cluster needs Dask, which is not installed here: {INSTALL}") from e
    from sim.study.sweep.work import Workshop
    from sim.study.sweep.worker import Bench, facts

    where = f"cluster {address}"
    with _quiet(), _client(address, where, max(1, min(workers, len(chunks)))) as client:
        watch = _Watch(client, where)
        watch.first()
        _same_versions(client, where, facts())
        bench = f"deter-{secrets.token_hex(6)}"  # two drivers may share a cluster
        client.register_plugin(Bench(bench, facts(), make or Workshop, blobs, engine, threads), name=bench)
        say(f"{where}: {watch.workers} workers, {watch.threads} threads")
        results = _results(client, where, watch, bench, chunks)
        try:
            yield results
        finally:
            results.close()  # takes what is in the queue out of it
            if client.status == "running":
                with suppress(Exception):  # the work is done, or there is a better error on its way
                    client.unregister_worker_plugin(bench)


def _results(
    client: "Client", where: str, watch: "_Watch", bench: str, chunks: Sequence[int]
) -> Generator["Done"]:
    """Keep every thread busy and give what is done. Whatever happens, nothing of ours stays in the cluster's queue.

    Dask gives a task up when several workers died of it, or beside it: such a chunk is tried again by itself at the end, and
    comes without data if they die of it then.
    """
    from sim.study.sweep.work import Done
    from sim.study.sweep.worker import work_chunk

    waiting, suspected = deque(chunks), deque[int]()
    flying: dict[str, int] = {}
    futures: dict[str, Any] = {}
    done: SimpleQueue[Any] = SimpleQueue()

    def send(i: int, key: str) -> None:
        future = client.submit(work_chunk, bench, i, key=key)
        flying[key], futures[key] = i, future
        future.add_done_callback(done.put)

    try:
        while waiting or flying or suspected:
            room = watch.look() * IN_FLIGHT
            while waiting and len(flying) < room:
                send(i := waiting.popleft(), f"{bench}-{i}")
            if not flying and room and suspected:
                send(i := suspected.popleft(), f"{bench}-{i}-{ALONE}")
            try:
                key = str(done.get(timeout=BEAT_SECONDS).key)
            except Empty:
                continue
            i = flying.pop(key)
            if (found := _result(where, futures.pop(key))) is not None:
                yield found
            elif key.endswith(ALONE):
                yield Done(i, b"", [{"what": "worker died", "where": "running", "message": MEMORY}], 0, 0.0)
            else:
                suspected.append(i)
    finally:
        if futures and client.status == "running":
            with suppress(Exception):
                client.cancel(list(futures.values()), force=True)


def _result(where: str, future: Any) -> "Done | None":
    """What a task gave; None if workers died of it. Raises RunError with one line for anything else but a chunk."""
    from distributed.scheduler import KilledWorker

    from sim.study.sweep.worker import Refused

    try:
        found: Done | Refused = future.result()
    except KilledWorker:
        return None
    except Exception as e:
        if future.status == "error":
            raise RunError(f"{where}: a worker could not work: {_said(e)}") from e
        raise RunError(f"{where}: lost the scheduler; what is done is kept") from e
    finally:
        future.release()
    if isinstance(found, Refused):
        raise RunError(_skew(where, found.worker, found.why))
    return found


class _Watch:
    """How many workers and threads the cluster has, looked at now and then."""

    def __init__(self, client: "Client", where: str) -> None:
        self._client, self._where = client, where
        self.workers = self.threads = 0
        self._looked, self._seen = -BEAT_SECONDS, time.perf_counter()

    def first(self) -> None:
        """Wait for the first worker."""
        while self.look() == 0:
            time.sleep(BEAT_SECONDS / 5)

    def look(self) -> int:
        """Threads. Raises RunError where there has been no worker for too long, or the scheduler is gone."""
        now = time.perf_counter()
        if now - self._looked < BEAT_SECONDS:
            return self.threads
        try:
            found = self._client.nthreads()
        except Exception as e:
            raise RunError(f"{self._where}: lost the scheduler; what is done is kept") from e
        self._looked, self.workers, self.threads = now, len(found), sum(found.values())
        if found:
            self._seen = now
        elif now - self._seen > WORKERS_SECONDS:
            raise RunError(
                f"{self._where}: no worker for {WORKERS_SECONDS:g} s: start some with `dask worker ADDRESS --nthreads 1`"
            )
        return self.threads


def _same_dask(address: str, where: str) -> None:
    """Raise RunError unless a scheduler with this machine's Dask answers: another's they may not understand.

    Dask's own client waits for ever for a listener that speaks something else.
    """
    import distributed

    async def ask() -> tuple[str, str]:
        arguments = distributed.Security().get_connection_args("client")
        async with distributed.rpc(address, connection_args=arguments) as scheduler:
            identity = await scheduler.identity()
            versions = await scheduler.versions(packages=[])
            return str(identity["type"]), str(versions["packages"]["distributed"])

    try:
        kind, there = asyncio.run(asyncio.wait_for(ask(), CONNECT_SECONDS))
    except Exception as e:
        raise RunError(
            f"{where}: no Dask scheduler answers within {CONNECT_SECONDS:g} s: start one with `dask scheduler`"
        ) from e
    if kind != "Scheduler":
        raise RunError(f"{where}: expected a scheduler's address, found a {kind.lower()}'s")
    here = metadata.version("distributed")
    if there != here:
        raise RunError(
            f"{where}: the scheduler has distributed {there}, here {here}: install the same lock on both"
        )


def _same_versions(client: "Client", where: str, here: dict[str, str]) -> None:
    """Raise RunError if a worker that is there would not give the same bytes as this process."""
    from sim.study.sweep.worker import difference, facts

    found = client.run(facts, on_error="return")
    wrong = {
        worker: f"no deter, or an older one ({_said(x)})"
        if isinstance(x, BaseException)
        else difference(x, here)
        for worker, x in sorted(found.items())
    }
    lines = [_skew(where, worker, why) for worker, why in wrong.items() if why]
    if lines:
        more = f" (and {len(lines) - 1} more workers)" if len(lines) > 1 else ""
        raise RunError(lines[0] + more)


def _skew(where: str, worker: str, why: str) -> str:
    return f"{where}: worker {worker} has {why}: install the same lock on both"


@contextmanager
def _client(address: str, where: str, workers: int) -> Iterator["Client"]:
    """Connect to a scheduler, or start one with workers of this machine; leave nothing behind."""
    from distributed import Client

    if address != LOCAL:
        _same_dask(address, where)
    cluster = _local(workers) if address == LOCAL else None
    try:
        try:
            client = Client(cluster or address, timeout=CONNECT_SECONDS, set_as_default=False)
        except Exception as e:
            raise RunError(f"{where}: could not connect: {_said(e)}") from e
        try:
            yield client
        finally:
            client.close(timeout=CLOSE_SECONDS)
    finally:
        if cluster is not None:
            cluster.close(timeout=CLOSE_SECONDS)


def _local(workers: int) -> Any:
    """Start so many processes of one thread each."""
    from distributed import LocalCluster

    try:
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,  # a sweep's worker holds one chunk; the machine is the user's to watch
            silence_logs=logging.CRITICAL,
            preload=[
                "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
            ],  # the driver hears Ctrl-C
        )
    except Exception as e:
        raise RunError(f"cluster local: could not start {workers} workers: {_said(e)}") from e


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Dask's own remarks on stderr: what matters of them comes back as an error of ours."""
    import dask

    for name in [*logging.root.manager.loggerDict, "asyncio"]:
        if name.split(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings(), dask.config.set({"distributed.comm.timeouts.connect": CONNECT_SECONDS}):
        warnings.filterwarnings("ignore", module=r"distributed\b")
        yield


def _said(error: BaseException) -> str:
    """An error's kind and message, on one line of some length."""
    return one_line(f"{type(error).__name__}: {error}")[:200]
