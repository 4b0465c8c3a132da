"""A sealed forecast: made before the outcome is read, written with its hashes, and scored later only if nothing changed.

manifest.json     what it was made from, the hash of each file, and the seal: SHA-256 of the manifest itself without it
forecast.parquet  a row for each window: start, end, quantiles, and the two baselines
sample.parquet    a row for each run and window: attacks, in all and by place
config.json       settings, hypotheses and policy as resolved
forecast.json     the document that the command printed

A seal inside a folder shows a change by whoever does not make it anew. To prove a date to others, give them the seal.
"""

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from calibration.asof import midnight
from calibration.baselines import NegativeBinomial
from calibration.forecast import Forecast
from calibration.scores import quantiles
from sim.engine.streams import GENERATOR
from sim.errors import ConfigError, Located
from sim.scenario.common import days_between
from sim.scenario.record import CountWindow
from sim.study import bundle as bundles

KIND = "forecast"
TABLE, SAMPLE, CONFIG, DOCUMENT = "forecast.parquet", "sample.parquet", "config.json", "forecast.json"
FILES = (TABLE, SAMPLE, CONFIG, DOCUMENT)
TOUCHING = 1e-6  # days; edges of windows that are the same to a tenth of a second


class Sealed(NamedTuple):
    """A forecast read back, its seal whole."""

    manifest: dict[str, Any]
    table: pd.DataFrame
    sample: pd.DataFrame


def forecast_table(forecast: Forecast) -> pd.DataFrame:
    """A row for each window: edges, mean and quantiles of the sample, size and probability of each baseline."""
    rows = []
    for i, edges in enumerate(forecast.edges):
        sample = forecast.totals[:, i]
        row: dict[str, Any] = {
            "window": edges.id,
            "start": midnight(edges.start).isoformat(),
            "end": midnight(edges.end).isoformat(),
            "lead": i + 1,
            "mean": float(sample.mean()),
            **quantiles(sample),
        }
        for name, b in forecast.baselines[i].items():
            row |= {f"{name}_size": b.size, f"{name}_probability": b.probability}
        rows.append(row)
    return pd.DataFrame(rows)


def sample_table(forecast: Forecast) -> pd.DataFrame:
    """A row for each run and window: attacks in all and by place."""
    frames = []
    for i, edges in enumerate(forecast.edges):
        frame = pd.DataFrame(
            {"window": edges.id, "run": range(len(forecast.counts)), "attacks": forecast.totals[:, i]}
        )
        for c, place in enumerate(forecast.past.places):
            frame[f"attacks {place}"] = forecast.counts[:, i, c]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def write_files(
    work: Path, forecast: Forecast, config: Any, document: Mapping[str, Any], about: Mapping[str, Any]
) -> str:
    """Write all but the page into a folder; the seal."""
    forecast_table(forecast).to_parquet(work / TABLE, index=False)
    sample_table(forecast).to_parquet(work / SAMPLE, index=False)
    bundles.write_json(work / CONFIG, config)
    bundles.write_json(work / DOCUMENT, document)
    manifest = {
        "kind": KIND,
        "bundle_version": bundles.VERSION,
        **about,
        "generator": GENERATOR,
        "config_sha256": bundles.sha256_of_config(config),
        "command": bundles.command_line(),
        "python": platform.python_version(),
        "files": {name: bundles.sha256((work / name).read_bytes()) for name in FILES},
    }
    seal = seal_of(manifest)
    bundles.write_json(work / bundles.MANIFEST, {**manifest, "seal": seal})
    return seal


def seal_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of a manifest's canonical JSON without its seal."""
    return bundles.sha256(bundles.canonical({k: v for k, v in manifest.items() if k != "seal"}))


def read_sealed(folder: Path) -> Sealed:
    """Read a sealed forecast. Raises a located ConfigError if it is none, or if anything was changed since."""
    path = folder / bundles.MANIFEST
    manifest = bundles.read_json(path)
    if (
        not isinstance(manifest, dict)
        or manifest.get("kind") != KIND
        or not isinstance(manifest.get("files"), dict)
    ):
        said = "expected the manifest of a sealed forecast (deter history RECORD --forecast-from DATE), found another"
        raise ConfigError([Located(str(path), 1, 1, "kind", said)])
    if (seal := seal_of(manifest)) != manifest.get("seal"):
        said = f"the seal is broken: expected {manifest.get('seal')}, found {seal}: the manifest was changed since"
        raise ConfigError([Located(str(path), 1, 1, "seal", said)])
    for name in FILES:
        file = folder / name
        found = bundles.sha256(file.read_bytes()) if file.is_file() else "no file"
        if found != manifest["files"].get(name):
            said = f"the seal is broken: expected {manifest['files'].get(name)}, found {found}: the file was changed since"
            raise ConfigError([Located(str(file), 1, 1, "sha256", said)])
    return Sealed(manifest, bundles.read_table(folder / TABLE), bundles.read_table(folder / SAMPLE))


def baselines_of(row: Mapping[Any, Any], names: Sequence[str]) -> dict[str, NegativeBinomial]:
    """The baselines of a row of the table."""
    return {x: NegativeBinomial(float(row[f"{x}_size"]), float(row[f"{x}_probability"])) for x in names}


def counted_between(windows: Sequence[CountWindow], start: Any, end: Any) -> int | None:
    """Attacks that a record counts from start to end: of one window, or of several that fill the time; None if it doesn't."""
    inside = [
        w
        for w in windows
        if days_between(start, w.start) > -TOUCHING and days_between(w.end, end) > -TOUCHING
    ]
    at, total = start, 0
    for w in sorted(inside, key=lambda w: days_between(start, w.start)):
        if abs(days_between(at, w.start)) > TOUCHING:
            return None
        at, total = w.end, total + w.count
    return total if inside and abs(days_between(at, end)) <= TOUCHING else None
