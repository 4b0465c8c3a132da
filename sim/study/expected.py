"""Expected measures by posterior draw, from inner replications: what luck averages out, and what it does not.

At each of G points the same M inner replications are run under every policy. A point's mean over them estimates
the policy's expected measure at its parameters; what is left of the spread is chance.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.study.points import Mode, Points
from sim.study.runner import Plan, simulate

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
INNER = 2**32
"""Inner replication r of point i has the luck of replication (i + 1)·2³² + r: no run of the study has it."""
POINTS_AT_ONCE = 256


class Expected(NamedTuple):
    """Means and variances over inner replications, each of shape (measures, policies, points)."""

    names: list[str]
    points: Points
    mean: Floats
    variance: Floats  # of one run about its point's mean, unbiased
    inner: int
    paired: (
        Floats  # variance of a run's difference to each policy: shape (measures, policies, policies, points)
    )

    def column(self, name: str) -> Floats:
        """Expected values of one measure, shape (points, policies)."""
        return np.asarray(self.mean[self.names.index(name)].T)


def expected(
    plan: Plan,
    mode: Mode,
    names: list[str],
    draws: int,
    inner: int,
    threads: int,
    tick: Callable[[int], None],
) -> Expected:
    """Run ``inner`` replications at each of ``draws`` points; a measure that is infinite is taken at the horizon."""
    horizon = next(iter(plan.worlds.values())).horizon_days
    means, variances, paired, points = [], [], [], []
    for first in range(0, draws, POINTS_AT_ONCE):
        outer = range(first, min(first + POINTS_AT_ONCE, draws))
        at = plan.source.points(mode, outer)
        luck = np.array([(i + 1) * INNER + r for i in outer for r in range(inner)], np.int64)
        measured, _ = simulate(plan, repeated(at, inner), luck, threads)
        whole = measured[: len(names)]  # those by place come after
        runs = np.where(np.isfinite(whole), whole, horizon)
        runs = runs.reshape(*runs.shape[:2], len(at), inner)
        means.append(runs.mean(axis=3))
        variances.append(runs.var(axis=3, ddof=1))
        paired.append(
            np.stack([(runs - runs[:, [j]]).var(axis=3, ddof=1) for j in range(runs.shape[1])], axis=2)
        )
        points.append(at)
        tick(len(at))
    return Expected(
        names,
        Points.joined(points),
        np.concatenate(means, axis=2),
        np.concatenate(variances, axis=2),
        inner,
        np.concatenate(paired, axis=3),
    )


def repeated(points: Points, times: int) -> Points:
    """Each point so many times in a row."""
    return points.take(np.repeat(np.arange(len(points)), times))


class Split(NamedTuple):
    """Shares of the variance of a run's measure; together 1."""

    hypothesis: float
    parameters: float
    chance: float


def split(mean: Floats, variance: Floats, which: Ints, inner: int) -> Split | None:
    """Split a measure's variance into hypothesis, parameters and chance; None if it has none.

    ``mean`` and ``variance`` by point, ``which`` the index of its hypothesis. With M inner runs a point's mean has
    variance (between points) + chance/M, so that

        chance = E[variance],   parameters = E_h[Var(mean | h)] - chance/M,   hypothesis = Var(mean) - E_h[Var(mean | h)]

    each not below 0. The hypotheses' own means are taken from enough points for their error to be left out.
    """
    chance = float(variance.mean())
    within, n = 0.0, len(mean)
    for h in np.unique(which):
        here = mean[which == h]
        within += float(((here - here.mean()) ** 2).sum())
    groups = len(np.unique(which))
    within = within / (n - groups) if n > groups else 0.0
    between = max(0.0, float(mean.var(ddof=1)) - within) if n > 1 else 0.0
    parts = (between, max(0.0, within - chance / inner), chance)
    total = sum(parts)
    return None if total <= 0.0 else Split(*(x / total for x in parts))
