"""Simultaneous bands of ranks: their probability against simulation, and against what can be written down."""

import numpy as np
import pytest
from scipy import stats

from calibration.checks.uniformity import (
    Bands,
    cumulative,
    limits,
    p_value,
    pointwise_level,
    simultaneous_bands,
    staying,
)
from tests.chance import assert_share


def leaves(ranks: np.ndarray, bands: Bands, of: int) -> bool:
    counts = cumulative(ranks, of)
    return bool(((counts < bands.low) | (counts > bands.high)).any())


def test_two_ranks_are_one_binomial() -> None:
    """With ranks 0 and 1 the chain has one step: Binomial(N, 1/2) between two limits."""
    found = staying(20, Bands(np.array([6]), np.array([14])))
    assert found == pytest.approx(stats.binom.cdf(14, 20, 0.5) - stats.binom.cdf(5, 20, 0.5), abs=1e-12)


def test_a_chain_of_two_steps_by_hand() -> None:
    """Ranks 0, 1, 2 of three data sets: P(exactly one below 1 and two below 2) is 3!/27."""
    assert staying(3, Bands(np.array([1, 2]), np.array([1, 2]))) == pytest.approx(6.0 / 27.0)


def test_bands_without_limits_hold_everything() -> None:
    """From 0 to N at every point: probability 1."""
    assert staying(50, Bands(np.zeros(9, int), np.full(9, 50))) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(("ranks", "of", "alpha"), [(100, 99, 0.05), (400, 19, 0.2)])
def test_uniform_ranks_leave_the_bands_as_often_as_they_should(ranks: int, of: int, alpha: float) -> None:
    """4,000 samples of uniform ranks against the probability that the chain gives (false alarm 6.4e-5)."""
    bands = simultaneous_bands(ranks, of, alpha)
    chance = 1.0 - staying(ranks, bands)
    assert 0.7 * alpha < chance <= alpha  # counts are whole: the level is met from below
    rng = np.random.default_rng(3)
    out = sum(leaves(rng.integers(0, of + 1, ranks), bands, of) for _ in range(4000))
    assert_share(out, 4000, chance)


def test_p_values_of_uniform_ranks_are_uniform_or_larger() -> None:
    """P(p ≤ x) is at most x, and near it: 300 samples (false alarm 1e-4 each by the binomial tail)."""
    rng = np.random.default_rng(4)
    found = np.array([p_value(rng.integers(0, 100, 200), 99) for _ in range(300)])
    for x in (0.05, 0.2, 0.5):
        assert (found <= x).sum() <= stats.binom.ppf(1.0 - 1e-4, 300, x)
        assert (found <= x).sum() >= stats.binom.ppf(1e-4, 300, 0.8 * x)


def test_a_p_value_below_the_level_is_a_chain_outside_the_bands() -> None:
    """The two ways to say it agree."""
    rng = np.random.default_rng(5)
    bands = simultaneous_bands(150, 99, 0.3)
    for _ in range(200):
        ranks = rng.integers(0, 100, 150)
        p = p_value(ranks, 99)
        if abs(p - 0.3) > 0.02:  # the level is met from below, so near it the two may part
            assert leaves(ranks, bands, 99) == (p < 0.3)


@pytest.mark.parametrize("narrow", [0.8, 1.25])
def test_a_posterior_a_fifth_too_narrow_or_too_wide_is_noticed(narrow: float) -> None:
    """1,000 normal truths in a posterior whose sd is .8 or 1.25 of the right one; a power near 1 (`research`: 1.0)."""
    rng = np.random.default_rng(6)
    u = stats.norm.cdf(rng.standard_normal(1000) / narrow)
    assert p_value(rng.binomial(99, u), 99) < 1e-3


def test_one_value_alone_is_as_far_out_as_can_be() -> None:
    """Every rank the same: the p-value is a number, and 0 for all that matters."""
    assert 0.0 <= p_value(np.zeros(500, dtype=int), 99) < 1e-100


def test_limits_are_central() -> None:
    """Each tail outside has less than half the pointwise level, and one count further in it has not."""
    low, high = limits(100, 3, 0.1)
    for i, z in enumerate((0.25, 0.5, 0.75)):
        assert stats.binom.cdf(low[i] - 1, 100, z) < 0.05 <= stats.binom.cdf(low[i], 100, z)
        assert stats.binom.sf(high[i], 100, z) < 0.05 <= stats.binom.sf(high[i] - 1, 100, z)


def test_the_level_is_between_one_point_and_all_of_them() -> None:
    """Simultaneous over 99 points that go together: well above Bonferroni's, below the level itself."""
    assert 0.05 / 99 < pointwise_level(1000, 99, 0.05) < 0.05
