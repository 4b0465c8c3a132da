"""Paired differences, their probabilities and labels, against hand calculations."""

import numpy as np
import pytest

from sim.study import summary

CLUSTER = np.arange(4)


def test_ties_count_half() -> None:
    """Differences -2, 0, 0, 1 of a measure where lower is better: 1/4 + 2/4/2."""
    assert summary.probability_better(np.array([-2.0, 0.0, 0.0, 1.0]), -1.0) == 0.5


def test_higher_is_better_turns_the_sign() -> None:
    """The same differences of a lull: only the 1 is better."""
    assert summary.probability_better(np.array([2.0, 0.0, 0.0, 1.0]), 1.0) == 0.75
    assert summary.better_sign("longest_lull_days") == 1.0
    assert summary.better_sign("attacks_averted") == 1.0
    assert summary.better_sign("attacks[iraq]") == -1.0


def test_variance_reduction_of_perfect_pairing() -> None:
    """(Var a + Var b) / Var(a - b) of four pairs, by hand."""
    a = np.array([1.0, 2.0, 3.0, 4.0])
    b = np.array([1.0, 2.0, 3.0, 8.0])
    # Var a = 1.25; b has mean 3.5 and variance (6.25 + 2.25 + .25 + 20.25)/4 = 7.25; the difference 3.
    assert summary.variance_reduction(a, b) == pytest.approx((1.25 + 7.25) / 3.0)


def test_no_difference_has_no_variance_reduction() -> None:
    """Where two policies never differ there is nothing to reduce, and the label says so."""
    a = np.array([1.0, 2.0])

    assert summary.variance_reduction(a, a) is None
    assert summary.label(np.zeros(5), np.ones(5), -1.0) == "no difference"


def test_a_probability_that_did_not_move_is_prior_driven() -> None:
    """60 of 100 before and 63 of 100 after: moved by .03."""
    before = np.where(np.arange(100) < 60, -1.0, 1.0)
    after = np.where(np.arange(100) < 63, -1.0, 1.0)

    assert summary.label(after, before, -1.0) == "prior-driven"


def test_a_probability_that_moved_is_informed() -> None:
    """60 of 100 before and 90 of 100 after."""
    before = np.where(np.arange(100) < 60, -1.0, 1.0)
    after = np.where(np.arange(100) < 90, -1.0, 1.0)

    assert summary.label(after, before, -1.0) == "informed"


def test_fewer_ties_alone_inform_nothing() -> None:
    """80 of 100 runs tied before and none after, at the same odds among the rest: the level was informed, not the sign."""
    before = np.concatenate([np.zeros(80), np.full(16, -1.0), np.full(4, 1.0)])
    after = np.where(np.arange(100) < 80, -1.0, 1.0)

    assert summary.probability_better(after, -1.0) - summary.probability_better(before, -1.0) > summary.MOVED
    assert summary.label(after, before, -1.0) == "prior-driven"


def test_censored_runs_are_told() -> None:
    """Two of four runs have no quiet fortnight within 36 days: restricted mean, open upper quantile, share censored."""
    found = summary.spread(np.array([14.0, 20.0, np.inf, np.inf]), CLUSTER, 36.0)

    assert found["mean"] == (14.0 + 20.0 + 36.0 + 36.0) / 4
    assert found["q05"] == 14.0
    assert found["q50"] == 20.0
    assert found["q95"] is None
    assert found["censored"] == 0.5


def test_two_censored_runs_tie() -> None:
    """Neither of two infinite waits is better."""
    both = summary.censor(np.array([np.inf, np.inf]), 36.0)

    assert both.tolist() == [36.0, 36.0]


def test_nothing_is_said_where_nothing_is_compared() -> None:
    """Of one policy there is nothing to say; of three labels, how many there are of each."""
    assert summary.says([]) == ""
    assert summary.says(["informed", "prior-driven", "prior-driven"]) == (
        "1 of 3 comparisons are informed by the record, 2 prior-driven, 0 without difference"
    )
