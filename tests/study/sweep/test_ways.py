"""One sweep, one set of bytes: whatever the workers, their threads, the order of chunks, parts, or shards."""

import dataclasses
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from calibration.calibrate import Calibration
from sim.errors import ConfigError
from sim.scenario.sweeps.files import SweepFiles
from sim.study.sweep.finish import finish
from sim.study.sweep.folder import SweepFolder, begin
from sim.study.sweep.layout import Share
from sim.study.sweep.local import local
from sim.study.sweep.plan import plan_of
from tests.study.sweep.conftest import contents, work


@pytest.mark.parametrize(("workers", "threads"), [(1, 2), (2, 1), (3, 2)])
def test_workers_and_threads(
    workers: int, threads: int, begun: dict[str, bytes], done: SweepFolder, tmp_path: Path
) -> None:
    folder = begin(tmp_path / "x", begun)
    order = random.Random(workers).sample(range(folder.layout.chunks), folder.layout.chunks)
    with local(folder.blobs(), "compiled", threads, order, workers) as results:
        for x in results:
            folder.store.write(x.chunk, x.data)
    finish(folder, folder.store.present(check=True), threads, ["deter"])
    assert contents(folder.path) == contents(done.path)


def test_parts_by_themselves(begun: dict[str, bytes], done: SweepFolder, tmp_path: Path) -> None:
    """Three parts in three folders, put together by taking each other's shards."""
    whole = begin(tmp_path / "whole", begun)
    for k in (3, 1, 2):
        part = begin(tmp_path / f"part{k}", begun)
        work(part, Share(k, 3))
        for path in part.store.present(check=True).values():
            assert whole.store.take(path)
    finish(whole, whole.store.present(check=True), 2, ["deter"])
    assert contents(whole.path) == contents(done.path)


def test_a_cell_in_several_shards(
    done: SweepFolder, files: SweepFiles, fitted: Calibration, tmp_path: Path
) -> None:
    """Shards smaller than a cell's runs: other files, the same table."""
    cut = dataclasses.replace(files, sweep=files.sweep.model_copy(update={"shard_runs": 50}))
    folder = begin(tmp_path / "cut", plan_of(cut, fitted))
    assert folder.layout.parts_per_cell > 1
    work(folder)
    finish(folder, folder.store.present(check=True), 1, ["deter"])
    assert folder.table().equals(done.table())


def test_two_that_begin_at_once(
    begun: dict[str, bytes], files: SweepFiles, fitted: Calibration, tmp_path: Path
) -> None:
    """Tasks of a queue that start together: one folder, begun once, whole; another sweep's folder is refused."""
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: begin(tmp_path / "x", begun), range(8)))
    assert len({x.id for x in folders}) == 1
    assert sorted(x.name for x in tmp_path.iterdir()) == ["x"]
    assert folders[0].blobs().draws == begun["draws.parquet"]
    other = dataclasses.replace(files, sweep=files.sweep.model_copy(update={"seed": 9}))
    taken = begin(tmp_path / "x", plan_of(other, fitted))
    with pytest.raises(ConfigError, match=r"changed since: sweep\.seed"):
        taken.check_same(other)
