"""Prior distributions: each as a map from a standard normal, with its log density, mean and sd."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special

from calibration.arrays import Floats, as_floats
from sim.scenario.common import Beta, Gamma, HalfNormal, LogNormal, Normal, Prior, Uniform

Z90 = 1.6448536269514722
"""95% quantile of the standard normal: half the width of its central 90%."""
FARTHEST = 8.2  # past this |z| a double can't tell a probability from 0 or 1


class Distribution(NamedTuple):
    """A distribution of one number. ``from_normal`` is quantile(Φ(z)); it rises with z."""

    from_normal: Callable[[Floats], Floats]
    log_density: Callable[[Floats], Floats]
    mean: float
    sd: float


def normal(x: Normal) -> Distribution:
    """mean + sd·z."""
    return Distribution(
        lambda z: x.mean + x.sd * z,
        lambda v: -0.5 * ((v - x.mean) / x.sd) ** 2 - math.log(x.sd * math.sqrt(2 * math.pi)),
        x.mean,
        x.sd,
    )


def lognormal_sigma(x: LogNormal) -> float:
    """Sigma as given, or log(high/low)/(2·1.645): the width of the central 90%, about the median."""
    if x.low is not None and x.high is not None:
        return math.log(x.high / x.low) / (2 * Z90)
    return x.sigma or 0.0  # the config has either sigma or the two ends


def lognormal(x: LogNormal) -> Distribution:
    """median · exp(sigma·z)."""
    sigma = lognormal_sigma(x)
    mean = x.median * math.exp(sigma**2 / 2)

    def log_density(v: Floats) -> Floats:
        z = np.log(v / x.median) / sigma
        return as_floats(-0.5 * z**2 - np.log(v) - math.log(sigma * math.sqrt(2 * math.pi)))

    return Distribution(
        lambda z: as_floats(x.median * np.exp(sigma * z)),
        log_density,
        mean,
        mean * math.sqrt(math.expm1(sigma**2)),
    )


def half_normal(x: HalfNormal) -> Distribution:
    """|Normal(0, scale)|."""
    return Distribution(
        lambda z: as_floats(-x.scale * special.ndtri(special.ndtr(-_near(z)) / 2)),
        lambda v: -0.5 * (v / x.scale) ** 2 + math.log(2 / (x.scale * math.sqrt(2 * math.pi))),
        x.scale * math.sqrt(2 / math.pi),
        x.scale * math.sqrt(1 - 2 / math.pi),
    )


def beta(x: Beta) -> Distribution:
    """Beta(a, b)."""
    total = x.a + x.b
    return Distribution(
        lambda z: beta_from_normal(z, x.a, x.b),
        lambda v: as_floats(
            special.xlogy(x.a - 1, v) + special.xlog1py(x.b - 1, -v) - special.betaln(x.a, x.b)
        ),
        x.a / total,
        math.sqrt(x.a * x.b / (total**2 * (total + 1))),
    )


def beta_from_normal(z: Floats, a: float, b: float) -> Floats:
    """Quantile of Beta(a, b) at Φ(z), exact in both tails."""
    z = _near(z)
    low = special.betaincinv(a, b, special.ndtr(np.minimum(z, 0.0)))
    high = special.betainccinv(a, b, special.ndtr(-np.maximum(z, 0.0)))
    return np.clip(np.where(z < 0.0, low, high), 1e-300, 1.0 - 1e-15)


def gamma(x: Gamma) -> Distribution:
    """Gamma of this shape and rate."""

    def from_normal(z: Floats) -> Floats:
        z = _near(z)
        low = special.gammaincinv(x.shape, special.ndtr(np.minimum(z, 0.0)))
        high = special.gammainccinv(x.shape, special.ndtr(-np.maximum(z, 0.0)))
        return np.maximum(np.where(z < 0.0, low, high), 1e-300) / x.rate

    def log_density(v: Floats) -> Floats:
        constant = x.shape * math.log(x.rate) - math.lgamma(x.shape)
        return as_floats(special.xlogy(x.shape - 1, v) - x.rate * v + constant)

    return Distribution(from_normal, log_density, x.shape / x.rate, math.sqrt(x.shape) / x.rate)


def uniform(x: Uniform) -> Distribution:
    """low + (high - low)·Φ(z)."""
    width = x.high - x.low
    return Distribution(
        lambda z: as_floats(x.low + width * special.ndtr(z)),
        lambda v: np.where((v >= x.low) & (v <= x.high), -math.log(width), -np.inf),
        (x.low + x.high) / 2,
        width / math.sqrt(12),
    )


def distribution(prior: Prior) -> Distribution:
    """The one distribution that a prior of a config states.

    >>> from sim.scenario.common import LogNormal, Prior
    >>> round(distribution(Prior(lognormal=LogNormal(median=2.0, sigma=0.5))).mean, 4)
    2.2663
    """
    if prior.normal is not None:
        return normal(prior.normal)
    if prior.lognormal is not None:
        return lognormal(prior.lognormal)
    if prior.half_normal is not None:
        return half_normal(prior.half_normal)
    if prior.beta is not None:
        return beta(prior.beta)
    if prior.gamma is not None:
        return gamma(prior.gamma)
    if prior.uniform is not None:
        return uniform(prior.uniform)
    raise ValueError("a prior without a distribution")  # the config's model lets none through


def _near(z: Floats) -> Floats:
    return np.clip(z, -FARTHEST, FARTHEST)
