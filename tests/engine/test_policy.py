"""A user's own policy in Python: what it sees, what it may order, and how a wrong order is told."""

import dataclasses
import math
import pickle
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from sim.engine.events import Event
from sim.engine.policy import StrikeOrder, View
from sim.errors import RunError
from sim.model.levers import Rung
from sim.model.registry import FIELDS
from tests.worlds import EVERYWHERE, a_world, attackers, finished, of, order, params, simulate, strikes, times

P = params(
    base_rate=2.0, branching_ratio=0.3, completeness=0.7, injuring_share=0.2, munitions_per_strength=2.0
)


class Always:
    """Orders the same thing after every reported attack, and remembers what it was shown."""

    def __init__(self, *orders: Any) -> None:
        self.orders = orders
        self.seen: list[tuple[View, Event]] = []

    def decide(self, view: View, event: Event) -> Iterable[Any]:
        self.seen.append((view, event))
        return self.orders


def a_strike(**changes: Any) -> StrikeOrder:
    return dataclasses.replace(StrikeOrder("iraq", {"fighters": 1.0}, delay_days=0.5), **changes)


def test_it_is_asked_at_each_reported_attack_and_shown_that_report() -> None:
    """Also where the same report makes the world's ladder climb."""
    policy = Always()
    world = a_world(ladder=(EVERYWHERE, EVERYWHERE), rungs=(Rung(), Rung(attacks=3)))
    events = simulate(world, P, policy=policy)
    assert [event for _, event in policy.seen] == of(events, "reported")
    assert of(events, "rung climbed")


def test_its_orders_are_carried_out_after_their_delay() -> None:
    """Every report is followed by a decision at once and a strike half a day later, as ordered."""
    policy = Always(a_strike(target={"fighters": 0.25, "sponsor": 0.75}, strength=2.0, clarity=0.9))
    world = a_world(days=20.0)
    events = simulate(world, P, policy=policy)
    reported = times(events, "reported")
    assert times(events, "response decided") == reported
    due = [t + 0.5 for t in reported if t + 0.5 < 20.0]
    assert times(events, "strike") == due
    for e in of(events, "strike"):
        assert (e.place, e.fighters, e.sponsor, e.strength, e.clarity, e.munitions) == (
            "iraq",
            0.25,
            0.75,
            2.0,
            0.9,
            4,
        )


def test_it_may_answer_with_a_generator_or_with_nothing() -> None:
    """`decide` may yield its orders, or return None."""

    class EveryThird:
        def decide(self, view: View, event: Event) -> Iterable[StrikeOrder]:
            if len(view.reported) % 3 == 0:
                yield a_strike(delay_days=0.0)

    class Nothing:
        def decide(self, view: View, event: Event) -> Any:
            return None

    events = simulate(a_world(), P, policy=EveryThird())
    assert len(of(events, "strike")) == len(of(events, "reported")) // 3 > 5
    assert attackers(simulate(a_world(), P, policy=Nothing())) == attackers(simulate(a_world(), P))


def test_the_view_holds_what_a_defender_knows_and_nothing_of_the_attackers() -> None:
    """Its fields, all of them, are reports, casualties, own strikes, own stocks; no state, no parameters, no run."""
    policy = Always(a_strike())
    run = finished(a_world(munitions=(40,), interceptors=30), P, policy=policy)
    view, _ = policy.seen[-1]
    assert {x.name for x in dataclasses.fields(View)} == {
        "time", "places", "reported", "casualties", "strikes", "munitions", "interceptors"
    }  # fmt: skip
    assert {e.kind for e in view.reported} == {"reported"}
    assert {e.kind for e in view.casualties} == {"casualties"}
    assert {e.kind for e in view.strikes} == {"strike"}
    assert set(view.munitions) == {"us"}
    hidden = set(FIELDS) - {"munitions", "interceptors"}
    assert not hidden & set(vars(view))
    assert not any(x is run.state or x is run.params or x is run.world for x in vars(view).values())


def test_the_view_is_of_the_moment() -> None:
    """Stocks are those at the report: 2 munitions fewer for each strike so far, until they are gone."""
    shown: list[tuple[float, int, int, int]] = []

    class Watch(Always):
        def decide(self, view: View, event: Event) -> Iterable[Any]:
            shown.append((view.time, len(view.reported), len(view.strikes), view.munitions["us"]))
            return self.orders

    events = simulate(a_world(munitions=(9,)), P, policy=Watch(a_strike()))
    reports = times(events, "reported")
    strikes_at = times(events, "strike")
    for i, (now, reported, struck, left) in enumerate(shown):
        before = sum(t < now for t in strikes_at)
        assert (now, reported, struck, left) == (reports[i], i + 1, before, 9 - 2 * before)
    assert {e.reason for e in of(events, "held back")} == {"stock"}


def test_what_it_does_with_its_view_changes_nothing_else() -> None:
    """A policy that empties its view gets no other run."""

    class Tamper(Always):
        def decide(self, view: View, event: Event) -> Iterable[Any]:
            view.munitions.clear()
            view.reported.clear()
            view.interceptors = -5
            return self.orders

    plain, tampered = (simulate(a_world(), P, policy=x) for x in (Always(a_strike()), Tamper(a_strike())))
    assert plain == tampered


def test_it_decides_in_place_of_the_levers_and_their_schedule() -> None:
    """A world whose levers answer each attack and keep a schedule: with a policy of one's own, they are silent."""
    eager = EVERYWHERE._replace(trigger_attacks=1, spontaneous=1.0, schedule_every=2.0, schedule_first=2.0)
    assert of(simulate(a_world(eager), P), "strike")
    assert not of(simulate(a_world(eager), P, policy=Always()), "response decided")


def test_the_same_policy_written_in_levers_and_in_python_gives_the_same_events() -> None:
    """Every report answered after half a day at its own place by a strike of strength 2 on fighters."""

    class Mirror:
        def decide(self, view: View, event: Event) -> Iterable[StrikeOrder]:
            yield a_strike(place=event.place, strength=2.0)

    p = P._replace(effect_fighters=-0.3, killed_fighters=2.0)
    levers = EVERYWHERE._replace(
        trigger_attacks=1, delay_a=0.5, infrastructure=0.0, fighters=1.0, strength=2.0
    )
    by_levers, by_hand = simulate(a_world(levers), p), simulate(a_world(), p, policy=Mirror())
    assert [e._replace(cause="") if e.kind == "response decided" else e for e in by_levers] == [
        e._replace(cause="") if e.kind == "response decided" else e for e in by_hand
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"delay_days": math.nan}, "delay_days: expected a finite number from 0 to inf, found nan"),
    ({"delay_days": math.inf}, "delay_days"),
    ({"delay_days": -0.1}, "delay_days"),
    ({"delay_days": "soon"}, "delay_days: expected a number, found 'soon'"),
    ({"delay_days": None}, "delay_days: expected a number, found None"),
    ({"strength": -1.0}, "strength"),
    ({"strength": math.inf}, "strength"),
    ({"care": 1.1}, "care: expected a finite number from 0 to 1, found 1.1"),
    ({"clarity": -0.1}, "clarity"),
    ({"place": "jordan"}, "place: expected one of iraq, syria, found 'jordan'"),
    ({"target": {"convoys": 1.0}}, "target: expected classes of infrastructure, fighters, sponsor, leader"),
    ({"target": {"fighters": 0.6}}, "target: expected shares that sum to 1"),
    ({"target": {"fighters": 1.5, "leader": -0.5}}, "target"),
    ({"target": {"fighters": math.nan}}, "target"),
    ({"target": {"fighters": "all"}}, "target: expected a number, found 'all'"),
]


@pytest.mark.parametrize(("changes", "says"), WRONG)
def test_a_wrong_order_is_one_line(changes: dict[str, Any], says: str) -> None:
    """A RunError of one line that says what was expected and what was found, and survives pickling."""
    with pytest.raises(RunError) as caught:
        simulate(a_world(), P, policy=Always(a_strike(**changes)))
    text = str(caught.value)
    assert text.startswith("policy: ")
    assert says in text
    assert "\n" not in text
    assert str(pickle.loads(pickle.dumps(caught.value))) == text


def test_more_strikes_than_can_be_pending_are_one_line() -> None:
    """Every attack brings an order for a month later: the 64th that would wait beside 63 others is refused."""
    with pytest.raises(RunError) as caught:
        simulate(a_world(days=60.0), params(base_rate=5.0), policy=Always(a_strike(delay_days=30.0)))
    assert str(caught.value).startswith(
        "policy: expected at most 63 strikes planned and not yet made, found one more"
    )
    assert "\n" not in str(caught.value)


def test_something_that_is_no_order_is_told() -> None:
    """A bare string, or a tuple, is not an order."""
    with pytest.raises(RunError, match="expected orders of class StrikeOrder, found 'strike'"):
        simulate(a_world(), P, policy=Always("strike"))


def test_numbers_of_numpy_end_as_plain_floats() -> None:
    """So that events and state hold Python's own floats, whatever a policy computes with."""
    wish = a_strike(delay_days=np.float64(0.5), strength=np.float32(2.0), care=0, clarity=1)
    assert all(type(x) is float for x in wish.checked(("iraq",)))
    events = simulate(a_world(), P, policy=Always(wish))
    assert all(type(e.time) is float for e in events)


def test_the_record_is_replayed_beside_a_policy_of_ones_own() -> None:
    """Dated strikes are carried out as they were, and the view shows them."""
    policy = Always()
    events = simulate(a_world(replay=strikes((5.0, 0, order()))), P, policy=policy)
    assert [e.time for e in of(events, "strike")] == [5.0]
    assert len(policy.seen[-1][0].strikes) == 1
