"""A sweep that is killed, cut short or refused by its disk, and then gone on with, has the bytes of an undisturbed one."""

import dataclasses
import errno
import multiprocessing
import os
import pickle
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from calibration.calibrate import Calibration
from sim.errors import RunError
from sim.scenario.sweeps.files import SweepFiles
from sim.study.runner import Engine
from sim.study.sweep import store
from sim.study.sweep.finish import finish
from sim.study.sweep.folder import SweepFolder, begin
from sim.study.sweep.layout import Share
from sim.study.sweep.local import local
from sim.study.sweep.plan import plan_of
from sim.study.sweep.work import Blobs, Workshop
from tests.study.sweep.conftest import contents, work

ROOT = Path(__file__).parents[3]
SEED = 20231122


def refused(call: Callable[[], Any]) -> str | None:
    """What a call that failed while running said; None if it went well."""
    try:
        call()
    except RunError as e:
        return str(e)
    return None


def end(folder: SweepFolder) -> dict[str, bytes]:
    """Work off what is left, sum up, and every byte of it."""
    store.sweep_up(folder.path, folder.store.folder)
    work(folder)
    finish(folder, folder.store.present(check=True), 2, ["deter"])
    return contents(folder.path)


@pytest.fixture(scope="module")
def long(files: SweepFiles, fitted: Calibration) -> dict[str, bytes]:
    """The small sweep with runs enough to be killed in: two seconds or so, in 60 shards."""
    runs = files.sweep.runs.model_copy(update={"draws": 200, "each": 20, "prior_draws": 0, "hypotheses": ()})
    sweep = files.sweep.model_copy(update={"runs": runs, "shard_runs": 1_000})
    return plan_of(dataclasses.replace(files, sweep=sweep), fitted)


@pytest.fixture(scope="module")
def undisturbed(long: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every byte of it, worked out in one go."""
    return end(begin(tmp_path_factory.mktemp("undisturbed") / "x", long))


def _kills(number: int, begun: dict[str, bytes], whole: dict[str, bytes], place: Path) -> int:
    """So many SIGKILLs of a run and all its workers, each at a random time; sweeps finished on the way."""
    rng = random.Random(SEED)
    finished, folder = 0, begin(place / "0", begun)
    for k in range(number):
        workers, whole_command = str(rng.choice([1, 2])), rng.random() < 0.3
        program = [sys.executable, "-m", "tests.study.sweep.victim", str(folder.path), workers]
        if whole_command:  # with its locks, its table and its report
            program = [
                sys.executable,
                "-m",
                "sim.cli",
                "sweep",
                str(folder.path),
                "--workers",
                workers,
                "--json",
            ]
        with subprocess.Popen(
            program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        ) as victim:
            assert victim.stdout is not None
            if not whole_command and rng.random() < 0.9:
                victim.stdout.readline()
            time.sleep(rng.uniform(0.0, 6.0 if whole_command else 2.0))
            with suppress(ProcessLookupError):
                os.killpg(victim.pid, signal.SIGKILL)
        if len(folder.store.present(check=False)) == folder.layout.chunks or k == number - 1:
            assert end(folder) == whole, f"after {k + 1} kills"
            assert not [*folder.store.folder.glob(".work*"), *folder.path.glob(".work*")], (
                "nothing half written is left"
            )
            finished, folder = finished + 1, begin(place / str(k + 1), begun)
    return finished


def test_killed_with_all_its_workers(
    long: dict[str, bytes], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """Ten SIGKILLs of the process group, most of them while it went on after another."""
    assert _kills(10, long, undisturbed, tmp_path) >= 1


@pytest.mark.nightly
def test_killed_two_hundred_times(
    long: dict[str, bytes], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """200 SIGKILLs: none that changes a byte bounds the rate of such at 1.5% with 95% confidence."""
    assert _kills(200, long, undisturbed, tmp_path) >= 10


@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.nightly)])
def test_a_worker_killed(
    kills: int, long: dict[str, bytes], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """One worker killed again and again: a new crew goes on, and no chunk is lost or given up."""
    rng = random.Random(SEED)
    folder = begin(tmp_path / "x", long)
    chunks = list(range(folder.layout.chunks))
    at = set(rng.sample(range(1, len(chunks) - 4), kills))
    seen: list[int] = []
    with local(folder.blobs(), "compiled", 1, chunks, 2) as results:
        for x in results:
            assert x.data
            seen.append(x.chunk)
            folder.store.write(x.chunk, x.data)
            if len(seen) in at:
                rng.choice(multiprocessing.active_children()).kill()
    assert sorted(seen) == chunks
    assert end(folder) == undisturbed


def test_a_chunk_that_kills_its_workers_is_given_up_alone(
    begun: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk that takes its worker along each time is lost; the others are there, and it is tried again later."""
    folder = begin(tmp_path / "x", begun)
    chunks = list(range(folder.layout.chunks))
    monkeypatch.setenv("DETER_TEST_DEADLY_CHUNK", "3")
    monkeypatch.setattr("sim.study.sweep.local.work", deadly)
    monkeypatch.setattr("sim.study.sweep.local.START", "fork")
    with local(folder.blobs(), "compiled", 1, chunks, 2) as results:
        found = {x.chunk: x for x in results}
    assert sorted(found) == chunks
    assert [k for k, x in found.items() if not x.data] == [3]
    assert found[3].failed[0]["what"] == "worker died"


def deadly(shop: Workshop, chunk: int) -> Any:
    """A worker's job that ends the worker at one chunk."""
    if chunk == int(os.environ["DETER_TEST_DEADLY_CHUNK"]):
        os.kill(os.getpid(), signal.SIGKILL)
    return shop.chunk(chunk)


def test_a_worker_killed_while_it_sends(
    begun: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a result in its pipe: the parent does not wait for the rest, and another worker sends the whole."""
    folder = begin(tmp_path / "x", begun)
    chunks = list(range(folder.layout.chunks))
    monkeypatch.setenv("DETER_TEST_DEADLY_CHUNK", "3")
    monkeypatch.setenv("DETER_TEST_ONCE", str(tmp_path / "once"))
    monkeypatch.setattr("sim.study.sweep.local._serve", half_sent)
    monkeypatch.setattr("sim.study.sweep.local.START", "fork")
    with local(folder.blobs(), "compiled", 1, chunks, 2) as results:
        found = {x.chunk: x for x in results}
    assert (tmp_path / "once").exists()
    assert sorted(found) == chunks
    assert all(x.data for x in found.values())


def half_sent(pipe: Any, blobs: Blobs, engine: Engine, threads: int) -> None:
    """A worker that dies with half of a result sent, the first time."""
    shop = Workshop(blobs, engine, threads)
    while True:
        done = shop.chunk(pipe.recv())
        once = Path(os.environ["DETER_TEST_ONCE"])
        if done.chunk == int(os.environ["DETER_TEST_DEADLY_CHUNK"]) and not once.exists():
            once.touch()
            data = pickle.dumps(done)
            os.write(pipe.fileno(), struct.pack("!i", len(data)) + data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        pipe.send(done)


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_shard_cut_or_flipped_at_every_hundredth_byte(
    damage: str, done: SweepFolder, tmp_path: Path
) -> None:
    """Set aside, said so, and worked out again to the same bytes, wherever it was damaged."""
    shutil.copytree(done.path, tmp_path / "x")
    folder = SweepFolder(tmp_path / "x")
    path = folder.store.present(check=True)[2]
    data = path.read_bytes()
    places = list(range(0, len(data), 100))
    assert len(places) > 40
    for at in places:
        bad = data[:at] if damage == "cut" else data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        path.write_bytes(bad)
        said: list[str] = []
        assert 2 not in folder.store.present(check=True, say=said.append)
        assert len(said) == 1
        assert "set aside" in said[0]
        work(folder)
        assert path.read_bytes() == data
    aside = sorted((folder.path / store.ASIDE).iterdir())
    assert len(aside) == len(places), "nothing is thrown away"


def test_a_part_checks_its_own_shards(done: SweepFolder, tmp_path: Path) -> None:
    """A task of a queue holds the shards of its part against their names, and leaves another's to that one."""
    shutil.copytree(done.path, tmp_path / "x")
    folder = SweepFolder(tmp_path / "x")
    path = folder.store.present(check=True)[4]
    path.write_bytes(path.read_bytes()[:-1])
    assert 4 in folder.store.present(check=True, part=Share(1, 3))
    assert path.exists()
    assert 4 not in folder.store.present(check=True, part=Share(2, 3))
    assert not path.exists()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("once", [True, False])
def test_a_fault_at_every_call_that_writes(
    error: int,
    once: bool,
    begun: dict[str, bytes],
    done: SweepFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The N-th open, write, flush or rename fails, once or from then on, for every N: one line, and then the same bytes."""
    calls = ("open", "write", "fsync", "replace")
    real = {name: getattr(os, name) for name in calls}
    count, fail_at = 0, 0

    def faulty(name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == fail_at or (not once and count > fail_at):
                raise OSError(error, os.strerror(error))
            if name == "write":  # a disk may take less than it is given
                return real["write"](arguments[0], bytes(arguments[1])[:2000])
            return real[name](*arguments, **options)

        return call

    whole = contents(done.path)
    for fail_at in range(1, 100_000):
        folder = begin(tmp_path / f"{fail_at}", begun)
        count = 0
        with monkeypatch.context() as patch:
            for name in calls:
                patch.setattr(store.os, name, faulty(name))
            said = refused(lambda: work(folder))  # noqa: B023  called at once
        assert said is None or (os.strerror(error) in said and "\n" not in said)
        assert not list(folder.store.folder.glob(".*")), "nothing half written is left"
        if said is None:
            break
        if fail_at % 20 == 1:  # going on takes longer than failing
            assert end(folder) == whole
        shutil.rmtree(folder.path)
    assert fail_at > 4 * done.layout.chunks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs root, to mount a small disk")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"this machine mounts no small disk: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_full(begun: dict[str, bytes], done: SweepFolder, small_disk: Path) -> None:
    """With less and less room left: refused in a line, nothing half there; with room again, the same bytes."""
    for room in range(0, 400_000, 16_384):
        ballast, folder = small_disk / "ballast", small_disk / "x"
        ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - room))
        said = refused(lambda: end(begin(folder, begun)))  # noqa: B023  called at once
        assert said is None or ("No space left" in said and "\n" not in said)
        assert not [x for x in small_disk.iterdir() if x.name not in ("ballast", "x")]
        ballast.unlink()
        again = begin(folder, begun) if not folder.exists() else SweepFolder(folder)
        assert end(again) == contents(done.path)
        shutil.rmtree(folder)
    assert said is None, "the last had room enough: else this never got as far"
