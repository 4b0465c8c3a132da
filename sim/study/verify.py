"""Verifying a bundle: its hashes, its posterior, and a random share of its rows run again on both engines."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from calibration.calibrate import Calibration, calibrate
from sim.errors import ConfigError, RunError
from sim.measures import columns
from sim.model.registry import PARAMETERS
from sim.scenario.study_files import StudyFiles
from sim.study.bundle import MANIFEST, file_hashes, posterior_hashes, read_json, sha256_of_config
from sim.study.plan import worlds
from sim.study.points import Mode, Points, PointSource
from sim.study.runner import Engine, Plan, simulate

FEWEST, MOST = 24, 400
"""Rows that are run again: at least so many where there are any, at most so many unless a share is asked for."""
SHARE = 0.01
ENGINES: tuple[Engine, Engine] = ("compiled", "simpy")


class Check(NamedTuple):
    """One thing that was checked."""

    what: str
    ok: bool
    detail: str


def verify(bundle: Path, *, share: float | None = None, seed: int = 0) -> tuple[list[Check], int]:
    """Check a bundle: what was checked, and how many rows were run again.

    ``share`` of the rows, chosen by ``seed``, are run again, every other on the SimPy engine. Raises ConfigError if
    the folder is no bundle.
    """
    manifest = read_json(bundle / MANIFEST)
    for needed in ("config_sha256", "record", "files", "posterior_sha256"):
        if needed not in manifest:
            raise ConfigError(
                f"{bundle / MANIFEST}: expected {needed} in it, found none: not a bundle, or an older one"
            )
    found = list(_hashes(bundle, manifest))
    if not all(x.ok for x in found):
        return found, 0
    files = StudyFiles.from_resolved(read_json(bundle / "config.json"))
    found += [
        same("record", manifest["record"]["sha256"], read_json(bundle / "result.json")["record"]["sha256"])
    ]
    study = files.study
    fitted = calibrate(
        files.record, files.settings, files.hypotheses, evidence=study.evidence, readings=study.readings,
        predictive_runs=0,
    )  # fmt: skip
    found += [
        same("record as it is fitted", manifest["record"]["sha256"], fitted.record_sha256),
        same("posterior, fitted again", manifest["posterior_sha256"], posterior_hashes(fitted)),
    ]
    rows, checks = _rows(bundle, files, fitted, share, seed)
    return found + checks, rows


def _hashes(bundle: Path, manifest: dict[str, Any]) -> Iterator[Check]:
    """The config's hash, and that of every file."""
    yield same("config", manifest["config_sha256"], sha256_of_config(read_json(bundle / "config.json")))
    now = file_hashes(bundle)
    for name, expected in manifest["files"].items():
        yield same(f"file {name}", expected, now.get(name, "none"))


def same(what: str, expected: Any, found: Any) -> Check:
    """Whether two hashes, or sets of them, are the same."""
    if expected == found:
        return Check(what, True, "as in the manifest")
    if isinstance(expected, dict) and isinstance(found, dict):
        other = [k for k in {**expected, **found} if expected.get(k) != found.get(k)]
        return Check(what, False, f"not as in the manifest: {', '.join(sorted(other))}")
    return Check(what, False, f"expected {str(expected)[:12]}…, found {str(found)[:12]}…")


def _rows(
    bundle: Path, files: StudyFiles, fitted: Calibration, share: float | None, seed: int
) -> tuple[int, list[Check]]:
    """Rows chosen at random, their points worked out again, and run again: alternately on each engine."""
    result = read_json(bundle / "result.json")
    source = PointSource(files.settings, files.hypotheses, fitted, result["seed"])
    everyone = worlds(files, result["policies"])
    table = pq.ParquetFile(bundle / "runs.parquet")
    total = table.metadata.num_rows
    wanted = (
        min(total, max(FEWEST, min(MOST, round(SHARE * total)))) if share is None else round(share * total)
    )
    chosen = np.sort(np.random.Generator(np.random.Philox(seed)).permutation(total)[:wanted])
    points_differ: list[str] = []
    rows_differ: dict[Engine, list[str]] = {x: [] for x in ENGINES}
    counts = dict.fromkeys(ENGINES, 0)
    first = done = 0
    for group in range(table.num_row_groups):
        size = table.metadata.row_group(group).num_rows
        here = chosen[(chosen >= first) & (chosen < first + size)] - first
        first += size
        if not len(here):
            continue
        stored = table.read_row_group(group).take(pa.array(here))
        name, policy = stored["set"][0].as_py(), stored["policy"][0].as_py()
        replications = stored["replication"].to_numpy()
        points = source.points(_mode(name), [int(i) for i in replications])
        points_differ += [f"{name} {i}" for i in _differing_points(bundle, name, replications, points)]
        for e, engine in enumerate(ENGINES):
            mine = np.flatnonzero((done + np.arange(len(here))) % len(ENGINES) == e)
            if not len(mine):
                continue
            plan = Plan(result["seed"], result["crn"], {policy: everyone[policy]}, source, engine)
            measured, _ = simulate(plan, points.take(mine), replications[mine])
            names = [x for x, _, _ in columns(everyone[policy].places)]
            for k, row in enumerate(mine):
                again = np.array([stored[x][int(row)].as_py() for x in names])
                counts[engine] += 1
                if again.tobytes() != measured[:, 0, k].tobytes():
                    which = [x for x, a, b in zip(names, again, measured[:, 0, k], strict=True) if a != b]
                    rows_differ[engine].append(
                        f"{name} {policy} {replications[row]} ({', '.join(which[:3])})"
                    )
        done += len(here)
    return wanted, [
        Check(f"points of {wanted} rows", not points_differ, say(points_differ)),
        *(Check(f"{counts[x]} rows on {x}", not rows_differ[x], say(rows_differ[x])) for x in ENGINES),
    ]


def say(differing: list[str]) -> str:
    """What differs, the first few of it."""
    if not differing:
        return "the same to the bit"
    more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
    return f"differ: {'; '.join(differing[:3])}{more}"


def _mode(name: str) -> Mode:
    """The mode of a set of runs by its name in the table."""
    if name in ("posterior", "prior"):
        return Mode(name)  # type: ignore[arg-type]  # one of its literals
    if name.startswith("hypothesis "):
        return Mode("posterior", name.removeprefix("hypothesis "))
    raise RunError(f"runs.parquet: expected a set of runs that deter makes, found {name!r}")


def _differing_points(bundle: Path, name: str, replications: Any, points: Points) -> list[int]:
    """Replications whose stored point is not the one worked out again."""
    wanted = [("set", "=", name), ("replication", "in", [int(i) for i in replications])]
    stored = pq.read_table(bundle / "points.parquet", filters=wanted)
    row_of = {int(i): k for k, i in enumerate(stored["replication"].to_numpy())}
    matrix = np.column_stack([stored[x].to_numpy() for x in PARAMETERS])
    return [
        int(i)
        for k, i in enumerate(replications)
        if int(i) not in row_of or matrix[row_of[int(i)]].tobytes() != points.params[k].tobytes()
    ]
