"""Mean numbers of attacks against their ordinary differential equation, for what a strike or a date does alone.

Where the tilt of the background is given in advance, the mean rate m of a place solves
m(t) = p·[g(t)·μ·e^{x(t)} + y(t)], y' = -βy + nβm; the number of attacks is the integral of m.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from sim.model.world import World
from tests.chance import assert_mean
from tests.worlds import LIMIT, a_world, order, params, pieces, simulate, strikes, times

RUNS, DAYS, MU = 250, 30.0, 2.0
HAWKES = {"branching_ratio": 0.4, "excitation_days": 4.0}


def mean_attacks(tilt: Callable[[float], float], n: float = 0.4, days: float = 4.0, mu: float = MU) -> float:
    """Integral of the mean rate over the run; ``tilt`` is the log of what multiplies the background."""

    def slope(t: float, x: np.ndarray) -> list[float]:
        rate = mu * math.exp(tilt(t)) + x[0]
        return [(n * rate - x[0]) / days, rate]

    return float(solve_ivp(slope, (0.0, DAYS), [0.0, 0.0], rtol=1e-8, atol=1e-10, max_step=0.1).y[1, -1])


@pytest.mark.parametrize(("v", "at_first"), [(1.0, 1.0), (0.5, 0.8), (0.0, 0.6)])
def test_excitation_at_the_start(v: float, at_first: float) -> None:
    """The mean rate μ/(1-n)·[1 - n(1-v)e^{-κt}], κ = (1-n)/4: flat at μ/(1-n) for v = 1, else a climb from 1 - n(1-v) of it.

    Its integral over each sixth of the run, at n = .4: false alarm 6.4e-5 for each of the six.
    """
    kept_up, slow = MU / 0.6, 0.6 / 4.0
    p = params(base_rate=MU, **HAWKES, excitation_at_start=v)
    runs = [times(simulate(a_world(days=DAYS), p, (0.7, 0.3), seed=603, replication=r)) for r in range(RUNS)]
    for a in np.arange(0.0, DAYS, 5.0):
        b = a + 5.0
        climb = 0.4 * (1.0 - v) * (math.exp(-slow * a) - math.exp(-slow * b)) / slow
        assert_mean([sum(a <= t < b for t in x) for x in runs], kept_up * (b - a - climb))
    assert 1.0 - 0.4 * (1.0 - v) == pytest.approx(at_first)


def counts(world: World, p: Any, place: str | None = None, runs: int = RUNS) -> list[int]:
    return [
        len(
            times(
                simulate(world, p, (1.0, 0.0) if place is None else (0.5, 0.5), seed=601, replication=r),
                place=place,
            )
        )
        for r in range(runs)
    ]


def decay(jumps: list[tuple[float, float]], days: float) -> Callable[[float], float]:
    """Sum of decaying jumps: (day, amount)."""
    return lambda t: sum(a * math.exp(-(t - day) / days) for day, a in jumps if t >= day)


def soft(x: float) -> float:
    return LIMIT * math.tanh(x / LIMIT)


@pytest.mark.parametrize(
    ("target", "amplitude"), [("fighters", -1.0), ("infrastructure", 0.3), ("sponsor", -0.5), ("leader", 0.6)]
)
def test_net_effect_by_target(target: str, amplitude: float) -> None:
    """Strikes on days 3 and 12, the second of strength 2, decaying with 10 days: fewer or more, by as many as the ODE says."""
    p = params(base_rate=MU, **HAWKES, **{f"effect_{target}": amplitude, "effect_days": 10.0})
    world = a_world(days=DAYS, replay=strikes((3.0, 0, order(target)), (12.0, 0, order(target, 2.0))))
    x = decay([(3.0, amplitude), (12.0, 2.0 * amplitude)], 10.0)
    expected = mean_attacks(lambda t: soft(x(t)))
    assert (expected - mean_attacks(lambda _: 0.0)) * amplitude > 0.0
    assert_mean(counts(world, p), expected)


def test_suppression_against_backlash() -> None:
    """-.9 over 5 days against +.5 over 30 days, at first down and later up: the count by the ODE."""
    p = params(
        base_rate=MU,
        **HAWKES,
        suppression_fighters=0.9,
        suppression_days=5.0,
        backlash_fighters=0.5,
        backlash_days=30.0,
    )
    world = a_world(days=DAYS, replay=strikes((6.0, 0, order())))
    down, up = decay([(6.0, 0.9)], 5.0), decay([(6.0, 0.5)], 30.0)
    assert_mean(counts(world, p), mean_attacks(lambda t: soft(up(t) - down(t))))
    assert soft(up(6.0) - down(6.0)) < -0.35 < 0.25 < soft(up(20.0) - down(20.0))


def test_spill_by_place() -> None:
    """Struck in the first place at a spill of .25: each place by its own ODE."""
    p = params(base_rate=MU, **HAWKES, effect_fighters=-1.2, effect_days=12.0, spill=0.25)
    world = a_world(days=DAYS, replay=strikes((2.0, 0, order())))
    for place, part in (("iraq", 1.0), ("syria", 0.25)):
        x = decay([(2.0, -1.2 * part)], 12.0)
        assert_mean(counts(world, p, place), mean_attacks(lambda t, x=x: soft(x(t)), mu=MU / 2))


def test_mobilisation_and_drift() -> None:
    """Levels 1, .3 and 1.6, drifting up by 60% with 10 days from day 5."""
    p = params(base_rate=MU, **HAWKES, mobilisation_drift=math.log(1.6), drift_days=10.0)
    world = a_world(days=DAYS, drift_from=5.0, calendar=pieces((8.0, 0, 0.3), (18.0, 0, 1.6)))

    def tilt(t: float) -> float:
        g = 1.0 if t < 8.0 else 0.3 if t < 18.0 else 1.6
        return math.log(g) + (math.log(1.6) * (1.0 - math.exp(-(t - 5.0) / 10.0)) if t > 5.0 else 0.0)

    assert_mean(counts(world, p), mean_attacks(tilt))


def test_interruptions_do_not_move_the_mean() -> None:
    """Strikes of alternating sign every 0.05 day add up to nothing: as many attacks as the ODE says; false alarm 6.4e-5."""
    replay = strikes(*((0.05 * i, 0, order("fighters" if i % 2 else "leader")) for i in range(1, 600)))
    p = params(base_rate=MU, **HAWKES, effect_fighters=-0.4, effect_leader=0.4, effect_days=1e6)

    def tilt(t: float) -> float:
        return soft(-0.4) if int(t / 0.05) % 2 else 0.0

    assert_mean(counts(a_world(days=DAYS, replay=replay), p, runs=60), mean_attacks(tilt))


@pytest.mark.parametrize("every", [0.05, 1.0])
def test_strikes_of_zero_and_of_some_strength_by_schedule(every: float) -> None:
    """A schedule of strikes that suppress a little each: the tilt is their sum, whatever the interruptions."""
    levers = (
        a_world()
        .ladder[0]
        ._replace(
            schedule_first=every, schedule_every=every, infrastructure=0.0, fighters=1.0, places_allowed=1
        )
    )
    p = params(base_rate=MU, effect_fighters=-0.3 * every, effect_days=5.0)
    at = [every * i for i in range(1, round(DAYS / every))]
    x = decay([(t, -0.3 * every) for t in at], 5.0)
    grid = np.linspace(0.0, DAYS, 12_001)
    rate = MU * np.exp([soft(x(t)) for t in (grid[1:] + grid[:-1]) / 2])
    assert_mean(
        counts(a_world(levers, days=DAYS), p, runs=60 if every < 1 else RUNS), float(rate.sum() * grid[1])
    )


def test_capability_settles_where_use_meets_resupply() -> None:
    """Without κ the rate is constant, and the mean of K solves use = resupply; false alarm 2.7e-4 (t of 40 runs).

    μ = 40 a day against a balance of 10: K' = (T - K)/τ - u·40·K with T = 1 + u·τ·10/(1-0) for g = 4.
    """
    from sim.model.capability import capability
    from tests.worlds import finished

    p = params(base_rate=10.0, attack_use=0.004, resupply_days=20.0)
    world = a_world(days=60.0, mobilisation=(4.0, 4.0))
    target = 1.0 + 0.004 * 20.0 * 10.0
    drain = 1.0 / 20.0 + 0.004 * 40.0
    expected = target / 20.0 / drain + (1.0 - target / 20.0 / drain) * math.exp(-drain * 60.0)
    found = []
    for r in range(40):
        run = finished(world, p, (1.0, 0.0), seed=602, replication=r)
        found.append(capability(run.state, p, 0, 60.0))
    assert expected < 0.5
    assert_mean(found, expected)
