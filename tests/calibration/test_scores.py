"""Scores of a forecast: against closed forms, hand calculations, and what makes a score proper."""

from itertools import combinations

import numpy as np
import pytest
from scipy import special, stats

from calibration.baselines import NegativeBinomial
from calibration.scores import ENDS, LEVELS, crps, held, log_score, mid_pit, mixture_log_score, quantiles
from tests.chance import MOST_Z, assert_mean

RNG = 20231108


def poisson_crps(mean: float, y: int) -> float:
    """CRPS of a Poisson forecast: (y - λ)(2F(y) - 1) + 2λ f(y) - λ e^{-2λ} (I₀(2λ) + I₁(2λ)).

    Wei & Held (2014), Test 23; the formula that the R package scoringRules documents.
    """
    f, below = stats.poisson.pmf(y, mean), stats.poisson.cdf(y, mean)
    bessel = special.ive(0, 2.0 * mean) + special.ive(1, 2.0 * mean)  # scaled by e^{-2λ}
    return float((y - mean) * (2.0 * below - 1.0) + 2.0 * mean * f - mean * bessel)


@pytest.mark.parametrize(("mean", "y"), [(0.7, 0), (3.0, 3), (19.0, 31), (120.0, 90)])
def test_the_exact_crps_is_the_closed_form_of_a_poisson(mean: float, y: int) -> None:
    """A negative binomial of size 1e9 is Poisson to 1e-7; the two ways to the same number agree to 1e-5."""
    size = 1e9
    assert NegativeBinomial(size, size / (size + mean)).crps(y) == pytest.approx(
        poisson_crps(mean, y), abs=1e-5
    )


@pytest.mark.parametrize(("mean", "y"), [(0.7, 2), (3.0, 3), (19.0, 31)])
def test_the_crps_of_a_sample_is_the_exact_one_within_its_stated_error(mean: float, y: int) -> None:
    """20,000 Poisson draws: |estimate - closed form| ≤ 4 stated standard errors; false alarm 6.4e-5."""
    found = crps(np.random.default_rng(RNG).poisson(mean, 20_000), y)
    assert abs(found.value - poisson_crps(mean, y)) <= MOST_Z * found.se


def test_the_crps_of_a_few_runs_by_hand() -> None:
    """Runs 1, 3, 4 and a count of 2: mean |x - 2| = 4/3; pairs 2, 3, 1 have mean 2; 4/3 - 2/2 = 1/3."""
    assert crps(np.array([4, 1, 3]), 2).value == pytest.approx(1.0 / 3.0, abs=1e-12)


def test_the_crps_is_that_of_all_pairs() -> None:
    """The running sums against every pair of 60 runs, one by one."""
    x = np.random.default_rng(RNG).poisson(5.0, 60)
    pairs = np.mean([abs(int(a) - int(b)) for a, b in combinations(x, 2)])
    assert crps(x, 4).value == pytest.approx(np.abs(x - 4).mean() - 0.5 * pairs, abs=1e-12)


def test_the_crps_of_few_runs_is_unbiased_and_its_error_honest() -> None:
    """2,000 samples of 20 runs: their mean is the closed form (false alarm 6.4e-5); the stated error is the spread within 10%."""
    rng = np.random.default_rng(RNG)
    found = [crps(rng.poisson(4.0, 20), 6) for _ in range(2000)]
    assert_mean([x.value for x in found], poisson_crps(4.0, 6))
    spread, stated = np.std([x.value for x in found]), np.sqrt(np.mean([x.se**2 for x in found]))
    assert stated == pytest.approx(spread, rel=0.1)


def test_the_log_score_of_a_known_negative_binomial() -> None:
    """Size 3, p = ½, count 2: C(4, 2) · (½)³ · (½)² = 6/32, so -ln is ln(16/3)."""
    assert NegativeBinomial(3.0, 0.5).log_score(2) == pytest.approx(np.log(16.0 / 3.0), abs=1e-12)


def test_the_log_score_of_a_sample_is_near_the_true_one() -> None:
    """20,000 Poisson draws: within 4 stated standard errors of -ln P (the added run moves it by under 1e-3)."""
    found = log_score(np.random.default_rng(RNG).poisson(6.0, 20_000), 4)
    assert abs(found.value + stats.poisson.logpmf(4, 6.0)) <= MOST_Z * found.se + 1e-3


@pytest.mark.parametrize("sample", [[0, 0, 0, 0], [3, 5, 9, 4]])
def test_the_masses_of_a_sample_sum_to_one_and_none_is_zero(sample: list[int]) -> None:
    """The smoothed masses are a distribution over all counts, whatever the runs gave."""
    x = np.array(sample)
    masses = [np.exp(-log_score(x, y).value) for y in range(3000)]
    assert sum(masses) == pytest.approx(1.0, abs=1e-9)
    assert np.isfinite(log_score(x, 100_000).value)


def test_a_mixture_weighs_its_parts() -> None:
    """Half of masses .2 and .4 and half of .1: -ln(.5 · .3 + .5 · .1) = -ln .2; its error is .5 · .1/√2 / .2."""
    found = mixture_log_score(
        {"A": np.array([0.2, 0.4]), "B": np.array([0.1, 0.1])}, {"A": 0.5, "B": 0.5}, {"A": 2.0, "B": 2.0}
    )
    assert found.value == pytest.approx(-np.log(0.2), abs=1e-12)
    assert found.se == pytest.approx(0.5 * 0.1 / np.sqrt(2.0) / 0.2, abs=1e-12)


WRONG = [
    NegativeBinomial(5.0, 0.3),
    NegativeBinomial(5.0, 0.7),
    NegativeBinomial(50.0, 50.0 / 55.0),
    NegativeBinomial(1.0, 1.0 / 6.0),
]


@pytest.mark.parametrize("wrong", WRONG, ids=["too high", "too low", "too narrow", "too wide"])
def test_the_true_distribution_has_the_best_expected_score(wrong: NegativeBinomial) -> None:
    """Σ_y P(y) score(Q, y) is least at Q = P, for both scores; exact sums, so no false alarm."""
    true = NegativeBinomial(5.0, 0.5)  # mean 5, as the narrow and the wide one
    y = np.arange(120)
    p = stats.nbinom.pmf(y, true.size, true.probability)
    for score in ("crps", "log_score"):
        own, other = (sum(p[n] * getattr(q, score)(int(n)) for n in y) for q in (true, wrong))
        assert own < other, score


def test_a_sample_of_the_truth_scores_better_than_a_sample_of_anything_else() -> None:
    """4,000 counts against samples of 4,000: the mean difference is over 4 standard errors from 0 for each wrong forecast.

    The expected differences are over 8 standard errors, so a right program fails in fewer than 1e-4 of seeds.
    """
    rng = np.random.default_rng(RNG)
    true = rng.negative_binomial(5.0, 0.5, 4000)
    counts = rng.negative_binomial(5.0, 0.5, 4000)
    often = np.bincount(counts)
    for q in WRONG:
        wrong = rng.negative_binomial(q.size, q.probability, 4000)
        for score in (crps, log_score):
            d = np.array([score(wrong, n).value - score(true, n).value for n in range(len(often))])
            mean = np.average(d, weights=often)
            se = np.sqrt(np.average((d - mean) ** 2, weights=often) / len(counts))
            assert mean > MOST_Z * se, (q, score.__name__)


def test_mid_pit_is_half_on_average_if_the_forecast_is_right() -> None:
    """Exactly ½ over the forecast's own law, whatever its ties: here a sample against itself."""
    sample = np.random.default_rng(RNG).poisson(1.5, 400)
    assert np.mean([mid_pit(sample, int(y)) for y in sample]) == pytest.approx(0.5, abs=1e-12)
    assert mid_pit(np.array([1, 2, 2, 3]), 2) == 0.5


def test_intervals_hold_at_least_their_level() -> None:
    """Counts are whole, so that a central interval holds its level or more; quantiles are counts, in order."""
    sample = np.random.default_rng(RNG).poisson(2.0, 1000)
    for level in LEVELS:
        assert held(sample, level) >= level
    found = quantiles(sample)
    assert list(found.values()) == sorted(found.values())
    low, high = (found[x] for x in ENDS[0.9])
    assert held(sample, 0.9) == pytest.approx(((sample >= low) & (sample <= high)).mean())
