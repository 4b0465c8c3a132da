"""Stage of escalation and weapons in use."""

import math

import pytest

from sim.model.stage import choose_weapon, climb_stage, stage_hazard, weights_in_use
from tests.model.states import LOG4, a_state
from tests.worlds import params

P = params(stage_hazard=0.05, backlash_days=30.0)


def test_the_hazard_of_climbing_rises_with_backlash_and_ends_at_the_top() -> None:
    """.05 a day; with a backlash of .5 in both places exp(X·tanh(.5/X)) times that; 0 at the highest stage."""
    assert stage_hazard(a_state(), P, 0.0) == 0.05
    up = LOG4 * math.tanh(0.5 / LOG4)
    assert stage_hazard(a_state(backlash=0.5), P, 0.0) == pytest.approx(0.05 * math.exp(up), rel=1e-14)
    assert stage_hazard(a_state(stage=[3]), P, 0.0) == 0.0


def test_climbing_brings_the_next_weapon_in() -> None:
    """Weights .4, then .4 + .6, still that at stage 2, and 1.1 with the missile of stage 3."""
    s = a_state(stage=[0])
    weights = [weights_in_use(s)]
    for stage in (1, 2, 3):
        assert climb_stage(s) == stage
        weights.append(weights_in_use(s))
    assert weights == pytest.approx([0.4, 1.0, 1.0, 1.1], rel=1e-15)


def test_weapons_are_chosen_by_weight_among_those_in_use() -> None:
    """At stage 1 the border is .4; at stage 3 the borders are .4/1.1 and 1/1.1; at stage 0 only the rocket."""
    assert [choose_weapon(a_state(), u) for u in (1e-9, 0.3999, 0.4001, 1 - 2**-53)] == [0, 0, 1, 1]
    top = a_state(stage=[3])
    assert [choose_weapon(top, u) for u in (0.3636, 0.3637, 0.9090, 0.9091, 1 - 2**-53)] == [0, 1, 1, 2, 2]
    assert choose_weapon(a_state(stage=[0]), 1 - 2**-53) == 0


def test_an_unused_weapon_is_never_chosen_wherever_it_stands_in_the_list() -> None:
    """The heavy weapon first in the list: the last uniform still gives a weapon in use."""
    s = a_state(weapon_stage=[3, 0, 0], weapon_weight=[0.5, 0.3, 0.7])
    assert {choose_weapon(s, u / 100) for u in range(100)} == {1, 2}
