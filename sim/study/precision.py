"""Standard errors clustered by posterior draw, and the rule by which runs stop."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.scenario.study import Precision

NORMAL_95 = 1.959963984540054

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]


def clusters(which: Ints, draws: Ints) -> Ints:
    """A number for each posterior draw that runs share; a run without a draw (-1) stands alone.

    ``which`` is the index of a run's hypothesis, ``draws`` that of its posterior draw.
    """
    alone = np.arange(len(draws))
    label = np.where(draws >= 0, which * (int(draws.max(initial=0)) + 1) + draws, -1 - alone)
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def clustered_error(values: Floats, cluster: Ints) -> float:
    """Standard error of the mean when runs of one posterior draw go together.

    se² = G/(G - 1) · Σ_g (Σ_{i in g} (v_i - mean))² / n², with G clusters of n runs in all. With every
    run its own cluster this is the usual s²/n. Infinite for a single cluster.

    Source: Liang & Zeger (1986), Biometrika 73, for the sandwich of an intercept alone.

    >>> clustered_error(np.array([1.0, 3.0]), np.array([0, 1]))
    1.0
    """
    n = len(values)
    groups = int(cluster.max()) + 1 if n else 0
    if groups < 2:
        return float("inf")
    sums = np.bincount(cluster, weights=values - values.mean(), minlength=groups)
    return float(np.sqrt(groups / (groups - 1) * np.sum(sums**2)) / n)


def precise(
    columns: Mapping[str, Floats],
    cluster: Ints,
    asked: Mapping[str, Precision],
) -> bool:
    """Is each measure asked for precise enough under every policy? A mean of 0 with no spread is."""
    for name, want in asked.items():
        for values in columns[name].T:
            half_width = NORMAL_95 * clustered_error(values, cluster)
            if not half_width <= want.half_width_share * abs(values.mean()):
                return False
    return True
