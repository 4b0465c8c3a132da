"""The hazard of a wider war."""

import math

import pytest

from sim.model.war import raise_tension, war_hazard, widen_war
from tests.model.states import a_state, written
from tests.worlds import params

P = params(war_base=0.001, war_death=0.01, war_sponsor=0.05, war_days=30.0)


def test_deaths_and_strikes_on_the_sponsor_raise_the_hazard_for_a_while() -> None:
    """.001, plus 3 deaths at .01 and a strength of .4 on the sponsor at .05, fading with 30 days."""
    s = a_state()
    assert raise_tension(s, P, 2.0, 3, 0.4)
    assert war_hazard(s, P, 2.0) == pytest.approx(0.001 + 0.03 + 0.02, rel=1e-14)
    assert war_hazard(s, P, 32.0) == pytest.approx(0.001 + 0.05 * math.exp(-1.0), rel=1e-14)


def test_it_comes_once() -> None:
    s = a_state()
    widen_war(s)
    assert war_hazard(s, P, 2.0) == 0.0


def test_no_death_and_no_strike_on_the_sponsor_writes_nothing() -> None:
    s = a_state()
    assert written(s, lambda: raise_tension(s, P, 2.0, 0, 0.0)) == set()
    assert written(s, lambda: raise_tension(s, params(), 2.0, 3, 1.0)) == set()
