"""What a sweep ends with: its table, what failed, and a manifest with the hash of every file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sim.errors import RunError
from sim.study.bundle import MANIFEST, json_bytes, package_versions, sha256
from sim.study.sweep.folder import FAILED, TABLE, SweepFolder
from sim.study.sweep.plan import CALIBRATION, CONFIG, DESIGN, DRAWS, PLAN
from sim.study.sweep.store import work_path, write_whole
from sim.study.sweep.table import Tables, in_order


def finish(
    folder: SweepFolder, present: Mapping[int, Path], threads: int, command: list[str]
) -> list[dict[str, Any]]:
    """Write table, failures and manifest from the shards that are there; the failures. Raises RunError if the disk refuses."""
    try:
        failed = _write_table(folder, present, threads)
        name = folder.path / FAILED
        if failed:
            write_whole(name, json_bytes(failed))
        else:
            name.unlink(missing_ok=True)
        write_whole(folder.path / MANIFEST, json_bytes(_manifest(folder, present, command)))
    except OSError as e:
        raise RunError(f"can't write in {folder.path}: {e.strerror or e}") from e
    return failed


def _write_table(folder: SweepFolder, present: Mapping[int, Path], threads: int) -> list[dict[str, Any]]:
    work = work_path(folder.path)
    failed: list[dict[str, Any]] = []
    writer, last, sorted_ = None, -1, True
    try:
        for rows, more in Tables(folder, present).blocks(threads):
            failed += more
            if rows is None:
                continue
            points = rows["point"].to_numpy()
            sorted_, last = sorted_ and points[0] > last, int(points.max())
            writer = writer or pq.ParquetWriter(work, rows.schema)
            writer.write_table(rows)
        if writer is None:
            (folder.path / TABLE).unlink(missing_ok=True)  # no point is whole
            return failed
        writer.close()
        writer = None
        if not sorted_:
            _sort(work)
        work.replace(folder.path / TABLE)
    finally:
        if writer is not None:
            writer.close()
        work.unlink(missing_ok=True)
    return sorted(failed, key=lambda f: f["cell"])


def _sort(path: Path) -> None:
    """Put the rows of a table that was written in order of work in order of points."""
    pq.write_table(in_order(pq.read_table(path)), path)


def _manifest(folder: SweepFolder, present: Mapping[int, Path], command: list[str]) -> dict[str, Any]:
    plan = folder.plan
    names = [PLAN, CONFIG, CALIBRATION, DESIGN, DRAWS, TABLE, FAILED]
    files = [folder.path / x for x in names if (folder.path / x).is_file()]
    hashes = {x.name: sha256(x.read_bytes()) for x in files}
    return {
        "bundle_version": 1,
        "kind": "sweep",
        "study": plan["name"],
        "seed": plan["seed"],
        "id": plan["id"],
        "record": plan["record"],
        "config_sha256": plan["config_sha256"],
        "command": command,
        "versions": package_versions(),
        "complete": len(present) == folder.layout.chunks,
        "files": hashes,
        "shards": {str(k): present[k].name for k in sorted(present)},
    }
