"""Are ranks uniform? The distribution of ranks against bands that hold all of it at once.

N ranks of 0 … L are uniform if their cumulative count at each z_i = i/(L + 1) is Binomial(N, z_i); the counts of one
sample are a Markov chain in i. The pointwise level γ whose limits the whole chain leaves with probability α is had by
following the chain through the limits: exact, no simulation. Source: Säilynoja, Bürkner & Vehtari (2022), Statistics and
Computing 32:32, section 2.2.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import gammaln

from calibration.arrays import Indices, as_floats, as_indices

LEAST_TAIL = 1e-14


class Bands(NamedTuple):
    """Limits of the cumulative counts at i/(L + 1), i = 1 … L; a chain inside all of them passes."""

    low: Indices
    high: Indices


def limits(ranks: int, of: int, pointwise: float) -> Bands:
    """Central limits of Binomial(ranks, i/(of + 1)) at each point by itself: each tail outside has less than γ/2."""
    z = np.arange(1, of + 1) / (of + 1)
    low = as_indices(stats.binom.ppf(pointwise / 2.0, ranks, z))
    return Bands(low, ranks - low[::-1])


def staying(ranks: int, bands: Bands) -> float:
    """Probability that the cumulative counts of uniform ranks stay within the bands at every point."""
    points = len(bands.low)
    log_factorial = as_floats(gammaln(np.arange(ranks + 1) + 1.0))
    here, chance = np.array([0]), np.array([1.0])
    for i in range(points):
        q = 1.0 / (points + 1 - i)  # of the ranks not yet passed, the share in the next step
        there = np.arange(bands.low[i], bands.high[i] + 1)
        gone, left = there - here[:, None], ranks - here[:, None]
        possible = gone >= 0
        gone = np.maximum(gone, 0)
        log_p = log_factorial[left] - log_factorial[gone] - log_factorial[left - gone]
        log_p = log_p + gone * math.log(q) + (left - gone) * math.log1p(-q)
        chance = chance @ np.where(possible, np.exp(log_p), 0.0)
        here = there
    return float(chance.sum())


@cache
def pointwise_level(ranks: int, of: int, alpha: float) -> float:
    """γ: limits at this pointwise level are left somewhere with probability α, or less by as little as counts allow."""

    def excess(log_level: float) -> float:
        return 1.0 - staying(ranks, limits(ranks, of, math.exp(log_level))) - alpha

    low, high = math.log(alpha / (20.0 * of)), math.log(alpha)
    if excess(low) > 0.0 or excess(high) < 0.0:  # few ranks: the limits are steps
        return math.exp(low)
    found = float(brentq(excess, low, high, xtol=1e-3))
    return math.exp(found if excess(found) <= 0.0 else found - 2e-3)


def simultaneous_bands(ranks: int, of: int, alpha: float) -> Bands:
    """Bands that the cumulative counts of so many uniform ranks leave with probability α."""
    return limits(ranks, of, pointwise_level(ranks, of, alpha))


def cumulative(ranks: Indices, of: int) -> Indices:
    """How many ranks lie below i, i = 1 … of."""
    return as_indices(np.cumsum(np.bincount(ranks, minlength=of + 1))[:of])


def p_value(ranks: Indices, of: int) -> float:
    """Probability that the counts of uniform ranks are somewhere as far out, by their pointwise tails, as these are."""
    counts = cumulative(ranks, of)
    z = np.arange(1, of + 1) / (of + 1)
    tails = np.minimum(stats.binom.cdf(counts, len(ranks), z), stats.binom.sf(counts - 1, len(ranks), z))
    farthest = float(tails.min())
    if farthest < LEAST_TAIL:
        return min(1.0, 2.0 * of * farthest)  # a bound (Bonferroni), where the chain's own sum rounds to 1
    # strictly inside: the limits at this level hold the farthest point itself, so step past it
    inside = limits(len(ranks), of, min(1.0, 2.0 * farthest * (1.0 + 1e-9)))
    return float(min(1.0, max(0.0, 1.0 - staying(len(ranks), inside))))
