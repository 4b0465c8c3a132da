"""From checked configs to a world: dates in days from the start, levers by name, ladders, calendars, replays."""

import datetime as dt
import math
from typing import Any

import pytest

from sim.model.levers import EXPONENTIAL, FIXED, LOGNORMAL, UNIFORM, Levers, Rung
from sim.model.spec import INF
from sim.model.streamkeys import name_key
from sim.model.world import Dated, Delivery
from sim.scenario.policy import Policy
from sim.scenario.record import Response
from sim.scenario.settings import Settings
from sim.scenario.world import build_world
from tests.worlds import params, simulate, times

START = dt.date(2023, 10, 17)
WHY = {"source": "by hand"}
SETTINGS: dict[str, Any] = {
    "kind": "settings", "version": 1, "name": "two-places", "start": dt.date(2023, 10, 7),
    "places": {"syria": {"political_cost": 0.1, **WHY}, "iraq": {"political_cost": 1.0, **WHY}},
    "groups": (
        {"name": "a", "place": "iraq", "weight": 1.0}, {"name": "b", "place": "iraq", "weight": 3.0}, {"name": "c", "place": "syria"},
    ),
    "sponsor": {"name": "the sponsor", "permission": "amber"},
    "weapons": (
        {"name": "rocket", "from_stage": 0, "weight": 0.4, "interception": 0.3, **WHY},
        {"name": "missile", "from_stage": 2, "weight": 0.1, "interception": 0.2, "harm": 3.0, **WHY},
    ),
    "stage": 1,
    "defence": {"level": 1.5, "interceptors": {"initial": 100, "resupply": {"every_days": 10.0, "amount": 7}, **WHY}},
    "munitions": {"us": {"initial": 50, **WHY}, "partner": {"initial": 9, "resupply": {"every_days": 3.0, "amount": 2}, **WHY}},
    "mobilisation": (
        {"date": dt.date(2023, 1, 1), "level": 0.05, "name": "before", **WHY},
        {"date": dt.date(2023, 10, 7), "level": 1.0, "name": "crisis", **WHY},
        {"date": dt.date(2023, 11, 24), "level": 0.02, "name": "truce", **WHY},
    ),
    "host_restraint": ({"date": dt.date(2023, 11, 1), "place": "iraq", "factor": 0.5, **WHY},),
    "other_fronts": ({"date": dt.date(2023, 11, 8), "what": "B5", **WHY},),
    "assumptions": {},
}  # fmt: skip


def settings(**changes: Any) -> Settings:
    return Settings.model_validate(SETTINGS | changes)


def policy(**levers: Any) -> Policy:
    return Policy.model_validate(
        {"kind": "policy", "version": 1, "name": "p", "says": "by hand", "trigger": "never", **levers}
    )


def world(*, of: Policy | None = None, with_settings: Settings | None = None, **how: Any) -> Any:
    return build_world(with_settings or settings(), of or policy(), start=START, horizon_days=60.0, **how)


def levers(**given: Any) -> Levers:
    return world(of=policy(**given)).ladder[0]


def response(day: dt.date | dt.datetime, **changes: Any) -> Response:
    return Response.model_validate(
        {
            "id": "C1",
            "source": "by hand",
            "date": day,
            "place": "syria",
            "target": {"fighters": 1.0},
            **changes,
        }
    )


def test_places_are_sorted_and_everything_of_theirs_with_them() -> None:
    """Names, keys, political cost and groups stand in the order of the names, whatever the file's."""
    w = world()
    assert w.places == ("iraq", "syria")
    assert w.place_keys == (name_key("iraq"), name_key("syria"))
    assert w.sensitivity == (1.0, 0.1)
    assert w.groups == ((("a", 0.25), ("b", 1.0)), (("c", 1.0),))
    assert (w.permission, w.stage, w.weapon_harm) == (1, 1, (1.0, 3.0))
    assert (w.stocks, w.munitions, w.interceptors, w.defence_level) == (("us", "partner"), (50, 9), 100, 1.5)


def test_time_is_in_days_from_the_start_of_the_run() -> None:
    """The drift began 10 days before; the truce begins on day 38, the host's restraint on day 15, B5 on day 22."""
    w = world()
    assert w.drift_from == -10.0
    assert w.mobilisation == (1.0, 1.0)
    assert [x for x in w.calendar if x.level is None] == [Dated(22.0, -1, None, "B5")]
    changes = {(x.day, w.places[x.place]): x.level for x in w.calendar if x.level is not None}
    assert changes == {(15.0, "iraq"): 0.5, (15.0, "syria"): 1.0, (38.0, "iraq"): 0.01, (38.0, "syria"): 0.02}
    assert list(w.calendar) == sorted(w.calendar, key=lambda x: (x.day, x.place))


def test_after_the_record_the_level_is_the_one_assumed() -> None:
    """From 23 November on .6 in place of the truce; the host's restraint stays."""
    w = world(after_record=0.6, record_end=dt.date(2023, 11, 23))
    changes = {
        (x.day, w.places[x.place]): x.level for x in w.calendar if x.level is not None and x.day > 20.0
    }
    assert changes == {(37.0, "iraq"): 0.3, (37.0, "syria"): 0.6}


def test_a_run_that_starts_after_the_record_begins_at_the_level_assumed() -> None:
    w = world(after_record=0.6, record_end=dt.date(2023, 10, 1))
    assert w.mobilisation == (0.6, 0.6)
    assert all(x.level in (None, 0.3, 0.6) for x in w.calendar)


def test_a_success_elsewhere_on_the_very_first_day_counts() -> None:
    """Dated on day 0 it emboldens on day 0; the day before it is history."""
    for day, n in ((START, 1), (START - dt.timedelta(days=1), 0)):
        w = world(with_settings=settings(other_fronts=({"date": day, "what": "elsewhere", **WHY},)))
        assert len([x for x in w.calendar if x.level is None]) == n


def test_each_lever_by_name() -> None:
    """Every block of a policy file, one at a time, against the defaults."""
    plain = levers()
    assert plain == Levers(places_allowed=3, defence_level=1.5)
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"trigger": {"after_attacks": 5}}, {"trigger_attacks": 5}),
        ({"trigger": {"after_casualties": 8}}, {"trigger_casualties": 8}),
        ({"trigger": {"weapon": "missile"}}, {"trigger_weapon": 1}),
        ({"trigger": {"every_days": 7.0}}, {"schedule_every": 7.0, "schedule_first": 7.0}),
        ({"trigger": {"every_days": 7.0, "first_day": 0.0}}, {"schedule_every": 7.0, "schedule_first": 0.0}),
        ({"delay_days": 2.5}, {"delay_form": FIXED, "delay_a": 2.5}),
        ({"delay_days": {"lognormal": {"median": 2.0, "sigma": 0.5}}}, {"delay_form": LOGNORMAL, "delay_a": 2.0, "delay_b": 0.5}),
        ({"delay_days": {"uniform": {"low": 1.0, "high": 3.0}}}, {"delay_form": UNIFORM, "delay_a": 1.0, "delay_b": 3.0}),
        ({"delay_days": {"exponential": {"mean": 4.0}}}, {"delay_form": EXPONENTIAL, "delay_a": 4.0}),
        ({"tempo": {"min_gap_days": 2.0}}, {"min_gap": 2.0}),
        ({"tempo": {"answered_share": 0.8}}, {"answered_share": 0.8}),
        ({"tempo": {"most_in_window": {"strikes": 3, "days": 7.0}}}, {"window_most": 3, "window_days": 7.0}),
        ({"target": {"fighters": 0.8, "leader": 0.2}}, {"infrastructure": 0.0, "fighters": 0.8, "leader": 0.2}),
        ({"strength": 2.0}, {"strength": 2.0}),
        ({"care": 0.3}, {"care": 0.3}),
        ({"clarity": 0.9}, {"clarity": 0.9}),
        ({"places": {"iraq": "forbidden"}}, {"places_allowed": 2}),
        ({"spontaneous_fire": {"probability": 0.5, "within_hours": 6.0}}, {"spontaneous": 0.5, "spontaneous_days": 0.25}),
        ({"denial": {"level": 3.0, "interceptors_added": 40}}, {"defence_level": 3.0, "surge_interceptors": 40}),
        ({"denial": {"level": 3.0, "surge_date": dt.date(2023, 11, 1)}}, {"defence_level": 3.0, "surge_day": 15.0}),
        ({"limits": {"duration_days": 30.0}}, {"duration_limit": 30.0}),
        ({"limits": {"political_cost": 2.0}}, {"political_limit": 2.0}),
        ({"stocks": {"munitions_from": "partner"}}, {"stock": 1}),
    ]  # fmt: skip
    for given, expected in cases:
        assert levers(**given) == plain._replace(**expected), given
    moved = {name for _, expected in cases for name in expected} | {"sponsor"}
    assert moved | {"active_from"} == set(Levers._fields)


def test_deliveries_are_the_settings_unless_the_policy_says() -> None:
    """The partner's every 3 days and interceptors every 10; a policy replaces what it strikes from, and interceptors."""
    assert world().deliveries == (Delivery(0, 1, 3.0, 2), Delivery(0, -1, 10.0, 7))
    own = policy(
        stocks={
            "munitions": {"every_days": 5.0, "amount": 4},
            "interceptors": {"every_days": 2.0, "amount": 0},
        }
    )
    assert world(of=own).deliveries == (Delivery(0, 0, 5.0, 4), Delivery(0, 1, 3.0, 2))
    theirs = policy(stocks={"munitions_from": "partner", "munitions": {"every_days": 5.0, "amount": 4}})
    assert world(of=theirs).deliveries == (Delivery(0, 1, 5.0, 4), Delivery(0, -1, 10.0, 7))


def test_each_rung_keeps_what_it_does_not_change() -> None:
    """Strength on the first rung, target on the second; conditions by count, death or date in days."""
    w = world(of=policy(
        strength=1.0, clarity=0.9,
        ladder=(
            {"after": {"attacks": 20}, "set": {"strength": 2.0}},
            {"after": {"deaths": 1, "date": dt.date(2023, 11, 1)}, "set": {"target": {"sponsor": 1.0}}},
        ),
    ))  # fmt: skip
    assert w.rungs == (Rung(), Rung(attacks=20), Rung(deaths=1, day=15.0))
    assert [(x.strength, x.clarity, x.sponsor) for x in w.ladder] == [
        (1.0, 0.9, 0.0),
        (2.0, 0.9, 0.0),
        (2.0, 0.9, 1.0),
    ]
    assert [d.rung for d in w.deliveries] == [0, 0, 1, 1, 2, 2]


def test_the_record_is_replayed_by_a_policy_that_says_so_and_by_none_other() -> None:
    """Dated strikes in order; none from before the start; unknown clarity one half, unknown delay none."""
    past, early = dt.date(2023, 10, 1), dt.date(2023, 10, 26)
    late = dt.datetime.fromisoformat("2023-11-08T12:00")  # dates of a config are the record's local time
    responses = [
        response(late, id="C2", clarity=0.9, delay_days=1.5),
        response(early),
        response(past, id="D5"),
    ]
    observed = Policy.model_validate(
        {"kind": "policy", "version": 1, "name": "o", "says": "x", "replay": "brief"}
    )
    w = world(of=observed, responses=responses)
    assert [(x.day, x.place, x.id) for x in w.replay] == [(9.0, 1, "C1"), (22.5, 1, "C2")]
    assert [(x.order.clarity, x.order.delay) for x in w.replay] == [(0.5, -1.0), (0.9, 1.5)]
    assert world(responses=responses).replay == ()
    assert w.ladder[0].trigger_attacks == 0


def test_what_follows_a_replay_begins_after_its_last_strike() -> None:
    """Triggers and the surge of defences alike: nothing of it touches the record's own days."""
    then = policy(trigger={"after_attacks": 1}, denial={"level": 3.0, "interceptors_added": 10})
    observed = Policy.model_validate(
        {"kind": "policy", "version": 1, "name": "o", "says": "x", "replay": "brief", "then": "p"}
    )
    w = world(of=observed, then=then, responses=[response(dt.date(2023, 10, 26))])
    assert (w.ladder[0].active_from, w.ladder[0].surge_day) == (9.0, 9.0)
    events = simulate(w, params(base_rate=3.0), (0.5, 0.5))
    assert min(times(events, "defence raised")) == 9.0
    assert min(times(events, "response decided")) == 9.0
    assert sorted(times(events, "strike"))[1] > 9.0


def test_conditions_that_are_not_set_are_infinite() -> None:
    """Limits and rungs."""
    w = world(of=policy(ladder=({"after": {"injuries": 3}, "set": {"strength": 2.0}},)))
    assert w.rungs[1] == Rung(INF, 3, INF, INF)
    assert (w.ladder[0].duration_limit, w.ladder[0].political_limit) == (math.inf, math.inf)


def test_a_place_or_weapon_that_the_settings_lack_is_a_key_error() -> None:
    """Checks of the config say so in words before; here it can only be a mistake of ours."""
    with pytest.raises((KeyError, ValueError)):
        levers(trigger={"weapon": "torpedo"})
    with pytest.raises(KeyError):
        levers(places={"jordan": "allowed"})
