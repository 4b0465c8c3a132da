"""Expected severity and surprise."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.expectation import expectation, learn, surprise
from tests.model.states import a_state, written
from tests.worlds import params

P = params(expected_strength=1.0, expectation_days=30.0, expectation_weight=0.5, surprise_weight=1.0)


def test_surprise_is_the_log_of_strength_over_what_was_expected() -> None:
    """log 2 at twice the expected; none at or below it; log 5 at most; none at strength 0 or where it is off."""
    s = a_state()
    found = [surprise(s, P, 0.0, x, 0) for x in (2.0, 1.0, 0.3, 5.0, 80.0, 0.0)]
    assert found == pytest.approx([math.log(2.0), 0.0, 0.0, math.log(5.0), math.log(5.0), 0.0], abs=1e-15)
    assert surprise(s, params(), 0.0, 2.0, 0) == 0.0


def test_expectation_moves_half_way_and_returns() -> None:
    """After a strike of 3: 1 + .5·2 = 2, and a half-life later 1.5."""
    s = a_state()
    learn(s, P, 4.0, 3.0)
    assert expectation(s, P, 4.0, 0) == 2.0
    assert expectation(s, P, 4.0 + 30.0 * math.log(2.0), 0) == pytest.approx(1.5, rel=1e-14)


def test_a_full_stock_is_expected_to_be_used() -> None:
    """With v_E = .4, half of the need in stock raises E by 20%, more than the need by 40% and no more."""
    p = params(expected_strength=1.0, capacity_weight=0.4, munitions_needed=100.0)
    assert [expectation(a_state(), p, 0.0, n) for n in (0, 50, 100, 900)] == pytest.approx(
        [1.0, 1.2, 1.4, 1.4], rel=1e-15
    )


@given(st.lists(st.tuples(st.floats(0.0, 50.0), st.floats(1e-6, 1e6)), max_size=30))
def test_expectation_stays_above_0(strikes: list[tuple[float, float]]) -> None:
    """Whatever was suffered, even several strikes at one moment: surprise is always finite."""
    s, t = a_state(), 0.0
    p = P._replace(expectation_weight=1.0)
    for wait, strength in strikes:
        t += wait
        learn(s, p, t, strength)
        assert expectation(s, p, t, 0) > 0.0
        assert 0.0 <= surprise(s, p, t, 1.0, 0) <= math.log(5.0)


def test_where_surprise_is_off_or_nothing_new_was_suffered_nothing_is_written() -> None:
    s = a_state()
    assert written(s, lambda: learn(s, params(), 4.0, 3.0)) == set()
    assert written(s, lambda: learn(s, P, 4.0, 1.0)) == set()
