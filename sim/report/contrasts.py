"""What the report needs of a paired difference beside its document: intervals by hypothesis, labels in words."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.report.reader import Bundle
from sim.study.precision import NORMAL_95, clustered_error, clusters

Row = Mapping[str, Any]
SETS = "hypothesis "
"""Runs of a single hypothesis are stored as the set of runs of this name and the hypothesis'."""


class ByHypothesis(NamedTuple):
    """Mean paired difference in attacks under one hypothesis, with the 95% interval of that mean."""

    mean: float
    low: float
    high: float
    probability_better: float
    tied: float


def by_hypothesis(bundle: Bundle, difference: Row) -> dict[str, ByHypothesis]:
    """Each hypothesis by itself: mean and probability as the document has them, the interval from the runs."""
    out = {}
    for h, found in difference["by_hypothesis"].items():
        error = _error(bundle, h, difference["policy"], difference["against"])
        mean = float(found["mean"])
        half = NORMAL_95 * error
        tied = float(found.get("tied") or 0.0)
        out[h] = ByHypothesis(mean, mean - half, mean + half, float(found["probability_better"]), tied)
    return out


def _error(bundle: Bundle, hypothesis: str, policy: str, against: str) -> float:
    """Standard error of the mean paired difference in attacks, clustered by posterior draw; 0 if there is one run."""
    runs = bundle.runs[bundle.runs["set"] == SETS + hypothesis]
    a, b = (runs[runs["policy"] == p].sort_values("replication", kind="stable") for p in (policy, against))
    if len(a) < 2 or len(a) != len(b):
        return 0.0
    d = a["attacks"].to_numpy(dtype=np.float64) - b["attacks"].to_numpy(dtype=np.float64)
    error = clustered_error(d, clusters(np.zeros(len(a), np.int64), a["draw"].to_numpy()))
    return error if np.isfinite(error) else 0.0


def clear(difference: Row) -> bool:
    """Is the mean difference further from 0 than the simulation's own noise?"""
    low, high = difference["mean_low"], difference["mean_high"]
    return low is not None and high is not None and (low > 0.0 or high < 0.0)
