"""The folder of a sweep as its report reads it: the plan, the config, the design and the table of points."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import ConfigError
from sim.report.reader import checked_document, resolved_config
from sim.report.words import NOT_JUDGED, PRIOR_DRIVEN
from sim.scenario.study_files import StudyFiles
from sim.study.bundle import read_json, read_table

PLAN = (
    "sweep_version", "id", "name", "question", "study", "seed", "record", "paths", "points", "cells", "runs_per_cell",
    "chunks", "measures", "against", "horizon_days", "hypotheses",
)  # fmt: skip
COLUMNS = (
    "point",
    "measure",
    "mean",
    "mean_low",
    "mean_high",
    "q05",
    "q95",
    "prior_mean",
    "against",
    "label",
)
ATTACKS = "attacks"
SWEEP = "a sweep"


class Sweep(NamedTuple):
    """A sweep, read and checked."""

    plan: dict[str, Any]
    document: dict[str, Any]  # the sweep's own config
    files: StudyFiles
    calibration: dict[str, Any]
    design: pd.DataFrame  # a row for each point that has results, by its number, a column for each path
    table: pd.DataFrame  # a row for each point, measure and reference
    failed: list[dict[str, Any]]
    command: list[str]  # what was typed; empty where that isn't known

    @property
    def against(self) -> list[str]:
        """The references, in the order of the config."""
        return [str(x) for x in self.plan["against"]]

    @property
    def measures(self) -> list[str]:
        """The measures that the table has, in the order of the plan."""
        return [str(m) for m in self.plan["measures"]]

    @property
    def fitted(self) -> list[str]:
        """Hypotheses that the average runs over."""
        found = self.calibration["hypotheses"]
        return [h for h in self.files.hypotheses if found.get(h, {}).get("evidence_weight") is not None]

    def rows(self, measure: str, against: str | None = None) -> pd.DataFrame:
        """The rows of a measure by point, against one reference; against the first, where none is named."""
        found = self.table[self.table["measure"] == measure]
        if self.against:
            found = found[found["against"] == (self.against[0] if against is None else against)]
        return found.set_index("point").reindex(self.design.index)

    @property
    def alone(self) -> list[str]:
        """Hypotheses that were run by themselves too."""
        found = self.attacks
        return [
            str(h)
            for h in self.plan["hypotheses"]
            if f"mean[{h}]" in found and found[f"mean[{h}]"].notna().any()
        ]

    @property
    def shared_luck(self) -> bool:
        """Whether a run of the same number has the same luck at every point."""
        return self.files.study.crn

    def draws(self, kind: str) -> int:
        """How many draws there are under the posterior or under the prior, all hypotheses together."""
        return sum(int(x["draws"]) for x in self.plan.get("sets", ()) if x["name"] == kind)

    def runs(self, kind: str) -> int:
        """How many runs of each cell these draws have."""
        found = (x for x in self.plan.get("sets", ()) if x["name"] == kind)
        return sum(int(x["draws"]) * int(x["each"]) for x in found)

    @property
    def attacks(self) -> pd.DataFrame:
        """The rows of attacks by point, against the first reference."""
        return self.rows(ATTACKS)


def read_sweep(folder: Path) -> Sweep:
    """Read and check the folder of a sweep. Raises ConfigError with one line for what isn't one."""
    if not folder.is_dir():
        raise ConfigError(
            f"{folder}: expected the folder of a sweep, found {'a file' if folder.exists() else 'nothing'}"
        )
    plan = checked_document(folder / "plan.json", PLAN, SWEEP)
    config = checked_document(
        folder / "config.json", ("sweep", "study", "settings", "record", "hypotheses"), SWEEP
    )
    table = _table(folder / "table.parquet", [*plan["paths"], *COLUMNS])
    design = _table(folder / "design.parquet", ["point", *plan["paths"]])
    table = _numbers(table[table["measure"].isin(plan["measures"])], plan["paths"])
    if table.duplicated(["point", "measure", "against"]).any():
        raise ConfigError(
            f"{folder / 'table.parquet'}: expected each point, measure and reference once, found some twice"
        )
    results = table.loc[(table["measure"] == ATTACKS) & table["mean"].notna(), "point"].unique()
    if not len(results):
        raise ConfigError(f"{folder / 'table.parquet'}: expected points with attacks, found none")
    points = design[design["point"] >= 0].drop_duplicates("point").set_index("point")[plan["paths"]]
    missing = np.setdiff1d(results, points.index.to_numpy())
    if len(missing):
        raise ConfigError(
            f"{folder / 'design.parquet'}: expected every point of the table, found no point {missing[0]}"
        )
    return Sweep(
        plan=plan,
        document=dict(config["sweep"]),
        files=resolved_config(folder / "config.json", config, SWEEP),
        calibration=checked_document(folder / "calibration.json", ("hypotheses",), SWEEP),
        design=points.loc[np.sort(results)],
        table=_judged(table),
        failed=_failed(folder / "failed.json"),
        command=_command(folder / "manifest.json"),
    )


def _numbers(table: pd.DataFrame, paths: list[str]) -> pd.DataFrame:
    """The table with every column but names as numbers: one that is null throughout has no type of its own."""
    names = {*paths, "measure", "against", "label"}
    return table.assign(
        **{c: pd.to_numeric(table[c], errors="coerce") for c in table.columns if c not in names}
    )


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """Labels with ``not judged`` for a contrast that has none; that of an old folder without runs under the prior is none."""
    nothing = pd.Series(np.nan, index=table.index)
    label, compared = table["label"].astype(object), table.get("difference", nothing).notna()
    before = table.get("prior_probability_better", nothing)
    none = label.isna() | (before.isna() & (label == PRIOR_DRIVEN))
    return table.assign(label=label.mask(compared & none, NOT_JUDGED))


def _command(path: Path) -> list[str]:
    """The command that the manifest tells of."""
    found = read_json(path) if path.exists() else None
    command = found.get("command") if isinstance(found, dict) else None
    return [str(x) for x in command] if isinstance(command, list) else []


def _failed(path: Path) -> list[dict[str, Any]]:
    """Points that failed; the file is there only if any did."""
    if not path.exists():
        return []
    found = read_json(path)
    if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
        raise ConfigError(f"{path}: expected a list of failures")
    return found


def _table(path: Path, columns: list[str]) -> pd.DataFrame:
    table = read_table(path)
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise ConfigError(
            f"{path}: expected columns {', '.join(columns)}, found none of {', '.join(missing)}"
        )
    return table
