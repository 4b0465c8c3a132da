"""What happens at equal times: by rank, then place, then ordinal; a documented order that nothing else decides."""

from typing import Any

import pytest
import simpy

from sim.engine import events as ev
from sim.engine.simpy_engine import Run
from sim.engine.streams import Draws
from sim.engine.waiting import Ranked
from sim.errors import RunError
from sim.model.levers import Rung
from sim.model.world import Dated, Delivery
from tests.worlds import EVERYWHERE, QUIET, a_world, finished, order, params, pieces, strikes


class SameLuck(Draws):
    """Every uniform is one half: clocks with equal hazards ring at the same moment, exactly."""

    def block(self, stream: str, entity: int, index: int) -> tuple[float, float, float, float]:
        return (0.5, 0.5, 0.5, 0.5)


def on_day(events: list[Any], day: float) -> list[tuple[str, str]]:
    return [(e.kind, e.place) for e in events if e.time == day]


def test_everything_that_is_dated_on_one_day_comes_in_order_of_rank() -> None:
    """Day 2: pieces of mobilisation, surge, resupply, the record's strike, a pending strike, patience, the schedule.

    The opening attack's window ends on day 2 as well, but the strikes of that day answer it first.
    """
    levers = EVERYWHERE._replace(
        trigger_attacks=1, delay_a=2.0, schedule_first=2.0, schedule_every=9.0, surge_day=2.0, surge_interceptors=5,
        places_allowed=1,
    )  # fmt: skip
    world = a_world(
        levers, days=2.5, opening_attack=True, calendar=(Dated(2.0, -1, None, "front"), *pieces((2.0, 0, 0.5), (2.0, 1, 0.5))),
        deliveries=(Delivery(0, 0, 2.0, 3), Delivery(0, -1, 2.0, 4)), replay=strikes((2.0, 1, order())),
    )  # fmt: skip
    run = finished(world, params(base_rate=QUIET, resolve_unanswered=0.5, answer_window_days=2.0), (1.0, 0.0))
    assert on_day(run.events, 2.0) == [
        ("emboldened", ""), ("mobilised", "iraq"), ("mobilised", "syria"), ("defence raised", ""),
        ("resupply", ""), ("resupply", ""),
        ("response decided", "syria"), ("strike", "syria"), ("destroyed", "syria"),
        ("strike", "iraq"), ("destroyed", "iraq"),
        ("response decided", "iraq"),
    ]  # fmt: skip


def test_the_end_of_a_window_comes_before_a_scheduled_response() -> None:
    """Nobody has struck by its end: the attackers take heart, and then the schedule's response comes."""
    world = a_world(
        EVERYWHERE._replace(schedule_first=2.0, schedule_every=9.0), days=2.5, opening_attack=True
    )
    run = finished(world, params(base_rate=QUIET, resolve_unanswered=0.5, answer_window_days=2.0))
    assert [kind for kind, _ in on_day(run.events, 2.0)] == [
        "emboldened",
        "response decided",
        "strike",
        "destroyed",
    ]


def test_strikes_due_together_go_by_place_and_then_by_number() -> None:
    """Four of the record's strikes on one day, listed crosswise."""
    replay = strikes(
        (1.0, 1, order(strength=1.0)),
        (1.0, 0, order(strength=2.0)),
        (1.0, 1, order(strength=3.0)),
        (1.0, 0, order(strength=4.0)),
    )
    run = finished(a_world(days=2.0, replay=replay), params(base_rate=QUIET))
    found = [(e.place, e.strength) for e in run.events if e.kind == "strike"]
    assert found == [("iraq", 2.0), ("iraq", 4.0), ("syria", 1.0), ("syria", 3.0)]


def test_hazards_that_ring_together_go_permission_stage_war_and_attacks_by_place() -> None:
    """All at rate 1 with the budget log 2; what one of them interrupts has nothing left to spend, and rings too."""
    p = params(
        base_rate=2.0,
        restraint_base=1.0,
        restraint_days=1e9,
        stage_hazard=1.0,
        war_base=1.0,
        permission_red=1.0,
    )
    run = Run(a_world(days=0.7), p, (0.5, 0.5), SameLuck(0, 0))
    run.go()
    first = run.events[0].time
    assert first == pytest.approx(0.6931471805599453, rel=1e-15)
    assert [(e.kind, e.place) for e in run.events if e.kind != "intercepted" and e.kind != "hit"] == [
        ("permission changed", ""), ("stage climbed", ""), ("wider war", ""),
        ("attack launched", "iraq"), ("reported", "iraq"), ("attack launched", "syria"), ("reported", "syria"),
    ]  # fmt: skip
    assert {e.time for e in run.events} == {first}


def test_rungs_climbed_on_one_date_end_on_the_highest() -> None:
    """Both on day 3, with one surge of their own: it arrives once, on the rung where the policy stands."""
    surged = EVERYWHERE._replace(surge_day=3.0, surge_interceptors=10, defence_level=2.0)
    world = a_world(
        days=4.0,
        ladder=(EVERYWHERE, EVERYWHERE, surged),
        rungs=(Rung(), Rung(day=3.0), Rung(day=3.0)),
        interceptors=0,
    )
    run = finished(world, params(base_rate=QUIET))
    assert [(e.kind, getattr(e, "rung", None)) for e in run.events] == [
        ("rung climbed", 1), ("rung climbed", 2), ("defence raised", None)
    ]  # fmt: skip
    assert run.state.interceptors == [10]


def test_ranks_are_as_documented() -> None:
    """What is given goes first, what is drawn goes last."""
    ranks = (
        ev.CALENDAR,
        ev.SURGE,
        ev.RESUPPLY,
        ev.REPLAY,
        ev.STRIKE,
        ev.PATIENCE,
        ev.SCHEDULE,
        ev.PERMISSION,
        ev.STAGE,
        ev.WAR,
        ev.ATTACK,
    )
    assert ranks == tuple(range(1, 12))


def test_simpys_own_count_never_decides() -> None:
    """Whatever the order in which waits of one time are made, they end by rank, place and ordinal."""
    keys = [(3, 0, 0), (1, 1, 0), (1, 0, 2**40), (1, 0, 1), (2, 5, 7), (11, 0, 0), (2, 5, 6)]
    env, seen = simpy.Environment(), []
    for key in keys:
        Ranked(env, 1.5, *key).callbacks.append(lambda _, key=key: seen.append(key))
    env.run()
    assert seen == sorted(keys)


@pytest.mark.parametrize("delay", [float("nan"), float("inf"), -1e-9, -float("inf")])
def test_a_delay_that_is_no_time_is_refused(delay: float) -> None:
    """SimPy itself takes NaN, and its clock then runs backward."""
    with pytest.raises(RunError, match="finite and ≥ 0"):
        Ranked(simpy.Environment(), delay, 1)


def test_what_happens_at_the_horizon_is_left_out() -> None:
    """A strike dated on the last day of the run is not in it; a moment earlier it is."""
    for day, n in ((2.0, 0), (1.9999999, 1)):
        run = finished(a_world(days=2.0, replay=strikes((day, 0, order()))), params(base_rate=QUIET))
        assert len([e for e in run.events if e.kind == "strike"]) == n
