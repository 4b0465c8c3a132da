"""Tails of priors against scipy, which computes them by other methods."""

import itertools

import pytest
from scipy import stats

from sim.scenario.common import Beta, Gamma, HalfNormal, LogNormal, Normal, Prior, Uniform
from sim.scenario.tails import beta_below, gamma_below, outside, sigma_of


def test_gamma() -> None:
    for shape, x in itertools.product(
        (0.1, 0.5, 1, 2, 14, 100, 1e4), (1e-6, 0.1, 1, 5, 20, 99, 101, 1e4, 2e4)
    ):
        assert gamma_below(shape, x) == pytest.approx(stats.gamma(shape).cdf(x), abs=1e-10)


def test_beta() -> None:
    shapes = (0.1, 0.5, 1, 2, 5, 14, 100, 1000)
    for a, b, x in itertools.product(shapes, shapes, (1e-6, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9)):
        assert beta_below(a, b, x) == pytest.approx(stats.beta(a, b).cdf(x), abs=1e-10)


def test_outside() -> None:
    """Below the low end and above the high one, by each form's distribution in scipy."""
    lognormal = LogNormal(median=5.0, low=1.5, high=17.0)
    cases = [
        (Prior(normal=Normal(mean=0.1, sd=0.4)), stats.norm(0.1, 0.4)),
        (Prior(lognormal=lognormal), stats.lognorm(sigma_of(lognormal), scale=5.0)),
        (Prior(half_normal=HalfNormal(scale=0.3)), stats.halfnorm(scale=0.3)),
        (Prior(beta=Beta(a=2.0, b=3.0)), stats.beta(2.0, 3.0)),
        (Prior(gamma=Gamma(shape=2.0, rate=4.0)), stats.gamma(2.0, scale=0.25)),
        (Prior(uniform=Uniform(low=-1.0, high=2.0)), stats.uniform(-1.0, 3.0)),
    ]
    for (prior, truth), (low, high) in itertools.product(cases, ((0.0, 1.0), (0.2, 0.7), (-0.5, 10.0))):
        assert outside(prior, low, high) == pytest.approx(truth.cdf(low) + truth.sf(high), abs=1e-10)


def test_sigma_spans_the_central_ninety_per_cent() -> None:
    """With median 1 and ends .05 and 20, which are symmetric in the logarithm, 90% lie between them."""
    sigma = sigma_of(LogNormal(median=1.0, low=0.05, high=20.0))
    assert stats.lognorm(sigma).cdf(20.0) - stats.lognorm(sigma).cdf(0.05) == pytest.approx(0.9)
