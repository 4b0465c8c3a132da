"""Launching an attack: one transition, its marks worked out by hand."""

import math

import pytest

from sim.model.attack import harm_probability, launch_attack, recorded_hit_share
from sim.model.spec import ATTACKS, NEVER, PERMISSION, WAR
from tests.model.states import a_state, written
from tests.worlds import params

MIDDLE = (0.5, 0.5, 0.5, 0.5)


def test_the_recorded_hit_share_is_what_got_through_weighted_by_harm() -> None:
    """One round an attack: .4·.7 + .6·.5 = .58. With the missile in use: (.58 + .1·3·.8)/1.1."""
    assert recorded_hit_share(a_state(), params()) == pytest.approx(0.58, rel=1e-15)
    assert recorded_hit_share(a_state(stage=[3]), params()) == pytest.approx((0.58 + 0.24) / 1.1, rel=1e-15)
    extra = params(salvo_extra=0.7)
    through = 0.4 * (1 - 0.3 * math.exp(-0.49)) + 0.6 * (1 - 0.5 * math.exp(-0.35))
    assert recorded_hit_share(a_state(), extra) == pytest.approx(through, rel=1e-14)


def test_harm_given_a_hit_restores_the_share_per_attack() -> None:
    """.1 an attack is .1/.58 a hit; three times that for the missile; never more than 1."""
    s = a_state(hit_share=[0.58])
    assert [harm_probability(s, w, 0.1) for w in (0, 2)] == pytest.approx([0.1 / 0.58, 0.3 / 0.58], rel=1e-15)
    assert harm_probability(s, 2, 0.9) == 1.0


def test_a_plain_attack_is_counted_and_excites() -> None:
    """Middle uniforms: a drone (.4 < .5 < 1), one round, stopped by the layer or not at u = .5 exactly."""
    s = a_state()
    a = launch_attack(
        s, params(branching_ratio=0.4, excitation_days=5.0), 1, 3.0, MIDDLE, (0.51, 0.5, 0.5, 0.5)
    )
    assert (a.weapon, a.rounds, a.engaged, a.stopped, a.injured, a.killed, a.reported) == (
        1,
        1,
        1,
        1,
        0,
        0,
        True,
    )
    assert s.excitation == [0.0, 0.08]
    assert (s.attacks_seen[0], s.attacks_since[0], s.interceptors[0]) == (1, 1, 49)
    assert launch_attack(a_state(), params(), 1, 3.0, MIDDLE, (0.49, 0.5, 0.5, 0.5)).stopped == 0


def test_rounds_engaged_and_stopped_by_hand() -> None:
    """Mean 2 extra rounds: P(≤ 1) = .406, P(≤ 2) = .677, so u = .5 gives 3 rounds; of 3 at .5, u = .6 stops 2."""
    s = a_state()
    a = launch_attack(s, params(salvo_extra=2.0), 0, 3.0, MIDDLE, (0.6, 0.5, 0.5, 0.5))
    assert (a.rounds, a.engaged, a.stopped) == (3, 3, 2)
    short = a_state(interceptors=[1])
    a = launch_attack(short, params(salvo_extra=2.0), 0, 3.0, MIDDLE, (0.9, 0.5, 0.5, 0.5))
    assert (a.rounds, a.engaged, a.stopped) == (3, 1, 1)


def test_harm_by_hand() -> None:
    """A hit that injures (u/share = .5) by Lomax(2, 1.5): 1 + floor(2·(2^(2/3) - 1)) = 2, of whom one by the brain."""
    p = params(
        injuring_share=0.29,
        injury_scale=2.0,
        injury_tail=1.5,
        tbi_share=0.5,
        fatal_share=0.058,
        fatality_tail=2.0,
    )
    s = a_state(hit_share=[0.58])
    a = launch_attack(
        s, p, 0, 3.0, MIDDLE, (0.3, 0.25, 0.6, 0.09)
    )  # 0.09/0.1 = .9: 1 + floor(10^.5 - 1) = 3 killed
    assert (a.stopped, a.injured, a.brain_injured, a.killed) == (0, 2, 1, 3)
    assert (s.injuries_seen[0], s.injuries_since[0], s.deaths_seen[0]) == (2, 2, 3)


def test_an_attack_that_is_stopped_whole_hurts_nobody() -> None:
    """However likely harm is once something gets through."""
    p = params(injuring_share=1.0, injury_scale=2.0, fatal_share=1.0)
    a = launch_attack(a_state(hit_share=[0.58]), p, 0, 3.0, MIDDLE, (0.51, 0.1, 0.5, 0.1))
    assert (a.stopped, a.injured, a.killed) == (1, 0, 0)


def test_unreported_attacks_are_not_seen_and_hurt_nobody() -> None:
    """Completeness .4: u = .5 is not reported, so nobody was hurt, however likely harm is."""
    p = params(completeness=0.4, injuring_share=0.58)
    s = a_state(hit_share=[0.58])
    a = launch_attack(s, p, 0, 3.0, MIDDLE, (0.3, 0.25, 0.5, 0.5))
    assert a.reported is False
    assert (s.attacks_seen[0], s.attacks_since[0], s.injuries_seen[0]) == (0, 0, 0)


def test_what_is_touched_is_what_moved() -> None:
    """A death touches permission and war where they depend on it; success touches resolve; the last interceptor, denial."""
    harm = (0.3, 0.9, 0.5, 0.01)
    p = params(fatal_share=0.1)
    quiet = launch_attack(a_state(), p, 0, 3.0, MIDDLE, harm)
    assert (quiet.killed, quiet.touched) == (1, 0)
    loud = p._replace(restraint_death=0.1, war_death=0.1, resolve_success=0.1)
    s = a_state()
    assert launch_attack(s, loud, 0, 3.0, MIDDLE, harm).touched == ATTACKS | PERMISSION | WAR
    assert (s.defender_died[0], s.tension[0], s.resolve[0]) == (3.0, 0.1, 0.1)
    worth = params(value_of_failure=1.0)
    assert launch_attack(a_state(interceptors=[1]), worth, 0, 3.0, MIDDLE, harm).touched == ATTACKS
    assert launch_attack(a_state(interceptors=[2]), worth, 0, 3.0, MIDDLE, harm).touched == 0


def test_the_first_unanswered_attack_opens_a_window() -> None:
    s, p = a_state(), params(resolve_unanswered=0.2)
    assert [launch_attack(s, p, c, t, MIDDLE, MIDDLE).opened_window for c, t in ((0, 1.0), (1, 2.0))] == [
        True,
        False,
    ]
    assert s.unanswered_since[0] == 1.0


def test_with_everything_off_only_counts_and_interceptors_are_written() -> None:
    s = a_state()
    fields = written(s, lambda: launch_attack(s, params(), 0, 3.0, MIDDLE, MIDDLE))
    assert fields == {"attacks_seen", "attacks_since", "interceptors", "interceptors_used"}
    assert s.unanswered_since[0] == NEVER
