"""Moments of clusters and of the counts they make, against integral equations and known limits."""

import numpy as np
import pytest

from calibration.likelihoods.clusters import cluster_moments

CASES = [(0.2, 2.0, 9.0), (0.6, 7.0, 12.7), (0.9, 0.5, 4.0), (0.5, 40.0, 8.0)]


def column(x: float) -> np.ndarray:
    return np.array([[x]])


def by_integral_equations(n: float, days: float, age: float, steps: int = 4000) -> tuple[float, float]:
    """Mean and second moment of a cluster from the renewal equations of its definition, by the trapezoid rule.

    M(a) = 1 + ∫₀^a φ(s) M(a - s) ds and S = V + M², V(a) = ∫₀^a φ(s) [V + M²](a - s) ds: an attack's children come
    as a Poisson process of rate φ(s) = nβ e^{-βs}, each with a cluster of its own.
    """
    h = age / steps
    phi = n / days * np.exp(-np.arange(steps + 1) * h / days)
    mean, var = np.ones(steps + 1), np.zeros(steps + 1)
    for i in range(1, steps + 1):
        m = phi[1 : i + 1] @ mean[i - 1 :: -1] - 0.5 * phi[i] * mean[0]
        mean[i] = (1.0 + h * m) / (1.0 - 0.5 * h * phi[0])
        second = var + mean**2
        v = phi[1 : i + 1] @ second[i - 1 :: -1] - 0.5 * phi[i] * second[0] + 0.5 * phi[0] * mean[i] ** 2
        var[i] = h * v / (1.0 - 0.5 * h * phi[0])
    return float(mean[-1]), float(var[-1] + mean[-1] ** 2)


@pytest.mark.parametrize(("n", "days", "age"), CASES)
def test_cluster_moments_solve_the_renewal_equations(n: float, days: float, age: float) -> None:
    """Mean and second moment agree with a numerical solution of the equations that define them (error O(h²))."""
    found = cluster_moments(column(n), column(days), np.array([age]))
    expected = by_integral_equations(n, days, age)
    assert (found.mean.item(), found.second.item()) == pytest.approx(expected, rel=2e-4)


def test_a_whole_cluster_is_borel() -> None:
    """Long after, the total progeny has mean 1/(1-n) and variance n/(1-n)³: the Borel distribution's."""
    found = cluster_moments(column(0.4), column(0.1), np.array([50.0]))
    assert found.mean.item() == pytest.approx(1 / 0.6)
    assert found.second.item() - found.mean.item() ** 2 == pytest.approx(0.4 / 0.6**3)


def test_over_a_long_window_the_variance_is_that_of_a_stationary_hawkes_process() -> None:
    """Var N(T)/T tends to μ/(1-n)³ (Hawkes 1971): the mean of S over ages, for T of 4,000 kernel times, within 1%."""
    ages = (np.arange(200_000) + 0.5) / 200_000 * 20_000.0
    s = cluster_moments(column(0.5), column(5.0), ages).second
    assert s.mean() == pytest.approx(1 / 0.5**3, rel=1e-2)
