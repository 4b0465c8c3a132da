"""Strike effects: decaying, signed, softly limited."""

import math

import pytest

from sim.model.effects import jump, mean_backlash, most_strike_effect, strike_effect
from tests.model.states import LOG4, a_state, written
from tests.worlds import params

P = params(effect_days=10.0, suppression_days=6.0, backlash_days=30.0)


def test_components_decay_at_their_own_pace_and_suppression_counts_down() -> None:
    """-.3 (10 d), +.5 (30 d) and a suppression of .4 (6 d), all of day 2, seen on day 8: X·tanh(sum/X)."""
    s = a_state(
        net=[-0.3, 0.0],
        net_since=2.0,
        backlash=[0.5, 0.0],
        backlash_since=2.0,
        suppression=[0.4, 0.0],
        suppression_since=2.0,
    )
    x = -0.3 * math.exp(-0.6) + 0.5 * math.exp(-0.2) - 0.4 * math.exp(-1.0)
    assert strike_effect(s, P, 0, 8.0) == pytest.approx(LOG4 * math.tanh(x / LOG4), rel=1e-14)
    assert strike_effect(s, P, 1, 8.0) == 0.0


def test_the_bound_leaves_out_all_that_holds_down() -> None:
    """Only the rising parts: .5·exp(-.2), whatever the suppression and a negative net effect."""
    s = a_state(
        net=[-0.3, 0.0],
        net_since=2.0,
        backlash=[0.5, 0.0],
        backlash_since=2.0,
        suppression=[0.4, 0.0],
        suppression_since=2.0,
    )
    x = 0.5 * math.exp(-0.2)
    assert most_strike_effect(s, P, 0, 8.0) == pytest.approx(LOG4 * math.tanh(x / LOG4), rel=1e-14)
    s.net[0] = 0.3
    x += 0.3 * math.exp(-0.6)
    assert most_strike_effect(s, P, 0, 8.0) == pytest.approx(LOG4 * math.tanh(x / LOG4), rel=1e-14)


def test_effects_never_pass_the_limit() -> None:
    """A hundred strikes of -10 leave a quarter of the background; of +10, four times as much."""
    s = a_state()
    for _ in range(100):
        jump(s.net, s.net_since, 0, 1.0, 10.0, -10.0)
        jump(s.net, s.net_since, 1, 1.0, 10.0, 10.0)
    assert math.exp(strike_effect(s, P, 0, 1.0)) == pytest.approx(0.25, rel=1e-12)
    assert math.exp(strike_effect(s, P, 1, 1.0)) == pytest.approx(4.0, rel=1e-12)


def test_a_jump_adds_to_what_is_left_and_rebases() -> None:
    """.8 of day 0, a half-life later, plus .1."""
    s = a_state(net=[0.8, 0.0])
    half_life = 10.0 * math.log(2.0)
    assert jump(s.net, s.net_since, 0, half_life, 10.0, 0.1)
    assert s.net[0] == pytest.approx(0.5, rel=1e-14)
    assert s.net_since[0] == half_life


def test_a_jump_of_zero_writes_nothing() -> None:
    """Not even its day, so that a strike without effect leaves every later number as it was, to the bit."""
    s = a_state(net=[0.8, 0.0])
    assert written(s, lambda: jump(s.net, s.net_since, 0, 3.0, 10.0, 0.0)) == set()
    assert jump(s.net, s.net_since, 0, 3.0, 10.0, 0.0) is False


def test_mean_backlash_weighs_places_by_their_share() -> None:
    """.6 of what the first place feels and .4 of what the second does."""
    s = a_state(backlash=[0.5, 0.2], backlash_since=4.0)
    here, there = (LOG4 * math.tanh(x / LOG4) for x in (0.5, 0.2))
    assert mean_backlash(s, P, 4.0) == pytest.approx(0.6 * here + 0.4 * there, rel=1e-14)
