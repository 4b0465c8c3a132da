"""Relations between runs that must hold to the bit: null policies, strikes without effect, idle places, horizons.

What is asked of a whole run is asked of both engines.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.model.levers import LOGNORMAL, Rung
from sim.model.spec import TARGETS
from sim.model.streamkeys import name_key
from sim.model.world import Delivery, World
from tests.engine.engines import Simulate, both_engines
from tests.theory.mechanisms import MECHANISMS
from tests.worlds import EVERYWHERE, a_world, attackers, bare, finished, of, params, pieces, simulate

EVERYTHING = MECHANISMS["everything"]
NO_EFFECT = {f"{name}_{x}": 0.0 for name in ("effect", "suppression", "backlash", "attrition") for x in TARGETS} | {
    "resolve_cost": 0.0, "resolve_unanswered": 0.0, "harm_backlash": 0.0, "restraint_sponsor": 0.0
}  # fmt: skip
SOME = params(**EVERYTHING.on)
IDLE = params(**{**EVERYTHING.on, **NO_EFFECT, "stage_hazard": 0.0})
EAGER = EVERYWHERE._replace(
    trigger_attacks=3,
    delay_form=LOGNORMAL,
    delay_a=1.0,
    delay_b=0.5,
    infrastructure=0.0,
    fighters=0.6,
    sponsor=0.4,
)
SHARES = (0.6, 0.4)
RUNS = range(6)


def plain(levers: Any = EVERYWHERE, **changes: Any) -> World:
    return EVERYTHING.world._replace(ladder=(levers,), **changes)


@both_engines
@pytest.mark.parametrize("replication", RUNS)
def test_a_policy_that_never_gets_to_strike_is_none_event_for_event(
    simulate: Simulate, replication: int
) -> None:
    """No trigger is answered; or no place is allowed; or nothing ever triggers: only words are added."""
    none = simulate(plain(), SOME, SHARES, replication=replication)
    for levers in (
        EAGER._replace(answered_share=0.0),
        EAGER._replace(places_allowed=0),
        EAGER._replace(trigger_attacks=10**6),
    ):
        events = simulate(plain(levers), SOME, SHARES, replication=replication)
        assert bare([e for e in events if e.kind != "held back"]) == bare(none)
    later = plain(EAGER._replace(active_from=36.0))
    assert simulate(later, SOME, SHARES, replication=replication) == none


@both_engines
@pytest.mark.parametrize("replication", RUNS)
def test_strikes_of_no_strength_leave_all_else_as_it_was(simulate: Simulate, replication: int) -> None:
    """With every mechanism on: the same events at the same moments, but for the strikes themselves."""
    none = simulate(plain(), SOME, SHARES, replication=replication)
    events = simulate(plain(EAGER._replace(strength=0.0)), SOME, SHARES, replication=replication)
    own = ("response decided", "held back", "strike", "destroyed")
    assert of(events, "strike")
    assert bare([e for e in events if e.kind not in own]) == bare(none)


@both_engines
@pytest.mark.parametrize("replication", RUNS)
def test_strikes_of_no_effect_leave_all_attacks_as_they_were(simulate: Simulate, replication: int) -> None:
    """They kill, cost, spend and raise tension, but nothing that attackers feel moves: the same attacks, to the bit."""
    none = simulate(plain(), IDLE, SHARES, replication=replication)
    events = simulate(
        plain(EAGER), IDLE._replace(killed_fighters=3.0, war_death=0.1), SHARES, replication=replication
    )
    assert of(events, "strike")
    assert attackers(events) == attackers(none)


@both_engines
@pytest.mark.parametrize("name", ["aden", "jordan", "zagros"])
def test_a_place_of_share_0_leaves_the_others_as_they_were(simulate: Simulate, name: str) -> None:
    """Before, between or after the others by name; no strikes there: every event is the same."""
    places = tuple(sorted(("iraq", "syria", name)))
    bits = sum(1 << i for i, x in enumerate(places) if x != name)
    old = a_world(
        EAGER._replace(places_allowed=3), calendar=pieces((9.0, 0, 0.5), (9.0, 1, 0.5)), opening_attack=True
    )
    new = a_world(EAGER._replace(places_allowed=bits), places=places, opening_attack=True,
                  calendar=pieces(*((9.0, i, 0.5) for i, x in enumerate(places) if x != name)))  # fmt: skip
    shares = [{"iraq": 0.6, "syria": 0.4}.get(x, 0.0) for x in places]
    assert simulate(new, SOME, tuple(shares)) == simulate(old, SOME, SHARES)


@both_engines
def test_a_places_luck_goes_with_its_name_not_its_position(simulate: Simulate) -> None:
    """Two places that do not touch each other: swapped in the world, each has the events it had."""
    p = params(base_rate=3.0, branching_ratio=0.4, injuring_share=0.2, completeness=0.6)
    one = simulate(a_world(places=("iraq", "syria")), p, SHARES)
    two = simulate(a_world(places=("syria", "iraq")), p, SHARES[::-1])
    for place in ("iraq", "syria"):
        mine, same = ([e._replace(number=0, sequence=0) for e in x if e.place == place] for x in (one, two))
        assert len(mine) > 50
        assert same == mine


@both_engines
def test_renaming_groups_renames_them_and_no_more(simulate: Simulate) -> None:
    """Names of groups are labels: the events differ in them alone."""
    a = a_world(groups=((("one", 0.3), ("two", 1.0)), (("three", 1.0),)))
    b = a_world(groups=((("x", 0.3), ("y", 1.0)), (("z", 1.0),)))
    name = {"one": "x", "two": "y", "three": "z"}
    events = simulate(a, SOME, SHARES)
    assert [
        e._replace(group=name[e.group]) if e.kind == "attack launched" else e for e in events
    ] == simulate(b, SOME, SHARES)
    assert {e.group for e in of(events, "attack launched")} == set(name)


@both_engines
@pytest.mark.parametrize("replication", RUNS)
def test_a_longer_horizon_extends_a_run(simulate: Simulate, replication: int) -> None:
    """What happened before day 20 is the same in a run to day 20 and in one to day 60."""
    long = simulate(plain(EAGER, horizon_days=60.0), SOME, SHARES, replication=replication)
    short = simulate(plain(EAGER, horizon_days=20.0), SOME, SHARES, replication=replication)
    assert short == long[: len(short)]
    assert all(e.time >= 20.0 for e in long[len(short) :])


def test_shared_draws_give_what_fresh_ones_give_in_any_order_of_policies() -> None:
    """Policies run one after another on the same draws, forward and backward."""
    worlds = [
        plain(),
        plain(EAGER),
        plain(EAGER._replace(strength=3.0, min_gap=2.0)),
        plain(EAGER._replace(spontaneous=0.5)),
    ]
    alone = [run(w, SOME, SHARES, Draws(7, 3)) for w in worlds]
    shared = Draws(7, 3)
    assert [run(w, SOME, SHARES, shared) for w in worlds] == alone
    assert [run(w, SOME, SHARES, shared) for w in reversed(worlds)] == alone[::-1]


@both_engines
def test_until_the_first_strike_policies_see_the_same_events(simulate: Simulate) -> None:
    """Common random numbers: two policies differ from the first strike of either on, not before."""
    a, b = (simulate(plain(x), SOME, SHARES) for x in (EAGER, EAGER._replace(strength=4.0, delay_a=6.0)))
    first = min(of(x, "strike")[0].time for x in (a, b))
    assert first > 2.0
    before_a, before_b = ([e for e in attackers(x) if e.time < first] for x in (a, b))
    assert before_a == before_b != []


def test_a_salt_gives_a_policy_luck_of_its_own() -> None:
    """`crn: false` puts a hash of the policy's name in the address: other attacks."""
    same, other = (run(plain(), SOME, SHARES, Draws(7, 3, salt)) for salt in (0, name_key("fighters")))
    assert [e.time for e in same] != [e.time for e in other]


@both_engines
def test_replications_and_seeds_differ(simulate: Simulate) -> None:
    found = {
        simulate(plain(), SOME, SHARES, seed=s, replication=r)[0].time for s in range(4) for r in range(4)
    }
    assert len(found) == 16


@both_engines
def test_an_idle_ladder_and_deliveries_of_a_rung_never_reached_change_nothing(simulate: Simulate) -> None:
    """Rungs after a million attacks, and their resupply."""
    world = plain(EAGER)
    idle = world._replace(
        ladder=(EAGER, EAGER._replace(strength=9.0, defence_level=5.0, surge_interceptors=99, schedule_every=1.0)),
        rungs=(Rung(), Rung(attacks=10**6)), deliveries=(*world.deliveries, Delivery(1, -1, 1.0, 50)),
    )  # fmt: skip
    assert simulate(idle, SOME, SHARES) == simulate(world, SOME, SHARES)


SCRIPT = """
import hashlib, json
from tests.engine.test_same_luck import fingerprint
print(fingerprint())
"""


def fingerprint() -> str:
    """SHA-256 of the events of some runs with every mechanism on, floats by their shortest repr."""
    events = [simulate(plain(EAGER), SOME, SHARES, seed=5, replication=r) for r in range(3)]
    return hashlib.sha256(json.dumps(events).encode()).hexdigest()


def test_another_process_and_another_hash_seed_give_the_same_events() -> None:
    """PYTHONHASHSEED 0, 1 and random, each in a fresh process."""
    root = Path(__file__).parents[2]
    found = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], cwd=root, env={"PYTHONHASHSEED": seed, "PATH": ""}, check=True,
            capture_output=True, text=True,
        ).stdout.strip()
        for seed in ("0", "1", "random")
    ]  # fmt: skip
    assert found == [fingerprint()] * 3


def test_a_run_never_writes_what_the_world_gave() -> None:
    """Shares and weapons at the end are those of the start."""
    done = finished(plain(EAGER), SOME, SHARES)
    assert done.state.share == list(SHARES)
    assert done.state.weapon_weight == list(done.world.weapon_weight)
