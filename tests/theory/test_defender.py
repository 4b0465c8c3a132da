"""The defender as asked: delays, consistency, places, tempo, limits, spontaneous fire; each strike has its decision."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.engine.events import REPLAY, Event
from sim.model.levers import EXPONENTIAL, FIXED, LOGNORMAL, UNIFORM, Levers
from tests.chance import assert_distributed, assert_frequencies, assert_share
from tests.worlds import EVERYWHERE, a_world, of, order, params, simulate, strikes, times

P = params(base_rate=4.0, munitions_per_strength=1.0, injuring_share=0.3, injury_scale=2.0)
EACH = EVERYWHERE._replace(trigger_attacks=1)
AMPLE = {"munitions": (10**6,)}


def runs(levers: Levers, n: int = 10, p: Any = P, **changes: Any) -> list[list[Event]]:
    world = a_world(levers, **(AMPLE | changes))
    return [simulate(world, p, (0.6, 0.4), seed=401, replication=r) for r in range(n)]


@pytest.mark.parametrize(
    ("form", "a", "b", "law"),
    [
        (LOGNORMAL, 2.0, 0.5, stats.lognorm(0.5, scale=2.0)),
        (UNIFORM, 1.0, 4.0, stats.uniform(1.0, 3.0)),
        (EXPONENTIAL, 3.0, 0.0, stats.expon(scale=3.0)),
    ],
)
def test_delays_are_distributed_as_asked(form: int, a: float, b: float, law: Any) -> None:
    """Some 1,400 of them by Kolmogorov-Smirnov, false alarm 6.4e-5; each strike comes when its decision said."""
    events = [e for x in runs(EACH._replace(delay_form=form, delay_a=a, delay_b=b)) for e in x]
    decided = of(events, "response decided")
    assert_distributed([e.delay_days for e in decided], law.cdf)
    assert all(e.due == e.time + e.delay_days for e in decided)


def test_a_fixed_delay_is_the_same_for_all() -> None:
    """1.5 days, exactly: the strikes are the reports, moved, up to the horizon."""
    for events in runs(EACH._replace(delay_form=FIXED, delay_a=1.5)):
        assert times(events, "strike") == [t + 1.5 for t in times(events, "reported") if t + 1.5 < 36.0]


def test_every_strike_has_one_decision_before_it() -> None:
    """With delays, tempo and spontaneous fire: same number, place and day, and an earlier ordinal."""
    levers = EACH._replace(
        delay_form=LOGNORMAL, delay_a=2.0, delay_b=1.0, min_gap=0.3, spontaneous=0.2, spontaneous_days=0.1
    )
    for events in runs(levers):
        decided = {e.response: e for e in of(events, "response decided")}
        struck = of(events, "strike")
        assert len({e.response for e in struck}) == len(struck) > 20
        for e in struck:
            d = decided[e.response]
            assert (d.due, d.place) == (e.time, e.place)
            assert (d.time, d.sequence) < (e.time, e.sequence)


def test_triggers_are_answered_with_the_share_asked_for() -> None:
    """One in twelve of some 1,400 reported attacks; exact binomial, false alarm 6.4e-5."""
    events = [e for x in runs(EACH._replace(answered_share=1 / 12)) for e in x]
    assert_share(len(of(events, "response decided")), len(of(events, "reported")), 1 / 12)
    assert len(of(events, "held back")) == len(of(events, "reported")) - len(of(events, "response decided"))


def test_tempo_does_not_eat_consistency() -> None:
    """Four in five, whatever the shortest gap: a trigger that tempo holds back is not asked again for its luck."""
    for gap in (0.0, 2.0, 4.0):
        levers = EVERYWHERE._replace(
            trigger_attacks=5, delay_form=LOGNORMAL, delay_a=2.0, delay_b=0.5, answered_share=0.8, min_gap=gap
        )
        events = [e for x in runs(levers, n=30) for e in x]
        answered = len(of(events, "response decided"))
        spent = sum(e.reason == "not answered" for e in of(events, "held back"))
        assert_share(answered, answered + spent, 0.8)


def test_a_count_of_attacks_triggers_at_its_number() -> None:
    """Every fifth report since the last decision, counted again from the events."""
    for events in runs(EVERYWHERE._replace(trigger_attacks=5)):
        assert times(events, "response decided") == times(events, "reported")[4::5]


def test_casualties_trigger_at_their_number() -> None:
    """At the first report by which 4 or more have been hurt since the last decision, counted again from the events."""
    for events in runs(EVERYWHERE._replace(trigger_casualties=4)):
        expected, hurt = [], 0
        for e in events:
            hurt += e.injured if e.kind == "casualties" else 0
            if e.kind == "reported" and hurt >= 4:
                expected.append(e.time)
                hurt = 0
        assert times(events, "response decided") == expected != []


def test_a_weapon_triggers_by_itself() -> None:
    """Each missile, and no other attack."""
    for events in runs(EVERYWHERE._replace(trigger_weapon=2), stage=3):
        missiles = [e.time for e in of(events, "attack launched") if e.weapon == "missile"]
        assert times(events, "response decided") == missiles != []


def test_a_schedule_is_kept() -> None:
    """First on day 1.5, then every 4 days, whatever the attacks; each allowed place as often; false alarm 6.4e-5."""
    found = runs(EVERYWHERE._replace(schedule_first=1.5, schedule_every=4.0), n=60)
    assert all(times(x, "strike") == [1.5 + 4.0 * i for i in range(9)] for x in found)
    places = [e.place for x in found for e in of(x, "strike")]
    assert_share(places.count("iraq"), len(places), 0.5)


def test_strikes_answer_where_the_attack_came_from_or_where_they_may() -> None:
    """Both allowed: at the attack's own place. One allowed: there. Two of three: the forbidden one's shared evenly."""
    for events in runs(EACH):
        reported = {e.time: e.place for e in of(events, "reported")}
        assert all(reported[e.time] == e.place for e in of(events, "strike"))
    for events in runs(EACH._replace(places_allowed=0b10)):
        assert {e.place for e in of(events, "strike")} == {"syria"}
    world = a_world(EACH._replace(places_allowed=0b101), places=("iraq", "jordan", "syria"), **AMPLE)
    events = simulate(world, params(base_rate=30.0), (0.0, 1.0, 0.0), seed=402)
    places = [e.place for e in of(events, "strike")]
    assert_frequencies([places.count("iraq"), places.count("syria")], [0.5, 0.5])


@pytest.mark.parametrize(
    "delay", [(FIXED, 0.4, 0.0), (LOGNORMAL, 2.0, 1.5), (EXPONENTIAL, 5.0, 0.0), (UNIFORM, 0.0, 9.0)]
)
def test_no_two_strikes_are_closer_than_the_shortest_gap(delay: tuple[int, float, float]) -> None:
    """Whatever the delays: over 1.3 days apart, in runs of 120 days with 480 attacks each."""
    form, a, b = delay
    for events in runs(EACH._replace(delay_form=form, delay_a=a, delay_b=b, min_gap=1.3), n=4, days=120.0):
        gaps = np.diff(times(events, "strike"))
        assert len(gaps) > 40
        assert gaps.min() >= 1.3 - 1e-9
        assert "tempo" in {e.reason for e in of(events, "held back")}


@pytest.mark.parametrize("most", [1, 3])
def test_no_window_holds_more_strikes_than_its_most(most: int) -> None:
    """At most 1, or 3, in any 7 days, with delays drawn at random; and the window is used to the full."""
    for events in runs(
        EACH._replace(delay_form=EXPONENTIAL, delay_a=2.0, window_most=most, window_days=7.0), n=4, days=90.0
    ):
        struck = times(events, "strike")
        windows = [b - a for a, b in zip(struck, struck[most:], strict=False)]
        assert min(windows) >= 7.0 - 1e-9
        assert len(struck) > 0.6 * most * 90.0 / 7.0


def test_the_gap_of_a_schedule_is_not_broken_by_rounding() -> None:
    """Every 2 days with a delay of .1 and a shortest gap of 2: all 17 strikes come."""
    for events in runs(
        EVERYWHERE._replace(schedule_first=2.0, schedule_every=2.0, delay_a=0.1, min_gap=2.0), n=2
    ):
        assert times(events, "strike") == [2.0 * i + 0.1 for i in range(1, 18)]


def test_responses_go_on_no_longer_than_their_limit() -> None:
    """10 days from the first strike; then each trigger is held back for that reason."""
    for events in runs(EACH._replace(delay_a=1.0, duration_limit=10.0)):
        struck = times(events, "strike")
        assert struck[-1] - struck[0] <= 10.0 + 1e-9
        assert struck[-1] - struck[0] > 8.0
        late = [t for t in times(events, "reported") if t + 1.0 > struck[0] + 10.0 + 1e-9]
        assert [e.time for e in of(events, "held back") if e.reason == "duration"] == late


def test_politics_hold_strikes_back_while_too_much_is_felt() -> None:
    """Cost .5 a strike, halved in 10 days, limit 1.2: at each strike the cost felt just before it, summed afresh, allows it."""
    p = P._replace(political_days=10.0 / math.log(2.0))
    for events in runs(EACH._replace(delay_a=0.2, political_limit=1.2), p=p, sensitivity=(0.5, 0.25)):
        costs = {"iraq": 0.5, "syria": 0.25}
        done: list[tuple[float, float]] = []
        for e in events:
            if e.kind == "strike" or (e.kind == "held back" and e.response):
                felt = sum(cost * 0.5 ** ((e.time - t) / 10.0) for t, cost in done)
                assert (felt <= 1.2 + 1e-9) == (e.kind == "strike")
            if e.kind == "strike":
                assert e.political_cost == costs[e.place]
                done.append((e.time, e.political_cost))
        assert {e.reason for e in of(events, "held back")} == {"politics"}


def test_an_empty_stock_holds_strikes_back_until_it_is_resupplied() -> None:
    """3 munitions a strike of strength 3: 7 in stock give two strikes; 1 a day gives one every third day after."""
    from sim.model.world import Delivery

    levers = EACH._replace(strength=3.0)
    for events in runs(levers, n=3, munitions=(7,), deliveries=(Delivery(0, 0, 1.0, 1),)):
        level, received = 7, 7
        for e in events:
            if e.kind == "resupply":
                level, received = level + 1, received + 1
                assert e.level == level
            if e.kind == "strike":
                level -= e.munitions
                assert e.munitions == 3
            if e.kind == "held back":
                assert (e.reason, level < 3) == ("stock", True)
            assert level >= 0
        assert received == 7 + 35
        assert len(of(events, "strike")) in range(11, 15)


def test_spontaneous_fire_answers_its_share_within_hours_at_the_point_of_origin() -> None:
    """A quarter of reported attacks, 2 hours later, on fighters, in the attack's place; exact binomial, false alarm 6.4e-5."""
    found = runs(EVERYWHERE._replace(spontaneous=0.25, spontaneous_days=2 / 24, strength=1.5))
    for events in found:
        reported = {e.time: e.place for e in of(events, "reported")}
        for e in of(events, "response decided"):
            assert (e.cause, e.delay_days, e.place) == ("spontaneous fire", 2 / 24, reported[e.time])
        assert all(
            (e.fighters, e.infrastructure, e.strength) == (1.0, 0.0, 1.5) for e in of(events, "strike")
        )
    events = list(itertools.chain.from_iterable(found))
    assert_share(len(of(events, "response decided")), len(of(events, "reported")), 0.25)


def test_an_attack_is_answered_once() -> None:
    """Where an asset returns fire, what would have triggered a response by itself is answered by it: one decision a report."""
    drones = {"weapon_weight": (0.0, 1.0, 0.0)}
    for levers in (EACH, EVERYWHERE._replace(trigger_weapon=1)):
        for events in runs(levers._replace(spontaneous=1.0, spontaneous_days=0.1), n=3, **drones):
            assert times(events, "response decided") == times(events, "reported")
            assert {e.cause for e in of(events, "response decided")} == {"spontaneous fire"}


def test_stocks_are_conserved_exactly() -> None:
    """First stock + deliveries + surge = present + used, by the events alone, at every moment; never below 0.

    Two strikes of the record, of strength 2.5, come out of no stock; their cost is the same ceil(2.5 · 1) = 3 munitions.
    """
    from sim.model.world import Delivery

    levers = EACH._replace(min_gap=0.5, surge_day=9.0, surge_interceptors=17)
    p = P._replace(salvo_extra=1.0)
    for events in runs(
        levers,
        n=4,
        p=p,
        munitions=(20,),
        interceptors=40,
        deliveries=(Delivery(0, 0, 5.0, 4), Delivery(-1, -1, 3.0, 5)),
        replay=strikes((1.0, 0, order(strength=2.5)), (8.0, 1, order(strength=2.5))),
    ):
        assert [e.munitions for e in of(events, "strike") if e.priority == REPLAY] == [3, 3]
        munitions, interceptors = 20, 40
        for e in events:
            munitions -= e.munitions if e.kind == "strike" and e.priority != REPLAY else 0
            interceptors -= e.engaged if e.kind == "intercepted" else 0
            interceptors += e.interceptors_added if e.kind == "defence raised" else 0
            if e.kind == "resupply":
                munitions += e.amount if e.stock == "us" else 0
                interceptors += e.amount if e.stock == "interceptors" else 0
                assert e.level == (munitions if e.stock == "us" else interceptors)
            assert munitions >= 0
            assert interceptors >= 0
        assert interceptors == 0  # it was put to the test
