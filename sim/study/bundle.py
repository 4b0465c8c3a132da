"""A bundle: the folder that holds a comparison, written whole or not at all, and enough to run it again.

manifest.json    hashes of config, record, posterior and files; versions, seed, generator, command, engine
config.json      the whole resolved config
result.json      the document of the comparison
calibration.json the document of the calibration
runs.parquet     a row for each run of a policy: replication, set of runs, hypothesis, draw, measures
points.parquet   a row for each replication: hypothesis, draw, every parameter
weeks.parquet    attacks by week
events.parquet   events of the first replications
posterior.parquet  draws of each parameter by hypothesis, posterior and prior
report.html      the report
"""

import hashlib
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.engine.streams import GENERATOR
from sim.errors import ConfigError, RunError
from sim.model.registry import PARAMETERS

VERSION = 1
PART = 16_384  # rows of the wide table of points that are in memory at a time
MANIFEST, REPORT = "manifest.json", "report.html"
SHUFFLE = 1  # key of the choice of draws that a bundle keeps: the same for the same posterior
PACKAGES = ("deter", "numpy", "scipy", "pandas", "simpy", "numba", "pydantic")


def canonical(document: Any) -> str:
    """JSON with sorted keys and no NaN: what hashes are taken of."""
    return json.dumps(document, sort_keys=True, allow_nan=False, ensure_ascii=False, default=str)


def sha256(text: str | bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def manifest(document: Mapping[str, Any], config: Any, command: list[str]) -> dict[str, Any]:
    """What a reader needs to trust and repeat a bundle."""
    return {
        "bundle_version": VERSION,
        "study": document["study"],
        "seed": document["seed"],
        "replications": document["replications"],
        "generator": GENERATOR,
        "engine": document["engine"],
        "config_sha256": sha256_of_config(config),
        "record": document["record"],
        "command": command,
        "python": platform.python_version(),
        "versions": package_versions(),
    }


def sha256_of_config(config: Any) -> str:
    """Hash of a resolved config."""
    return sha256(canonical(config))


def file_hashes(folder: Path) -> dict[str, str]:
    """Hash of each file of a bundle, but for the manifest that holds them and the report, which may be made anew."""
    names = sorted(x.name for x in folder.iterdir() if x.is_file() and x.name not in (MANIFEST, REPORT))
    return {name: sha256((folder / name).read_bytes()) for name in names}


def posterior_hashes(fitted: Any) -> dict[str, str]:
    """Hash of the draws of each hypothesis's posterior, and of the marks'."""
    everyone = {**fitted.posteriors, "marks": fitted.marks}
    return {
        name: sha256("\n".join(x.names).encode() + np.ascontiguousarray(x.draws, np.float64).tobytes())
        for name, x in everyone.items()
    }


def package_versions() -> dict[str, str]:
    """Versions of this package and of those that its numbers come from."""
    return {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "source"


def choose_folder(out: Path | None, study: str) -> Path:
    """Where a bundle goes: ``out``, or a fresh folder under ``results``. Raises ConfigError if it is taken."""
    if out is not None:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ConfigError(f"--out: expected a new or empty folder, found {out}: nothing is overwritten")
        return out
    n = 1
    while (folder := Path("results") / f"{study}-{n:03d}").exists():
        n += 1
    return folder


def write_bundle(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Fill a temporary folder beside ``folder`` and rename it: the bundle is there whole or not at all.

    Raises RunError with one line if the disk refuses.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as e:
        raise RunError(f"can't write beside {folder}: {e.strerror}") from e
    try:
        fill(work)
        work.chmod(0o755)
        work.replace(folder)
    except OSError as e:
        raise RunError(f"can't write {folder}: {e.strerror}") from e
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def write_json(path: Path, document: Any) -> None:
    """Write JSON that any reader takes: no NaN, no infinity."""
    path.write_bytes(json_bytes(document))


def json_bytes(document: Any) -> bytes:
    """A document as the file that any reader takes."""
    return (json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False, default=str) + "\n").encode()


def read_json(path: Path) -> Any:
    """Read a file of a bundle. Raises ConfigError with one line if it isn't one."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as e:
        raise ConfigError(f"{path}: expected a file of a bundle, found none") from e
    except (OSError, ValueError) as e:
        raise ConfigError(f"{path}: expected a file of a bundle: {e}") from e


def read_table(path: Path, columns: Sequence[str] | None = None, filters: Any = None) -> pd.DataFrame:
    """Read a Parquet table of a bundle, or these columns and rows. Raises ConfigError with one line if it isn't one."""
    if not path.is_file():
        raise ConfigError(f"{path}: expected a table of a bundle, found none")
    try:
        present = pq.read_schema(path).names
        wanted = None if columns is None else [x for x in columns if x in present]
        return pd.read_parquet(path, columns=wanted, filters=filters)
    except (OSError, ValueError) as e:
        raise ConfigError(f"{path}: expected a Parquet table: {' '.join(str(e).split())}") from e


def write_runs(path: Path, sets: Mapping[str, Any], policies: list[str]) -> None:
    """Write a row for each run: its set of runs, replication, policy, hypothesis, draw and measures."""
    _write_parts(
        path,
        (
            {
                "set": _alike(name, len(runs.points)),
                "replication": runs.replications,
                "policy": _alike(policy, len(runs.points)),
                "hypothesis": _named(runs.points.hypotheses, runs.points.which),
                "draw": runs.points.draws,
                **{measure: runs.measured[m, j] for m, measure in enumerate(runs.names)},
            }
            for name, runs in sets.items()
            for j, policy in enumerate(policies)
        ),
    )


def write_points(path: Path, sets: Mapping[str, Any], places: list[str]) -> None:
    """Write a row for each replication of each set: the point where it ran."""
    _write_parts(
        path,
        (
            {
                "set": _alike(name, len(points)),
                "replication": runs.replications[a : a + PART],
                "hypothesis": _named(points.hypotheses, points.which),
                "draw": points.draws,
                **{f"share_{x}": points.shares[:, c] for c, x in enumerate(places)},
                **{x: points.params[:, i] for i, x in enumerate(PARAMETERS)},
            }
            for name, runs in sets.items()
            for a in range(0, len(runs.points), PART)
            for points in (runs.points[a : a + PART],)
        ),
    )


def write_weeks(path: Path, runs: Any, policies: list[str]) -> None:
    """Write attacks by week of each run of the main set: a row for each run and week."""
    weeks = runs.weeks.shape[2]
    _write_parts(
        path,
        (
            {
                "replication": np.repeat(runs.replications, weeks),
                "policy": _alike(policy, weeks * len(runs.replications)),
                "week": np.tile(np.arange(weeks), len(runs.replications)),
                "attacks": runs.weeks[:, j, :].ravel(),
            }
            for j, policy in enumerate(policies)
        ),
    )


def _write_parts(path: Path, parts: Iterable[Mapping[str, Any]]) -> None:
    """Write tables of the same columns one after the other, so that no more than one is in memory."""
    writer = None
    try:
        for part in parts:
            table = pa.table(dict(part))
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _alike(text: str, n: int) -> Any:
    """A column of one and the same text."""
    return _named((text,), np.zeros(n, np.int32))


def _named(names: Sequence[str], which: Any) -> Any:
    """A column of names by their index."""
    return pa.DictionaryArray.from_arrays(pa.array(which, pa.int32()), pa.array(names, pa.string())).cast(
        pa.string()
    )


def events_table(runs: Mapping[tuple[str, int], list[Any]]) -> pd.DataFrame:
    """Events of some runs, a row each; a field that a kind lacks is empty."""
    rows = [
        {"policy": policy, "replication": i, **event._asdict()}
        for (policy, i), events in runs.items()
        for event in events
    ]
    return pd.DataFrame(rows)


def command_line() -> list[str]:
    """The command as it was given, without the path of the program."""
    return ["deter", *sys.argv[1:]]


def draws_table(fitted: Any, most: int = 1000) -> pd.DataFrame:
    """Posterior and prior draws of each fitted parameter, by hypothesis: at most ``most``, at random.

    Draws lie in the order of a Sobol sequence. One in every four of them would have half of the first parameter's
    range, and one in every so many of resampled ones is no better.
    """
    frames = []
    for hypothesis, posterior in {**fitted.posteriors, "marks": fitted.marks}.items():
        for kind, draws in (("posterior", posterior.draws), ("prior", posterior.prior_draws)):
            kept = np.random.Generator(np.random.Philox(SHUFFLE)).permutation(len(draws))[:most]
            frame = pd.DataFrame(draws[np.sort(kept)], columns=posterior.names).melt(var_name="parameter")
            frame.insert(0, "kind", kind)
            frame.insert(0, "hypothesis", hypothesis)
            frames.append(frame)
    return pd.concat(frames, ignore_index=True)
