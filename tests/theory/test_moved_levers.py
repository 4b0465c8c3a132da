"""Each lever of a policy moved alone: what happens, by hand.

The world is quiet but for an opening attack in Iraq on day 0, or a schedule of strikes.
"""

import math
from typing import Any

import pytest
from scipy import stats

from sim.engine.simpy_engine import Run
from sim.engine.streams import OPENING_INDEX, Draws
from sim.model.levers import EXPONENTIAL, FIXED, LOGNORMAL, UNIFORM, Rung
from sim.model.spec import TARGETS
from sim.model.streamkeys import name_key
from tests.theory.moved import felt, moves, quiet, soft
from tests.worlds import EVERYWHERE, a_world, of, times

ANSWER = EVERYWHERE._replace(trigger_attacks=1)
DAILY = EVERYWHERE._replace(schedule_first=1.0, schedule_every=1.0, places_allowed=1)
LUCK = Draws(1, 0).block(
    "response.trigger", name_key("iraq"), OPENING_INDEX
)  # consistency, delay, place, spontaneous fire
IRAQ = (1.0, 0.0)


def opened(levers: Any, days: float = 30.0, p: dict[str, float] | None = None, **changes: Any) -> Run:
    """An attack in Iraq on day 0, and what the policy makes of it."""
    return quiet(a_world(levers, days=days, opening_attack=True, **changes), IRAQ, **(p or {}))


def scheduled(levers: Any, days: float = 12.5, p: dict[str, float] | None = None, **changes: Any) -> Run:
    """No attack; a strike falls due every day."""
    return quiet(a_world(levers, days=days, **changes), **(p or {}))


@moves("levers.trigger_attacks", "levers.active_from")
def test_attacks_trigger_from_the_day_the_policy_is_active() -> None:
    for changes, n in (
        ({}, 1),
        ({"trigger_attacks": 2}, 0),
        ({"trigger_attacks": 0}, 0),
        ({"active_from": 1.0}, 0),
    ):
        assert len(times(opened(ANSWER._replace(**changes)).events, "strike")) == n


@moves("levers.trigger_casualties")
def test_casualties_trigger() -> None:
    """Exactly one is hurt: a threshold of 1 is reached, of 2 it is not."""
    p = {"injuring_share": 1.0, "injury_scale": 0.0}
    for threshold, n in ((1, 1), (2, 0)):
        run = opened(
            EVERYWHERE._replace(trigger_casualties=threshold), p=p, weapon_interception=(0.0, 0.0, 0.0)
        )
        assert len(times(run.events, "strike")) == n


@moves("levers.trigger_weapon")
def test_a_weapon_triggers() -> None:
    """The attack is by rocket."""
    for weapon, n in ((0, 1), (1, 0)):
        run = opened(EVERYWHERE._replace(trigger_weapon=weapon), weapon_weight=(1.0, 0.0, 0.0))
        assert len(times(run.events, "strike")) == n


@moves("levers.schedule_first", "levers.schedule_every")
def test_the_schedule() -> None:
    for first, every, expected in (
        (1.0, 4.0, [1.0, 5.0, 9.0]),
        (2.0, 4.0, [2.0, 6.0, 10.0]),
        (1.0, 5.0, [1.0, 6.0, 11.0]),
    ):
        assert (
            times(scheduled(DAILY._replace(schedule_first=first, schedule_every=every)).events, "strike")
            == expected
        )


@moves("levers.delay_form", "levers.delay_a", "levers.delay_b")
def test_the_delay_is_its_quantile_at_the_draw() -> None:
    """The draw is known: scipy's quantile functions at it give the day of the strike."""
    u = LUCK[1]
    for form, a, b, law in (
        (FIXED, 2.0, 0.0, None), (FIXED, 3.0, 0.0, None),
        (LOGNORMAL, 2.0, 0.5, stats.lognorm(0.5, scale=2.0)), (LOGNORMAL, 2.0, 0.9, stats.lognorm(0.9, scale=2.0)),
        (UNIFORM, 2.0, 5.0, stats.uniform(2.0, 3.0)), (EXPONENTIAL, 2.0, 0.0, None),
    ):  # fmt: skip
        expected = a if form == FIXED else -a * math.log(u) if form == EXPONENTIAL else law.ppf(u)
        run = opened(ANSWER._replace(delay_form=form, delay_a=a, delay_b=b))
        assert times(run.events, "strike") == pytest.approx([expected], rel=1e-12)


@moves("levers.min_gap")
def test_the_shortest_gap() -> None:
    """A strike falls due every day: with a gap of 2.5 every third comes; with 0 each."""
    for gap, expected in (
        (2.5, [1.0, 4.0, 7.0, 10.0]),
        (5.0, [1.0, 6.0, 11.0]),
        (0.0, [float(i) for i in range(1, 13)]),
    ):
        assert times(scheduled(DAILY._replace(min_gap=gap)).events, "strike") == expected


@moves("levers.window_most", "levers.window_days")
def test_the_most_in_a_window() -> None:
    for most, days, expected in (
        (2, 5.0, [1, 2, 6, 7, 11, 12]),
        (3, 5.0, [1, 2, 3, 6, 7, 8, 11, 12]),
        (2, 3.0, [1, 2, 4, 5, 7, 8, 10, 11]),
    ):
        assert (
            times(scheduled(DAILY._replace(window_most=most, window_days=days)).events, "strike") == expected
        )


@moves("levers.answered_share")
def test_consistency() -> None:
    """Answered if the draw is under the share."""
    for share, n in ((LUCK[0] + 1e-9, 1), (LUCK[0] - 1e-9, 0)):
        assert len(times(opened(ANSWER._replace(answered_share=share)).events, "strike")) == n


@moves(*(f"levers.{x}" for x in TARGETS))
@pytest.mark.parametrize("target", TARGETS)
def test_shares_of_targets(target: str) -> None:
    """70% of a strike on one class and the rest on another: .7·A there and .3·A here."""
    other = TARGETS[(TARGETS.index(target) + 1) % 4]
    shares = dict.fromkeys(TARGETS, 0.0) | {target: 0.7, other: 0.3}
    p = {f"effect_{target}": -0.5, f"effect_{other}": 0.2, "effect_days": 1e12}
    run = scheduled(DAILY._replace(schedule_every=99.0, **shares), p=p)
    assert felt(run) == pytest.approx(soft(0.7 * -0.5 + 0.3 * 0.2), rel=1e-9)
    assert getattr(of(run.events, "strike")[0], target) == 0.7


@moves("levers.strength")
def test_strength() -> None:
    for strength in (0.0, 0.5, 2.0):
        p = {"effect_infrastructure": -0.5, "effect_days": 1e12}
        run = scheduled(DAILY._replace(schedule_every=99.0, strength=strength), p=p)
        assert felt(run) == pytest.approx(soft(-0.5 * strength), rel=1e-9, abs=1e-12)


@moves("levers.care")
def test_care() -> None:
    """The draw for harm decides: a probability of 1 times what care leaves of it."""
    u = Draws(1, 0).block("strike.outcome", 0, 1)[1]
    for care, harmed in ((0.0, True), (1.0 - u - 1e-9, True), (1.0 - u + 1e-9, False), (1.0, False)):
        run = scheduled(DAILY._replace(schedule_every=99.0, care=care), p={"harm_infrastructure": 1.0})
        assert of(run.events, "destroyed")[0].civilians_harmed is harmed


@moves("levers.clarity")
def test_clarity() -> None:
    """ω = 1: suppression of .4 times 1 + (clarity - ½)."""
    for clarity in (0.0, 0.5, 1.0):
        p = {"suppression_infrastructure": 0.4, "suppression_days": 1e12, "clarity_weight": 1.0}
        run = scheduled(DAILY._replace(schedule_every=99.0, clarity=clarity), p=p)
        assert felt(run) == pytest.approx(-soft(0.4 * (0.5 + clarity)), rel=1e-9)


@moves("levers.places_allowed")
def test_places_allowed() -> None:
    """The attack is in Iraq (bit 0): answered there, in Syria (bit 1), or nowhere."""
    for allowed, places in ((0b01, ["iraq"]), (0b11, ["iraq"]), (0b10, ["syria"]), (0b00, [])):
        run = opened(ANSWER._replace(places_allowed=allowed))
        assert [e.place for e in of(run.events, "strike")] == places
        assert [e.reason for e in of(run.events, "held back")] == ([] if places else ["place"])


@moves("levers.spontaneous", "levers.spontaneous_days")
def test_spontaneous_fire() -> None:
    """Fired if the draw is under the probability, so many days after the attack, on fighters."""
    for probability, days, expected in (
        (LUCK[3] + 1e-9, 0.1, [0.1]),
        (LUCK[3] - 1e-9, 0.1, []),
        (1.0, 0.25, [0.25]),
    ):
        run = opened(EVERYWHERE._replace(spontaneous=probability, spontaneous_days=days))
        assert times(run.events, "strike") == expected
        assert all(e.fighters == 1.0 for e in of(run.events, "strike"))


@moves("levers.duration_limit")
def test_how_long_responses_may_go_on() -> None:
    for limit, last in ((3.0, 4.0), (6.5, 7.0), (math.inf, 12.0)):
        assert times(scheduled(DAILY._replace(duration_limit=limit)).events, "strike")[-1] == last


@moves("levers.political_limit")
def test_the_political_limit() -> None:
    """Each strike costs 1 and nothing is forgotten: strikes go on while no more than the limit is felt."""
    for limit, n in ((1.5, 2), (2.5, 3), (0.0, 1), (math.inf, 12)):
        run = scheduled(
            DAILY._replace(political_limit=limit), p={"political_days": 1e12}, sensitivity=(1.0, 1.0)
        )
        assert len(times(run.events, "strike")) == n


@moves("levers.stock")
def test_whose_munitions() -> None:
    """The defender's 3 or a partner's 5, one a strike: then strikes are held back for want of stock."""
    for stock, left in ((0, [0, 5]), (1, [3, 0])):
        run = scheduled(
            DAILY._replace(stock=stock),
            p={"munitions_per_strength": 1.0},
            stocks=("us", "partner"),
            munitions=(3, 5),
        )
        assert run.state.munitions == left
        assert len(times(run.events, "strike")) == (3, 5)[stock]
        assert {e.reason for e in of(run.events, "held back")} == {"stock"}


def test_a_strike_spends_from_the_stock_it_was_decided_on() -> None:
    """Decided on the first rung for day 4, struck on the second, which would take a partner's."""
    first = ANSWER._replace(delay_a=4.0)
    run = opened(
        first, p={"munitions_per_strength": 1.0}, ladder=(first, first._replace(stock=1)), rungs=(Rung(), Rung(day=2.0)),
        stocks=("us", "partner"), munitions=(3, 5),
    )  # fmt: skip
    assert (run.state.rung, run.state.munitions) == ([1], [2, 5])


@moves("levers.defence_level", "levers.surge_day", "levers.surge_interceptors")
def test_the_surge_of_defences() -> None:
    """Level 2 and 40 interceptors more from day 5; before it, as the record had it."""
    levers = EVERYWHERE._replace(defence_level=2.0, surge_day=5.0, surge_interceptors=40)
    for days, state in ((4.9, (1.0, 10)), (5.1, (2.0, 50))):
        run = quiet(a_world(levers, days=days, interceptors=10))
        assert (run.state.defence_level[0], run.state.interceptors[0]) == state
    assert times(run.events, "defence raised") == [5.0]
    later = quiet(a_world(levers._replace(surge_day=6.0, surge_interceptors=0), days=9.0, interceptors=10))
    assert (times(later.events, "defence raised"), later.state.interceptors) == ([6.0], [10])


@moves("rung.attacks", "rung.injuries", "rung.deaths", "rung.day", "state.rung")
def test_what_climbs_the_ladder() -> None:
    """One attack, which hurts and kills one each: thresholds of 1 climb at once and of 2 never; a date on its day."""
    harm = {"injuring_share": 1.0, "injury_scale": 0.0, "fatal_share": 1.0, "fatality_tail": 50.0}
    for rung, climbed in (
        (Rung(attacks=1), [0.0]), (Rung(attacks=2), []), (Rung(injuries=1), [0.0]), (Rung(injuries=2), []),
        (Rung(deaths=1), [0.0]), (Rung(deaths=2), []), (Rung(day=7.0), [7.0]), (Rung(), []),
    ):  # fmt: skip
        run = opened(
            EVERYWHERE,
            p=harm,
            ladder=(EVERYWHERE, ANSWER),
            rungs=(Rung(), rung),
            weapon_interception=(0.0, 0.0, 0.0),
        )
        assert times(run.events, "rung climbed") == climbed
        assert run.state.rung == [len(climbed)]
        assert len(times(run.events, "strike")) == (
            1 if climbed == [0.0] else 0
        )  # the new rung answers this very attack


@moves("state.planned", "state.remembered", "state.first_strike", "state.pending")
def test_what_is_planned_is_remembered() -> None:
    """Decided on day 0 for day 4: pending on day 3; carried out on day 5; remembered either way, as the only one."""
    for days, pending in ((3.0, 1), (5.0, 0)):
        run = opened(ANSWER._replace(delay_a=4.0), days=days)
        assert (run.state.pending, run.state.first_strike, max(run.state.planned)) == ([pending], [4.0], 4.0)
        assert run.state.remembered == [1]
