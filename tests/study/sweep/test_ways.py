"""One sweep, one set of bytes: whatever the workers, their threads, the order of chunks, parts, or the hash seed."""

import random
from pathlib import Path

import pytest

from sim.study.sweep.finish import finish
from sim.study.sweep.folder import SweepFolder, begin
from sim.study.sweep.local import local
from sim.study.sweep.shares import Share
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
    begun: dict[str, bytes], done: SweepFolder, files: object, fitted: object, tmp_path: Path
) -> None:
    """Shards smaller than a cell's runs: other files, the same table."""
    import dataclasses

    from sim.study.sweep.plan import plan_of

    cut = dataclasses.replace(files, sweep=files.sweep.model_copy(update={"shard_runs": 50}))  # type: ignore[attr-defined,type-var]
    folder = begin(tmp_path / "cut", plan_of(cut, fitted))  # type: ignore[arg-type]
    assert folder.layout.parts_per_cell > 1
    work(folder)
    finish(folder, folder.store.present(check=True), 1, ["deter"])
    assert folder.table().equals(done.table())
