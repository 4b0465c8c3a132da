"""Denial: layers, interceptors, and what failure is worth."""

import math

import pytest
from scipy import stats

from sim.model.defence import (
    denial,
    interception,
    receive_interceptors,
    set_defence,
    share_stopped,
    spend_interceptors,
    surge_due,
)
from sim.model.levers import Levers
from tests.model.states import a_state, written
from tests.worlds import params

P = params(salvo_extra=0.5, value_of_failure=2.0)


def test_layers_stop_independently() -> None:
    """Half stopped by one layer: 3/4 by two, none by none, 1 - sqrt(1/2) by half a layer; certain stays certain."""
    s = a_state()
    assert [interception(s, 1, x) for x in (0.0, 1.0, 2.0, 0.5)] == pytest.approx(
        [0.0, 0.5, 0.75, 1.0 - 0.5**0.5], rel=1e-14
    )
    s.weapon_interception[:] = [0.0, 1.0, 0.2]
    assert [interception(s, 0, 5.0), interception(s, 1, 0.1), interception(s, 1, 0.0)] == [0.0, 1.0, 0.0]


def all_stopped(q: float, extra: float) -> float:
    """P(every round of an attack is stopped): Σ_n P(n extra rounds) · q^(1 + n)."""
    return float(sum(stats.poisson.pmf(n, extra) * q ** (1 + n) for n in range(60)))


@pytest.mark.parametrize("level", [0.0, 1.0, 2.5])
def test_the_share_of_attacks_stopped_is_summed_over_rounds_and_weapons(level: float) -> None:
    """Weights .4 and .6 of rocket (.3) and drone (.5); the missile is not in use."""
    rocket, drone = (1.0 - (1.0 - q) ** level for q in (0.3, 0.5))
    expected = 0.4 * all_stopped(rocket, 0.5) + 0.6 * all_stopped(drone, 0.5)
    assert share_stopped(a_state(), P, level) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_denial_is_0_as_recorded_positive_above_and_negative_out_of_stock() -> None:
    """v times the change of the share stopped against level 1; without interceptors nothing is stopped."""
    s = a_state()
    assert denial(s, P) == 0.0
    s.defence_level[0] = 2.0
    assert denial(s, P) == pytest.approx(
        2.0 * (share_stopped(s, P, 2.0) - share_stopped(s, P, 1.0)), rel=1e-14
    )
    assert denial(s, P) > 0.0
    s.interceptors[0] = 0
    assert denial(s, P) == pytest.approx(-2.0 * share_stopped(s, P, 1.0), rel=1e-14)
    assert denial(s, params(salvo_extra=0.5)) == 0.0


def test_rounds_are_engaged_one_interceptor_each_while_they_last() -> None:
    """Three rounds of five, then five of two: the stock ends at 0 and the count of those used at 5."""
    s = a_state(interceptors=[5])
    assert [spend_interceptors(s, 3), spend_interceptors(s, 5), spend_interceptors(s, 1)] == [3, 2, 0]
    assert [s.interceptors[0], s.interceptors_used[0]] == [0, 5]


def test_only_a_delivery_to_an_empty_stock_moves_the_background() -> None:
    s = a_state(interceptors=[0], interceptors_received=[5])
    assert [receive_interceptors(s, P, 4), receive_interceptors(s, P, 4)] == [True, False]
    assert [s.interceptors[0], s.interceptors_received[0]] == [8, 13]
    assert written(s, lambda: receive_interceptors(s, P, 0)) == set()
    assert receive_interceptors(a_state(interceptors=[0]), params(), 4) is False


def test_raising_the_level_says_whether_the_background_moved() -> None:
    s = a_state()
    assert [set_defence(s, P, 1.0), set_defence(s, P, 2.0), set_defence(s, params(), 3.0)] == [
        False,
        True,
        False,
    ]
    assert s.defence_level[0] == 3.0


def test_a_denial_that_a_rung_inherits_does_not_arrive_twice() -> None:
    """Rung 1 changes only the strength: its defences are in force already. Rung 2 adds interceptors of its own."""
    first = Levers(defence_level=2.0, surge_interceptors=100)
    ladder = (first, first._replace(strength=3.0), first._replace(surge_interceptors=50))
    s = a_state()
    assert [surge_due(s, ladder, 0), surge_due(s, ladder, 1), surge_due(s, ladder, 2)] == [True, False, True]
    assert math.isclose(s.surged[0], 2)
