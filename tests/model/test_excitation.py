"""Self-excitation."""

import math

import pytest
from scipy.integrate import quad

from sim.model.excitation import begin_excited, excitation, excite
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


@pytest.mark.parametrize(("v", "expected"), [(1.0, 0.8), (0.25, 0.2), (0.0, 0.0)])
def test_a_run_begins_at_a_share_of_the_stationary_excitation(v: float, expected: float) -> None:
    """v · n/(1 - n) · g · μ_c = v · (.4/.6) · .5 · 3 · .8: with v = 1 what a background of 1.2 a day keeps up."""
    s = a_state(mobilisation=0.5, share=[0.8, 0.2])
    begin_excited(s, P._replace(base_rate=3.0, excitation_at_start=v), 0)
    assert excitation(s, P, 0, 0.0) == pytest.approx(expected, rel=1e-15)
    assert excitation(s, P, 0, 5.0) == pytest.approx(expected * math.exp(-1.0), rel=1e-15)
    assert excitation(s, P, 1, 0.0) == 0.0


def test_without_a_branching_ratio_nothing_is_written() -> None:
    s = a_state()
    assert written(s, lambda: excite(s, params(), 0, 2.0)) == set()
