"""What a comparison says of a measure: means and spreads by policy, paired differences, and labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.measures import AVERTED, MEASURES
from sim.study.precision import NORMAL_95, clustered_error

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
MOVED = 0.05  # a probability that the evidence moved by less than this from the prior's is prior-driven
SURE = 2.0  # standard errors of the move by which it must have moved too
LEAST_UNTIED = 20  # untied runs below which a probability among them says nothing


def better_sign(measure: str) -> float:
    """+1 if higher is better, -1 if lower is."""
    if measure == AVERTED:
        return 1.0
    return 1.0 if MEASURES[measure.partition("[")[0]].better == "higher" else -1.0


def spread(values: Floats, cluster: Ints, horizon_days: float) -> dict[str, Any]:
    """Mean with its 95% interval, sd, and 5%, 50%, 95% quantiles of the runs.

    An infinite value is censored at the horizon: the mean is then the mean restricted to the horizon, a
    quantile past the horizon is null, and ``censored`` is the share of runs censored.
    """
    censored = ~np.isfinite(values)
    within = np.where(censored, horizon_days, values)
    mean, error = float(within.mean()), clustered_error(within, cluster)
    out: dict[str, Any] = {
        "mean": mean,
        "mean_low": _finite(mean - NORMAL_95 * error),
        "mean_high": _finite(mean + NORMAL_95 * error),
        "sd": float(within.std(ddof=1)) if len(within) > 1 else 0.0,
    }
    for name, q in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
        out[name] = _finite(float(np.quantile(values, q, method="inverted_cdf")))
    if censored.any():
        out["censored"] = float(censored.mean())
    return out


def _finite(x: float) -> float | None:
    return x if np.isfinite(x) else None


def probability_better(difference: Floats, sign: float) -> float:
    """Share of runs in which the policy does better, ties counted half."""
    return float(np.mean(difference * sign > 0.0) + 0.5 * np.mean(difference == 0.0))


def variance_reduction(a: Floats, b: Floats) -> float | None:
    """(Var a + Var b) / Var(a - b): what pairing gained; None where the difference never varies."""
    together = float(np.var(a - b))
    return None if together == 0.0 else float((np.var(a) + np.var(b)) / together)


def censor(values: Floats, horizon_days: float) -> Floats:
    """Infinite values at the horizon, so that two censored runs tie."""
    return np.where(np.isfinite(values), values, horizon_days)


def difference(a: Floats, b: Floats, cluster: Ints, sign: float) -> dict[str, Any]:
    """Paired difference a - b over runs: mean, interval, spread, probability of being better, share tied."""
    d = a - b
    mean, error = float(d.mean()), clustered_error(d, cluster)
    return {
        "mean": mean,
        "mean_low": _finite(mean - NORMAL_95 * error),
        "mean_high": _finite(mean + NORMAL_95 * error),
        "q05": float(np.quantile(d, 0.05)),
        "q95": float(np.quantile(d, 0.95)),
        "probability_better": probability_better(d, sign),
        "tied": float(np.mean(d == 0.0)),
        "variance_reduction": variance_reduction(a, b),
    }


def label(posterior: Floats, prior: Floats | None, sign: float) -> str:
    """How far the evidence moved a comparison: ``prior-driven``, ``informed`` or ``no difference``.

    It is informed when the probability of being better moved from the prior's by at least 0.05 and by more than
    twice the error of the move, among all differences and among those that are not ties: a record that only says
    how many attacks there are, and so how often a policy acts at all, has not informed the comparison.
    Differences are of expected measures by draw where those are known, else of runs.
    """
    if not np.any(posterior != 0.0):
        return "no difference"
    if prior is None or not (
        moved(posterior, prior, sign) and moved(posterior[posterior != 0.0], prior[prior != 0.0], sign)
    ):
        return "prior-driven"
    return "informed"


def moved(posterior: Floats, prior: Floats, sign: float) -> bool:
    """Whether a probability of being better moved, and by more than twice its error.

    The error is √(p(1 - p)/n + q(1 - q)/m), of two shares as if none of the runs had luck in common.
    """
    n, m = len(posterior), len(prior)
    if min(n, m) < LEAST_UNTIED:
        return False
    p, q = probability_better(posterior, sign), probability_better(prior, sign)
    error = float(np.sqrt(p * (1.0 - p) / n + q * (1.0 - q) / m))
    by = round(abs(p - q), 9)  # a contrast and its mirror image differ by rounding alone
    return by >= MOVED and by > SURE * error


def says(labels: Sequence[str]) -> str:
    """A sentence on the labels of a table; nothing where nothing is compared."""
    if not labels:
        return ""
    driven = sum(x == "prior-driven" for x in labels)
    none = sum(x == "no difference" for x in labels)
    informed = len(labels) - driven - none
    return f"{informed} of {len(labels)} comparisons are informed by the record, {driven} prior-driven, {none} without difference"
