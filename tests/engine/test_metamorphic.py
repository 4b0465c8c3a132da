"""Relations between runs of generated worlds that hold whatever the numbers are, on both engines.

Of the fourteen that are usual for simulations:

1.  Times longer and rates lower by a power of two: here. The sponsor's restraint after strikes and deaths
    is left out, since its 14 and 7 days are constants of the model.
2.  A longer horizon only adds: here.
3.  A run in two legs is the run in one: does not apply, no engine stops and goes on. That a run depends on no
    run before it in the same memory is in ``test_two_engines`` (stretches) and ``tests/study``.
4.  An inert place changes nothing: here; with names before, between and after the others in ``test_same_luck``.
5.  The order of keys and of dated lists in a config: here. The order of ``weapons``, of ``groups`` within a place and
    of the owners in ``munitions`` has a meaning (which draw stands for which; the first owner is the usual one).
6.  Policies that do nothing: here; strikes without effect in ``test_same_luck``.
7.  A stock that never runs out is as good as a larger one: here.
8.  Other names of groups, weapons, stocks, fronts and responses: here. A place's name is its luck's address, see
    ``test_same_luck``.
9.  The order of the record's rows: ``tests/calibration/test_relations``.
10. A fuller record reports a superset: here, under no policy, where no report has consequences.
11. More defence stops a superset, more care harms a subset: here, where nothing feeds back.
12. Two groups are as good as one, exactly; two places as one, in the mean: here.
13. Twice the rate is twice the attacks where nothing interacts: here.
14. More of the same data narrows the rate's posterior: ``tests/calibration/test_relations``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.engine.events import Event
from sim.model.levers import LOGNORMAL, Levers, Rung
from sim.model.registry import PARAMETERS
from sim.model.streamkeys import name_key
from sim.model.world import World
from sim.scenario.settings import Settings
from tests.chance import MOST_Z
from tests.engine.engines import Simulate, both_engines
from tests.engine.generated import Generated, numbers, worlds
from tests.engine.test_build_world import SETTINGS, WHY, world
from tests.engine.test_two_engines import fits
from tests.worlds import a_world, attackers, bare, of, params, pieces

replications = st.integers(0, 2**40)
PER_DAY = ("attacks per day", "per day", "per day per death", "per day per strength")
HARMLESS = {"injuring_share": 0.0, "fatal_share": 0.0}
ENOUGH = 10**6
NIGHTLY = bool(settings.default and settings.default.max_examples > 100)
examples = settings(max_examples=1_000 if NIGHTLY else 50)


def never(lv: Levers) -> Levers:
    """These levers without a trigger: no response at all, and the same defences."""
    return lv._replace(
        trigger_attacks=0, trigger_casualties=0, trigger_weapon=-1, schedule_every=0.0, spontaneous=0.0
    )


def one_rung(g: Generated, lv: Levers) -> World:
    """The world under one set of levers, without strikes of the record."""
    return g.world._replace(ladder=(lv,), rungs=(Rung(),), replay=())


# 1.


def exact(g: Generated) -> bool:
    """Whether a division by a power of two leaves every number of it as exact as it was: none is next to nothing."""
    w = g.world
    given = [*g.params, *(x.day for x in (*w.calendar, *w.replay)), *(x for lv in w.ladder for x in lv)]
    return all(x == 0.0 or abs(x) > 1e-200 for x in given)


def stretched_levers(lv: Levers, f: float) -> Levers:
    days = ("active_from", "schedule_first", "schedule_every", "delay_a", "min_gap", "window_days", "spontaneous_days",
            "duration_limit", "surge_day")  # fmt: skip
    b = lv.delay_b if lv.delay_form == LOGNORMAL else lv.delay_b * f
    return lv._replace(**{x: getattr(lv, x) * f for x in days}, delay_b=b)


def stretched(g: Generated, f: float) -> Generated:
    """The world with f days for each of its days."""
    w = g.world
    factor = {"days": f} | dict.fromkeys(PER_DAY, 1.0 / f)
    p = {name: value * factor.get(PARAMETERS[name].unit, 1.0) for name, value in g.params._asdict().items()}
    return g._replace(
        params=params(**p),
        world=w._replace(
            horizon_days=w.horizon_days * f,
            drift_from=w.drift_from * f,
            calendar=tuple(x._replace(day=x.day * f) for x in w.calendar),
            deliveries=tuple(x._replace(every_days=x.every_days * f) for x in w.deliveries),
            replay=tuple(x._replace(day=x.day * f) for x in w.replay),
            ladder=tuple(stretched_levers(x, f) for x in w.ladder),
            rungs=tuple(x._replace(day=x.day * f) for x in w.rungs),
        ),
    )


def stretched_event(e: Any, f: float) -> Any:
    e = e._replace(time=e.time * f)
    if e.kind != "response decided":
        return e
    return e._replace(due=e.due * f, delay_days=None if e.delay_days is None else e.delay_days * f)


@both_engines
@examples
@given(g=worlds(), replication=replications, k=st.sampled_from((-3, -1, 1, 6)))
def test_time_has_no_unit(simulate: Simulate, g: Generated, replication: int, k: int) -> None:
    """All times times 2^k and all rates over it: every time of the events times 2^k, exactly, and all else the same."""
    assume(fits(g) and exact(g))
    g = g._replace(params=g.params._replace(restraint_sponsor=0.0, restraint_death=0.0))
    slow = stretched(g, 2.0**k)
    events = simulate(*g, replication=replication)
    assert simulate(*slow, replication=replication) == [stretched_event(e, 2.0**k) for e in events]


def test_every_unit_with_a_day_in_it_is_known() -> None:
    """A parameter with a new unit must be told to the test above."""
    assert {x.unit for x in PARAMETERS.values() if "day" in x.unit} == {"days", *PER_DAY}


# 2.


@both_engines
@examples
@given(g=worlds(), replication=replications, share=st.floats(0.05, 0.95))
def test_a_longer_horizon_only_adds(simulate: Simulate, g: Generated, replication: int, share: float) -> None:
    """What a run gives to any day is the beginning of what it gives to a later one."""
    assume(fits(g))
    whole = simulate(*g, replication=replication)
    end = share * g.world.horizon_days
    part = simulate(g.world._replace(horizon_days=end), g.params, g.shares, replication=replication)
    assert part == [e for e in whole if e.time < end]


# 4.


def with_place(g: Generated, name: str) -> Generated:
    """The world with one place more, in the order of names, without attacks and strikes."""
    w = g.world
    at = sum(x < name for x in w.places)

    def put(values: Sequence[Any], new: Any) -> tuple[Any, ...]:
        return (*values[:at], new, *values[at:])

    def moved(place: int) -> int:
        return place + (place >= at)

    def bits(allowed: int) -> int:
        return sum(1 << moved(c) for c in range(len(w.places)) if allowed >> c & 1)

    return g._replace(
        shares=put(g.shares, 0.0),
        world=w._replace(
            places=put(w.places, name),
            place_keys=put(w.place_keys, name_key(name)),
            sensitivity=put(w.sensitivity, 1.0),
            groups=put(w.groups, ((name, 1.0),)),
            mobilisation=put(w.mobilisation, 1.0),
            calendar=tuple(x._replace(place=moved(x.place)) for x in w.calendar),
            replay=tuple(x._replace(place=moved(x.place)) for x in w.replay),
            ladder=tuple(x._replace(places_allowed=bits(x.places_allowed)) for x in w.ladder),
        ),
    )


@both_engines
@examples
@given(g=worlds(), replication=replications, name=st.sampled_from(("a", "j", "z")))
def test_an_inert_place_changes_nothing(
    simulate: Simulate, g: Generated, replication: int, name: str
) -> None:
    """Before, among or after the others: a place of share 0 that nobody strikes is in no event, and moves none."""
    assume(fits(g) and len(g.world.places) < 4)
    events = simulate(*g, replication=replication)
    assert simulate(*with_place(g, name), replication=replication) == events


# 5.

DATED = {
    "mobilisation": (
        *SETTINGS["mobilisation"],
        {"date": SETTINGS["start"].replace(day=20), "level": 0.7, "name": "a pause", **WHY},
    ),
    "host_restraint": (
        *SETTINGS["host_restraint"],
        {"date": SETTINGS["start"].replace(day=22), "place": "syria", "factor": 0.8, **WHY},
    ),
    "other_fronts": (
        *SETTINGS["other_fronts"],
        {"date": SETTINGS["start"].replace(day=30), "what": "B4", **WHY},
    ),
}
MEANT = ("munitions",)  # whose first owner is the usual one


def turned(draw: st.DrawFn, x: Any, name: str = "") -> Any:
    """A config with its keys, and its dated lists, in another order."""
    if isinstance(x, dict):
        keys = list(x) if name in MEANT else draw(st.permutations(list(x)))
        return {key: turned(draw, x[key], key) for key in keys}
    if isinstance(x, tuple):
        rows = draw(st.permutations(x)) if name in DATED else x
        return tuple(turned(draw, row) for row in rows)
    return x


@st.composite
def turned_settings(draw: st.DrawFn) -> Any:
    return turned(draw, SETTINGS | DATED)


@given(turned_settings())
def test_the_order_of_a_config_changes_nothing(config: Any) -> None:
    """Keys of every mapping and rows of every dated list: the same world."""
    a, b = (world(with_settings=Settings.model_validate(x)) for x in (SETTINGS | DATED, config))
    assert a == b


# 6.


@both_engines
@examples
@given(g=worlds(), replication=replications)
def test_policies_that_do_nothing_leave_every_attack(
    simulate: Simulate, g: Generated, replication: int
) -> None:
    """No trigger, none answered, no strength, or a start at the horizon: the same attacks with the same marks.

    Strikes of the record are left out: the luck of a strike goes by its number among all responses.
    """
    assume(fits(g))
    lv = g.world.ladder[0]
    none = attackers(simulate(one_rung(g, never(lv)), g.params, g.shares, replication=replication))
    for idle in (
        lv._replace(answered_share=0.0, spontaneous=0.0),
        lv._replace(strength=0.0),
        lv._replace(active_from=g.world.horizon_days),
    ):
        events = simulate(one_rung(g, idle), g.params, g.shares, replication=replication)
        assert attackers(events) == none


# 7.


@both_engines
@examples
@given(g=worlds(), replication=replications)
def test_a_stock_that_never_runs_out_might_as_well_be_larger(
    simulate: Simulate, g: Generated, replication: int
) -> None:
    """A million of each, or two: the same events but for the level that a delivery leaves."""
    assume(fits(g))
    first, second = (
        simulate(
            g.world._replace(munitions=(n,) * len(g.world.stocks), interceptors=n),
            g.params,
            g.shares,
            replication=replication,
        )
        for n in (ENOUGH, 2 * ENOUGH)
    )
    assert [e._replace(level=e.level + ENOUGH) if e.kind == "resupply" else e for e in first] == second


# 8.


def renamed(g: Generated) -> tuple[Generated, dict[str, str]]:
    """The world with other labels, and the new name of each."""
    w = g.world
    old = [*w.stocks, *w.weapons, *(name for x in w.groups for name, _ in x), *(x.what for x in w.calendar),
           *(x.id for x in w.replay)]  # fmt: skip
    new = {name: f"{9 - i % 10}{name[::-1]}" for i, name in enumerate(dict.fromkeys(old))}
    world = w._replace(
        stocks=tuple(new[x] for x in w.stocks),
        weapons=tuple(new[x] for x in w.weapons),
        groups=tuple(tuple((new[name], upto) for name, upto in x) for x in w.groups),
        calendar=tuple(x._replace(what=new[x.what]) for x in w.calendar),
        replay=tuple(x._replace(id=new[x.id]) for x in w.replay),
    )
    return g._replace(world=world), new


@both_engines
@examples
@given(g=worlds(), replication=replications)
def test_labels_are_labels(simulate: Simulate, g: Generated, replication: int) -> None:
    """Groups, weapons, stocks, fronts and responses under other names: the same events under them."""
    assume(fits(g))
    other, new = renamed(g)
    labels = ("group", "weapon", "stock", "cause")
    expected = [
        e._replace(**{x: new.get(getattr(e, x), getattr(e, x)) for x in labels if x in e._fields})
        for e in simulate(*g, replication=replication)
    ]
    assert simulate(*other, replication=replication) == expected


# 10 and 11.


@both_engines
@examples
@given(g=worlds(), replication=replications, a=numbers(0.0, 1.0), b=numbers(0.0, 1.0))
def test_a_fuller_record_reports_a_superset(
    simulate: Simulate, g: Generated, replication: int, a: float, b: float
) -> None:
    """The same attacks, and of them all that the poorer record has."""
    assume(fits(g))
    w = one_rung(g, never(g.world.ladder[0]))
    poor, full = (
        simulate(w, g.params._replace(completeness=x, **HARMLESS), g.shares, replication=replication)
        for x in sorted((a, b))
    )
    assert bare(of(poor, "attack launched")) == bare(of(full, "attack launched"))
    assert {e.number for e in of(poor, "reported")} <= {e.number for e in of(full, "reported")}


@both_engines
@examples
@given(g=worlds(), replication=replications, a=numbers(0.0, 4.0), b=numbers(0.0, 4.0))
def test_more_defence_stops_a_superset(
    simulate: Simulate, g: Generated, replication: int, a: float, b: float
) -> None:
    """Where failure has no price: of each attack at least as many rounds, and the same attacks."""
    assume(fits(g))
    p = g.params._replace(value_of_failure=0.0, **HARMLESS)
    low, high = (
        simulate(
            one_rung(g, never(g.world.ladder[0])._replace(defence_level=x, surge_day=0.0))._replace(
                interceptors=ENOUGH, defence_level=x
            ),
            p,
            g.shares,
            replication=replication,
        )
        for x in sorted((a, b))
    )
    assert bare(of(low, "attack launched")) == bare(of(high, "attack launched"))
    stopped = {e.number: e.stopped for e in of(high, "intercepted")}
    assert all(e.stopped <= stopped[e.number] for e in of(low, "intercepted"))


@both_engines
@examples
@given(g=worlds(), replication=replications, a=numbers(0.0, 1.0), b=numbers(0.0, 1.0))
def test_more_care_harms_a_subset(
    simulate: Simulate, g: Generated, replication: int, a: float, b: float
) -> None:
    """Where harm has no consequence: the same events, and of the strikes that harm fewer."""
    assume(fits(g))
    p = g.params._replace(harm_backlash=0.0)
    rash, careful = (
        simulate(
            g.world._replace(ladder=tuple(x._replace(care=care) for x in g.world.ladder)),
            p,
            g.shares,
            replication=replication,
        )
        for care in sorted((a, b))
    )

    def without(events: list[Event]) -> list[Any]:
        return [e._replace(civilians_harmed=False) if e.kind == "destroyed" else e for e in events]

    assert without(rash) == without(careful)
    pairs = zip(of(rash, "destroyed"), of(careful, "destroyed"), strict=True)
    assert all(x.civilians_harmed or not y.civilians_harmed for x, y in pairs)


# 12 and 13.


@both_engines
@examples
@given(g=worlds(), replication=replications, share=st.floats(0.01, 0.99))
def test_two_groups_are_as_good_as_one(
    simulate: Simulate, g: Generated, replication: int, share: float
) -> None:
    """The same events but for the group's name."""
    assume(fits(g))
    w = g.world._replace(groups=tuple(((f"{x}-one", share), (f"{x}-two", 1.0)) for x in g.world.places))
    events = simulate(w, g.params, g.shares, replication=replication)
    merged = [e._replace(group=f"{e.place}-group") if e.kind == "attack launched" else e for e in events]
    assert merged == simulate(*g, replication=replication)


def counts(
    simulate: Simulate, world: World, p: Any, shares: tuple[float, ...], replications: range
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Attacks of each run."""
    found = (simulate(world, p, shares, replication=i) for i in replications)
    return np.array([len(of(x, "attack launched")) for x in found], float)


def assert_ratio(a: Any, b: Any, ratio: float) -> None:
    """|z| ≤ 4 for mean(b) = ratio · mean(a); false alarm 6.4e-5."""
    se = np.sqrt(b.var(ddof=1) / len(b) + ratio**2 * a.var(ddof=1) / len(a))
    z = (b.mean() - ratio * a.mean()) / se
    assert abs(z) <= MOST_Z, f"{b.mean():.4g} against {ratio:g} times {a.mean():.4g}, z = {z:.2f}"


MOVING = {"base_rate": 2.0, "mobilisation_drift": 0.5, "drift_days": 10.0, "salvo_extra": 0.5}


@both_engines
def test_two_places_are_as_good_as_one(simulate: Simulate) -> None:
    """Without excitation, effects or stocks between them: as many attacks in the mean of 400 runs; 5% more would show."""
    two = a_world(calendar=pieces((9.0, 0, 0.5), (9.0, 1, 0.5)))
    one = a_world(places=("iraq",), calendar=pieces((9.0, 0, 0.5)))
    p = params(**MOVING)
    a = counts(simulate, two, p, (0.5, 0.5), range(400))
    assert_ratio(a, counts(simulate, one, p, (1.0,), range(400, 800)), 1.0)


@both_engines
def test_twice_the_rate_is_twice_the_attacks(simulate: Simulate) -> None:
    """Without interaction: in the mean of 400 runs, while mobilisation and drift move the rate; 5% more would show."""
    w = a_world(calendar=pieces((9.0, 0, 0.5), (20.0, 1, 1.7)))
    once = counts(simulate, w, params(**MOVING), (0.6, 0.4), range(400))
    twice = counts(simulate, w, params(**MOVING | {"base_rate": 4.0}), (0.6, 0.4), range(400, 800))
    assert_ratio(once, twice, 2.0)
