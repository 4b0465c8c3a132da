"""Resolve: up for a window left unanswered and for success, down with cost."""

import math

import pytest

from sim.model.resolve import answer, change_resolve, embolden, leave_unanswered, most_resolve, resolve
from sim.model.spec import NEVER
from tests.model.states import LOG4, a_state, written
from tests.worlds import params

P = params(resolve_unanswered=0.3, resolve_days=20.0)


def test_resolve_decays_and_is_softly_limited() -> None:
    """.9 of day 1, a half-life later, is .45 before the limit."""
    s = a_state(resolve=[0.9], resolve_since=[1.0])
    assert resolve(s, P, 1.0 + 20.0 * math.log(2.0)) == pytest.approx(
        LOG4 * math.tanh(0.45 / LOG4), rel=1e-14
    )
    s.resolve[0] = 1e9
    assert resolve(s, P, 1.0) == LOG4


def test_the_bound_leaves_out_negative_resolve() -> None:
    """A broken will recovers: at most 0. A strong one only fades: what it is now."""
    assert most_resolve(a_state(resolve=[-0.9]), P, 0.0) == 0.0
    s = a_state(resolve=[0.9])
    assert most_resolve(s, P, 3.0) == resolve(s, P, 3.0) > 0.0


def test_only_the_first_attack_opens_a_window() -> None:
    """It rises per quiet window, not per attack: the second attack opens none while the first one's is open."""
    s = a_state()
    assert [leave_unanswered(s, P, 1.0), leave_unanswered(s, P, 2.0)] == [True, False]
    assert s.unanswered_since[0] == 1.0


def test_a_window_that_nobody_answered_emboldens_once() -> None:
    """r rises by .3 at its end; the window is then closed, and the next attack opens another."""
    s = a_state()
    leave_unanswered(s, P, 1.0)
    assert embolden(s, P, 8.0, 1.0)
    assert s.resolve[0] == 0.3
    assert not embolden(s, P, 8.0, 1.0)
    assert leave_unanswered(s, P, 9.0)


def test_a_strike_answers_the_window_and_its_end_passes_by() -> None:
    """Answered on day 5, reopened by an attack on day 6: the end of the first window changes nothing."""
    s = a_state()
    leave_unanswered(s, P, 1.0)
    answer(s)
    assert s.unanswered_since[0] == NEVER
    leave_unanswered(s, P, 6.0)
    assert not embolden(s, P, 8.0, 1.0)
    assert s.resolve[0] == 0.0
    assert s.unanswered_since[0] == 6.0


def test_cost_and_success_add_up() -> None:
    """+.4 on day 0, -.1 on day 10: .4·exp(-1/2) - .1."""
    s = a_state()
    assert change_resolve(s, P, 0.0, 0.4)
    assert change_resolve(s, P, 10.0, -0.1)
    assert s.resolve[0] == pytest.approx(0.4 * math.exp(-0.5) - 0.1, rel=1e-14)


def test_where_resolve_is_off_nothing_is_written() -> None:
    s = a_state()
    assert written(s, lambda: leave_unanswered(s, params(), 1.0)) == set()
    assert written(s, lambda: change_resolve(s, params(), 1.0, 0.0)) == set()
