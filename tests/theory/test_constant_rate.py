"""With everything off, attacks are a Poisson process of constant rate."""

import numpy as np
import pytest
from scipy import stats

from tests.chance import FALSE_ALARM, MOST_Z, assert_count, assert_distributed, assert_share
from tests.worlds import a_world, params, simulate, times

DAYS, RATE, SHARES = 12.0, 2.5, (0.7, 0.3)


@pytest.fixture(scope="module")
def runs() -> list[dict[str, list[float]]]:
    """Times of attacks by place over 400 runs."""
    world, p = a_world(days=DAYS), params(base_rate=RATE)
    found = []
    for replication in range(400):
        events = simulate(world, p, SHARES, seed=101, replication=replication)
        found.append({place: times(events, place=place) for place in world.places})
    return found


def test_the_mean_is_rate_times_time(runs: list[dict[str, list[float]]]) -> None:
    """12,000 attacks expected in 400 runs of 12 days at 2.5; exact, false alarm 6.4e-5."""
    assert_count(sum(len(t) for run in runs for t in run.values()), 400 * DAYS * RATE)


def test_the_variance_is_the_mean(runs: list[dict[str, list[float]]]) -> None:
    """Dispersion Σ(n - λ)²/λ is chi-squared with 400 degrees of freedom; both tails, false alarm 6.4e-5."""
    counts = np.array([sum(len(t) for t in run.values()) for run in runs])
    x = ((counts - DAYS * RATE) ** 2 / (DAYS * RATE)).sum()
    p = 2 * min(stats.chi2.cdf(x, 400), stats.chi2.sf(x, 400))
    assert p > FALSE_ALARM


def test_times_are_uniform_and_places_shared_and_independent(runs: list[dict[str, list[float]]]) -> None:
    """Kolmogorov-Smirnov on all times, a binomial split, no correlation of counts; false alarm 6.4e-5 each."""
    everything = [t for run in runs for ts in run.values() for t in ts]
    assert_distributed(everything, "uniform", (0.0, DAYS))
    assert_share(sum(len(run["iraq"]) for run in runs), len(everything), SHARES[0])
    r = np.corrcoef([len(run["iraq"]) for run in runs], [len(run["syria"]) for run in runs])[0, 1]
    assert abs(r) * np.sqrt(400) <= MOST_Z


def test_gaps_are_exponential(runs: list[dict[str, list[float]]]) -> None:
    """Of all attacks in order, joined run to run at the horizons; false alarm 6.4e-5."""
    at = [i * DAYS + t for i, run in enumerate(runs) for t in sorted(t for ts in run.values() for t in ts)]
    assert_distributed(np.diff([0.0, *at]), "expon", (0.0, 1.0 / RATE))
