"""Replaying one run of a bundle, alone: the point is in its tables, the draws are in the address."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.engine.events import Event
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.errors import ConfigError
from sim.model.registry import PARAMETERS, make_params
from sim.model.streamkeys import name_key
from sim.scenario.study_files import StudyFiles
from sim.scenario.text import one_of
from sim.study.bundle import read_json, read_table
from sim.study.plan import worlds

if TYPE_CHECKING:
    import pandas as pd

MAIN = "posterior"


def trace(bundle: Path, policy: str, replication: int, runs: str = MAIN) -> list[Event]:
    """Events of one run of a bundle, in order, from its config, its point and its seed.

    Raises ConfigError if the bundle has no such policy or replication.
    """
    files = StudyFiles.from_resolved(read_json(bundle / "config.json"))
    result = read_json(bundle / "result.json")
    if policy not in result["policies"]:
        raise ConfigError("--policy: " + one_of(policy, result["policies"], "one of the study's policies"))
    points = read_table(bundle / "points.parquet")
    row = points[(points["set"] == runs) & (points["replication"] == replication)]
    if row.empty:
        last = int(points.loc[points["set"] == runs, "replication"].max())
        raise ConfigError(f"--run: expected a replication from 0 to {last}, found {replication}")
    params, shares = point(row.iloc[0], sorted(files.settings.places))
    salt = 0 if result["crn"] else name_key(policy)
    world = worlds(files, [policy])[policy]
    return run(world, params, shares, Draws(result["seed"], replication, salt))


def point(row: "pd.Series[Any]", places: list[str]) -> tuple[Any, tuple[float, ...]]:
    """Parameters and shares of a row of the points table."""
    params = make_params({name: float(row[name]) for name in PARAMETERS})
    return params, tuple(float(row[f"share_{x}"]) for x in places)
