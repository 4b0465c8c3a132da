"""Runs of a sweep again: one as its events, or a share of the rows held against what is stored."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from calibration.calibrate import calibrate
from sim.engine.events import Event
from sim.errors import ConfigError
from sim.study.bundle import MANIFEST, file_hashes, read_json, sha256
from sim.study.points import PointSource
from sim.study.sweep.cells import Cell
from sim.study.sweep.draws import draws_table
from sim.study.sweep.folder import TABLE, SweepFolder
from sim.study.sweep.table import Tables, in_order
from sim.study.sweep.work import Workshop
from sim.study.verify import ENGINES, FEWEST, MOST, SHARE, Check, same, say


def trace(path: Path, policy: str, number: int) -> list[Event]:
    """Events of one run of a point, or of a policy that points are compared with, on the reference engine.

    ``policy`` is the point's number, or the policy's name; ``number`` counts the runs under the posterior from 0. Raises
    ConfigError if there is no such run.
    """
    folder = SweepFolder(path)
    shop = Workshop(folder.blobs(), "simpy")
    main = folder.layout.sets[0]
    if not number < main.last:
        raise ConfigError(f"--run: expected a run from 0 to {main.last - 1}, found {number}")
    return shop.events(_cell(folder, shop, policy), number)


def _cell(folder: SweepFolder, shop: Workshop, policy: str) -> Cell:
    if policy.isdigit() and int(policy) < folder.plan["points"]:
        return shop.cells.of_point(int(policy))
    named = [x for x in shop.cells.references() if x.policy == policy]
    if len(named) == 1:
        return named[0]
    against = ", ".join(folder.plan["against"]) or "none here"
    said = f"expected the number of a point, 0 to {folder.plan['points'] - 1}, or a policy that points are compared with ({against})"
    several = " in several settings: name a point" if named else ""
    raise ConfigError(f"--policy: {said}, found {policy!r}{several}")


def verify(path: Path, *, share: float | None = None, seed: int = 0) -> tuple[list[Check], int]:
    """Check a sweep's folder: what was checked, and how many rows were run again, every other on the SimPy engine."""
    folder = SweepFolder(path)
    manifest = read_json(path / MANIFEST)
    present = folder.store.present(check=False)
    found = [*_files(folder, manifest, present)]
    if not all(x.ok for x in found):
        return found, 0
    files = folder.files()
    study = files.files
    fitted = calibrate(
        study.record, study.settings, study.hypotheses, evidence=study.study.evidence, readings=study.study.readings,
        predictive_runs=0,
    )  # fmt: skip
    source = PointSource(study.settings, study.hypotheses, fitted, files.seed)
    again = draws_table(source, folder.layout.sets, folder.plan["places"])
    found.append(same("draws, fitted again", folder.plan["draws_sha256"], sha256(again)))
    found.append(_table(folder, present))
    rows, checks = _rows(folder, present, share, seed)
    return found + checks, rows


def _files(folder: SweepFolder, manifest: dict[str, Any], present: dict[int, Path]) -> list[Check]:
    now = file_hashes(folder.path)
    found = [
        same(f"file {name}", hashed, now.get(name, "none")) for name, hashed in manifest["files"].items()
    ]
    bad = [
        name
        for k, name in manifest["shards"].items()
        if int(k) not in present or present[int(k)].name != name
    ]
    bad += [x.name for x in present.values() if not folder.store.is_sound(x)]
    detail = "as their names say" if not bad else f"gone or damaged: {', '.join(sorted(set(bad))[:3])}"
    return [*found, Check(f"{len(manifest['shards'])} shards", not bad, detail)]


def _table(folder: SweepFolder, present: dict[int, Path]) -> Check:
    """The table, summed up again."""
    blocks = [rows for rows, _ in Tables(folder, present).blocks(1) if rows is not None]
    stored = folder.path / TABLE
    if not blocks or not stored.is_file():
        return Check("table", not blocks and not stored.is_file(), "none")
    ok = in_order(pa.concat_tables(blocks)).equals(pq.read_table(stored))
    return Check("table, summed up again", ok, say([] if ok else [TABLE]))


def _rows(
    folder: SweepFolder, present: dict[int, Path], share: float | None, seed: int
) -> tuple[int, list[Check]]:
    total = sum(folder.layout.runs_of(x) for x in present)
    least = min(total, max(FEWEST, min(MOST, round(SHARE * total))))
    wanted = least if share is None else round(share * total)
    rng = np.random.Generator(np.random.Philox(seed))
    shops = [Workshop(folder.blobs(), engine) for engine in ENGINES]
    differ: list[list[str]] = [[], []]
    counts = [0, 0]
    chunks = sorted(present)
    each = max(1, -(-wanted // len(chunks))) if chunks else 0
    for chunk in rng.permutation(chunks).tolist():
        table = pq.read_table(io.BytesIO(present[chunk].read_bytes()))
        for row in sorted(rng.permutation(len(table))[: min(each, wanted - sum(counts))].tolist()):
            e = sum(counts) % 2
            cell, run = table["cell"][row].as_py(), folder.layout.run_of(chunk, row, len(table))
            stored = [table[name][row].as_py() for name in folder.plan["columns"]]
            counts[e] += 1
            if shops[e].row(cell, run) != stored:
                differ[e].append(f"chunk {chunk} row {row}")
        if sum(counts) >= wanted:
            break
    return sum(counts), [
        Check(f"{n} rows on {engine}", not bad, say(bad))
        for engine, n, bad in zip(ENGINES, counts, differ, strict=True)
    ]
