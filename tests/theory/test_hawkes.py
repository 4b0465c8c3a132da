"""Self-exciting attacks: mean with edge correction, variance, and sizes of clusters.

Mean from an empty start: SCIENCE 2, Rizoiu et al. (2022). Second moments: the moment equations of an
exponential Hawkes process (Da Fonseca & Zaatour 2014), solved here by ODE and checked against their
stationary closed form before they judge the engine.
"""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.chance import MOST_Z, assert_frequencies, assert_mean
from tests.worlds import a_world, params, simulate, times

MU, N, DAYS_OF_KERNEL = 1.2, 0.6, 3.0
BETA = 1.0 / DAYS_OF_KERNEL


def moments(
    mu: float, n: float, beta: float, t: float, start: tuple[float, float] = (0.0, 0.0)
) -> tuple[float, float]:
    """Mean and variance of the number of attacks by day t; ``start`` holds E[y] and E[y²] on day 0."""

    def slope(_: float, x: np.ndarray) -> list[float]:
        y, yy, a, ay, _aa = x
        rate = mu + y
        return [
            -beta * y + n * beta * rate,
            -2 * beta * yy + 2 * n * beta * (mu * y + yy) + (n * beta) ** 2 * rate,
            rate,
            -beta * ay + mu * y + yy + n * beta * (mu * a + ay) + n * beta * rate,
            2 * (mu * a + ay) + rate,
        ]

    end = solve_ivp(slope, (0.0, t), [*start, 0.0, 0.0, 0.0], rtol=1e-10, atol=1e-12).y[:, -1]
    return float(end[2]), float(end[4] - end[2] ** 2)


def test_the_moment_equations_agree_with_the_closed_forms() -> None:
    """Mean from empty: μ/(1-n)·[t - n(1 - e^{-β(1-n)t})/(β(1-n))]. Stationary variance: λ[t k² + (1-k²)(1-e^{-gt})/g]."""
    t, g, k = 20.0, BETA * (1 - N), 1 / (1 - N)
    mean = MU * k * (t - N * (1 - math.exp(-g * t)) / g)
    assert moments(MU, N, BETA, t)[0] == pytest.approx(mean, rel=1e-8)
    y = MU * N * k
    yy = y**2 + (N * BETA) ** 2 * MU * k / (2 * g)
    stationary = MU * k * (t * k**2 + (1 - k**2) * (1 - math.exp(-g * t)) / g)
    assert moments(MU, N, BETA, t, (y, yy))[1] == pytest.approx(stationary, rel=1e-8)


def assert_moments(runs: int, days: float, seed: int) -> None:
    """z of the mean, and of the variance by the spread of squared deviations; false alarm 6.4e-5 each."""
    world, p = (
        a_world(days=days, places=("iraq",)),
        params(base_rate=MU, branching_ratio=N, excitation_days=DAYS_OF_KERNEL),
    )
    counts = np.array(
        [len(times(simulate(world, p, seed=seed, replication=r))) for r in range(runs)], dtype=float
    )
    mean, variance = moments(MU, N, BETA, days)
    assert_mean(counts, mean)
    squares = (counts - mean) ** 2
    z = (squares.mean() - variance) / (squares.std(ddof=1) / math.sqrt(runs))
    assert abs(z) <= MOST_Z, f"variance {squares.mean():.1f}, expected {variance:.1f}, z = {z:.2f}"


def test_mean_and_variance_from_an_empty_start() -> None:
    """12 days, 1,000 runs: the mean to 1%, a variance nearly 3 times Poisson's to 5%."""
    assert moments(MU, N, BETA, 12.0)[1] > 2.9 * moments(MU, N, BETA, 12.0)[0]
    assert_moments(1_000, 12.0, seed=201)


@pytest.mark.nightly
def test_mean_and_variance_over_many_runs() -> None:
    """36 days, 10,000 runs: the mean to .5%, the variance to 1.5%."""
    assert_moments(10_000, 36.0, seed=202)


def test_one_attack_sets_off_a_borel_cluster() -> None:
    """No background, one opening attack, n = .6: P(k in all) = e^{-nk}(nk)^{k-1}/k!; mean 1/(1-n) = 2.5."""
    world = a_world(days=400.0, opening_attack=True)
    p = params(branching_ratio=N, excitation_days=DAYS_OF_KERNEL)
    sizes = np.array([len(times(simulate(world, p, seed=203, replication=r))) for r in range(1_500)])
    shares = [math.exp(-N * k) * (N * k) ** (k - 1) / math.factorial(k) for k in range(1, 9)]
    counted = [int((sizes == k).sum()) for k in range(1, 9)]
    assert_frequencies([*counted, int((sizes > 8).sum())], [*shares, 1 - sum(shares)])
    assert_mean(sizes, 1 / (1 - N))


def test_offspring_are_an_exponential_time_younger() -> None:
    """The time to the first offspring of a lone attack: P(T ≤ t) = 1 - exp(-n(1 - e^{-βt})); share without any e^{-n}."""
    world = a_world(days=60.0, opening_attack=True)
    p = params(branching_ratio=N, excitation_days=DAYS_OF_KERNEL)
    firsts = [
        x[1] if len(x) > 1 else math.inf
        for x in (times(simulate(world, p, seed=204, replication=r)) for r in range(1_500))
    ]
    edges = [0.0, 1.0, 2.0, 4.0, 8.0, math.inf]
    reach = [1 - math.exp(-N * (1 - math.exp(-BETA * t))) for t in edges[:-1]] + [1.0]
    counted = [sum(a < t <= b for t in firsts) for a, b in itertools.pairwise(edges)]
    assert_frequencies(counted, np.diff(reach).tolist())


def test_permission_scales_background_and_excitation() -> None:
    """In amber at .5 for good: a Hawkes process of background μ/2 and branching n/2."""
    world = a_world(days=15.0, permission=1)
    p = params(
        base_rate=MU,
        branching_ratio=N,
        excitation_days=DAYS_OF_KERNEL,
        permission_amber=0.5,
        restraint_days=1e12,
    )
    counts = [len(times(simulate(world, p, seed=205, replication=r))) for r in range(700)]
    assert_mean(counts, moments(MU / 2, N / 2, BETA, 15.0)[0])
