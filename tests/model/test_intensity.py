"""The whole intensity, term by term, and its bound."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.intensity import intensity, intensity_bound
from tests.model.states import LOG4, a_state
from tests.worlds import params

NUMBERS = {
    "base_rate": 2.0, "mobilisation_drift": 0.3, "drift_days": 20.0, "branching_ratio": 0.5, "excitation_days": 4.0,
    "effect_days": 10.0, "suppression_days": 6.0, "backlash_days": 30.0, "capability_exponent": 0.7,
    "resupply_days": 15.0, "resolve_days": 40.0, "permission_amber": 0.4, "value_of_failure": 1.5, "salvo_extra": 0.4,
}  # fmt: skip


def test_every_term_is_in_its_place() -> None:
    """p · K^κ · [g μ_c exp(R + X - denial) + y_c], each worked out by hand for day 8, all jumps on day 2."""
    s = a_state(
        permission=[1], mobilisation=[0.5, 1.0], excitation=[0.9, 0.0], excitation_since=2.0, net=[-0.3, 0.0],
        net_since=2.0, backlash=[0.2, 0.0], backlash_since=2.0, suppression=[0.1, 0.0], suppression_since=2.0,
        capability=[0.6, 1.0], capability_since=2.0, resolve=[0.5], resolve_since=[2.0], defence_level=[2.0],
    )  # fmt: skip
    k = 1.0 - 0.4 * math.exp(-6 / 15)
    x = -0.3 * math.exp(-0.6) + 0.2 * math.exp(-0.2) - 0.1 * math.exp(-1.0)
    r = 0.5 * math.exp(-6 / 40)
    stopped = {
        q: 0.4 * a * math.exp(-0.4 * (1 - a)) + 0.6 * b * math.exp(-0.4 * (1 - b))
        for q, a, b in ((1, 0.3, 0.5), (2, 0.51, 0.75))
    }
    tilt = LOG4 * math.tanh(r / LOG4) + LOG4 * math.tanh(x / LOG4) - 1.5 * (stopped[2] - stopped[1])
    g = 0.5 * math.exp(0.3 * (1 - math.exp(-8 / 20)))
    expected = 0.4 * k**0.7 * (g * 2.0 * 0.6 * math.exp(tilt) + 0.9 * math.exp(-6 / 4))
    assert intensity(s, params(**NUMBERS), 0, 8.0) == pytest.approx(expected, rel=1e-13)


def test_without_permission_there_is_no_attack_and_no_bound() -> None:
    """A bound of 0 means never."""
    s, p = a_state(permission=[2]), params(**NUMBERS, permission_red=0.0)
    assert intensity(s, p, 0, 8.0) == intensity_bound(s, p, 0, 8.0) == 0.0


values = st.floats(-20.0, 20.0)


@given(
    net=values, down=st.floats(0.0, 20.0), up=st.floats(0.0, 20.0), r=values, k=st.floats(1e-6, 1.0), y=st.floats(0.0, 50.0),
    drift=st.floats(-5.0, 5.0), drift_from=st.floats(-10.0, 20.0), level=st.floats(0.0, 5.0), stock=st.integers(0, 1),
    allowed=st.integers(0, 2), n=st.floats(0.0, 0.99), use=st.floats(0.0, 0.5), since=st.floats(0.0, 9.0),
    ages=st.lists(st.floats(0.0, 200.0), min_size=1, max_size=8),
)  # fmt: skip
def test_the_bound_holds_until_the_next_jump(
    net: float, down: float, up: float, r: float, k: float, y: float, drift: float, drift_from: float, level: float,
    stock: int, allowed: int, n: float, use: float, since: float, ages: list[float],
) -> None:  # fmt: skip
    """From any state, at any later time without a jump in between, the intensity is at most the bound taken now."""
    p = params(**(NUMBERS | {"mobilisation_drift": drift, "branching_ratio": n, "attack_use": use}))
    s = a_state(
        permission=[allowed], net=net, suppression=down, backlash=up, resolve=[r], capability=k, excitation=y,
        drift_from=[drift_from], defence_level=[level], interceptors=[stock], net_since=since, capability_since=since,
    )  # fmt: skip
    now = 9.0
    bound = intensity_bound(s, p, 0, now)
    for age in ages:
        assert 0.0 <= intensity(s, p, 0, now + age) <= bound * (1.0 + 1e-12)
