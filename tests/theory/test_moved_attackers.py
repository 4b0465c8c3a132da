"""Background, excitation, capability and resolve, each parameter and state moved alone: sizes by hand."""

import math

import pytest

from sim.model.capability import capability
from sim.model.intensity import intensity
from sim.model.spec import NEVER, TARGETS
from sim.model.world import Dated
from tests.chance import assert_count
from tests.theory.moved import at, felt, moves, quiet, soft
from tests.worlds import QUIET, a_world, finished, of, order, params, pieces, simulate, strikes, times

UNOPPOSED = {"weapon_interception": (0.0, 0.0, 0.0), "opening_attack": True}


@moves("params.base_rate", "state.share")
def test_level_and_share() -> None:
    """Twice the level gives twice the attacks, a share of .6 six tenths of them; 240 expected in 60 days of 4; exact."""
    for level, mean in ((2.0, 120.0), (4.0, 240.0)):
        run = finished(a_world(days=60.0), params(base_rate=level), (0.6, 0.4))
        assert_count(len(times(run.events)), mean)
        assert [intensity(run.state, run.params, c, 60.0) for c in (0, 1)] == pytest.approx(
            [0.6 * level, 0.4 * level]
        )


@moves("params.mobilisation_drift", "params.drift_days", "state.drift_from")
def test_drift_from_its_day_with_its_time() -> None:
    """d_g·(1 - e^{-(30 - t0)/τ}): moved one by one from (.8, 20, 0)."""
    for d, tau, t0 in (
        (0.8, 20.0, 0.0),
        (-0.8, 20.0, 0.0),
        (0.8, 40.0, 0.0),
        (0.8, 20.0, 10.0),
        (0.8, 20.0, -10.0),
        (0.8, 20.0, 31.0),
    ):
        run = quiet(at(30.0, drift_from=t0), mobilisation_drift=d, drift_days=tau)
        assert felt(run) == pytest.approx(d * (1 - math.exp(-max(0.0, 30 - t0) / tau)), rel=1e-12, abs=1e-14)


@moves("state.mobilisation")
def test_dated_pieces_by_place() -> None:
    """g = .3 in the first place from day 5, 2 from day 9; the second keeps its 1.5."""
    world = at(12.0, mobilisation=(1.0, 1.5), calendar=pieces((5.0, 0, 0.3), (9.0, 0, 2.0)))
    assert [felt(quiet(world, ), c) for c in (0, 1)] == pytest.approx([math.log(2.0), math.log(1.5)], rel=1e-12)  # fmt: skip
    assert felt(quiet(world._replace(horizon_days=7.0))) == pytest.approx(math.log(0.3), rel=1e-12)


@moves("params.branching_ratio", "params.excitation_days", "state.excitation", "state.excitation_since")
def test_one_attack_excites_its_place() -> None:
    """n/5·e^{-3/5} a day three days after the opening attack in the first place; with n or 1/β moved, in step."""
    for n, days in ((0.4, 5.0), (0.8, 5.0), (0.4, 10.0)):
        run = quiet(at(1e-9, **UNOPPOSED), (1.0, 0.0), branching_ratio=n, excitation_days=days)
        assert (run.state.excitation[0], run.state.excitation_since[0]) == (n / days, 0.0)
        assert intensity(run.state, run.params, 0, 3.0) == pytest.approx(
            n / days * math.exp(-3 / days), rel=1e-9
        )
        assert intensity(run.state, run.params, 1, 3.0) == 0.0


@moves("params.excitation_at_start")
def test_a_run_begins_excited_in_each_place() -> None:
    """v · n/(1 - n) · μ · share = v · (.4/.6) · 3 · (.6, .4) a day, e^{-2/5} of it two days later; in step with v."""
    for v in (0.5, 1.0):
        p = params(base_rate=3.0, branching_ratio=0.4, excitation_days=5.0, excitation_at_start=v)
        run = finished(at(1e-9), p, (0.6, 0.4))
        for c, share in enumerate((0.6, 0.4)):
            left = v * 0.4 / 0.6 * 3.0 * share * math.exp(-0.4)
            assert intensity(run.state, p, c, 2.0) == pytest.approx(3.0 * share + left, rel=1e-9)


@moves(*(f"params.attrition_{x}" for x in TARGETS), "params.capability_exponent", "params.resupply_days", "state.capability",
       "state.capability_since")  # fmt: skip
@pytest.mark.parametrize("target", TARGETS)
def test_strikes_destroy_capability_in_their_place(target: str) -> None:
    """a = .3 at strength 2: K = e^{-.6} there; K = 1 - (1 - e^{-.6})·e^{-6/12} six days later; κ·log K on the rate."""
    world = at(10.0, replay=strikes((4.0, 0, order(target, 2.0))))
    run = quiet(world, **{f"attrition_{target}": 0.3, "capability_exponent": 0.7, "resupply_days": 12.0})
    k = 1 - (1 - math.exp(-0.6)) * math.exp(-0.5)
    assert (run.state.capability[0], run.state.capability_since[0]) == (pytest.approx(math.exp(-0.6)), 4.0)
    assert capability(run.state, run.params, 0, 10.0) == pytest.approx(k, rel=1e-12)
    assert felt(run) == pytest.approx(0.7 * math.log(k), rel=1e-12)
    assert felt(run, 1) == 0.0
    assert of(run.events, "destroyed")[0].capability_share == pytest.approx(1 - math.exp(-0.6), rel=1e-12)


@moves("params.attack_use")
def test_attacks_use_capability() -> None:
    """The opening attack takes 8% of its place's; τ = 10 gives half of it back in 10·log 2 days (μ is next to nothing)."""
    run = quiet(
        at(10.0 * math.log(2.0), **UNOPPOSED),
        (1.0, 0.0),
        attack_use=0.08,
        capability_exponent=2.0,
        resupply_days=10.0,
    )
    assert felt(run) == pytest.approx(2.0 * math.log(0.96), rel=1e-9)
    # At once: what it uses is gone from its own place alone, and a use of 0 takes nothing.
    for used, left in ((0.0, 1.0), (0.08, 0.92), (0.2, 0.8)):
        now = quiet(at(1e-9, **UNOPPOSED), (1.0, 0.0), attack_use=used, resupply_days=10.0)
        assert now.state.capability == pytest.approx([left, 1.0], rel=1e-9)


@moves("params.resolve_success", "params.resolve_days", "state.resolve", "state.resolve_since")
def test_success_emboldens() -> None:
    """An opening attack that hurts, and a success on another front on day 6: .3·e^{-10/20} + .3·e^{-4/20}."""
    world = at(10.0, calendar=(Dated(6.0, -1, None, "front"),), **UNOPPOSED)
    hurt = {"injuring_share": 1.0, "resolve_success": 0.3, "resolve_days": 20.0}
    run = quiet(world, (1.0, 0.0), **hurt)
    assert felt(run) == pytest.approx(soft(0.3 * math.exp(-0.5) + 0.3 * math.exp(-0.2)), rel=1e-9)
    assert run.state.resolve_since == [6.0]
    assert felt(quiet(world, (1.0, 0.0), **(hurt | {"injuring_share": 0.0}))) == pytest.approx(
        soft(0.3 * math.exp(-0.2)), rel=1e-9
    )


@moves("params.resolve_cost")
def test_cost_wears_resolve_down() -> None:
    """-.1 at strength 3, half forgotten after 60·log 2 days; everywhere alike."""
    world = at(4.0 + 60.0 * math.log(2.0), replay=strikes((4.0, 0, order(strength=3.0))))
    run = quiet(world, resolve_cost=0.1)
    assert [felt(run, c) for c in (0, 1)] == pytest.approx([soft(-0.15)] * 2, rel=1e-12)


@moves("params.resolve_limit")
@pytest.mark.parametrize("limit", [0.2, 1.3862943611198906, 50.0])
def test_the_soft_limit_of_resolve(limit: float) -> None:
    """Five successes elsewhere of .4 at once: limit·tanh(2/limit)."""
    world = at(6.0, calendar=tuple(Dated(6.0 - 1e-12, -1, None, f"front {i}") for i in range(5)))
    assert felt(quiet(world, resolve_success=0.4, resolve_limit=limit)) == pytest.approx(
        soft(2.0, limit), rel=1e-9
    )


@moves("params.resolve_unanswered", "params.answer_window_days", "state.unanswered_since")
def test_a_window_left_unanswered_emboldens() -> None:
    """The opening attack's window of 5 days: +.3 from day 5 on, unless a strike came by then; one on day 6 is too late."""
    p = {"resolve_unanswered": 0.3, "answer_window_days": 5.0, "resolve_days": 20.0}
    up = soft(0.3 * math.exp(-3 / 20))
    for struck, expected in ((None, up), (0.5, 0.0), (5.0, 0.0), (6.0, up)):
        replay = () if struck is None else strikes((struck, 1, order()))
        run = quiet(at(8.0, replay=replay, **UNOPPOSED), (1.0, 0.0), **p)
        assert felt(run) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert run.state.unanswered_since == [NEVER]
    early = quiet(at(4.0, **UNOPPOSED), (1.0, 0.0), **p)
    assert (felt(early), early.state.unanswered_since) == (pytest.approx(0.0, abs=1e-12), [0.0])


def test_windows_are_counted_not_attacks() -> None:
    """80 attacks in 20 days with windows of 5: at most 4 times emboldened, not 80; counted again from the attacks."""
    p = params(base_rate=4.0, resolve_unanswered=0.1, answer_window_days=5.0)
    events = simulate(a_world(days=20.0), p)
    expected, end = [], -1.0
    for t in times(events):
        if t > end:
            end = t + 5.0
            expected.append(end)
    assert times(events, "emboldened") == [t for t in expected if t < 20.0]
    assert 2 <= len(times(events, "emboldened")) <= 4


def test_quiet_means_quiet() -> None:
    """The background of these tests brings no attack in 10,000 days."""
    assert not simulate(a_world(days=10_000.0), params(base_rate=QUIET))
