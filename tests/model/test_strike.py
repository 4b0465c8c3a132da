"""Carrying out a strike: one transition, its effects worked out by hand."""

import math

import pytest

from sim.model.spec import ATTACKS, NEVER, PERMISSION, STAGE, TARGETS, WAR
from sim.model.strike import Order, backlash_jump, mixed, net_jump, power, strike, suppression_jump
from tests.model.states import a_state, written
from tests.worlds import order, params

MIX = Order(0.1, 0.2, 0.3, 0.4, 2.0, 0.25, 0.8, 3.0)
U = (0.5, 0.5)


def by_class(name: str, *values: float) -> dict[str, float]:
    return {f"{name}_{x}": v for x, v in zip(TARGETS, values, strict=True)}


def test_figures_are_mixed_by_the_shares_of_targets() -> None:
    """.1·1 + .2·10 + .3·100 + .4·1000 = 432.1."""
    assert mixed(MIX, 1.0, 10.0, 100.0, 1000.0) == pytest.approx(432.1, rel=1e-15)


def test_strength_counts_by_its_power_and_nothing_overflows() -> None:
    """2^.5; 0 at strength 0 even to the power 0; 1 at strength 1 whatever the power; 1e200 counts as 1e6."""
    assert [power(2.0, 0.5), power(0.0, 0.0), power(1.0, 4.2), power(1e200, 5.0)] == [
        2.0**0.5,
        0.0,
        1.0,
        1e30,
    ]


def test_suppression_by_hand() -> None:
    """σ = .4, strength 2^.5, surprise log 2, said 1 + 1.5·.3, three days late at τ_D = 6."""
    p = params(
        **by_class("suppression", 0.0, 0.2, 0.4, 0.6), strength_exponent=0.5, surprise_weight=1.0, clarity_weight=1.5,
        attribution_days=6.0, expectation_days=90.0,
    )  # fmt: skip
    sigma = 0.2 * 0.2 + 0.3 * 0.4 + 0.4 * 0.6
    expected = sigma * 2.0**0.5 * (1.0 + math.log(2.0)) * 1.45 * math.exp(-0.5)
    assert suppression_jump(a_state(), p, MIX, 5.0, 0) == pytest.approx(expected, rel=1e-14)
    unknown = expected / math.exp(-0.5)
    assert suppression_jump(a_state(), p, MIX._replace(delay=-1.0), 5.0, 0) == pytest.approx(
        unknown, rel=1e-14
    )


def test_backlash_and_net_effect_know_nothing_of_delay_clarity_or_surprise() -> None:
    """β · strength^γ + χ where civilians were harmed; A · strength^γ and nothing else."""
    p = params(**by_class("backlash", 0.1, 0.2, 0.3, 0.4), **by_class("effect", 0.5, -0.5, -1.0, 1.0), harm_backlash=0.15,
               strength_exponent=2.0, clarity_weight=2.0, attribution_days=0.1, surprise_weight=1.0)  # fmt: skip
    assert backlash_jump(p, MIX, False) == pytest.approx(0.3 * 4.0, rel=1e-14)
    assert backlash_jump(p, MIX, True) == pytest.approx(0.3 * 4.0 + 0.15, rel=1e-14)
    assert net_jump(p, MIX) == pytest.approx((0.05 - 0.1 - 0.3 + 0.4) * 4.0, rel=1e-14)


def test_a_strike_moves_its_place_and_spills_to_the_others() -> None:
    """Net -.6 here and -.18 there at a spill of .3."""
    s = a_state()
    strike(s, params(effect_fighters=-0.6, spill=0.3), 1, 4.0, order(), -1, U)
    assert s.net == pytest.approx([-0.18, -0.6], rel=1e-15)
    assert s.net_since == [4.0, 4.0]


def test_what_it_destroys_kills_costs_and_teaches() -> None:
    """Strength 2: K·exp(-2·.1) here only, Poisson(2·1.5) = 3 killed at u = .6, cost 2·.5, r - .1, E up to 1 + .5."""
    p = params(
        attrition_fighters=0.1,
        killed_fighters=1.5,
        resolve_cost=0.05,
        surprise_weight=1.0,
        expectation_weight=0.5,
    )
    s = a_state(sensitivity=[0.5, 0.0], unanswered_since=[3.0])
    done = strike(s, p, 0, 4.0, order(strength=2.0), -1, (0.6, 0.5))
    assert s.capability == [pytest.approx(math.exp(-0.2)), 1.0]
    assert (done.killed, done.political_cost, done.munitions) == (3, 1.0, 0)
    assert done.destroyed == pytest.approx(1 - math.exp(-0.2))
    assert (s.resolve[0], s.expectation[0], s.unanswered_since[0]) == (-0.1, 1.5, NEVER)


def test_care_spares_civilians_in_proportion() -> None:
    """A careless strike harms with .6; with care .5, .3: u = .4 harms only the careless."""
    p = params(harm_fighters=0.6, harm_backlash=0.2)
    careless, careful = (
        strike(a_state(), p, 0, 4.0, order(care=care), -1, (0.5, 0.4)) for care in (0.0, 0.5)
    )
    assert (careless.harmed, careful.harmed) == (True, False)


def test_munitions_come_from_their_owner_and_a_replay_costs_as_many_without_spending() -> None:
    """ceil(2 · 2.5) = 5 either way, so that what was done is not shown for free; a replay leaves the stock alone."""
    p = params(munitions_per_strength=2.5)
    s = a_state()
    assert strike(s, p, 0, 4.0, order(strength=2.0), 0, U).munitions == 5
    assert (s.munitions[0], s.munitions_used[0]) == (95, 5)
    assert strike(s, p, 0, 4.0, order(strength=2.0), -1, U).munitions == 5
    assert (s.munitions[0], s.munitions_used[0]) == (95, 5)


def test_what_is_touched_is_what_moved() -> None:
    """Each mechanism alone: the clocks that depend on it plan anew, and no others."""

    def touched(target: str = "sponsor", **p: float) -> int:
        return strike(a_state(), params(**p), 0, 4.0, order(target), -1, U).touched

    assert (
        touched(effect_sponsor=0.1)
        == touched(suppression_sponsor=0.1)
        == touched(backlash_sponsor=0.1)
        == ATTACKS | STAGE
    )
    assert touched(resolve_cost=0.1) == ATTACKS
    assert touched(restraint_sponsor=0.1) == PERMISSION
    assert touched(war_sponsor=0.1) == touched(war_death=0.1, killed_sponsor=3.0) == WAR
    assert touched("fighters", restraint_sponsor=0.1, war_sponsor=0.1, effect_sponsor=0.1) == 0
    assert touched(attrition_sponsor=0.5) == 0  # capability is in no bound


def test_a_strike_of_no_strength_changes_nothing_at_all() -> None:
    """With every mechanism on: it neither destroys nor teaches nor answers; not one field is written."""
    everything = {name: 0.5 for x in TARGETS for name in (f"effect_{x}", f"suppression_{x}", f"backlash_{x}", f"attrition_{x}",
                  f"killed_{x}", f"harm_{x}")}  # fmt: skip
    p = params(**everything, harm_backlash=0.5, resolve_cost=0.5, surprise_weight=1.0, war_sponsor=0.5, war_death=0.5,
               restraint_sponsor=0.5, munitions_per_strength=2.0)  # fmt: skip
    s = a_state(sensitivity=0.5, unanswered_since=[3.0])
    assert written(s, lambda: strike(s, p, 0, 4.0, MIX._replace(strength=0.0), 0, (0.999, 1e-9))) == set()
