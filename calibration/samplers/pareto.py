"""Pareto k of importance weights: how heavy their tail is. Under 0.7 their mean can be trusted."""

import math

import numpy as np

from calibration.arrays import Floats


def pareto_k(log_weights: Floats) -> float:
    """Shape of a generalized Pareto fitted to the largest min(S/5, 3√S) of S weights.

    Below 0 the weights are bounded; from 0.7 on their mean is not reliable. Sources: Vehtari, Simpson,
    Gelman, Yao & Gabry (2024), JMLR 25; the fit is that of Zhang & Stephens (2009), Technometrics 51(3).
    """
    count = len(log_weights)
    tail = int(min(0.2 * count, 3.0 * math.sqrt(count)))
    if tail < 5:
        return math.inf
    ordered = np.sort(log_weights) - np.max(log_weights)
    over = np.exp(ordered[-tail:]) - math.exp(ordered[-tail - 1])
    if over[-1] <= 0.0 or over[0] < 0.0:
        return -math.inf  # all the weights in the tail are equal
    return _shape(np.maximum(over, over[-1] * 1e-15))


def _shape(x: Floats) -> float:
    """Zhang and Stephens' estimate for exceedances in rising order, with the PSIS prior (mean 1/2, weight 10)."""
    n = len(x)
    grid = 30 + int(math.sqrt(n))
    quartile = x[int(n / 4 + 0.5) - 1]
    b = 1.0 / x[-1] + (1.0 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3.0 * quartile)
    k = np.log1p(-b[:, None] * x).mean(axis=1)
    profile = n * (np.log(-b / k) - k - 1.0)
    weights = np.exp(profile - profile.max())
    mean_b = float((b * weights).sum() / weights.sum())
    shape = float(np.log1p(-mean_b * x).mean())
    return (n * shape + 5.0) / (n + 10.0)
