"""Self-excitation."""

import math

import pytest
from scipy.integrate import quad

from sim.model.excitation import excitation, excite
from tests.model.states import a_state, written
from tests.worlds import params

P = params(branching_ratio=0.4, excitation_days=5.0)


def test_an_attack_adds_n_beta_and_sets_off_n_attacks_in_all() -> None:
    """A jump of .4/5 = .08 a day, in its own place only, whose integral is .4."""
    s = a_state()
    excite(s, P, 0, 2.0)
    assert excitation(s, P, 0, 2.0) == pytest.approx(0.08, rel=1e-15)
    assert excitation(s, P, 1, 2.0) == 0.0
    assert quad(lambda t: excitation(s, P, 0, t), 2.0, 200.0)[0] == pytest.approx(0.4, rel=1e-8)


def test_a_second_attack_adds_to_what_is_left_of_the_first() -> None:
    """.08 after two days is .08·exp(-.4), plus .08."""
    s = a_state()
    excite(s, P, 0, 2.0)
    excite(s, P, 0, 4.0)
    assert excitation(s, P, 0, 4.0) == pytest.approx(0.08 * math.exp(-0.4) + 0.08, rel=1e-15)


def test_without_a_branching_ratio_nothing_is_written() -> None:
    s = a_state()
    assert written(s, lambda: excite(s, params(), 0, 2.0)) == set()
