"""Targets that a sampler must get right before it is trusted: each with its evidence and one mean that tell.

A sampler here knows a prior N(0, I) and a likelihood, so a density p is put to it as the likelihood p/N(0, I), whose
evidence is 1; a likelihood under a uniform prior by way of x = low + (high - low)·Φ(z). What has no closed form is
integrated on a grid. The list is that of the field: Neal (2003) for the funnel, Feroz & Hobson (2008) for shells and
the egg box.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from calibration.arrays import Floats, as_floats
from calibration.samplers.sample import LogDensity, log_prior

FORBIDDEN = -1e12  # log likelihood where there is none, as the count filter has it
BOUND = 0.8
GRID = 1201
ODDS = np.array([0.3, 0.7])


def _normal(x: Floats, mean: float, sd: float | Floats) -> Floats:
    """Log density of N(mean, sd²); SciPy's own checks its arguments for longer than it computes."""
    return as_floats(-0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * math.log(2.0 * math.pi))


class Gate(NamedTuple):
    """A target: ``mean`` is the posterior mean of ``statistic``, a number for each row of z."""

    dimensions: int
    log_likelihood: LogDensity
    log_evidence: float
    statistic: Callable[[Floats], Floats]
    mean: float


def square(dimensions: int = 12, sd: float = 1.0) -> Gate:
    """N(.5, sd²) in every coordinate: ‖(z - .5)/sd‖² has mean d."""
    return Gate(
        dimensions,
        lambda z: as_floats(_normal(z, 0.5, sd).sum(axis=1) - log_prior(z)),
        0.0,
        lambda z: as_floats((((z - 0.5) / sd) ** 2).sum(axis=1)),
        float(dimensions),
    )


def correlated(rho: float = 0.99) -> Gate:
    """Two coordinates of sd .6 that correlate by ρ: the product of them has mean .36·ρ."""
    law = stats.multivariate_normal(np.zeros(2), 0.36 * np.array([[1.0, rho], [rho, 1.0]]))
    return Gate(
        2,
        lambda z: as_floats(law.logpdf(z) - log_prior(z)),
        0.0,
        lambda z: as_floats(z[:, 0] * z[:, 1] / 0.36),
        rho,
    )


def funnel(width: int = 4) -> Gate:
    """v ~ N(0, .7²), the others N(0, s(v)²) with s from .006 at v = -2.1 to .9: v keeps its law, so v² has mean .49."""

    def log_likelihood(z: Floats) -> Floats:
        v = z[:, 0]
        s = np.minimum(np.exp(1.5 * v - 2.0), 0.9)[:, None]
        return as_floats(_normal(v, 0.0, 0.7) + _normal(z[:, 1:], 0.0, s).sum(axis=1) - log_prior(z))

    return Gate(1 + width, log_likelihood, 0.0, lambda z: as_floats(z[:, 0] ** 2 / 0.49), 1.0)


def two_modes(dimensions: int = 3, sd: float = 1.0 / 3.0) -> Gate:
    """.3 and .7 of two normals at ±6 of their own sds in the first coordinate: the share of the second."""
    at = 6.0 * sd

    def log_likelihood(z: Floats) -> Floats:
        parts = [math.log(w) + _normal(z[:, 0], m, sd) for w, m in zip(ODDS, (-at, at), strict=True)]
        rest = _normal(z[:, 1:], 0.0, sd).sum(axis=1)
        return as_floats(np.logaddexp(*parts) + rest - log_prior(z))

    return Gate(dimensions, log_likelihood, 0.0, lambda z: as_floats(z[:, 0] > 0.0), 0.7)


def truncated() -> Gate:
    """N(0, I) in two dimensions with nothing under .8 in the first: its mean is that of the half line, φ/(1 - Φ)."""
    law = stats.norm()
    return Gate(
        2,
        lambda z: np.where(z[:, 0] > BOUND, 0.0, FORBIDDEN),
        float(law.logsf(BOUND)),
        lambda z: z[:, 0],
        float(law.pdf(BOUND) / law.sf(BOUND)),
    )


def rosenbrock() -> Gate:
    """-(1 - x)² - 20 (y - x²)² with the prior N(0, I) on both: a bent ridge; the mean of y by quadrature."""

    def log_likelihood(z: Floats) -> Floats:
        x, y = z.T
        return as_floats(-((1.0 - x) ** 2) - 20.0 * (y - x**2) ** 2)

    log_z, mean = _on_grid(lambda x: log_likelihood(x) + log_prior(x), (-6.0, 6.0), lambda x: x[:, 1])
    return Gate(2, log_likelihood, log_z, lambda z: z[:, 1], mean)


def shells() -> Gate:
    """Two rings of radius 2 and width .1 about (±3.5, 0) under a uniform prior on [-6, 6]²: |y| tells ring from centre."""

    def in_x(x: Floats) -> Floats:
        rings = [_normal(np.hypot(x[:, 0] - c, x[:, 1]), 2.0, 0.1) for c in (-3.5, 3.5)]
        return as_floats(np.logaddexp(*rings))

    return _uniform(in_x, (-6.0, 6.0), lambda x: np.abs(x[:, 1]))


def egg_box() -> Gate:
    """(2 + cos(x/2) cos(y/2))⁵ under a uniform prior on [0, 10π]²: 18 peaks; a peak's half squared width by cos·cos."""

    def ripple(x: Floats) -> Floats:
        return as_floats(np.cos(x[:, 0] / 2.0) * np.cos(x[:, 1] / 2.0))

    return _uniform(lambda x: as_floats((2.0 + ripple(x)) ** 5), (0.0, 10.0 * math.pi), ripple)


def _uniform(in_x: LogDensity, ends: tuple[float, float], statistic: Callable[[Floats], Floats]) -> Gate:
    """A likelihood of x in a square, the prior uniform there."""
    low, high = ends
    log_z, mean = _on_grid(lambda x: in_x(x) - 2.0 * math.log(high - low), ends, statistic)

    def to_x(z: Floats) -> Floats:
        return as_floats(low + (high - low) * special.ndtr(z))

    return Gate(2, lambda z: in_x(to_x(z)), log_z, lambda z: statistic(to_x(z)), mean)


def _on_grid(
    log_density: LogDensity, ends: tuple[float, float], statistic: Callable[[Floats], Floats]
) -> tuple[float, float]:
    """Log integral of a density over a square, and the mean of a statistic, by the midpoint rule.

    Steps are a tenth of the narrowest bend, where the rule is good to more digits than are used.
    """
    step = (ends[1] - ends[0]) / GRID
    at = ends[0] + step * (np.arange(GRID) + 0.5)
    logs, means = np.empty(GRID), np.empty(GRID)
    for i, x in enumerate(at):
        row = np.column_stack([np.full(GRID, x), at])
        level = log_density(row)
        logs[i] = special.logsumexp(level)
        means[i] = np.exp(level - logs[i]) @ statistic(row)
    total = float(special.logsumexp(logs))
    return total + 2.0 * math.log(step), float(np.exp(logs - total) @ means)


GATES: dict[str, Callable[[], Gate]] = {
    "square": square, "correlated": correlated, "funnel": funnel, "two modes": two_modes, "truncated": truncated,
    "rosenbrock": rosenbrock, "shells": shells, "egg box": egg_box,
}  # fmt: skip
