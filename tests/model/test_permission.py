"""The sponsor's permission."""

import pytest

from sim.model.permission import (
    AMBER,
    GREEN,
    RED,
    change_permission,
    lose_defender,
    permission,
    permission_hazard,
    release_hazard,
    restraint_hazard,
    strike_sponsor,
)
from tests.model.states import a_state
from tests.worlds import params

P = params(restraint_base=0.003, restraint_sponsor=0.02, restraint_death=0.12, restraint_days=50.0)


def test_permission_is_1_in_green_and_the_parameters_below() -> None:
    p = params(permission_amber=0.4, permission_red=0.02)
    assert [permission(a_state(permission=[x]), p) for x in (GREEN, AMBER, RED)] == [1.0, 0.4, 0.02]


def test_restraint_rises_for_14_days_after_a_strike_on_the_sponsor_and_7_after_a_death() -> None:
    """.003, with .02 more up to and on day 14, and .12 more up to and on day 7."""
    s = a_state()
    strike_sponsor(s, P, 0.0, 1.0)
    lose_defender(s, P, 0.0)
    days = (0.0, 7.0, 7.01, 14.0, 14.01)
    assert [restraint_hazard(s, P, t) for t in days] == pytest.approx(
        [0.143, 0.143, 0.023, 0.023, 0.003], rel=1e-12
    )


def test_a_mixed_strike_restrains_by_its_share_and_the_latest_counts() -> None:
    """A tenth on the sponsor adds a tenth of .02; a later fifth takes its place, and their sum is nowhere."""
    s = a_state()
    strike_sponsor(s, P, 0.0, 0.1)
    assert restraint_hazard(s, P, 1.0) == pytest.approx(0.005, rel=1e-12)
    strike_sponsor(s, P, 2.0, 0.2)
    assert restraint_hazard(s, P, 16.0) == pytest.approx(0.007, rel=1e-12)


def test_only_amber_can_go_both_ways() -> None:
    """Green leaves at h0, red at 1/D, amber at the sum."""
    found = [permission_hazard(a_state(permission=[x]), P, 99.0) for x in (GREEN, AMBER, RED)]
    assert found == pytest.approx([0.003, 0.023, 0.02], rel=1e-12)
    assert [release_hazard(a_state(permission=[x]), P) for x in (GREEN, AMBER, RED)] == [0.0, 0.02, 0.02]


def test_a_step_goes_toward_red_in_proportion_to_its_hazard() -> None:
    """From amber with .003 against .02: toward red below u = 3/23 = .1304, toward green above it."""
    assert change_permission(a_state(permission=[AMBER]), P, 99.0, 0.130) == RED
    assert change_permission(a_state(permission=[AMBER]), P, 99.0, 0.131) == GREEN
    assert change_permission(a_state(permission=[GREEN]), P, 99.0, 0.999999) == AMBER
    assert change_permission(a_state(permission=[RED]), P, 99.0, 1e-9) == AMBER


def test_nobody_plans_anew_where_the_hazard_does_not_move() -> None:
    """Strikes and deaths are remembered either way; they touch the hazard only where it depends on them."""
    assert [strike_sponsor(a_state(), P, 1.0, 0.2), lose_defender(a_state(), P, 1.0)] == [True, True]
    assert [strike_sponsor(a_state(), params(), 1.0, 0.2), lose_defender(a_state(), params(), 1.0)] == [
        False,
        False,
    ]
