"""Candidates under a bound: broken bounds are caught, and the unspent remainder of a budget goes on."""

import math
from typing import Any

import pytest
from scipy import stats

from sim.engine import simpy_engine
from sim.engine.streams import Draws
from sim.errors import RunError
from sim.model.streamkeys import name_key
from tests.worlds import a_world, of, order, params, pieces, simulate, strikes, times

HERE = ("iraq",)


def budget(replication: int, k: int = 0) -> float:
    """The k-th exponential of the first place, in units of the integrated bound."""
    return -math.log(Draws(1, replication).block("attack.candidate", name_key("iraq"), k)[0])


def first_attack(replication: int, p: Any, **changes: Any) -> float:
    world = a_world(places=HERE, days=60.0, **changes)
    return times(simulate(world, p, (1.0,), replication=replication))[0]


@pytest.mark.parametrize("share", [0.5, 0.999])
def test_a_bound_that_is_too_low_is_caught(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """With the bound scaled below the intensity of a constant rate, the first candidate says so."""
    right = simpy_engine.intensity_bound
    monkeypatch.setattr(simpy_engine, "intensity_bound", lambda s, p, c, t: share * right(s, p, c, t))
    with pytest.raises(RunError, match=r"attack\.candidate: rate .* exceeds its bound"):
        simulate(a_world(), params(base_rate=2.0))


def test_a_jump_that_nobody_heard_of_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the attackers not interrupted when a strike raises the rate, their bound would not hold."""
    monkeypatch.setattr(simpy_engine.Run, "replan", lambda self, touched: None)
    world = a_world(replay=strikes(*((float(i), 0, order()) for i in range(1, 30))))
    with pytest.raises(RunError, match="exceeds its bound"):
        simulate(world, params(base_rate=1.0, effect_fighters=1.5, effect_days=200.0))


@pytest.mark.parametrize("replication", range(12))
def test_the_remainder_of_a_budget_is_spent_under_the_new_bound(replication: int) -> None:
    """Rate 1 to day 1, .5 to day 2, 2 after it: the first attack comes when the integral reaches the budget."""
    b = budget(replication)
    expected = b if b < 1.0 else 1.0 + (b - 1.0) / 0.5 if b < 1.5 else 2.0 + (b - 1.5) / 2.0
    found = first_attack(replication, params(base_rate=1.0), calendar=pieces((1.0, 0, 0.5), (2.0, 0, 2.0)))
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("replication", range(6))
def test_many_interruptions_leave_the_integral_as_it_is(replication: int) -> None:
    """Levels .5 and 1.5 by turns every 0.01 day have a mean of 1: the attack comes within .005 of its budget."""
    calendar = pieces(*((0.01 * i, 0, 1.5 if i % 2 else 0.5) for i in range(1, 5_000)))
    found = first_attack(replication, params(base_rate=1.0), calendar=calendar)
    assert found == pytest.approx(budget(replication), abs=0.006)


@pytest.mark.parametrize("replication", range(6))
def test_a_bound_of_zero_waits_and_spends_nothing(replication: int) -> None:
    """No mobilisation between days .1 and 30: what was left of the budget on day .1 is spent from day 30."""
    b = budget(replication)
    expected = b if b < 0.1 else 30.0 + (b - 0.1)
    found = first_attack(replication, params(base_rate=1.0), calendar=pieces((0.1, 0, 0.0), (30.0, 0, 1.0)))
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("replication", range(6))
def test_a_rate_too_low_for_any_calendar_waits_like_none(replication: int) -> None:
    """1e-30 a day would wait 10^30 days, beyond the clock's precision: it waits for the next piece instead."""
    expected = 30.0 + (budget(replication) - 1e-31)
    found = first_attack(
        replication, params(base_rate=1.0), mobilisation=(1e-30,), calendar=pieces((30.0, 0, 1.0))
    )
    assert found == pytest.approx(expected, rel=1e-12)


def test_an_interruption_that_changes_nothing_moves_the_attack_by_rounding_only() -> None:
    """A strike on the other place, with no spill, interrupts: same attacks, to 1e-9 of a day."""
    p = params(base_rate=3.0, effect_fighters=-0.5, spill=0.0)
    struck = a_world(replay=strikes(*((0.1 * i, 1, order()) for i in range(1, 300))))
    here, there = (times(simulate(w, p), place="iraq") for w in (a_world(), struck))
    assert len(here) == len(there) > 30
    assert there == pytest.approx(here, abs=1e-9)


def test_candidates_are_accepted_by_rate_over_bound() -> None:
    """A suppressed rate: each candidate of the bounding process of rate 1 is an attack if u · bound < rate."""
    p = params(base_rate=1.0, effect_fighters=-1.0, effect_days=1e9)
    world = a_world(places=HERE, days=40.0, replay=strikes((0.0, 0, order())))
    share = math.exp(math.log(4.0) * math.tanh(-1.0 / math.log(4.0)))
    for replication in range(5):
        draws, key = Draws(1, replication), name_key("iraq")
        t, expected = 0.0, []
        for k in range(200):
            u = draws.block("attack.candidate", key, k)
            t += -math.log(u[0])
            if u[1] < share and t < 40.0:
                expected.append(t)
        assert times(simulate(world, p, (1.0,), replication=replication)) == pytest.approx(
            expected, rel=1e-12
        )


def test_marks_belong_to_the_candidate() -> None:
    """Weapon and rounds of each attack are those of its candidate's address, however many were rejected before it."""
    p = params(base_rate=2.0, effect_fighters=-1.0, effect_days=1e9, salvo_extra=1.0)
    world = a_world(places=HERE, days=40.0, replay=strikes((0.0, 0, order())))
    share = math.exp(math.log(4.0) * math.tanh(-1.0 / math.log(4.0)))
    draws, key = Draws(1, 0), name_key("iraq")
    taken = [k for k in range(400) if draws.block("attack.candidate", key, k)[1] < share]
    launched = of(simulate(world, p, (1.0,)), "attack launched")
    assert taken[len(launched)] > 1.5 * len(launched) > 30
    for k, e in zip(taken, launched, strict=False):
        _, weapon, rounds, _ = draws.block("attack.kind", key, k)
        assert e.weapon == ("rocket" if weapon < 0.4 else "drone")
        assert e.rounds == 1 + int(stats.poisson.ppf(rounds, 1.0))
