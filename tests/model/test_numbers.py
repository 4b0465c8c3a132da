"""Equations that every mechanism shares, against hand-worked numbers and scipy.stats."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.model.numbers import (
    binomial_quantile,
    bounded_exp,
    decayed,
    exponential_quantile,
    heavy_tail_quantile,
    lognormal_quantile,
    normal_quantile,
    poisson_quantile,
    relaxed,
    soft_limit,
)

GRID = [(2 * i + 1) / 2.0**53 for i in (0, 1, 2**20, 2**51, 2**52 - 2**20, 2**52 - 1)] + [
    i / 997 for i in range(1, 997)
]
uniforms = st.integers(0, 2**52 - 1).map(lambda x: (x + 0.5) * 2.0**-52)


@pytest.mark.parametrize(
    ("x", "as_if"), [(-1e9, -50.0), (-50.0, -50.0), (-1.5, -1.5), (0.0, 0.0), (50.0, 50.0), (math.inf, 50.0)]
)
def test_exponents_are_clamped_to_50(x: float, as_if: float) -> None:
    """exp(x) inside [-50, 50], the value at the end outside."""
    assert bounded_exp(x) == math.exp(as_if)


def test_decay_halves_in_a_half_life() -> None:
    """8 decays to 4, 2 and 1 over one, two and three half-lives of days·log 2; nothing stays nothing."""
    half_life = 10.0 * math.log(2.0)
    assert [decayed(8.0, 3.0, 3.0 + k * half_life, 10.0) for k in range(4)] == pytest.approx(
        [8.0, 4.0, 2.0, 1.0], rel=1e-14
    )
    assert decayed(8.0, 3.0, 3.0, 10.0) == 8.0
    assert decayed(0.0, -1e18, 3.0, 10.0) == 0.0


def test_relaxation_goes_half_way_in_a_half_life() -> None:
    """From .2 toward 1: .2, .6, .8; exactly the value at the start, the target in the end; down as well as up."""
    half_life = 10.0 * math.log(2.0)
    assert [relaxed(0.2, 1.0, 3.0, 3.0 + k * half_life, 10.0) for k in range(3)] == pytest.approx(
        [0.2, 0.6, 0.8], rel=1e-14
    )
    assert relaxed(1e-20, 1.0, 3.0, 3.0, 10.0) == 1e-20
    assert relaxed(0.3, 1.0, 3.0, 3.0, 10.0) == 0.3
    assert relaxed(0.2, 1.0, 0.0, 1e6, 10.0) == pytest.approx(1.0, rel=1e-15)
    assert relaxed(3.0, 1.0, 0.0, half_life, 10.0) == pytest.approx(2.0, rel=1e-14)
    assert relaxed(1.0, 1.0, 0.0, 5.0, 10.0) == 1.0


def test_the_soft_limit_has_slope_1_at_0_and_ends_at_the_limit() -> None:
    """limit·tanh(x/limit): odd, close to x where x is small, .7616·limit at the limit, never past it."""
    limit = math.log(4.0)
    assert soft_limit(1e-5, limit) == pytest.approx(1e-5, rel=1e-9)
    assert soft_limit(limit, limit) == pytest.approx(0.7615941559557649 * limit, rel=1e-15)
    assert soft_limit(1e6, limit) == limit == -soft_limit(-1e6, limit)
    assert soft_limit(-0.7, limit) == -soft_limit(0.7, limit)


def test_exponential_quantile_is_minus_log() -> None:
    """Positive at both ends of the open interval: 36.7 at 2^-53, 1.1e-16 at 1 - 2^-53."""
    assert exponential_quantile(2.0**-53) == pytest.approx(53.0 * math.log(2.0), rel=1e-15)
    assert exponential_quantile(1.0 - 2.0**-53) == pytest.approx(2.0**-53, rel=1e-9)


def test_normal_quantile_is_that_of_scipy() -> None:
    """Relative error under 1e-14 over the whole of (0, 1), both tails to 2^-53, and odd about one half."""
    expected = stats.norm.ppf(GRID)
    found = np.array([normal_quantile(u) for u in GRID])
    assert np.abs(found - expected) == pytest.approx(0.0, abs=1e-14 * (1.0 + np.abs(expected).max()))
    assert normal_quantile(0.5) == 0.0
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, rel=1e-15)
    assert normal_quantile(0.25) == -normal_quantile(0.75)


def test_lognormal_quantile_has_its_median_and_sigma() -> None:
    """Median at one half; one sigma up at 0.8413; sigma 0 is a constant."""
    assert lognormal_quantile(0.5, 2.0, 0.7) == 2.0
    assert lognormal_quantile(float(stats.norm.cdf(1.0)), 2.0, 0.7) == pytest.approx(
        2.0 * math.exp(0.7), rel=1e-12
    )
    assert lognormal_quantile(0.01, 2.0, 0.0) == 2.0


@pytest.mark.parametrize("mean", [1e-9, 0.3, 1.0, 7.5, 20.0, 50.0])
def test_poisson_quantile_is_that_of_scipy(mean: float) -> None:
    """The smallest n with P(N ≤ n) ≥ u, at a thousand places; the last 1e-14 of the tail is left out."""
    inside = [u for u in GRID if u < 1.0 - 1e-14]
    assert [poisson_quantile(u, mean, 10_000) for u in inside] == [
        int(x) for x in stats.poisson.ppf(inside, mean)
    ]


def test_poisson_quantile_stops_at_the_most() -> None:
    """Mean 0 gives 0, and no draw passes the most."""
    assert poisson_quantile(0.999, 0.0, 5) == 0
    assert poisson_quantile(1.0 - 2.0**-53, 20.0, 29) == 29


@pytest.mark.parametrize("n", [1, 2, 8, 30, 100, 500, 1000])
@pytest.mark.parametrize("p", [1e-6, 0.02, 0.4, 0.5, 0.6, 0.85, 0.98])
def test_binomial_quantile_is_that_of_scipy(n: int, p: float) -> None:
    """The smallest k with P(K ≤ k) ≥ u, also where (1 - p)^n is far below exp(-50).

    Where u falls on a step of the distribution function within rounding (1e-12), either side will do.
    """
    inside = np.array([u for u in GRID if 1e-13 < u < 1.0 - 1e-13])
    k = np.array([binomial_quantile(float(u), n, p) for u in inside])
    assert np.all(stats.binom.cdf(k, n, p) >= inside - 1e-12)
    assert np.all(stats.binom.cdf(k - 1, n, p) < inside + 1e-12)


def test_binomial_quantile_at_the_ends() -> None:
    """No trial, no chance and certainty."""
    assert [
        binomial_quantile(0.7, 0, 0.5),
        binomial_quantile(0.7, 9, 0.0),
        binomial_quantile(0.7, 9, 1.0),
    ] == [0, 0, 9]


@given(uniforms, st.floats(0.01, 100.0), st.floats(0.2, 10.0))
def test_heavy_tail_quantile_inverts_the_discretised_lomax(u: float, scale: float, tail: float) -> None:
    """n is the smallest whole number ≥ 1 with P(N > n) = (1 + n/scale)^(-tail) ≤ 1 - u, within rounding."""
    most = 10**9
    n = heavy_tail_quantile(u, scale, tail, most)

    def above(m: int) -> float:
        return float((1.0 + m / scale) ** -tail)

    assert n >= 1
    if n < most:
        assert above(n) <= (1.0 - u) * (1.0 + 1e-9)
        assert n == 1 or above(n - 1) >= (1.0 - u) * (1.0 - 1e-9)


def test_the_lomax_is_that_of_scipy() -> None:
    """The survival function that the quantile inverts, (1 + n/scale)^(-tail), is scipy's Lomax."""
    assert stats.lomax.sf([0, 1, 7, 400], 1.5, scale=3.0) == pytest.approx(
        [(1 + n / 3.0) ** -1.5 for n in (0, 1, 7, 400)]
    )


def test_heavy_tail_quantile_by_hand() -> None:
    """Scale 2, tail 1.5: P(N > 1) = 1.5^-1.5 = .5443, P(N > 6) = 4^-1.5 = 1/8; scale 0 is always 1."""
    assert heavy_tail_quantile(1.0 - 0.545, 2.0, 1.5, 500) == 1
    assert heavy_tail_quantile(1.0 - 0.544, 2.0, 1.5, 500) == 2
    assert heavy_tail_quantile(1.0 - 0.126, 2.0, 1.5, 500) == 6
    assert heavy_tail_quantile(1.0 - 0.124, 2.0, 1.5, 500) == 7
    assert heavy_tail_quantile(1.0 - 2.0**-53, 3.0, 0.1, 500) == 500
    assert heavy_tail_quantile(0.999, 0.0, 1.5, 500) == 1


@given(uniforms, uniforms)
def test_quantiles_rise_with_u(a: float, b: float) -> None:
    """A larger uniform never gives a smaller draw: what common random numbers rely on."""
    low, high = min(a, b), max(a, b)
    assert normal_quantile(low) <= normal_quantile(high) + 1e-14
    assert poisson_quantile(low, 4.0, 99) <= poisson_quantile(high, 4.0, 99)
    assert binomial_quantile(low, 40, 0.9) <= binomial_quantile(high, 40, 0.9)
    assert heavy_tail_quantile(low, 3.0, 1.5, 500) <= heavy_tail_quantile(high, 3.0, 1.5, 500)
