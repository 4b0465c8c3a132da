"""A bundle as the report reads it: documents, checked configs, and the tables that figures need."""

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import ValidationError

from calibration.summary import derived
from sim.errors import ConfigError
from sim.scenario.common import Moment, days_between
from sim.scenario.evidence import admitted, with_readings
from sim.scenario.record import CountWindow, PlaceTotal, Response
from sim.scenario.study_files import StudyFiles
from sim.study.bundle import read_json, read_table

RUN_COLUMNS = ("set", "replication", "policy", "hypothesis", "draw", "attacks")
POSTERIOR_COLUMNS = ("hypothesis", "kind", "parameter", "value")
RESULT_KEYS = (
    "study", "question", "seed", "replications", "stopped_by", "engine", "horizon_days", "policies", "record",
    "hypotheses", "measures", "differences", "weeks",
)  # fmt: skip


class Counted(NamedTuple):
    """An admitted window of the record, in days from the start of the runs."""

    id: str
    start_day: float
    end_day: float
    attacks: int
    at_least: bool

    @property
    def days(self) -> float:
        """Length of the window."""
        return self.end_day - self.start_day

    @property
    def per_day(self) -> float:
        """Attacks a day."""
        return self.attacks / self.days


class Bundle(NamedTuple):
    """A bundle, read and checked."""

    manifest: dict[str, Any]
    files: StudyFiles
    result: dict[str, Any]
    calibration: dict[str, Any]
    runs: pd.DataFrame
    posterior: pd.DataFrame

    @property
    def policies(self) -> list[str]:
        """Policies compared, in the order of the study."""
        return list(self.result["policies"])

    @property
    def hypotheses(self) -> list[str]:
        """Hypotheses of the study, in its order."""
        return list(self.result["hypotheses"])

    @property
    def fitted(self) -> list[str]:
        """Hypotheses that the average runs over."""
        return [h for h in self.hypotheses if self.result["hypotheses"][h]["evidence_weight"] is not None]

    @property
    def no_effect(self) -> list[str]:
        """Averaged hypotheses under which no strike changes the rate of attacks."""
        return [h for h in self.fitted if self.files.hypotheses[h].family == "no-effect"]

    @property
    def start(self) -> Moment:
        """Start of the runs."""
        return self.files.study.start

    @property
    def horizon_days(self) -> float:
        """Length of the runs."""
        return float(self.result["horizon_days"])

    @property
    def admitted(self) -> list[str]:
        """Ids of the items of the record that are admitted as evidence."""
        return admitted(self.files.record, self.files.study.evidence)

    @property
    def windows(self) -> list[Counted]:
        """Admitted windows, read as the study reads them, in order of time."""
        record = with_readings(self.files.record, self.files.study.readings)
        found = [self._counted(w) for w in record.windows if w.id in self.admitted]
        return sorted(found, key=lambda w: (w.start_day, w.end_day))

    def _counted(self, w: CountWindow) -> Counted:
        start, end = days_between(self.start, w.start), days_between(self.start, w.end)
        return Counted(w.id, start, end, w.count, w.bound == "at-least")

    @property
    def place_totals(self) -> list[PlaceTotal]:
        """Admitted counts by place over several windows."""
        record = with_readings(self.files.record, self.files.study.readings)
        return [x for x in record.place_totals if x.id in self.admitted]

    @property
    def responses(self) -> list[tuple[float, Response]]:
        """Dated responses within the runs, with their day."""
        record = with_readings(self.files.record, self.files.study.readings)
        dated = [(days_between(self.start, r.date), r) for r in record.responses]
        return sorted(((d, r) for d, r in dated if 0.0 <= d < self.horizon_days), key=lambda x: x[0])

    def difference(self, policy: str, against: str, measure: str = "attacks") -> dict[str, Any] | None:
        """The paired difference of two policies; None where the study doesn't compare them."""
        for d in self.result["differences"]:
            if (d["measure"], d["policy"], d["against"]) == (measure, policy, against):
                return dict(d)
        return None

    def differences(self, measure: str = "attacks") -> list[dict[str, Any]]:
        """Every paired difference of a measure, in the order of the study."""
        return [d for d in self.result["differences"] if d["measure"] == measure]

    def day(self, day: float) -> dt.date:
        """The date of a day of the runs."""
        start = self.start
        return start + dt.timedelta(days=day)


CONFIG_KEYS = ("study", "settings", "record", "hypotheses", "policies")


def read_bundle(folder: Path) -> Bundle:
    """Read and check a bundle. Raises ConfigError with one line for what isn't one."""
    if not folder.is_dir():
        raise ConfigError(
            f"{folder}: expected the folder of a bundle, found {'a file' if folder.exists() else 'nothing'}"
        )
    result = checked_document(folder / "result.json", RESULT_KEYS)
    bundle = Bundle(
        manifest=checked_document(
            folder / "manifest.json", ("seed", "generator", "config_sha256", "command", "versions")
        ),
        files=resolved_config(folder / "config.json", checked_document(folder / "config.json", CONFIG_KEYS)),
        result=result,
        calibration=checked_document(folder / "calibration.json", ("hypotheses",)),
        runs=_table(folder / "runs.parquet", RUN_COLUMNS, _needed(result)),
        posterior=with_derived(_table(folder / "posterior.parquet", POSTERIOR_COLUMNS)),
    )
    for what, found, known in (
        ("policy", bundle.policies, bundle.files.policies),
        ("hypothesis", bundle.hypotheses, bundle.files.hypotheses),
    ):
        for name in found:
            if name not in known:
                raise ConfigError(
                    f"{folder / 'result.json'}: expected a {what} of config.json, found {name!r}"
                )
    return bundle


def with_derived(draws: pd.DataFrame) -> pd.DataFrame:
    """Draws of what follows from the parameters beside them: 30-day effects and the contrast of targets.

    Draws of one hypothesis and kind stand in the same order for each parameter.
    """
    frames = [draws]
    for (hypothesis, kind), part in draws.groupby(["hypothesis", "kind"], sort=True):
        names = list(dict.fromkeys(part["parameter"]))
        table = [part.loc[part["parameter"] == n, "value"].to_numpy(dtype=np.float64) for n in names]
        if len({len(column) for column in table}) != 1:
            continue
        for name, values in derived(names, np.column_stack(table), {}).items():
            frames.append(
                pd.DataFrame({"hypothesis": hypothesis, "kind": kind, "parameter": name, "value": values})
            )
    return pd.concat(frames, ignore_index=True)


def resolved_config(path: Path, document: dict[str, Any], what: str = "a bundle") -> StudyFiles:
    """The study that a resolved config has. Raises ConfigError with one line that says of ``what`` it should be."""
    try:
        return StudyFiles.from_resolved(document)
    except ValidationError as e:
        first = e.errors()[0]
        where = ".".join(str(x) for x in first["loc"])
        raise ConfigError(f"{path}: expected the resolved config of {what}: {where}: {first['msg']}") from e
    except (KeyError, TypeError, AttributeError) as e:
        raise ConfigError(f"{path}: expected the resolved config of {what}, found none of {e}") from e


def checked_document(path: Path, keys: tuple[str, ...], what: str = "a bundle") -> dict[str, Any]:
    """A file of ``what`` that has these keys. Raises ConfigError with one line for one that hasn't."""
    document = read_json(path)
    missing = [k for k in keys if not isinstance(document, dict) or k not in document]
    if missing:
        raise ConfigError(
            f"{path}: expected a file of {what} with {', '.join(keys)}, found none of {', '.join(missing)}"
        )
    return dict(document)


def _needed(result: dict[str, Any]) -> list[list[tuple[str, str, Any]]]:
    """Rows that the report reads: each hypothesis by itself, and of the other sets one policy."""
    single = [f"hypothesis {x}" for x in result["hypotheses"]]
    return [[("policy", "=", next(iter(result["policies"]), ""))], [("set", "in", single)]]


def _table(path: Path, columns: tuple[str, ...], filters: Any = None) -> pd.DataFrame:
    table = read_table(path, columns, filters)
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise ConfigError(
            f"{path}: expected columns {', '.join(columns)}, found none of {', '.join(missing)}"
        )
    return table[list(columns)]
