"""Adaptive importance sampling: Student-t about the mode, with a share of the prior, on a Sobol sequence."""

import math

import numpy as np
from scipy import special
from scipy.special import gammaln

from calibration.arrays import Floats, as_floats
from calibration.samplers.laplace import Mode
from calibration.samplers.pareto import pareto_k
from calibration.samplers.sample import DRAWS, LogDensity, Sample, log_prior, sobol, systematic

FREEDOM = 15.0
PRIOR_SHARE = 0.2
"""Share of the proposal that is the prior itself: no weight can then exceed 5 times the likelihood."""
ROUNDS = (2048, 4096)
POINTS = 32768


def importance(log_posterior: LogDensity, mode: Mode, seed: int) -> Sample:
    """Draws from the posterior by weighting draws from 0.8 t_15(m, C) + 0.2 N(0, I).

    m and C start at the mode and are moved twice to the weighted mean and covariance. The evidence is the mean
    weight of the last round; its error is that of independent draws, which on a Sobol sequence is too wide.
    """
    centre, covariance = mode.z, mode.covariance
    for i, points in enumerate(ROUNDS):
        z, log_weights = _round(log_posterior, centre, covariance, points, seed + i)
        centre, covariance = _moments(z, log_weights)
    z, log_weights = _round(log_posterior, centre, covariance, POINTS, seed + len(ROUNDS))
    top = float(log_weights.max())
    weights = np.exp(log_weights - top)
    mean = float(weights.mean())
    ess = float(weights.sum() ** 2 / (weights**2).sum())
    return Sample(
        z=z[systematic(weights, DRAWS)],
        log_evidence=top + math.log(mean),
        log_evidence_se=float(weights.std() / mean / math.sqrt(POINTS)),
        ess=ess,
        ess_share=ess / POINTS,
        pareto_k=pareto_k(log_weights),
        sampler="importance",
    )


def _round(
    log_posterior: LogDensity, centre: Floats, covariance: Floats, points: int, seed: int
) -> tuple[Floats, Floats]:
    """Points of the proposal and their log weights."""
    size = len(centre)
    u = sobol(points, size + 2, seed)
    normal = as_floats(special.ndtri(u[:, :size]))
    scale = special.gammaincinv(FREEDOM / 2.0, u[:, size]) / (FREEDOM / 2.0)  # χ²/ν
    root = as_floats(np.linalg.cholesky(covariance))
    student = centre + (normal / np.sqrt(scale)[:, None]) @ root.T
    z = np.where((u[:, size + 1] < PRIOR_SHARE)[:, None], normal, student)
    log_student = _log_student(z, centre, root)
    log_proposal = np.logaddexp(math.log(1.0 - PRIOR_SHARE) + log_student, math.log(PRIOR_SHARE) + log_prior(z))
    return z, log_posterior(z) - log_proposal


def _log_student(z: Floats, centre: Floats, root: Floats) -> Floats:
    size = len(centre)
    away = np.linalg.solve(root, (z - centre).T)
    constant = gammaln((FREEDOM + size) / 2.0) - gammaln(FREEDOM / 2.0) - 0.5 * size * math.log(FREEDOM * math.pi)
    log_det = float(np.log(np.diag(root)).sum())
    return as_floats(constant - log_det - (FREEDOM + size) / 2.0 * np.log1p((away**2).sum(axis=0) / FREEDOM))


def _moments(z: Floats, log_weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean and covariance, with the largest 1% of the weights cut to the smallest of them."""
    weights = np.exp(log_weights - log_weights.max())
    weights = np.minimum(weights, np.sort(weights)[-max(2, len(weights) // 100)])
    centre = as_floats(np.average(z, axis=0, weights=weights))
    covariance = np.atleast_2d(np.cov(z.T, aweights=weights))
    return centre, as_floats(covariance + 1e-9 * np.eye(len(centre)))
