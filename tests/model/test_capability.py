"""Capability: used by attacks, destroyed by strikes, resupplied, never above 1 nor down to 0."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.capability import (
    capability,
    capability_factor,
    capability_target,
    destroy_capability,
    use_capability,
)
from tests.model.states import a_state, written
from tests.worlds import params

P = params(base_rate=2.0, branching_ratio=0.5, capability_exponent=0.7, attack_use=0.05, resupply_days=10.0)


def test_at_the_recorded_rate_use_and_resupply_balance_at_1() -> None:
    """The target is 1 + .05·10·(2·.6/.5) = 2.2: inflow (2.2 - 1)/10 a day at K = 1 is the use of 2.4 attacks at .05."""
    assert capability_target(a_state(), P, 0) == pytest.approx(2.2, rel=1e-15)
    assert pytest.approx(2.4 * 0.05, rel=1e-12) == (2.2 - 1.0) / 10.0


def test_a_strike_takes_its_share_and_resupply_gives_it_back() -> None:
    """exp(-.5) is left; without use the target is 1, and half of the gap is closed in a half-life."""
    s, p = a_state(), params(resupply_days=10.0, capability_exponent=0.7)
    assert destroy_capability(s, p, 0, 3.0, 0.5) == pytest.approx(1.0 - math.exp(-0.5), rel=1e-15)
    assert capability(s, p, 0, 3.0) == math.exp(-0.5)
    later = 3.0 + 10.0 * math.log(2.0)
    assert capability(s, p, 0, later) == pytest.approx((1.0 + math.exp(-0.5)) / 2.0, rel=1e-14)
    assert capability_factor(s, p, 0, 3.0) == pytest.approx(math.exp(-0.35), rel=1e-14)
    assert capability(s, p, 1, 3.0) == 1.0


def test_capability_is_capped_at_1() -> None:
    """With a target of 2.2, K = .9 is back at 1 after 10·log(1.3/1.2) = .8 days, and stays there."""
    s = a_state(capability=[0.9, 1.0])
    full = 10.0 * math.log(1.3 / 1.2)
    assert capability(s, P, 0, full - 1e-9) < 1.0
    assert capability(s, P, 0, full + 1e-9) == capability(s, P, 0, 500.0) == 1.0


def test_each_attack_uses_its_share() -> None:
    """Two attacks at one moment leave .95² of it."""
    s = a_state()
    use_capability(s, P, 0, 4.0)
    use_capability(s, P, 0, 4.0)
    assert capability(s, P, 0, 4.0) == pytest.approx(0.95**2, rel=1e-15)


def test_nothing_used_and_nothing_destroyed_writes_nothing() -> None:
    s = a_state(capability=[0.5, 1.0])
    assert written(s, lambda: use_capability(s, params(), 0, 4.0)) == set()
    assert written(s, lambda: destroy_capability(s, P, 0, 4.0, 0.0)) == set()


@given(st.lists(st.tuples(st.floats(0.0, 9.0), st.floats(0.0, 1e4)), min_size=1, max_size=40))
def test_capability_stays_above_0_and_its_logarithm_finite(blows: list[tuple[float, float]]) -> None:
    """However hard and however often it is struck, even many times at one moment."""
    s, p = a_state(), params(base_rate=1.0, attack_use=0.5, capability_exponent=5.0, resupply_days=10.0)
    t = 0.0
    for wait, loss in blows:
        t += wait
        destroy_capability(s, p, 0, t, loss)
        use_capability(s, p, 0, t)
        assert 0.0 < capability(s, p, 0, t) <= 1.0
        assert 0.0 < capability_factor(s, p, 0, t) <= 1.0
