"""Permission, stage, denial, stocks, politics, war and marks, each parameter and state moved alone: sizes by hand."""

import math

import pytest

from sim.model.defence import interception
from sim.model.permission import permission_hazard
from sim.model.spec import NEVER, TARGETS
from sim.model.stage import stage_hazard
from sim.model.stocks import political_cost
from sim.model.war import war_hazard
from sim.model.world import Delivery
from tests.chance import assert_mean, assert_share
from tests.theory.moved import at, felt, moves, quiet
from tests.worlds import EVERYWHERE, QUIET, a_world, finished, of, order, params, simulate, strikes

UNOPPOSED = {"weapon_interception": (0.0, 0.0, 0.0), "opening_attack": True}
SPONSOR = strikes((4.0, 0, order("sponsor", 2.0)))


@moves("params.permission_amber", "params.permission_red", "state.permission")
def test_permission_scales_everything() -> None:
    """log .4 in amber, log .02 in red, 0 in green; the values moved, in step."""
    for state, p, expected in ((0, {}, 0.0), (1, {}, math.log(0.4)), (2, {}, math.log(0.02)),
                               (1, {"permission_amber": 0.7}, math.log(0.7)), (2, {"permission_red": 0.1}, math.log(0.1))):  # fmt: skip
        assert felt(quiet(at(1.0, permission=state), restraint_days=1e12, **p)) == pytest.approx(
            expected, abs=1e-12
        )


@moves("params.restraint_base", "params.restraint_sponsor", "params.restraint_death", "params.restraint_days",
       "state.sponsor_struck", "state.sponsor_share", "state.defender_died")  # fmt: skip
def test_what_makes_the_sponsor_hold_its_partners_back() -> None:
    """Hazards a day on day 6: h0; + hS for a strike on the sponsor on day 4; + hF for a death on day 0; 1/D in red."""
    run = quiet(at(6.0), restraint_base=1e-9)
    assert permission_hazard(run.state, run.params, 6.0) == 1e-9
    run = quiet(at(6.0, replay=SPONSOR), restraint_sponsor=1e-6)
    assert permission_hazard(run.state, run.params, 6.0) == 1e-6
    assert (run.state.sponsor_struck, run.state.sponsor_share) == ([4.0], [1.0])
    run = quiet(at(6.0, **UNOPPOSED), fatal_share=1.0, restraint_death=1e-6)
    assert permission_hazard(run.state, run.params, 6.0) == 1e-6
    assert (run.state.defender_died, run.state.sponsor_struck) == ([0.0], [NEVER])
    run = quiet(at(1e-9, permission=2), restraint_days=25.0)
    assert permission_hazard(run.state, run.params, 0.0) == 1 / 25


@moves("params.stage_hazard", "state.stage", "state.last_stage")
def test_the_climb_of_weapons() -> None:
    """.02 a day below the top, twice as much at .04, none at the top; the next weapon's stage sets the top."""
    for h in (0.02, 0.04):
        run = quiet(at(1e-9), stage_hazard=h)
        assert stage_hazard(run.state, run.params, 0.0) == h
        assert run.state.last_stage == [3]
    assert not of(quiet(at(900.0, stage=3), stage_hazard=9.0).events, "stage climbed")
    climbed = quiet(at(900.0, weapon_stage=(0, 1, 2)), stage_hazard=9.0)
    assert (climbed.state.stage, climbed.state.last_stage) == ([2], [2])


@moves(
    "state.weapon_stage",
    "state.weapon_weight",
    "state.weapon_interception",
    "state.weapon_harm",
    "state.hit_share",
)
def test_weapons_as_the_world_gives_them() -> None:
    """Only the drone: what gets through is .4; harm by it is π/.4 a hit; a heavier missile of stage 3 is not in use."""
    world = at(
        1e-9, weapon_weight=(0.0, 1.0, 5.0), weapon_interception=(0.3, 0.6, 0.2), weapon_harm=(1.0, 2.0, 9.0)
    )
    s = quiet(world).state
    assert (s.weapon_stage, s.weapon_weight, s.weapon_harm) == ([0, 1, 3], [0.0, 1.0, 5.0], [1.0, 2.0, 9.0])
    assert s.hit_share == [pytest.approx(2.0 * 0.4)]
    assert interception(s, 1, 1.0) == pytest.approx(0.6)


@moves("params.value_of_failure", "params.salvo_extra", "state.defence_level", "state.surged")
def test_what_failure_is_worth() -> None:
    """-v·(stopped at level 2 - stopped at level 1); with ε extra rounds each q counts e^{-ε(1-q)}; twice v, twice as much."""

    def stopped(level: float, extra: float) -> float:
        qs = [1 - (1 - q) ** level for q in (0.3, 0.5)]
        return sum(w * q * math.exp(-extra * (1 - q)) for w, q in zip((0.4, 0.6), qs, strict=True))

    for v, extra, level in ((1.5, 0.0, 2.0), (3.0, 0.0, 2.0), (1.5, 0.7, 2.0), (1.5, 0.0, 0.5)):
        run = quiet(
            at(1.0, ladder=(EVERYWHERE._replace(defence_level=level),)), value_of_failure=v, salvo_extra=extra
        )
        assert felt(run) == pytest.approx(-v * (stopped(level, extra) - stopped(1.0, extra)), rel=1e-9)
        assert (run.state.defence_level, run.state.surged) == ([level], [0])


@moves("state.interceptors", "state.interceptors_used", "state.interceptors_received")
def test_running_out_of_interceptors() -> None:
    """One left and the opening attack takes it: attacks are worth more, by v·(stopped at level 1), until the delivery."""
    p = {"value_of_failure": 2.0}
    full = 2.0 * (0.4 * 0.3 + 0.6 * 0.5)
    world = at(3.0, interceptors=1, opening_attack=True, deliveries=(Delivery(0, -1, 5.0, 4),))
    run = quiet(world, **p)
    assert felt(run) == pytest.approx(full, rel=1e-9)
    assert [
        getattr(run.state, x)[0] for x in ("interceptors", "interceptors_used", "interceptors_received")
    ] == [0, 1, 1]
    later = quiet(world._replace(horizon_days=6.0), **p)
    assert felt(later) == pytest.approx(0.0, abs=1e-12)
    assert [
        getattr(later.state, x)[0] for x in ("interceptors", "interceptors_used", "interceptors_received")
    ] == [4, 1, 5]


@moves("params.munitions_per_strength", "state.munitions", "state.munitions_used", "state.munitions_received")
def test_strikes_spend_munitions() -> None:
    """Strength 3 at 2.1 each: 7 of 20 and of a delivery of 4; at 5 each: 15. The record's strikes spend none."""
    levers = EVERYWHERE._replace(trigger_attacks=1, strength=3.0)
    for per, spent in ((2.1, 7), (5.0, 15)):
        run = quiet(
            a_world(
                levers, days=6.0, munitions=(20,), opening_attack=True, deliveries=(Delivery(0, 0, 5.0, 4),)
            ),
            munitions_per_strength=per,
        )
        assert [getattr(run.state, x)[0] for x in ("munitions", "munitions_used", "munitions_received")] == [
            24 - spent,
            spent,
            24,
        ]
    assert quiet(at(6.0, replay=SPONSOR), munitions_per_strength=2.5).state.munitions_used == [0]


@moves("params.political_days", "state.sensitivity", "state.political_cost", "state.political_since")
def test_political_cost_where_the_host_is_sensitive() -> None:
    """Strength 2 at sensitivity .7 on day 4, felt on day 10: 1.4·e^{-6/τ}; none where the host does not mind."""
    for tau in (12.0, 60.0):
        run = quiet(at(10.0, replay=SPONSOR, sensitivity=(0.7, 0.0)), political_days=tau)
        assert (run.state.political_cost, run.state.political_since) == ([1.4], [4.0])
        assert political_cost(run.state, run.params, 10.0) == pytest.approx(
            1.4 * math.exp(-6 / tau), rel=1e-12
        )
    assert quiet(at(10.0, replay=SPONSOR, sensitivity=(0.0, 0.7))).state.political_cost == [0.0]


@moves("params.war_base", "params.war_death", "params.war_sponsor", "params.war_days", "state.tension", "state.tension_since",
       "state.wider_war")  # fmt: skip
def test_the_hazard_of_a_wider_war() -> None:
    """On day 10: h_w; h_s·2·e^{-6/τ} after the strike on the sponsor; h_d a death, of the opening attack."""
    for p, world, expected in (
        ({"war_base": 1e-9}, at(10.0), 1e-9),
        ({"war_sponsor": 1e-9, "war_days": 30.0}, at(10.0, replay=SPONSOR), 2e-9 * math.exp(-6 / 30)),
        ({"war_sponsor": 1e-9, "war_days": 6.0}, at(10.0, replay=SPONSOR), 2e-9 * math.exp(-1)),
        (
            {"war_death": 1e-9, "war_days": 10.0, "fatal_share": 1.0, "fatality_tail": 50.0},
            at(10.0, **UNOPPOSED),
            1e-9 * math.exp(-1),
        ),
    ):
        run = quiet(world, **p)
        assert war_hazard(run.state, run.params, 10.0) == pytest.approx(expected, rel=1e-12)
        assert run.state.wider_war == [0]
    struck = quiet(at(10.0, replay=SPONSOR), war_sponsor=1e-9)
    assert (struck.state.tension, struck.state.tension_since) == ([2e-9], [4.0])
    assert quiet(at(900.0), war_base=1.0).state.wider_war == [1]


@moves(*(f"params.killed_{x}" for x in TARGETS))
@pytest.mark.parametrize("target", TARGETS)
def test_strikes_kill_by_class(target: str) -> None:
    """Mean 2 at strength 1 on its own class, 6 at strength 3, none on another; 300 strikes, false alarm 6.4e-5."""
    other = TARGETS[(TARGETS.index(target) + 1) % 4]
    for what, mean in ((order(target), 2.0), (order(target, 3.0), 6.0), (order(other), 0.0)):
        run = quiet(
            at(301.0, replay=strikes(*((float(i), 0, what) for i in range(1, 301)))),
            **{f"killed_{target}": 2.0},
        )
        killed = [e.killed for e in of(run.events, "destroyed")]
        if mean:
            assert_mean(killed, mean)
        else:
            assert set(killed) == {0}


@moves("params.injuring_share", "params.injury_scale", "params.injury_tail", "params.tbi_share", "params.fatal_share",
       "params.fatality_tail", "params.completeness", "state.attacks_seen", "state.attacks_since", "state.injuries_seen",
       "state.injuries_since", "state.deaths_seen")  # fmt: skip
def test_marks_each_moved_alone() -> None:
    """2,000 unopposed attacks for each: shares by exact binomial, tails at one point; counts are those of the events."""
    base = {"base_rate": 500.0, "injuring_share": 0.3, "injury_scale": 2.0, "injury_tail": 1.5, "tbi_share": 0.5,
            "fatal_share": 0.2, "fatality_tail": 2.0, "completeness": 1.0}  # fmt: skip
    for name, value in ({"": 0.0} | base | {"injuring_share": 0.6, "injury_scale": 5.0, "injury_tail": 3.0, "tbi_share": 0.2,
                        "fatal_share": 0.05, "fatality_tail": 1.2, "completeness": 0.4, "base_rate": 250.0}).items():  # fmt: skip
        p = params(**(base | ({name: value} if name else {})))
        run = finished(a_world(days=4.0, weapon_interception=(0.0, 0.0, 0.0)), p, seed=701)
        hurt, reported = of(run.events, "casualties"), of(run.events, "reported")
        injured, killed = ([x for x in (getattr(e, y) for e in hurt) if x] for y in ("injured", "killed"))
        assert_share(len(reported), run.attacks, p.completeness)
        assert_share(len(injured), len(reported), p.injuring_share)
        assert_share(len(killed), len(reported), p.fatal_share)
        assert_share(sum(x > 3 for x in injured), len(injured), (1 + 3 / p.injury_scale) ** -p.injury_tail)
        assert_share(sum(x > 1 for x in killed), len(killed), 2.0**-p.fatality_tail)
        assert_share(sum(e.brain_injured for e in hurt), sum(injured), p.tbi_share)
        s = run.state
        assert (s.attacks_seen[0], s.injuries_seen[0], s.deaths_seen[0]) == (
            len(reported),
            sum(injured),
            sum(killed),
        )
        assert (s.attacks_since, s.injuries_since) == (s.attacks_seen, s.injuries_seen)


def test_the_state_counts_anew_after_a_response() -> None:
    """attacks_since and injuries_since are those reported and hurt since the last decision."""
    p = params(base_rate=20.0, injuring_share=0.3, injury_scale=2.0)
    run = finished(a_world(EVERYWHERE._replace(trigger_attacks=30)), p)
    last = of(run.events, "response decided")[-1].sequence
    later = run.events[last:]
    assert run.state.attacks_since == [len(of(later, "reported"))]
    assert run.state.injuries_since == [sum(e.injured for e in of(later, "casualties"))]
    assert simulate(at(1.0), params(base_rate=QUIET)) == []
