"""The sponsor's permission, the climb of weapons and the wider war, against Markov chains and their hazards."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import expm, null_space

from sim.engine.events import Event
from tests.chance import assert_distributed, assert_mean, assert_share
from tests.worlds import LIMIT, QUIET, a_world, of, order, params, simulate, strikes, times

STATES = ("green", "amber", "red")


def generator(tighten: float, release: float) -> np.ndarray:
    """Rates of the chain green ⇄ amber ⇄ red: rows leave, columns arrive."""
    return np.array(
        [[-tighten, tighten, 0.0], [release, -tighten - release, tighten], [0.0, release, -release]]
    )


def stays(events: list[Event], days: float, first: str = "green") -> list[tuple[str, float, bool]]:
    """(state, length, ended) of each stay."""
    changes = [(0.0, first), *((e.time, e.permission) for e in of(events, "permission changed"))]
    ends = [t for t, _ in changes[1:]] + [days]
    return [(s, b - a, b < days) for (a, s), b in zip(changes, ends, strict=True)]


def test_the_chain_spends_its_stationary_shares() -> None:
    """h0 = .08, 1/D = .1, by linear algebra .4098, .3279, .2623; 60 runs of 3,000 days; false alarm 6.4e-5 each."""
    stationary = null_space(generator(0.08, 0.1).T)[:, 0]
    stationary /= stationary.sum()
    assert stationary == pytest.approx([0.4098, 0.3279, 0.2623], abs=1e-4)
    p = params(base_rate=QUIET, restraint_base=0.08, restraint_days=10.0)
    found = [stays(simulate(a_world(days=3_000.0), p, seed=501, replication=r), 3_000.0) for r in range(60)]
    for i, state in enumerate(STATES):
        share = stationary[i]
        # from green, the stationary share is short of or past its own by less than 30 days' worth
        slack = quad(lambda t, i=i: expm(generator(0.08, 0.1) * t)[0, i] - stationary[i], 0.0, 200.0)[0]
        assert_mean(
            [sum(n for s, n, _ in run if s == state) / 3_000.0 for run in found], share + slack / 3_000.0
        )


def test_stays_are_exponential_and_amber_goes_to_red_in_proportion() -> None:
    """Means 1/.08, 1/.18 and 10; toward red with .08/.18; Kolmogorov-Smirnov and binomial, false alarm 6.4e-5 each."""
    p = params(base_rate=QUIET, restraint_base=0.08, restraint_days=10.0)
    runs = [stays(simulate(a_world(days=6_000.0), p, seed=502, replication=r), 6_000.0) for r in range(12)]
    for state, rate in zip(STATES, (0.08, 0.18, 0.1), strict=True):
        assert_distributed(
            [n for run in runs for s, n, ended in run if s == state and ended], "expon", (0.0, 1.0 / rate)
        )
    onward = [after for run in runs for (s, *_), (after, *_) in itertools.pairwise(run) if s == "amber"]
    assert_share(onward.count("red"), len(onward), 0.08 / 0.18)


def test_a_strike_on_the_sponsor_restrains_for_14_days() -> None:
    """P(still green) is exp(-.05·14) on day 14 and the same ever after, at h0 = 0 and no release; 1,500 runs."""
    p = params(base_rate=QUIET, restraint_sponsor=0.05, restraint_days=1e12, permission_amber=0.4)
    world = a_world(days=60.0, replay=strikes((0.0, 0, order("sponsor", 0.3))))
    left = [times(simulate(world, p, seed=503, replication=r), "permission changed") for r in range(1_500)]
    assert_share(sum(not x for x in left), len(left), math.exp(-0.05 * 14.0))
    assert (
        13.5 < max(t for x in left for t in x) <= 14.0
    )  # of some 750 at risk on day 13.5, false alarm e^-18
    assert_share(
        sum(len(x) == 2 for x in left), len(left), 1.0 - math.exp(-0.7) * 1.7
    )  # two steps: Poisson(.7) ≥ 2


def test_a_mix_restrains_by_its_share_of_the_sponsor() -> None:
    """A fifth on the sponsor: P(still green) is exp(-.25·.2·14) = .497, by the chain on two states, not exp(-.25·14) = .03.

    Of those who left, two steps have Poisson(.7) ≥ 2: the hazard is the same from amber. Exact binomials, 6.4e-5 each.
    """
    p = params(base_rate=QUIET, restraint_sponsor=0.25, restraint_days=1e12)
    mix = order("fighters")._replace(fighters=0.8, sponsor=0.2)
    world = a_world(days=40.0, replay=strikes((0.0, 0, mix)))
    left = [times(simulate(world, p, seed=509, replication=r), "permission changed") for r in range(1_500)]
    assert_share(sum(not x for x in left), len(left), math.exp(-0.25 * 0.2 * 14.0))
    assert_share(sum(len(x) == 2 for x in left), len(left), 1.0 - math.exp(-0.7) * 1.7)


def test_a_second_strike_renews_the_14_days() -> None:
    """Strikes on days 0 and 10: exposed for 24 days in all, not 28."""
    p = params(base_rate=QUIET, restraint_sponsor=0.05, restraint_days=1e12)
    world = a_world(days=60.0, replay=strikes((0.0, 0, order("sponsor")), (10.0, 0, order("sponsor"))))
    left = [times(simulate(world, p, seed=504, replication=r), "permission changed") for r in range(1_000)]
    assert_share(sum(not x for x in left), len(left), math.exp(-0.05 * 24.0))


def test_a_direct_death_restrains_for_7_days() -> None:
    """One opening attack that kills for certain: P(still green) = exp(-.12·7)."""
    p = params(base_rate=QUIET, restraint_death=0.12, restraint_days=1e12, fatal_share=1.0)
    world = a_world(days=40.0, opening_attack=True, weapon_interception=(0.0, 0.0, 0.0))
    left = [times(simulate(world, p, seed=505, replication=r), "permission changed") for r in range(1_000)]
    assert_share(sum(not x for x in left), len(left), math.exp(-0.12 * 7.0))


def test_strikes_on_others_do_not_restrain_the_sponsor() -> None:
    p = params(base_rate=QUIET, restraint_sponsor=5.0)
    world = a_world(
        replay=strikes(
            *((float(i), 0, order(x)) for i, x in enumerate(("fighters", "infrastructure", "leader")))
        )
    )
    assert not of(simulate(world, p), "permission changed")


def test_weapons_climb_with_time_and_faster_under_backlash() -> None:
    """P(no climb by day 20): exp(-.03·20); with a backlash of .8 decaying with 10 days, exp(-∫.03·e^{X(x)})."""
    p = params(base_rate=QUIET, stage_hazard=0.03, backlash_fighters=0.8, backlash_days=10.0)
    faster = (
        0.03 * quad(lambda t: math.exp(LIMIT * math.tanh(0.8 * math.exp(-t / 10.0) / LIMIT)), 0.0, 20.0)[0]
    )
    for replay, hazard in (((), 0.6), (strikes((0.0, 0, order())), faster)):
        world = a_world(days=20.0, replay=replay)
        calm = sum(not of(simulate(world, p, seed=506, replication=r), "stage climbed") for r in range(1_000))
        assert_share(calm, 1_000, math.exp(-hazard))
    assert faster > 0.75


def test_the_stage_ends_at_the_heaviest_weapon() -> None:
    """From 1 with a high hazard: 2, 3, and no more."""
    events = simulate(a_world(), params(base_rate=QUIET, stage_hazard=5.0))
    assert [e.stage for e in of(events, "stage climbed")] == [2, 3]


def test_the_wider_war_comes_with_its_hazard_once() -> None:
    """h_w = .004, and .06 for a strike on the sponsor on day 5, decaying with 15 days: P(none by day 40) = exp(-∫h)."""
    p = params(base_rate=QUIET, war_base=0.004, war_sponsor=0.04, war_days=15.0)
    world = a_world(days=40.0, replay=strikes((5.0, 0, order("sponsor", 1.5))))
    hazard = 0.004 * 40.0 + 0.06 * 15.0 * (1.0 - math.exp(-35.0 / 15.0))
    found = [times(simulate(world, p, seed=507, replication=r), "wider war") for r in range(1_000)]
    assert max(len(x) for x in found) == 1
    assert_share(sum(not x for x in found), 1_000, math.exp(-hazard))

    def spent(t: float) -> float:
        return 0.004 * t + (0.9 * (1.0 - math.exp(-(t - 5.0) / 15.0)) if t > 5.0 else 0.0)

    came = [spent(x[0]) for x in found if x]
    law = 1.0 - math.exp(-hazard)
    assert_distributed(came, lambda x: (1.0 - np.exp(-np.asarray(x))) / law)


def test_deaths_on_either_side_raise_the_hazard_of_war() -> None:
    """An opening attack that kills n, or a strike that kills n: P(no war by day 30 | n) = exp(-.02·n·10·(1 - e^{-3}))."""
    p = params(
        base_rate=QUIET,
        war_death=0.02,
        war_days=10.0,
        fatal_share=1.0,
        fatality_tail=1.2,
        killed_fighters=4.0,
    )
    unopposed = {"weapon_interception": (0.0, 0.0, 0.0)}
    ours = a_world(days=30.0, opening_attack=True, **unopposed)
    theirs = a_world(days=30.0, replay=strikes((0.0, 0, order())))
    for world, kind in ((ours, "casualties"), (theirs, "destroyed")):
        residuals = []
        for r in range(600):
            events = simulate(world, p, seed=508, replication=r)
            killed = of(events, kind)[0].killed
            chance = 1.0 - math.exp(-0.02 * killed * 10.0 * (1.0 - math.exp(-3.0)))
            residuals.append(len(of(events, "wider war")) - chance)
        assert_mean(residuals, 0.0)


def test_a_wider_war_changes_nothing_else() -> None:
    """The same run with and without its hazard: the same events but for it."""
    p = params(base_rate=2.0, branching_ratio=0.4, effect_fighters=-0.3)
    world = a_world(replay=strikes((5.0, 0, order())))
    calm, wide = simulate(world, p), simulate(world, p._replace(war_base=0.5))
    assert of(wide, "wider war")
    assert [e._replace(sequence=0) for e in wide if e.kind != "wider war"] == [
        e._replace(sequence=0) for e in calm
    ]
