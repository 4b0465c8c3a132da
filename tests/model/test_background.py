"""Background rate: level, share, mobilisation, drift."""

import math

import pytest

from sim.model.background import background, drift, mobilise, most_background
from tests.model.states import a_state
from tests.worlds import params


def test_background_is_level_times_share_times_mobilisation() -> None:
    """2 a day, of which 40% in the second place, at half mobilisation: .4 a day."""
    s = a_state(mobilisation=[1.0, 0.5])
    assert background(s, params(base_rate=2.0), 1, 3.0) == pytest.approx(2.0 * 0.4 * 0.5, rel=1e-15)
    assert background(s, params(), 1, 3.0) == 0.0


def test_drift_goes_63_percent_of_its_way_in_its_time() -> None:
    """.8·(1 - 1/e) = .5057 after 30 days; nothing before its first day; the same size downward."""
    up, down = (
        params(mobilisation_drift=0.8, drift_days=30.0),
        params(mobilisation_drift=-0.8, drift_days=30.0),
    )
    s = a_state(drift_from=[5.0])
    assert drift(s, up, 35.0) == pytest.approx(0.5056964470628462, rel=1e-15)
    assert drift(s, down, 35.0) == -drift(s, up, 35.0)
    assert drift(s, up, 5.0) == drift(s, up, 1.0) == 0.0
    assert drift(s, params(), 35.0) == 0.0


def test_the_bound_takes_a_rising_drift_at_its_end_and_a_falling_one_now() -> None:
    """Rising: exp(d_g) from the start. Falling: what it is now, the most that it will be."""
    s = a_state(drift_from=[0.0])
    up = params(base_rate=1.0, mobilisation_drift=0.8, drift_days=30.0)
    down = params(base_rate=1.0, mobilisation_drift=-0.8, drift_days=30.0)
    assert most_background(s, up, 0, 1.0) == pytest.approx(0.6 * math.exp(0.8), rel=1e-15)
    assert most_background(s, down, 0, 10.0) == background(s, down, 0, 10.0)


def test_mobilise_says_whether_anything_changed() -> None:
    """The same level again writes nothing, so that nobody plans anew."""
    s = a_state()
    assert [mobilise(s, 1, 0.5), mobilise(s, 1, 0.5)] == [True, False]
    assert s.mobilisation == [1.0, 0.5]
