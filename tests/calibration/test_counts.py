"""The generalized Poisson family and its thinning, against sums and SciPy."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from calibration.likelihoods.counts import Counts, log_probability, matched, thinned

N = np.arange(4000.0)


def column(x: float) -> np.ndarray:
    return np.array([[x]])


@pytest.mark.parametrize(("mean", "variance"), [(3.0, 3.0), (3.0, 9.0), (18.0, 120.0), (0.2, 0.9)])
def test_probabilities_sum_to_one_with_the_moments_asked_for(mean: float, variance: float) -> None:
    """Σ P = 1, Σ nP and Σ n²P - mean² by direct summation are what it was matched to."""
    p = np.exp(log_probability(matched(column(mean), column(variance)), N))[0]
    found = (p.sum(), p @ N, p @ N**2 - (p @ N) ** 2)
    assert found == pytest.approx((1.0, mean, variance), rel=1e-9)


def test_no_excess_variance_is_poisson() -> None:
    """λ = 0: SciPy's Poisson, n = 0 among them."""
    found = log_probability(matched(column(2.5), column(2.5)), N[:40])[0]
    np.testing.assert_allclose(found, stats.poisson(2.5).logpmf(N[:40]), rtol=1e-10)


def test_it_is_the_total_of_a_poisson_number_of_borel_families() -> None:
    """Poisson(θ) families whose total progeny is Borel(λ), convolved by hand, have this law."""
    theta, lam, most = 1.7, 0.4, 60
    one = borel(lam, most)
    total, power = np.zeros(most + 1), np.eye(1, most + 1)[0]
    for k in range(80):
        total += stats.poisson(theta).pmf(k) * power
        power = np.convolve(power, one)[: most + 1]
    found = np.exp(log_probability(Counts(column(theta), column(lam)), np.arange(most + 1.0)))[0]
    np.testing.assert_allclose(found, total, rtol=1e-9, atol=1e-300)


def borel(lam: float, most: int) -> np.ndarray:
    """P(n) = e^{-λn} (λn)^{n-1} / n!, n = 1 … most: total progeny of one under Poisson(λ) offspring."""
    n = np.arange(1, most + 1)
    return np.concatenate([[0.0], np.exp(-lam * n + (n - 1) * np.log(lam * n) - gammaln(n + 1))])


def test_thinning_has_the_moments_of_independent_reports() -> None:
    """Each of N kept with probability d: mean d·m and variance d²v + d(1-d)m, by summing Binomial(N, d) over N."""
    d, p = 0.7, np.exp(log_probability(matched(column(6.0), column(14.0)), N[:400]))[0]
    kept = sum(p[n] * stats.binom(n, d).pmf(N[:400]) for n in range(400))
    mean = kept @ N[:400]
    found = thinned(np.array(6.0), np.array(14.0), np.array(d))
    assert found == pytest.approx((mean, kept @ N[:400] ** 2 - mean**2), rel=1e-6)
