"""Generalized Poisson counts, matched to a mean and a variance.

    P(n) = θ (θ + λn)^{n-1} e^{-θ - λn} / n!,    mean θ/(1 - λ),    variance θ/(1 - λ)³

It is the total of a Poisson number of whole clusters (Borel-Tanner), so exact for self-excitation that is
fast or absent. Source: Consul & Jain (1973), Technometrics 15(4).
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, xlogy

from calibration.arrays import Floats, as_floats

LEAST = 1e-300


class Counts(NamedTuple):
    """Parameters of generalized Poisson counts."""

    theta: Floats
    lam: Floats

    @property
    def mean(self) -> Floats:
        """θ/(1 - λ)."""
        return self.theta / (1.0 - self.lam)

    @property
    def variance(self) -> Floats:
        """θ/(1 - λ)³."""
        return self.theta / (1.0 - self.lam) ** 3


def matched(mean: Floats, variance: Floats) -> Counts:
    """Counts of this mean and variance: λ = 1 - √(mean/variance), θ = mean (1 - λ). Domain: variance ≥ mean."""
    mean = np.maximum(mean, LEAST)
    lam = 1.0 - np.sqrt(mean / np.maximum(variance, mean))
    return Counts(mean * (1.0 - lam), lam)


def thinned(mean: Floats, variance: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Mean d·m and variance d²v + d(1 - d)m of what is left when each is kept with probability d."""
    return share * mean, share**2 * variance + share * (1.0 - share) * mean


def log_probability(counts: Counts, n: int | Floats) -> Floats:
    """Log probability of n."""
    theta, lam = np.maximum(counts.theta, LEAST), counts.lam
    up = theta + lam * n
    return as_floats(np.log(theta) + xlogy(np.asarray(n) - 1.0, up) - up - gammaln(np.asarray(n) + 1.0))
