"""Every measure, from lists of events written by hand: what it counts, where, and at the edges."""

import math
from typing import Any

import numpy as np
import pytest

from sim import measures
from sim.engine import events as ev
from sim.measures import MEASURES, in_columns, measure, table, tallied, week_count, weekly_attacks

PLACES = ("iraq", "syria")
HORIZON = 36.0


def attack(time: float, place: str = "iraq", number: int = 1) -> ev.Event:
    return ev.AttackLaunched(time, ev.ATTACK, 0, place, number, "group", "drone", 2)


def strike(time: float, place: str, munitions: int, cost: float) -> ev.Event:
    return ev.Struck(time, ev.STRIKE, 0, place, 1, 0.0, 1.0, 0.0, 0.0, 1.0, 0.5, munitions, cost)


# Two attacks in Iraq and one in Syria: one reported, six rounds engaged and one stopped, 7 hurt, 3 of them in
# the brain, and 1 killed; a strike of 4 munitions in each place and one that cost 12; deliveries and the like beside.
STORY: list[ev.Event] = [
    ev.Resupply(0.5, ev.RESUPPLY, 0, "", "us", 50, 150),
    attack(1.0, "iraq"),
    ev.Intercepted(1.0, ev.ATTACK, 2, "iraq", 1, 4, 1, False),
    ev.Hit(1.0, ev.ATTACK, 3, "iraq", 1, 3),
    ev.Casualties(1.0, ev.ATTACK, 4, "iraq", 1, 5, 2, 0),
    ev.Reported(1.0, ev.ATTACK, 5, "iraq", 1),
    ev.ResponseDecided(1.0, ev.ATTACK, 6, "syria", 1, 2.0, 1.0, "attack"),
    strike(2.0, "syria", 4, 0.0),
    ev.Destroyed(2.0, ev.STRIKE, 8, "syria", 1, 0.1, 40, True),
    attack(3.0, "syria"),
    ev.Intercepted(3.0, ev.ATTACK, 10, "syria", 2, 2, 0, False),
    ev.Casualties(3.0, ev.ATTACK, 11, "syria", 2, 2, 1, 1),
    strike(5.0, "iraq", 4, 1.5),
    ev.HeldBack(6.0, ev.STRIKE, 13, "iraq", 3, "stock"),
    attack(8.0, "iraq"),
    strike(9.0, "iraq", 12, 4.5),
    ev.WiderWar(10.0, ev.WAR, 16, ""),
]

# Worked out by hand from the list above: the whole run, Iraq, Syria. Lulls: 28 days from day 8 to the end in all and
# in Iraq; 33 from day 3 in Syria. The first 14 days without attack are complete on day 22.
BY_HAND: dict[str, tuple[float, ...]] = {
    "attacks": (3, 2, 1),
    "attacks_per_day": (3 / 36, 2 / 36, 1 / 36),
    "attacks_reported": (1, 1, 0),
    "injuries": (7, 5, 2),
    "tbi": (3, 2, 1),
    "deaths": (1, 0, 1),
    "quiet_fortnight_probability": (1, 1, 1),
    "days_to_quiet_fortnight": (22,),
    "longest_lull_days": (28, 28, 33),
    "strikes": (3, 2, 1),
    "munitions": (20,),
    "interceptors": (6, 4, 2),
    "political_cost": (6.0, 6.0, 0.0),
    "wider_war": (1,),
}


def test_the_story_by_hand() -> None:
    """Every measure, in the whole run and by place, of a story with every kind of event that one reads."""
    found = measure(STORY, HORIZON, PLACES)

    assert set(BY_HAND) == set(MEASURES)
    for name, (whole, *by_place) in BY_HAND.items():
        assert found[name] == pytest.approx(whole, rel=1e-15), name
        for place, expected in zip(PLACES, by_place, strict=bool(by_place)):
            assert found[f"{name}[{place}]"] == pytest.approx(expected, rel=1e-15), (name, place)
    assert len(found) == sum(len(x) for x in BY_HAND.values())


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_goes_by_place_where_it_makes_sense(name: str) -> None:
    """Days to quiet, munitions and wider war are of the whole run; nothing else is without its places."""
    assert MEASURES[name].by_place == (len(BY_HAND[name]) > 1)


def test_a_run_without_events() -> None:
    """Nothing is 0, but for one lull as long as the run, whose first fortnight is complete on day 14."""
    found = measure([], HORIZON, PLACES)
    quiet = {"quiet_fortnight_probability": 1.0, "days_to_quiet_fortnight": 14.0, "longest_lull_days": 36.0}

    assert found == {name: quiet.get(name.partition("[")[0], 0.0) for name in found}


@pytest.mark.parametrize(
    ("days", "horizon", "quiet", "complete", "lull"),
    [
        ([0.0, 13.999], 14.5, False, math.inf, 13.999),  # a moment short
        ([0.0, 14.0], 15.0, True, 14.0, 14.0),  # exactly 14 days are enough
        ([2.0, 16.5, 31.0], 32.0, True, 16.0, 14.5),  # the first of two counts
        ([14.0], 20.0, True, 14.0, 14.0),  # from the start to the first attack
        ([13.999], 20.0, False, math.inf, 13.999),
        ([6.0], 20.0, True, 20.0, 14.0),  # from the last attack to the end
        ([6.001], 20.0, False, math.inf, 13.999),
        ([], 14.0, True, 14.0, 14.0),
        ([], 13.0, False, math.inf, 13.0),  # too short a run for any fortnight
    ],
)
def test_edges_of_a_quiet_fortnight(
    days: list[float], horizon: float, quiet: bool, complete: float, lull: float
) -> None:
    """14 days are a fortnight and 13.999 are none: at the start, in the middle and at the end."""
    found = measure([attack(t) for t in days], horizon, PLACES)

    assert found["quiet_fortnight_probability"] == float(quiet)
    assert found["days_to_quiet_fortnight"] == pytest.approx(complete)
    assert found["longest_lull_days"] == pytest.approx(lull)


def test_quiet_of_a_place_is_its_own() -> None:
    """Attacks in turn every 10 days: no fortnight in all, 20 days in each place."""
    found = measure([attack(10.0 * i, PLACES[i % 2]) for i in range(4)], 36.0, PLACES)

    assert found["quiet_fortnight_probability"] == 0.0
    assert found["longest_lull_days"] == 10.0
    assert (found["longest_lull_days[iraq]"], found["longest_lull_days[syria]"]) == (20.0, 20.0)
    assert found["quiet_fortnight_probability[iraq]"] == 1.0


def test_interceptors_are_those_spent() -> None:
    """Four engaged and none stopped cost four; a stopped one costs no more."""
    engaged = [ev.Intercepted(1.0, ev.ATTACK, 0, "iraq", 1, 4, stopped, stopped == 4) for stopped in (0, 4)]

    assert [measure([e], HORIZON, PLACES)["interceptors"] for e in engaged] == [4.0, 4.0]


def test_deaths_are_the_defenders() -> None:
    """What a strike kills is no death of the defender's people."""
    killed = ev.Destroyed(1.0, ev.STRIKE, 0, "iraq", 1, 0.0, 9, False)

    assert measure([killed], HORIZON, PLACES)["deaths"] == 0.0


def test_wider_war_is_a_share_of_runs() -> None:
    """Once is 1, and so is twice: its mean is the probability."""
    war = ev.WiderWar(3.0, ev.WAR, 0, "")

    assert [measure([war] * n, HORIZON, PLACES)["wider_war"] for n in (0, 1, 2)] == [0.0, 1.0, 1.0]


def test_attacks_by_week() -> None:
    """Days 0, 6.99 and 7 are of weeks 1, 1 and 2; 36 days are five weeks and a day."""
    events = [attack(t) for t in (0.0, 6.99, 7.0, 35.5)] + [strike(8.0, "iraq", 4, 0.0)]

    assert weekly_attacks(events, HORIZON) == [2, 1, 0, 0, 0, 1]
    assert [week_count(x) for x in (6.0, 7.0, 7.5, 36.0)] == [1, 1, 2, 6]


def test_runs_in_columns_keep_their_rows() -> None:
    """A table of two runs is the two rows, in order."""
    runs: list[Any] = [STORY, []]
    found = table(in_columns([tallied(x, HORIZON, PLACES) for x in runs]), HORIZON, PLACES)

    for row, events in zip(found, runs, strict=True):
        assert np.array_equal(row, list(measure(events, HORIZON, PLACES).values()))


def test_every_measure_says_what_it_is() -> None:
    """A unit, a sense and a sentence each; quiet and lulls are the ones of which more is better."""
    higher = {n for n, m in MEASURES.items() if m.better == "higher"}

    assert higher == {"quiet_fortnight_probability", "longest_lull_days"}
    assert all(m.unit and m.says for m in MEASURES.values())
    assert measures.AVERTED not in MEASURES  # a difference between runs: the comparison derives it
