"""Rows of the table of points as the words and tables of the other reports take them."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.measures import MEASURES
from sim.report.parts import Cell
from sim.report.rounding import Estimate, estimate, probability
from sim.report.sections.grid import spread_cell
from sim.report.words import INFORMED, NO_DIFFERENCE, NOT_JUDGED, PRIOR_DRIVEN, odds

Row = Mapping[str, Any]
SPREAD = ("mean", "mean_low", "mean_high", "q05", "q95", "censored")
LABELS = (INFORMED, PRIOR_DRIVEN, NO_DIFFERENCE)


def labels_of(rows: pd.DataFrame) -> tuple[str, ...]:
    """The labels that rows may have; that something isn't judged only where it isn't."""
    return (*LABELS, NOT_JUDGED) if (rows["label"] == NOT_JUDGED).any() else LABELS


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as mappings, what is missing as None."""
    whole = rows.astype(object).where(rows.notna(), None)
    return [{str(k): x for k, x in r.items()} for r in whole.to_dict("records")]


def most(measure: str, horizon_days: float) -> float:
    """The most that a measure can be: a probability 1, days the horizon; no other has an end."""
    unit = MEASURES[name].unit if (name := measure.partition("[")[0]) in MEASURES else ""
    return {"probability": 1.0, "days": horizon_days}.get(unit, math.inf)


def spread(row: Row, measure: str, horizon_days: float) -> Cell:
    """A measure at a point: mean, the mean's own interval within what the measure can be, 5% to 95% of runs."""
    if row["mean"] is None:
        return Cell("–")
    found = {k: row.get(k) for k in SPREAD}
    found |= {k: _within(found[k], 0.0, most(measure, horizon_days)) for k in ("mean_low", "mean_high")}
    return spread_cell(found, measure, horizon_days)


def difference(row: Row, of: str = "", end: float = math.inf) -> Estimate:
    """A paired difference with its interval within ± ``end``; under the hypothesis ``[of]`` by itself, where one is named."""
    mean, low, high = (row.get(f"difference{k}{of}") for k in ("", "_low", "_high"))
    return estimate(mean, _within(low, -end, end), _within(high, -end, end), sign=True)


def over_best(row: Row) -> Estimate:
    """The paired difference from the best point of the same setting, with its interval."""
    return estimate(row.get("over_best"), row.get("over_best_low"), row.get("over_best_high"), sign=True)


def _within(x: float | None, low: float, high: float) -> float | None:
    return None if x is None else min(max(x, low), high)


def moved(row: Row, what: str = "fewer attacks") -> str:
    """How far the record moved a contrast from what was assumed, and its label."""
    if row["label"] is None or row.get("probability_better") is None:
        return "nothing is compared"
    if row["label"] == NO_DIFFERENCE:
        return "the two never differ: no difference"
    found = odds(row)
    if found.before is None:
        return (
            "nothing was run under the prior alone, so how much of this is evidence isn’t known: not judged"
        )
    after, before = probability(found.after), probability(found.before)
    end = "not judged, of too few draws" if row["label"] == NOT_JUDGED else row["label"]
    if after == before:
        return f"the record left the probability of {what} {found.of} at {after}: {end}"
    return f"the record moved the probability of {what} {found.of} from {before} to {after}: {end}"


def chances(rows: pd.DataFrame) -> tuple["pd.Series[float]", "pd.Series[float]", bool]:
    """Probabilities of being better with the record and before it, on average where known, and whether they are."""
    for after, before, on_average in (
        ("probability_mean_better", "prior_probability_mean_better", True),
        ("probability_better", "prior_probability_better", False),
    ):
        if after in rows and before in rows and (rows[after].notna() & rows[before].notna()).any():
            return rows[after].astype(float), rows[before].astype(float), on_average
    nothing = pd.Series(np.nan, index=rows.index, dtype=float)
    return nothing, nothing, False


def share_words(n: int, of: int) -> str:
    """``n of m``, plainly.

    >>> share_words(3, 3), share_words(0, 3), share_words(2, 3)
    ('all 3', 'none of 3', '2 of 3')
    """
    return f"all {of:,}" if n == of else f"none of {of:,}" if n == 0 else f"{n:,} of {of:,}"
