"""What runs say of many cells at once: ``sim.study.summary`` and ``precision`` over arrays whose last axis is the runs.

A second reading of the same formulas, held against those by a test: a comparison sums up a dozen policies, a sweep
thousands, and goes over all cells of a block with each operation.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.study.precision import NORMAL_95, clusters
from sim.study.summary import LEAST_UNTIED, MOVED, SURE

Array = np.ndarray[Any, np.dtype[Any]]
LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


class Group(NamedTuple):
    """The runs of a set: which of a cell's runs, how many at each draw, and which draws are one and the same."""

    runs: slice
    each: int
    order: Array  # draws in order of cluster
    starts: Array  # where in that order each cluster starts

    def of(self, values: Array) -> Array:
        """The set's runs: shape (cells, runs)."""
        return np.asarray(values[..., self.runs])

    def by_draw(self, values: Array) -> Array:
        """Means over the runs of each draw: shape (cells, draws)."""
        return np.asarray(values.reshape(*values.shape[:-1], -1, self.each).mean(axis=-1))


def group(first: int, last: int, each: int, which: Array, draws: Array) -> Group:
    """A set by its range of runs, and the hypothesis and posterior draw of each of its draws."""
    label = clusters(which, draws)
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    return Group(slice(first, last), each, order, starts)


def clustered_error(values: Array, runs: Group) -> Array:
    """Standard error of the mean when runs of one posterior draw go together; infinite for a single cluster."""
    n, groups = values.shape[-1], len(runs.starts)
    if groups < 2:
        return np.full(values.shape[:-1], np.inf)
    centred = values - values.mean(axis=-1, keepdims=True)
    sums = centred.reshape(*values.shape[:-1], -1, runs.each).sum(axis=-1)
    sums = np.add.reduceat(sums[..., runs.order], runs.starts, axis=-1)
    return np.asarray(np.sqrt(groups / (groups - 1) * (sums**2).sum(axis=-1)) / n)


def interval(values: Array, runs: Group) -> tuple[Array, Array, Array]:
    """Mean, and the ends of its own 95% interval."""
    mean, error = values.mean(axis=-1), clustered_error(values, runs)
    return mean, mean - NORMAL_95 * error, mean + NORMAL_95 * error


def spread(values: Array, runs: Group, horizon_days: float) -> dict[str, Array]:
    """``summary.spread``: an infinite value is censored at the horizon, a quantile beyond it is infinite."""
    finite = np.isfinite(values)
    within = np.where(finite, values, horizon_days)
    mean, low, high = interval(within, runs)
    n = values.shape[-1]
    ordered = np.sort(values, axis=-1)
    at = {name: ordered[..., max(0, int(np.ceil(n * q - 1e-9)) - 1)] for name, q in
          (("q05", LOW), ("q50", MIDDLE), ("q95", HIGH))}  # fmt: skip
    return {
        "mean": mean,
        "mean_low": low,
        "mean_high": high,
        "sd": within.std(axis=-1, ddof=1),
        **at,
        "censored": 1.0 - finite.mean(axis=-1),
    }


def probability_better(difference: Array, sign: float) -> Array:
    """Share of runs in which the policy does better, ties counted half."""
    better = (difference * sign > 0.0).mean(axis=-1)
    return np.asarray(better + 0.5 * (difference == 0.0).mean(axis=-1))


def variance_reduction(a: Array, b: Array) -> Array:
    """(Var a + Var b) / Var(a - b); NaN where the difference never varies."""
    together = np.var(a - b, axis=-1)
    apart = np.var(a, axis=-1) + np.var(b, axis=-1)
    out = np.full(together.shape, np.nan)
    np.divide(apart, together, out=out, where=together > 0.0)
    return out


def labels(posterior: Array, prior: Array | None, sign: float) -> list[str | None]:
    """``summary.label`` for each cell; None where there are too few draws, or none under the prior, to judge it by."""
    differs = (posterior != 0.0).any(axis=-1).tolist()
    if prior is None or min(posterior.shape[-1], prior.shape[-1]) < LEAST_UNTIED:
        return [None if x else "no difference" for x in differs]
    informed = _moved(posterior, prior, sign, ties=True) & _moved(posterior, prior, sign, ties=False)
    return [
        "no difference" if not d else "informed" if i else "prior-driven"
        for d, i in zip(differs, informed.tolist(), strict=True)
    ]


def _moved(posterior: Array, prior: Array, sign: float, *, ties: bool) -> Array:
    """``summary.moved``, among all differences or among those that are not ties."""
    p, n = _share(posterior, sign, ties=ties)
    q, m = _share(prior, sign, ties=ties)
    error = np.sqrt(p * (1.0 - p) / np.maximum(n, 1) + q * (1.0 - q) / np.maximum(m, 1))
    by = np.round(np.abs(p - q), 9)
    return np.asarray((np.minimum(n, m) >= LEAST_UNTIED) & (by >= MOVED) & (by > SURE * error))


def _share(difference: Array, sign: float, *, ties: bool) -> tuple[Array, Array]:
    """Share better, and of how many."""
    better = (difference * sign > 0.0).sum(axis=-1)
    tied = (difference == 0.0).sum(axis=-1)
    n = np.full(better.shape, difference.shape[-1]) if ties else difference.shape[-1] - tied
    counted = better + 0.5 * tied if ties else better
    return counted / np.maximum(n, 1), n
