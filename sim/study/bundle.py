"""A bundle: the folder that holds a comparison, written whole or not at all, and enough to run it again.

manifest.json    hashes of config and record, versions, seed, generator, command, engine
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
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.engine.streams import GENERATOR
from sim.errors import ConfigError, RunError

VERSION = 1
SHUFFLE = 1  # key of the choice of draws that a bundle keeps: the same for the same posterior
PACKAGES = ("deter", "numpy", "scipy", "pandas", "simpy", "pydantic")


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
        "config_sha256": sha256(canonical(config)),
        "record": document["record"],
        "command": command,
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
    }


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
    path.write_text(
        json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False, default=str) + "\n", "utf-8"
    )


def read_json(path: Path) -> Any:
    """Read a file of a bundle. Raises ConfigError with one line if it isn't one."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as e:
        raise ConfigError(f"{path}: expected a file of a bundle, found none") from e
    except (OSError, ValueError) as e:
        raise ConfigError(f"{path}: expected a file of a bundle: {e}") from e


def read_table(path: Path) -> pd.DataFrame:
    """Read a Parquet table of a bundle. Raises ConfigError with one line if it isn't one."""
    if not path.is_file():
        raise ConfigError(f"{path}: expected a table of a bundle, found none")
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as e:
        raise ConfigError(f"{path}: expected a Parquet table: {' '.join(str(e).split())}") from e


def runs_table(sets: Mapping[str, Any], policies: list[str]) -> pd.DataFrame:
    """A row for each run: its set of runs, replication, policy, hypothesis, draw and measures."""
    frames = []
    for name, runs in sets.items():
        for j, policy in enumerate(policies):
            frame = pd.DataFrame(runs.measured[:, j, :], columns=runs.names)
            frame.insert(0, "set", name)
            frame.insert(1, "replication", runs.replications)
            frame.insert(2, "policy", policy)
            frame.insert(3, "hypothesis", [p.hypothesis for p in runs.points])
            frame.insert(4, "draw", [p.draw for p in runs.points])
            frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def points_table(sets: Mapping[str, Any], places: list[str]) -> pd.DataFrame:
    """A row for each replication of each set: the point where it ran."""
    rows = []
    for name, runs in sets.items():
        for i, p in zip(runs.replications, runs.points, strict=True):
            shares = {f"share_{x}": s for x, s in zip(places, p.shares, strict=True)}
            rows.append(
                {
                    "set": name,
                    "replication": i,
                    "hypothesis": p.hypothesis,
                    "draw": p.draw,
                    **shares,
                    **p.params._asdict(),
                }
            )
    return pd.DataFrame(rows)


def weeks_table(runs: Any, policies: list[str]) -> pd.DataFrame:
    """Attacks by week of each run of the main set."""
    frames = []
    for j, policy in enumerate(policies):
        frame = pd.DataFrame(runs.weeks[:, j, :]).melt(
            var_name="week", value_name="attacks", ignore_index=False
        )
        frame.insert(0, "policy", policy)
        frame.insert(0, "replication", [runs.replications[k] for k in frame.index])
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


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
