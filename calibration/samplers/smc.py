"""Tempered sequential Monte Carlo: from the prior to the posterior by steps, for what one mode can't hold."""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from calibration.arrays import Floats, as_floats
from calibration.samplers.sample import DRAWS, LogDensity, Sample, log_prior, systematic

RUNS = 4
PARTICLES = 1024
KEPT = 0.5
"""Each step of temperature keeps so much of the effective sample size."""
CORRELATION = 0.15
"""Moves go on until no coordinate remembers its start by more than this."""
MOST_MOVES = 80


class _Cloud(NamedTuple):
    z: Floats
    log_evidence: float


def tempered(log_likelihood: LogDensity, dimensions: int, seed: int) -> Sample:
    """Draws by four independent runs of tempered SMC with random-walk moves; the evidence from their mean.

    The error of the evidence is that of the mean of the four. Each run's temperatures are chosen so that a
    step keeps half of the effective sample size. Source: Del Moral, Doucet & Jasra (2006), JRSS-B 68(3).
    """
    clouds = [_run(log_likelihood, dimensions, np.random.default_rng([seed, i])) for i in range(RUNS)]
    logs = np.array([c.log_evidence for c in clouds])
    log_evidence = float(logsumexp(logs)) - math.log(RUNS)
    shares = np.exp(logs - log_evidence)
    z = np.concatenate([c.z for c in clouds])
    weights = np.repeat(shares, PARTICLES)
    worth = float(weights.sum() ** 2 / (weights**2).sum()) * len(np.unique(z, axis=0)) / len(z)
    return Sample(
        z=z[systematic(weights, DRAWS)],
        log_evidence=log_evidence,
        log_evidence_se=float(shares.std(ddof=1) / math.sqrt(RUNS)),
        ess=worth,
        ess_share=worth / len(z),
        pareto_k=math.nan,
        sampler="smc",
    )


def _run(log_likelihood: LogDensity, dimensions: int, rng: np.random.Generator) -> _Cloud:
    z = rng.standard_normal((PARTICLES, dimensions))
    level = log_likelihood(z)
    heat, log_evidence, scale = 0.0, 0.0, 1.0
    while heat < 1.0:
        step = _step(level, 1.0 - heat)
        log_weights = step * level
        log_evidence += float(logsumexp(log_weights)) - math.log(PARTICLES)
        heat = 1.0 if heat + step > 1.0 - 1e-9 else heat + step
        weights = np.exp(log_weights - log_weights.max())
        covariance = np.atleast_2d(np.cov(z.T, aweights=weights)) + 1e-10 * np.eye(dimensions)
        cumulative = np.cumsum(weights)
        at = (rng.random() + np.arange(PARTICLES)) / PARTICLES * cumulative[-1]
        chosen = np.minimum(np.searchsorted(cumulative, at), PARTICLES - 1)
        z, level, scale = _move(log_likelihood, z[chosen], level[chosen], heat, covariance, scale, rng)
    return _Cloud(z, log_evidence)


def _step(level: Floats, most: float) -> float:
    """The longest step of temperature that keeps half of the effective sample size, by bisection."""

    def kept(step: float) -> float:
        w = np.exp(step * (level - level.max()))
        return float(w.sum() ** 2 / (w**2).sum()) / len(level)

    if kept(most) >= KEPT:
        return most
    low, high = 0.0, most
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if kept(middle) > KEPT else (low, middle)
    return low


def _move(
    log_likelihood: LogDensity,
    z: Floats,
    level: Floats,
    heat: float,
    covariance: Floats,
    scale: float,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, float]:
    """Random-walk Metropolis until the cloud has forgotten where it was."""
    root = np.linalg.cholesky(covariance)
    start, size = z - z.mean(axis=0), z.shape[1]
    for _ in range(MOST_MOVES):
        width = scale * 2.38 / math.sqrt(size) * np.exp(0.3 * rng.standard_normal((len(z), 1)))
        there = z + width * (rng.standard_normal(z.shape) @ root.T)
        level_there = log_likelihood(there)
        gain = heat * (level_there - level) + log_prior(there) - log_prior(z)
        accepted = np.log(rng.random(len(z))) < gain
        z = np.where(accepted[:, None], there, z)
        level = np.where(accepted, level_there, level)
        scale *= math.exp(0.5 * (float(accepted.mean()) - 0.25))
        now = z - z.mean(axis=0)
        memory = (now * start).sum(axis=0) / np.sqrt((now**2).sum(axis=0) * (start**2).sum(axis=0))
        if float(memory.max()) < CORRELATION:
            break
    return as_floats(z), as_floats(level), scale
