"""Clusters of self-exciting attacks: what one immigrant attack leads to within the time left.

With branching ratio n and kernel n β e^{-βs}, κ = β (1 - n), c = n/(1 - n), an immigrant with a days left has
a cluster (itself among them) of mean M(a) = 1 + c (1 - e^{-κa}) and second moment

    S(a) = M² + nβ ∫₀^a e^{-κs} M(a - s)² ds
         = M² + c (1 + c)² (1 - e^{-κa}) - 2 nβ c (1 + c) a e^{-κa} + c³ (e^{-κa} - e^{-2κa}).

The attacks in a window are a Poisson number of such clusters, so their mean is ∫ rM and their variance ∫ rS,
for r the rate of immigrants. Source: the moments of a Hawkes process by its cluster representation
(Hawkes & Oakes 1974).
"""

from typing import NamedTuple

import numpy as np

from calibration.arrays import Floats

MOST_BRANCHING = 0.999


class Moments(NamedTuple):
    """Mean and second moment of a cluster, [W, nodes]."""

    mean: Floats
    second: Floats


def cluster_moments(branching_ratio: Floats, excitation_days: Floats, days_left: Floats) -> Moments:
    """M(a) and S(a). ``branching_ratio`` and ``excitation_days`` are [W, 1], ``days_left`` [nodes]."""
    n = np.minimum(branching_ratio, MOST_BRANCHING)
    c = n / (1.0 - n)
    left = np.exp(-(1.0 - n) / excitation_days * days_left)
    mean = 1.0 + c * (1.0 - left)
    second = (
        mean**2
        + c * (1.0 + c) ** 2 * (1.0 - left)
        - 2.0 * (n / excitation_days) * c * (1.0 + c) * days_left * left
        + c**3 * left * (1.0 - left)
    )
    return Moments(mean, second)
