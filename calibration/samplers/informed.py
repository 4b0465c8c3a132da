"""Importance sampling for a likelihood that is noisy, costs much, and leaves most coordinates at their prior.

A pilot from the prior says which coordinates the data move; the proposal follows them there, one by one, and keeps the prior
for the rest, with a share of the pilot's own law; Pareto k tells whether that was wide enough. Weights made of
unbiased estimates of the likelihood are exact whatever their noise. Source: Fearnhead, Papaspiliopoulos, Roberts & Stuart
(2010), Random-weight particle filtering, JRSS-B 72(4).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special

from calibration.arrays import Floats, as_floats
from calibration.samplers.pareto import pareto_k
from calibration.samplers.sample import DRAWS, Sample, Weighted, log_prior, sobol, systematic

PILOT, POINTS = 4096, 8192
PILOT_SHARE = 0.15
MOVED, NARROWED = 0.25, 0.8
"""A coordinate follows the pilot if its mean moved by so much or its sd fell below so much, in units of its law there."""
WIDER = 1.15
NARROWEST = 0.05


class Look(NamedTuple):
    """Where points are in z, and the estimated log likelihood there [W]."""

    z: Floats
    log_likelihood: Floats


See = Callable[[Floats, int, int], Look]
"""Look at rows of y, with so many particles and a seed. The map from y to z keeps volumes up to ``log_volume``."""


def informed(
    see: See, spread: Floats, log_volume: float, seed: int, pilot_particles: int, particles: int
) -> tuple[Sample, Floats]:
    """Draws in z and the evidence; and the log likelihood estimated at the draws.

    ``spread`` [dimensions] is the sd of the pilot's law in y, about 0; ``log_volume`` is log |dz/dy|.
    """
    size = len(spread)
    u = sobol(PILOT, size + 1, seed)
    y = as_floats(_normals(u[:, :size]) * spread)
    first = see(y, pilot_particles, seed)
    weights = _weights(first.log_likelihood + log_prior(first.z) + log_volume - _log_normal(y, 0.0, spread))
    centre = as_floats(weights @ y)
    width = as_floats(np.sqrt(weights @ (y - centre) ** 2))
    follows = (np.abs(centre) > MOVED * spread) | (width < NARROWED * spread)
    centre = np.where(follows, centre, 0.0)
    width = np.where(follows, np.maximum(WIDER * width, NARROWEST), spread)
    u = sobol(POINTS, size + 1, seed + 1)
    normal, from_pilot = _normals(u[:, :size]), u[:, size] < PILOT_SHARE
    y = as_floats(np.where(from_pilot[:, None], spread * normal, centre + width * normal))
    found = see(y, particles, seed + 1)
    log_proposal = np.logaddexp(
        math.log(1.0 - PILOT_SHARE) + _log_normal(y, centre, width),
        math.log(PILOT_SHARE) + _log_normal(y, 0.0, spread),
    )
    log_weights = as_floats(found.log_likelihood + log_prior(found.z) + log_volume - log_proposal)
    top = float(log_weights.max())
    raw = np.exp(log_weights - top)
    mean = float(raw.mean())
    ess = float(raw.sum() ** 2 / (raw**2).sum())
    rows = systematic(raw, DRAWS)
    sample = Sample(
        z=found.z[rows],
        log_evidence=top + math.log(mean),
        log_evidence_se=float(raw.std() / mean / math.sqrt(POINTS)),
        ess=ess,
        ess_share=ess / POINTS,
        pareto_k=pareto_k(log_weights),
        sampler="importance with particles",
        weighted=Weighted(found.z, raw),
    )
    return sample, as_floats(found.log_likelihood[rows])


def _normals(u: Floats) -> Floats:
    return as_floats(special.ndtri(u))


def _weights(log_weights: Floats) -> Floats:
    """Weights that sum to 1, the largest 1% cut to the smallest of them."""
    w = np.exp(log_weights - log_weights.max())
    w = np.minimum(w, np.sort(w)[-max(2, len(w) // 100)])
    return as_floats(w / w.sum())


def _log_normal(y: Floats, centre: Floats | float, width: Floats) -> Floats:
    """Log density of independent normals at rows of y."""
    x = (y - centre) / width
    return as_floats(
        -0.5 * (x**2).sum(axis=1) - np.log(width).sum() - 0.5 * y.shape[1] * math.log(2.0 * math.pi)
    )
