"""Chunks on a real Dask cluster: the same bytes as in this process, whatever happens to the workers."""

import collections
import functools
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import distributed
import pytest

from sim.errors import ConfigError, RunError
from sim.study.sweep import cluster as module
from sim.study.sweep import worker
from sim.study.sweep.cluster import dask_executor
from sim.study.sweep.finish import finish
from sim.study.sweep.folder import SweepFolder, begin
from sim.study.sweep.work import Blobs, Done
from tests.study.sweep.cheap import BLOBS, Cheap, here, ordered
from tests.study.sweep.clusters import ROOT, Cluster, free_port
from tests.study.sweep.conftest import contents


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    found = Cluster(tmp_path)
    try:
        found.scheduler()
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, int]]:
    """A scheduler with two workers, for tests that leave it as it was; and the port of one of the workers."""
    found, port = Cluster(tmp_path_factory.mktemp("shared")), free_port()
    try:
        found.scheduler()
        found.worker("--worker-port", str(port))
        found.worker()
        found.wait(2)
        yield found, port
    finally:
        found.stop()


def worked(
    address: str,
    chunks: range,
    blobs: Blobs = BLOBS,
    workers: int = 2,
    engine: str = "compiled",
    after: Callable[[list[Done]], None] = lambda _: None,
) -> list[Done]:
    """Work chunks out on a cluster; ``after`` hears of each."""
    found: list[Done] = []
    with dask_executor(blobs, engine, 1, chunks, address, workers, lambda _: None, make=Cheap) as results:
        for done in results:
            found.append(done)
            after(found)
    return found


def fails(
    address: str,
    blobs: Blobs = BLOBS,
    chunks: range = range(3),
    after: Callable[[list[Done]], None] = lambda _: None,
) -> str:
    with pytest.raises(RunError) as caught:
        worked(address, chunks, blobs, after=after)
    line = str(caught.value)
    assert line.startswith(f"cluster {address}: ")
    assert line.isprintable()  # one line
    return line


def once_each(found: list[Done], chunks: range, engine: str = "compiled") -> None:
    """Every chunk came once, with the bytes that this process makes of it."""
    assert collections.Counter(x.chunk for x in found) == dict.fromkeys(chunks, 1)
    assert {x.chunk: x for x in found} == here(chunks, engine)


def pretend(folder: Path, package: str, version: str) -> Path:
    """A folder that, on a process's path, makes it believe that it has another version of a package."""
    about = folder / "other" / f"{package}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Name: {package}\nVersion: {version}\n")
    return about.parent


def gone(group: int) -> bool:
    """Nobody of a process group is left, or soon so."""
    for _ in range(300):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def made(log: Path) -> dict[str, list[int]]:
    """Chunks by the workshop that did them."""
    out: dict[str, list[int]] = {}
    for line in log.read_text().splitlines():
        name, i = line.split()
        out.setdefault(name, []).append(int(i))
    return out


class TestLocal:
    def test_gives_every_chunk_once_and_leaves_nothing_running(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Two processes, each with one workshop for all its chunks; nothing of Dask's is printed."""
        before = set(multiprocessing.active_children())
        log = tmp_path / "log"
        found = worked("local", range(30), ordered(log=log, seconds=0.02), engine="simpy")
        once_each(found, range(30), "simpy")
        assert found[0] != here(range(30))[found[0].chunk]  # the engine is the one that was asked for
        names = made(log)
        assert len({x.split("-")[0] for x in names}) == len(names) == 2
        assert set(multiprocessing.active_children()) == before
        assert capfd.readouterr() == ("", "")

    def test_ctrl_c_in_the_middle(self, tmp_path: Path) -> None:
        """A terminal's Ctrl-C reaches every process of the group. No trace, nothing left running."""
        code = (
            "from tests.study.sweep.cheap import *\n"
            "from sim.study.sweep.cluster import dask_executor\n"
            "if __name__ == '__main__':\n"
            "    try:\n"
            "        with dask_executor(ordered(seconds=.3), 'compiled', 1, range(500), 'local', 2, print, make=Cheap) as found:\n"
            "            for done in found: print(done.chunk, flush=True)\n"
            "    except KeyboardInterrupt: print('stopped')\n"
        )
        script = tmp_path / "sweep.py"
        script.write_text(code)
        process = subprocess.Popen(
            [sys.executable, str(script)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=tmp_path,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("cluster local: 2 workers")
            process.stdout.readline()
            os.killpg(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=30)
            assert (out.splitlines()[-1], err, process.returncode) == ("stopped", "", 0)
            assert gone(process.pid)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


class TestWorkersThatDie:
    def test_one_is_killed_and_another_joins_late(self, cluster: Cluster, tmp_path: Path) -> None:
        """SIGKILL to one of two; a third that comes later has the files too. All chunks come, once each."""
        one, _ = cluster.worker(), cluster.worker()
        log = tmp_path / "log"

        def kill(found: list[Done]) -> None:
            if len(found) == 10:
                os.kill(one.pid, signal.SIGKILL)
                cluster.worker()
                cluster.wait(3)

        found = worked(cluster.address, range(60), ordered(log=log, seconds=0.05), after=kill)
        once_each(found, range(60))
        assert len(made(log)) == 3
        assert len(log.read_text().splitlines()) <= 60 + 3  # done twice: only what the dead one had

    def test_its_nanny_starts_it_again(self, cluster: Cluster, tmp_path: Path) -> None:
        """The only worker dies in the middle of a chunk: its successor gets the files and does the rest."""
        cluster.worker(nanny=True)
        mark = tmp_path / "mark"
        once_each(worked(cluster.address, range(12), ordered(once=mark)), range(12))
        assert mark.exists()

    def test_a_chunk_that_kills_whoever_takes_it(self, tmp_path: Path) -> None:
        """It comes without data, for another call to try again; chunks that were beside it come whole."""
        strict = Cluster(
            tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0"
        )  # as if it were the last time
        try:
            strict.scheduler()
            strict.worker(nanny=True)
            found = {x.chunk: x for x in worked(strict.address, range(6), ordered(kills=2))}
        finally:
            strict.stop()
        lost = found.pop(2)
        assert (lost.data, lost.runs, lost.failed[0]["what"]) == (b"", 0, "worker died")
        assert found == {i: x for i, x in here(range(6)).items() if i != 2}

    def test_the_scheduler_dies(self, cluster: Cluster) -> None:
        cluster.worker()

        def kill(found: list[Done]) -> None:
            cluster.processes[0].kill()

        assert "lost the scheduler" in fails(cluster.address, ordered(seconds=0.1), range(100), after=kill)


class TestDriverThatStops:
    def test_leaves_nothing_in_the_queue(self, shared: tuple[Cluster, int], tmp_path: Path) -> None:
        """What a worker has in hand it ends; nothing else is begun, and the cluster takes other work."""
        cluster, _ = shared
        log = tmp_path / "log"

        def interrupt(found: list[Done]) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            worked(cluster.address, range(50), ordered(log=log, seconds=0.2), after=interrupt)
        time.sleep(0.7)
        assert len(log.read_text().splitlines()) <= 4  # two that were done, two in hand
        once_each(worked(cluster.address, range(5)), range(5))


class TestRefused:
    def test_nobody_listens(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
        assert "no Dask scheduler answers within 0.5 s" in fails("tcp://127.0.0.1:1")

    def test_somebody_else_listens(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A service that says nothing, or nothing that Dask understands."""
        monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert "no Dask scheduler answers" in fails(f"tcp://127.0.0.1:{server.getsockname()[1]}")

    @pytest.mark.parametrize(
        "address", ["", "tcp://", "127.0.0.1:8786", "tcp://host", "http://host:1", "locally"]
    )
    def test_no_address(self, address: str) -> None:
        with pytest.raises(ConfigError, match="--cluster: expected local or an address such as tcp://"):
            worked(address, range(1))

    def test_no_workers(self, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "WORKERS_SECONDS", 1.0)
        assert "no worker for 1 s: start some with `dask worker" in fails(cluster.address)

    def test_another_numpy(self, cluster: Cluster, tmp_path: Path) -> None:
        """A worker that finds another numpy is refused before any work, and nobody works."""
        cluster.worker(paths=(pretend(tmp_path, "numpy", "2.3.1"),))
        log = tmp_path / "log"
        line = fails(cluster.address, ordered(log=log))
        assert "worker tcp://127.0.0.1:" in line
        assert "has numpy 2.3.1, here " in line
        assert line.endswith("install the same lock on both")
        assert not log.exists()

    def test_another_numpy_that_joins_late(self, cluster: Cluster, tmp_path: Path) -> None:
        """It is refused by what it was given, not only at the start."""
        cluster.worker()
        kept: list[Done] = []

        def join(found: list[Done]) -> None:
            kept.append(found[-1])
            if len(found) == 1:
                cluster.worker(paths=(pretend(tmp_path, "numpy", "2.3.1"),))

        with pytest.raises(RunError, match=r"has numpy 2\.3\.1, here .*: install the same lock on both"):
            worked(cluster.address, range(400), ordered(seconds=0.05), after=join)
        assert kept
        assert all(x == here(range(400))[x.chunk] for x in kept)

    def test_a_worker_without_deter(self, cluster: Cluster, tmp_path: Path) -> None:
        preload = tmp_path / "without.py"
        preload.write_text("import sys\nsys.modules['sim'] = None\n")
        cluster.worker("--preload", str(preload))
        assert "has no deter, or an older one (" in (line := fails(cluster.address))
        assert "No module named 'sim" in line

    def test_a_scheduler_of_another_dask(self, tmp_path: Path) -> None:
        older = Cluster(tmp_path)
        try:
            older.scheduler(pretend(tmp_path, "distributed", "2024.1.0"))
            assert "the scheduler has distributed 2024.1.0, here " in fails(older.address)
        finally:
            older.stop()

    def test_a_workers_address_for_the_schedulers(self, shared: tuple[Cluster, int]) -> None:
        _, port = shared
        assert "expected a scheduler's address, found a worker's" in fails(f"tcp://127.0.0.1:{port}")

    def test_a_task_that_breaks(self, shared: tuple[Cluster, int]) -> None:
        """A workshop gives failures as data; an exception is ours, in one line."""
        line = fails(shared[0].address, ordered(breaks=2))
        assert "a worker could not work: ValueError: chunk 2 broke" in line

    def test_dask_is_not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)
        with pytest.raises(RunError, match=r'--cluster needs Dask.*pip install "distributed'):
            worked("local", range(1))


def test_no_more_waits_than_three_a_thread(
    shared: tuple[Cluster, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that is slow to write holds the workers back: results don't pile up."""
    submitted: list[int] = []
    submit = distributed.Client.submit

    def counted(self: distributed.Client, *args: Any, **options: Any) -> Any:
        submitted.append(args[2])
        return submit(self, *args, **options)

    def check(found: list[Done]) -> None:
        assert len(submitted) <= len(found) + 3 * 2
        time.sleep(0.005)

    monkeypatch.setattr(distributed.Client, "submit", counted)
    once_each(worked(shared[0].address, range(50), after=check), range(50))
    assert sorted(submitted) == list(range(50))


def test_each_thread_of_a_worker_has_a_workshop_of_its_own(tmp_path: Path) -> None:
    """A workshop need not be safe for two threads, and is made once for each."""
    log = tmp_path / "log"
    bench = worker.Bench("b", worker.facts(), Cheap, ordered(log=log, seconds=0.02), "compiled", 1)
    bench.setup(SimpleNamespace(address="here"))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(functools.partial(worker.work_chunk, "b"), range(8)))
    bench.teardown(None)
    once_each(found, range(8))
    assert len(made(log)) == 2
    with pytest.raises(KeyError):  # no bench, no work
        worker.work_chunk("b", 1)


def test_importing_the_driver_costs_no_dask() -> None:
    code = (
        "import sys, sim.study.sweep.cluster; sys.exit('distributed' in sys.modules or 'dask' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode == 0


def test_a_real_sweep_has_the_bytes_of_one_process(
    begun: dict[str, bytes], done: SweepFolder, tmp_path: Path
) -> None:
    """The simulation itself, with the workshop that workers make by default."""
    folder = begin(tmp_path / "sweep", begun)
    blobs, chunks = folder.blobs(), range(folder.layout.chunks)
    with dask_executor(blobs, "compiled", 1, chunks, "local", 2, lambda _: None) as results:
        for x in results:
            folder.store.write(x.chunk, x.data)
    finish(folder, folder.store.present(check=True), 1, ["deter"])
    assert contents(folder.path) == contents(done.path)
