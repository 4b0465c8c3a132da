"""The defender's decision: triggers, delay, place, tempo, limits, ladder."""

import math

import pytest

from sim.model.levers import EXPONENTIAL, FIXED, LOGNORMAL, UNIFORM, Levers, Rung
from sim.model.response import (
    DURATION,
    HOLD,
    NOTHING,
    PLACE,
    POLITICS,
    REMEMBERED,
    RESPOND,
    STOCK,
    TEMPO,
    UNANSWERED,
    decide_response,
    decide_spontaneous,
    delay_days,
    held_back,
    place_to_strike,
    plan_strike,
    replay_strike,
    rung_due,
    triggered,
)
from tests.model.states import a_state, written
from tests.worlds import params

BOTH = Levers(places_allowed=3, trigger_attacks=1)
SYRIA = Levers(places_allowed=2, trigger_attacks=1)
U = (0.5, 0.5, 0.5, 0.5)


def test_each_trigger_by_itself() -> None:
    """n attacks since the last response, casualties since it, a weapon; and none before the policy is active."""
    s = a_state(attacks_since=[4], injuries_since=[7])
    assert [triggered(s, Levers(trigger_attacks=n), 9.0, 0) for n in (0, 4, 5)] == [False, True, False]
    assert [triggered(s, Levers(trigger_casualties=n), 9.0, 0) for n in (0, 7, 8)] == [False, True, False]
    assert [triggered(s, Levers(trigger_weapon=2), 9.0, w) for w in (1, 2)] == [False, True]
    late = Levers(trigger_attacks=1, active_from=9.0)
    assert [triggered(s, late, t, 0) for t in (8.999, 9.0)] == [False, True]


def test_delays_follow_their_distribution() -> None:
    """At u = .5: the fixed value, the median, the middle, log 2 of the mean; one sigma up at .8413."""
    forms = {FIXED: 3.0, LOGNORMAL: 3.0, UNIFORM: 4.0, EXPONENTIAL: 3.0 * math.log(2.0)}
    for form, at_half in forms.items():
        assert delay_days(Levers(delay_form=form, delay_a=3.0, delay_b=5.0), 0.5) == pytest.approx(
            at_half, rel=1e-14
        )
    lognormal = Levers(delay_form=LOGNORMAL, delay_a=3.0, delay_b=0.5)
    assert delay_days(lognormal, 0.8413447460685429) == pytest.approx(3.0 * math.exp(0.5), rel=1e-9)


def test_a_strike_falls_where_the_attack_came_from_if_that_is_allowed() -> None:
    """Else in one of the places that are, each as likely; in none if there is none."""
    assert [place_to_strike(BOTH, c, 2, 0.999) for c in (0, 1)] == [0, 1]
    assert [place_to_strike(SYRIA, c, 2, 0.999) for c in (0, 1)] == [1, 1]
    assert [place_to_strike(BOTH, -1, 2, u) for u in (0.499, 0.501)] == [0, 1]
    some = Levers(places_allowed=0b10101)
    assert [place_to_strike(some, 1, 5, u) for u in (0.33, 0.34, 0.66, 0.67, 1 - 2**-53)] == [0, 2, 2, 4, 4]
    assert place_to_strike(Levers(places_allowed=0), 0, 2, 0.5) == -1


def test_a_trigger_is_answered_with_the_share_asked_for_and_spent_if_not() -> None:
    """u = .5 against shares .51 and .5; what goes unanswered starts the count anew."""
    s = a_state(attacks_since=[3])
    assert decide_response(s, BOTH._replace(answered_share=0.51), 0, 9.0, U).what == RESPOND
    assert s.attacks_since[0] == 0
    s = a_state(attacks_since=[3], injuries_since=[2])
    d = decide_response(s, BOTH._replace(answered_share=0.5), 0, 9.0, U)
    assert (d.what, d.reason, s.attacks_since[0], s.injuries_since[0]) == (HOLD, UNANSWERED, 0, 0)


def test_the_shortest_gap_looks_at_strikes_before_and_after() -> None:
    """A strike due on day 12 with one planned for 10: held at a gap of 2.01, allowed at 2; the same the other way."""
    for planned in (10.0, 14.0):
        s = a_state()
        plan_strike(s, planned)
        held = decide_response(s, BOTH._replace(min_gap=2.01, delay_a=3.0), 0, 9.0, U)
        assert (held.what, held.reason) == (HOLD, TEMPO)
        assert decide_response(s, BOTH._replace(min_gap=2.0, delay_a=3.0), 0, 9.0, U).what == RESPOND


def test_a_gap_that_rounding_makes_short_is_not_too_short() -> None:
    """4.1 - 2.1 is 1.9999999999999996 in doubles: a schedule of every 2 days keeps a shortest gap of 2."""
    s = a_state()
    plan_strike(s, 2.0 + 0.1)
    assert decide_response(s, BOTH._replace(min_gap=2.0, delay_a=0.1), 0, 4.0, U).what == RESPOND


def test_what_tempo_holds_back_stays_due() -> None:
    """The count of attacks goes on, so that the next attack asks again."""
    s = a_state(attacks_since=[3])
    plan_strike(s, 9.0)
    assert decide_response(s, BOTH._replace(min_gap=1.0), 0, 9.5, U).reason == TEMPO
    assert s.attacks_since[0] == 3


def test_a_window_takes_no_more_than_its_most() -> None:
    """Two in 10 days: with strikes on days 1 and 5 a third may come on day 11, not on day 10.9."""
    s = a_state()
    plan_strike(s, 1.0)
    plan_strike(s, 5.0)
    two = BOTH._replace(window_most=2, window_days=10.0)
    assert decide_response(s, two, 0, 10.9, U).reason == TEMPO
    assert decide_response(s, two, 0, 11.0, U).what == RESPOND


def test_strikes_planned_far_ahead_do_not_fill_an_earlier_window() -> None:
    """Two strikes planned for days 50 and 55 leave room on day 10, at most two in 10 days."""
    s = a_state()
    plan_strike(s, 50.0)
    plan_strike(s, 55.0)
    assert decide_response(s, BOTH._replace(window_most=2, window_days=10.0), 0, 10.0, U).what == RESPOND


def test_a_pending_strike_is_never_forgotten() -> None:
    """One is due on day 100; 99 more are planned and carried out meanwhile; none may come within a day of it."""
    s, lv = a_state(), BOTH._replace(min_gap=1.0)
    assert decide_response(s, lv._replace(delay_a=100.0), 0, 0.0, U).what == RESPOND
    for day in range(1, 99):
        assert decide_response(s, lv._replace(delay_a=0.5), 0, float(day), U).what == RESPOND
        s.pending[0] -= 1
    assert decide_response(s, lv._replace(delay_a=0.5), 0, 99.0, U).reason == TEMPO
    assert decide_response(s, lv._replace(delay_a=0.5), 0, 100.5, U).what == RESPOND


def test_no_more_than_63_responses_are_pending() -> None:
    """What is remembered has room for all of them; the next one waits."""
    s = a_state()
    found = [
        decide_response(s, BOTH._replace(delay_a=50.0), 0, float(day), U).what for day in range(REMEMBERED)
    ]
    assert found == [RESPOND] * (REMEMBERED - 1) + [HOLD]


def test_responses_end_after_the_limit_on_their_duration() -> None:
    """Ten days from the first strike: one due on day 13 is allowed with a first strike on day 3, not on day 2.9."""
    for first, what in ((3.0, RESPOND), (2.9, HOLD)):
        s = a_state(first_strike=[first])
        d = decide_response(s, BOTH._replace(duration_limit=10.0, delay_a=4.0), 0, 9.0, U)
        assert d.what == what
    assert d.reason == DURATION


def test_nowhere_to_strike_holds_back() -> None:
    d = decide_response(a_state(), Levers(), 0, 9.0, U)
    assert (d.what, d.reason) == (HOLD, PLACE)


def test_spontaneous_fire_waits_for_no_tempo_but_for_its_place() -> None:
    """u = .1 against .2; only where strikes are allowed, only once the policy is active; within its hours."""
    lv = Levers(places_allowed=2, spontaneous=0.2, spontaneous_days=0.1, min_gap=99.0)
    s = a_state(attacks_since=[3])
    plan_strike(s, 9.0)
    d = decide_spontaneous(s, lv, 1, 9.0, 0.1)
    assert (d.what, d.delay, d.place, s.attacks_since[0]) == (RESPOND, 0.1, 1, 0)
    assert decide_spontaneous(s, lv, 1, 9.0, 0.2).what == NOTHING
    assert decide_spontaneous(s, lv, 0, 9.0, 0.1).what == NOTHING
    assert decide_spontaneous(s, lv._replace(active_from=10.0), 1, 9.0, 0.1).what == NOTHING


def test_spontaneous_fire_ends_with_the_limit_on_duration() -> None:
    """First strike on day 5, limit 10 days, fire within .5: still on day 14.5, and no more on day 14.6 [E12]."""
    lv = Levers(places_allowed=1, spontaneous=1.0, spontaneous_days=0.5, duration_limit=10.0)
    for day, what, reason in ((14.5, RESPOND, 0), (14.6, HOLD, DURATION)):
        d = decide_spontaneous(a_state(first_strike=[5.0]), lv, 0, day, 0.5)
        assert (d.what, d.reason, d.place) == (what, reason, 0)
    late = a_state(first_strike=[5.0])
    assert written(late, lambda: decide_spontaneous(late, lv, 0, 14.6, 0.5)) == set()
    assert decide_spontaneous(a_state(), lv, 0, 30.0, 0.5).what == RESPOND  # nothing has been struck yet


def test_stock_and_politics_hold_a_planned_strike_back() -> None:
    """5 munitions for strength 2 at 2.5 each; the cost that is felt must not exceed the limit."""
    p = params(munitions_per_strength=2.5)
    for stock, cost, limit, reason in (
        (5, 1.0, 1.0, 0),
        (4, 0.0, 1.0, STOCK),
        (5, 1.1, 1.0, POLITICS),
        (4, 9.0, 1.0, STOCK),
    ):
        s = a_state(munitions=[stock], political_cost=[cost], political_since=[9.0], pending=[1])
        assert held_back(s, p, Levers(political_limit=limit), 0, 9.0, 2.0) == reason
        assert s.pending[0] == 0


def test_a_strike_of_the_record_is_decided_and_carried_out_at_once() -> None:
    """It is remembered by the tempo, starts the count anew, and is not pending."""
    s = a_state(attacks_since=[3], injuries_since=[2])
    replay_strike(s, 9.0)
    assert (s.attacks_since[0], s.injuries_since[0], s.pending[0], s.first_strike[0]) == (0, 0, 0, 9.0)
    assert decide_response(s, BOTH._replace(min_gap=1.0), 0, 9.5, U).reason == TEMPO


def test_the_highest_rung_whose_count_is_reached() -> None:
    """By attacks, injuries or deaths; rungs may be skipped, and are never climbed down."""
    rungs = (Rung(), Rung(attacks=5), Rung(injuries=3, deaths=1), Rung(attacks=50))
    assert rung_due(a_state(attacks_seen=[4]), rungs) == 0
    assert rung_due(a_state(attacks_seen=[5]), rungs) == 1
    assert rung_due(a_state(attacks_seen=[4], deaths_seen=[1]), rungs) == 2
    assert rung_due(a_state(attacks_seen=[4], injuries_seen=[3]), rungs) == 2
    assert rung_due(a_state(attacks_seen=[50]), rungs) == 3
    assert rung_due(a_state(rung=[2]), rungs) == 2
    assert rung_due(a_state(), (Rung(day=3.0),)) == 0


def test_deciding_nothing_writes_nothing() -> None:
    s = a_state(attacks_since=[3])
    assert written(s, lambda: decide_spontaneous(s, Levers(places_allowed=3), 0, 9.0, 1e-9)) == set()
