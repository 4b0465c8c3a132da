"""Effects of strikes, each parameter and state moved alone: the log rate by hand."""

import math

import pytest

from sim.model.spec import TARGETS
from tests.theory.moved import at, felt, moves, quiet, soft
from tests.worlds import order, strikes

ONE = {"infrastructure": 0.2, "fighters": -0.5, "sponsor": -0.3, "leader": 0.4}


@moves(*(f"params.effect_{x}" for x in TARGETS), "params.effect_days", "state.net", "state.net_since")
@pytest.mark.parametrize("target", TARGETS)
def test_net_effect_by_class(target: str) -> None:
    """Only its own class counts: X·tanh(A·e^{-6/8}/X) six days after the strike, at τ = 8."""
    p = {f"effect_{x}": a for x, a in ONE.items()} | {"effect_days": 8.0}
    run = quiet(at(10.0, replay=strikes((4.0, 0, order(target)))), **p)
    assert felt(run) == pytest.approx(soft(ONE[target] * math.exp(-6 / 8)), rel=1e-12)
    assert (run.state.net[0], run.state.net_since[0]) == (ONE[target], 4.0)


@moves(
    *(f"params.suppression_{x}" for x in TARGETS),
    "params.suppression_days",
    "state.suppression",
    "state.suppression_since",
)
@pytest.mark.parametrize("target", TARGETS)
def test_suppression_by_class(target: str) -> None:
    """Down, by its own class: -X·tanh(σ·e^{-6/8}/X)."""
    p = {f"suppression_{x}": abs(a) for x, a in ONE.items()} | {"suppression_days": 8.0}
    run = quiet(at(10.0, replay=strikes((4.0, 0, order(target)))), **p)
    assert felt(run) == pytest.approx(-soft(abs(ONE[target]) * math.exp(-6 / 8)), rel=1e-12)
    assert (run.state.suppression[0], run.state.suppression_since[0]) == (abs(ONE[target]), 4.0)


@moves(
    *(f"params.backlash_{x}" for x in TARGETS),
    "params.backlash_days",
    "state.backlash",
    "state.backlash_since",
)
@pytest.mark.parametrize("target", TARGETS)
def test_backlash_by_class(target: str) -> None:
    """Up, by its own class: X·tanh(β·e^{-6/20}/X)."""
    p = {f"backlash_{x}": abs(a) for x, a in ONE.items()} | {"backlash_days": 20.0}
    run = quiet(at(10.0, replay=strikes((4.0, 0, order(target)))), **p)
    assert felt(run) == pytest.approx(soft(abs(ONE[target]) * math.exp(-6 / 20)), rel=1e-12)
    assert (run.state.backlash[0], run.state.backlash_since[0]) == (abs(ONE[target]), 4.0)


@moves("params.strength_exponent")
@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0])
def test_strength_counts_by_its_power(exponent: float) -> None:
    """A strike of strength 4: -.1·4^γ, for net effect, suppression and backlash alike."""
    world = at(10.0, replay=strikes((10.0 - 1e-12, 0, order(strength=4.0))))
    for name, sign in (("effect", 1.0), ("suppression", -1.0), ("backlash", 1.0)):
        run = quiet(world, **{f"{name}_fighters": 0.1, "strength_exponent": exponent})
        assert felt(run) == pytest.approx(sign * soft(0.1 * 4.0**exponent), rel=1e-9)


@moves("params.spill")
@pytest.mark.parametrize("spill", [0.0, 0.25, 1.0])
def test_spill_to_the_other_place(spill: float) -> None:
    """Struck in the first place: the second feels the share of it, the first all of it."""
    world = at(4.0, replay=strikes((4.0 - 1e-12, 0, order())))
    run = quiet(world, effect_fighters=-0.6, spill=spill)
    assert felt(run, 0) == pytest.approx(soft(-0.6), rel=1e-9)
    assert felt(run, 1) == pytest.approx(soft(-0.6 * spill), rel=1e-9, abs=1e-12)


@moves("params.effect_limit")
@pytest.mark.parametrize("limit", [0.5, 1.3862943611198906, 50.0])
def test_the_soft_limit_of_effects(limit: float) -> None:
    """Four strikes of -.5: limit·tanh(-2/limit), near -2 where the limit is high and never past it."""
    world = at(4.0, replay=strikes(*((4.0 - 1e-12, 0, order()) for _ in range(4))))
    run = quiet(world, effect_fighters=-0.5, effect_limit=limit)
    assert felt(run) == pytest.approx(soft(-2.0, limit), rel=1e-9)
    assert abs(felt(run)) < limit


@moves("params.harm_backlash", *(f"params.harm_{x}" for x in TARGETS))
@pytest.mark.parametrize("target", TARGETS)
def test_civilian_harm_adds_its_backlash(target: str) -> None:
    """Certain for a careless strike on its own class, and χ = .35 more; none on another class, or with full care."""
    other = TARGETS[(TARGETS.index(target) + 1) % 4]
    p = {"harm_backlash": 0.35, f"harm_{target}": 1.0}
    for what, up in ((order(target), 0.35), (order(other), 0.0), (order(target, care=1.0), 0.0)):
        run = quiet(at(4.0, replay=strikes((4.0 - 1e-12, 0, what))), **p)
        assert felt(run) == pytest.approx(soft(up), rel=1e-9, abs=1e-12)
        assert run.events[-1].civilians_harmed == (up > 0)


@moves("params.clarity_weight")
@pytest.mark.parametrize(("clarity", "factor"), [(0.0, 0.4), (0.5, 1.0), (1.0, 1.6)])
def test_clarity_strengthens_suppression_alone(clarity: float, factor: float) -> None:
    """ω = 1.2: 1 + 1.2·(clarity - ½); a net effect and backlash do not hear what is said."""
    world = at(4.0, replay=strikes((4.0 - 1e-12, 0, order(clarity=clarity))))
    assert felt(quiet(world, suppression_fighters=0.3, clarity_weight=1.2)) == pytest.approx(
        -soft(0.3 * factor), rel=1e-9
    )
    for name in ("effect", "backlash"):
        assert felt(quiet(world, **{f"{name}_fighters": 0.3, "clarity_weight": 1.2})) == pytest.approx(
            soft(0.3), rel=1e-9
        )


@moves("params.attribution_days")
@pytest.mark.parametrize(
    ("delay", "factor"), [(-1.0, 1.0), (0.0, 1.0), (3.0, math.exp(-0.5)), (12.0, math.exp(-2.0))]
)
def test_delay_weakens_suppression_alone(delay: float, factor: float) -> None:
    """τ_D = 6: e^{-delay/6}; an unknown delay discounts nothing; a net effect does not know how late it came."""
    world = at(4.0, replay=strikes((4.0 - 1e-12, 0, order(delay=delay))))
    assert felt(quiet(world, suppression_fighters=0.3, attribution_days=6.0)) == pytest.approx(
        -soft(0.3 * factor), rel=1e-9
    )
    assert felt(quiet(world, effect_fighters=0.3, attribution_days=6.0)) == pytest.approx(soft(0.3), rel=1e-9)


SURPRISED = {"suppression_fighters": 0.1, "suppression_days": 1e18, "surprise_weight": 1.0}


def surprises(*dated: tuple[float, float], **p: float) -> list[float]:
    """1 + surprise of each strike (day, strength), from the suppression that each has added; γ = 0."""
    found, before = [], 0.0
    for n in range(1, len(dated) + 1):
        run = quiet(at(50.0, replay=strikes(*((day, 0, order(strength=m)) for day, m in dated[:n]))),
                    **(SURPRISED | {"strength_exponent": 0.0} | p))  # fmt: skip
        found.append(run.state.suppression[0] / 0.1 - before)
        before += found[-1]
    return found


@moves("params.surprise_weight", "params.expected_strength", "state.expectation")
def test_more_than_expected_surprises() -> None:
    """Strength 3 against E0 of 1 or 1.5: 1 + log 3, 1 + log 2; as expected or off: 1; never more than 1 + log 5."""
    for e0, strength, factor in (
        (1.0, 3.0, 1 + math.log(3)),
        (1.5, 3.0, 1 + math.log(2)),
        (3.0, 3.0, 1.0),
        (0.1, 3.0, 1 + math.log(5)),
    ):
        assert surprises((4.0, strength), expected_strength=e0, expectation_weight=0.0) == pytest.approx(
            [factor], rel=1e-12
        )
    assert surprises((4.0, 3.0), surprise_weight=0.0) == [1.0]
    assert surprises((4.0, 3.0), surprise_weight=0.5, expectation_weight=0.0) == pytest.approx(
        [1 + 0.5 * math.log(3)]
    )


@moves("params.expectation_weight", "params.expectation_days", "state.expectation_since")
def test_what_was_suffered_is_expected_again_for_a_while() -> None:
    """3, then 3 again: with w = .5, E = 2 just after, and 1.5 a half-life of 20·log 2 later: log 3/2, log 3/1.5."""
    half_life = 20.0 * math.log(2.0)
    p = {"expectation_weight": 0.5, "expectation_days": 20.0}
    assert surprises((4.0, 3.0), (4.0, 3.0), **p)[1] == pytest.approx(1 + math.log(1.5), rel=1e-12)
    run = quiet(at(9.0, replay=strikes((4.0, 0, order(strength=3.0)))), **(SURPRISED | p))
    assert (run.state.expectation, run.state.expectation_since) == ([2.0], [4.0])
    assert surprises((4.0, 3.0), (4.0 + half_life, 3.0), **p)[1] == pytest.approx(
        1 + math.log(2.0), rel=1e-12
    )


@moves("params.capacity_weight", "params.munitions_needed")
def test_a_stock_that_covers_the_need_is_expected() -> None:
    """v_E = .5 and 10,000 in stock: E is 1.5 at a need of 100, 1.05 at a need of 100,000: surprise at 3 is log of 3/E."""
    for need, e in ((100.0, 1.5), (100_000.0, 1.05)):
        found = surprises((4.0, 3.0), capacity_weight=0.5, munitions_needed=need)
        assert found == pytest.approx([1 + math.log(3.0 / e)], rel=1e-12)
