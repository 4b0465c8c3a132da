"""What a sampler gives: draws of equal weight, the evidence with its error, and how far to trust both."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special
from scipy.stats import qmc

from calibration.arrays import Floats, Indices, as_floats

DRAWS = 4000
LogDensity = Callable[[Floats], Floats]
"""Log density, of the likelihood or the posterior, at rows of z: [W, dimensions] to [W]."""


class Weighted(NamedTuple):
    """All points that a sampler looked at, in z [W, dimensions], with their weights [W]."""

    z: Floats
    weights: Floats


class Sample(NamedTuple):
    """Draws in z [4000, dimensions]; ``ess`` is the number of independent draws that all that was sampled is worth.

    ``weighted`` holds the points that the draws were taken from, where there are more of them: means and variances
    are the surer for it.
    """

    z: Floats
    log_evidence: float
    log_evidence_se: float
    ess: float
    ess_share: float
    pareto_k: float
    sampler: str
    notes: tuple[str, ...] = ()
    weighted: Weighted | None = None


def log_prior(z: Floats) -> Floats:
    """Log density of N(0, I) at rows of z."""
    return as_floats(-0.5 * (z**2).sum(axis=1) - 0.5 * z.shape[1] * np.log(2.0 * np.pi))


def sobol(points: int, dimensions: int, seed: int) -> Floats:
    """Scrambled Sobol points strictly inside the unit cube; the same for the same seed."""
    u = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed)).random(points)
    return np.clip(as_floats(u), 1e-12, 1.0 - 1e-12)


def sobol_normals(points: int, dimensions: int, seed: int) -> Floats:
    """Standard normals on a scrambled Sobol sequence."""
    return as_floats(special.ndtri(sobol(points, dimensions, seed)))


def systematic(weights: Floats, number: int) -> Indices:
    """Indices of ``number`` equal-weight draws by systematic resampling from the middle of each stride."""
    cumulative = np.cumsum(weights)
    at = (np.arange(number) + 0.5) / number * cumulative[-1]
    return np.asarray(np.minimum(np.searchsorted(cumulative, at), len(weights) - 1))
