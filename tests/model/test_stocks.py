"""Munitions and political cost."""

import math

import pytest

from sim.model.stocks import (
    munitions_for,
    pay_politically,
    political_cost,
    receive_munitions,
    spend_munitions,
)
from tests.model.states import a_state, written
from tests.worlds import params

P = params(munitions_per_strength=2.5, political_days=60.0)


def test_a_strike_takes_whole_munitions_rounded_up() -> None:
    """2.5 a strength: 3 for strength 1, 5 for 2 exactly, 0 for none; rounding noise does not take one more."""
    assert [munitions_for(P, x) for x in (1.0, 2.0, 0.0, 0.01)] == [3, 5, 0, 1]
    assert munitions_for(params(munitions_per_strength=10.0), 0.1 + 0.2) == 3
    assert munitions_for(params(), 7.0) == 0


def test_spending_and_receiving_keep_count() -> None:
    """100 received at first, 30 spent, 10 delivered: 80 present, 110 received, 30 used."""
    s = a_state()
    spend_munitions(s, 0, 30)
    receive_munitions(s, 0, 10)
    assert [s.munitions[0], s.munitions_received[0], s.munitions_used[0]] == [80, 110, 30]


def test_political_cost_adds_up_where_the_host_is_sensitive_and_fades() -> None:
    """A strike of strength 2 at sensitivity .5 costs 1; a half-life later half of it is felt, plus the next one."""
    s = a_state(sensitivity=[0.5, 0.0])
    half_life = 60.0 * math.log(2.0)
    assert pay_politically(s, P, 0, 0.0, 2.0) == 1.0
    assert political_cost(s, P, half_life) == pytest.approx(0.5, rel=1e-14)
    assert pay_politically(s, P, 0, half_life, 1.0) == 0.5
    assert political_cost(s, P, half_life) == pytest.approx(1.0, rel=1e-14)


def test_where_the_host_does_not_mind_nothing_is_written() -> None:
    s = a_state(sensitivity=[0.5, 0.0])
    assert written(s, lambda: pay_politically(s, P, 1, 3.0, 2.0)) == set()
