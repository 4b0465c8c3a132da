"""Adaptive importance sampling: Student-t about the mode, with a share of the prior, on a Sobol sequence."""

import math

import numpy as np
from scipy import special
from scipy.special import gammaln

from calibration.arrays import Floats, as_floats
from calibration.samplers.laplace import Mode
from calibration.samplers.pareto import pareto_k
from calibration.samplers.sample import DRAWS, Sample, Weighted, log_prior, sobol, systematic
from calibration.samplers.target import Target

FREEDOM = 15.0
PRIOR_SHARE = 0.2
"""Share of the proposal that is the prior itself: no weight can then exceed 5 times the likelihood."""
POINTS = 32768
ROUNDS = (2048, 4096, POINTS, POINTS)
ENOUGH = 0.2
"""A last round whose effective share is over this needs no further one."""


def importance(target: Target, mode: Mode, seed: int) -> Sample:
    """Draws from the posterior by weighting draws from 0.8 t_15(m, C) + 0.2 prior, in the target's coordinates.

    m and C start at the mode and are moved to the weighted mean and covariance of one round after another; there is
    one round more where the last is worth little. The evidence is the mean weight of the last round; its error is
    that of independent draws, which on a Sobol sequence is too wide.
    """
    centre, covariance = mode.y, mode.covariance
    for i, points in enumerate(ROUNDS):
        y, z, log_weights = _round(target, centre, covariance, points, seed + i)
        if points == POINTS and _ess(log_weights) > ENOUGH * points:
            break
        centre, covariance = _moments(y, log_weights)
    return _sample(z, log_weights)


def about(target: Target, y: Floats, weights: Floats, points: int, seed: int) -> Sample:
    """Draws by two rounds of the same about weighted rows of y: one to find the centre, one to keep."""
    centre, covariance = _moments(y, np.log(np.maximum(weights, 1e-300)))
    y, _, log_weights = _round(target, centre, covariance, points // 4, seed)
    centre, covariance = _moments(y, log_weights)
    _, z, log_weights = _round(target, centre, covariance, points, seed + 1)
    return _sample(z, log_weights)


def _sample(z: Floats, log_weights: Floats) -> Sample:
    """Draws of equal weight from weighted points, the evidence, and how far to trust them."""
    top = float(log_weights.max())
    weights = np.exp(log_weights - top)
    mean = float(weights.mean())
    ess = _ess(log_weights)
    return Sample(
        z=z[systematic(weights, DRAWS)],
        log_evidence=top + math.log(mean),
        log_evidence_se=float(weights.std() / mean / math.sqrt(len(z))),
        ess=ess,
        ess_share=ess / len(z),
        pareto_k=pareto_k(log_weights),
        sampler="importance",
        weighted=Weighted(z, weights),
    )


def _round(
    target: Target, centre: Floats, covariance: Floats, points: int, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Points of the proposal, where they are in z, and their log weights."""
    size = len(centre)
    u = sobol(points, size + 2, seed)
    normal = as_floats(special.ndtri(u[:, :size]))
    scale = special.gammaincinv(FREEDOM / 2.0, u[:, size]) / (FREEDOM / 2.0)  # χ²/ν
    root = as_floats(np.linalg.cholesky(covariance))
    y = centre + (normal / np.sqrt(scale)[:, None]) @ root.T
    from_prior = u[:, size + 1] < PRIOR_SHARE
    y[from_prior] = target.to_y(normal[from_prior])
    seen = target.see(y)
    log_student = math.log(1.0 - PRIOR_SHARE) + _log_student(y, centre, root)
    log_proposal = np.logaddexp(log_student, math.log(PRIOR_SHARE) + log_prior(seen.z))
    return y, seen.z, seen.log_posterior - log_proposal


def _ess(log_weights: Floats) -> float:
    """(Σw)²/Σw²."""
    w = np.exp(log_weights - log_weights.max())
    return float(w.sum() ** 2 / (w**2).sum())


def _log_student(z: Floats, centre: Floats, root: Floats) -> Floats:
    size = len(centre)
    away = np.linalg.solve(root, (z - centre).T)
    constant = (
        gammaln((FREEDOM + size) / 2.0) - gammaln(FREEDOM / 2.0) - 0.5 * size * math.log(FREEDOM * math.pi)
    )
    log_det = float(np.log(np.diag(root)).sum())
    return as_floats(constant - log_det - (FREEDOM + size) / 2.0 * np.log1p((away**2).sum(axis=0) / FREEDOM))


def _moments(z: Floats, log_weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean and covariance, with the largest 1% of the weights cut to the smallest of them."""
    weights = np.exp(log_weights - log_weights.max())
    weights = np.minimum(weights, np.sort(weights)[-max(2, len(weights) // 100)])
    centre = as_floats(np.average(z, axis=0, weights=weights))
    covariance = np.atleast_2d(np.cov(z.T, aweights=weights))
    return centre, as_floats(covariance + 1e-9 * np.eye(len(centre)))
