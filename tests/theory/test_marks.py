"""Marks of attacks against their shares and distributions, over thousands of attacks of one run."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.engine.events import Event
from tests.chance import FALSE_ALARM, assert_count, assert_frequencies, assert_mean, assert_share
from tests.worlds import a_world, of, params, simulate

PLENTY = 10**9
MARKS = {"base_rate": 300.0, "salvo_extra": 0.8, "injuring_share": 0.12, "injury_scale": 3.0, "injury_tail": 1.7,
         "tbi_share": 0.45, "fatal_share": 0.03, "fatality_tail": 2.3, "completeness": 0.7}  # fmt: skip
WEIGHTS, CHANCES = (0.4, 0.6, 0.1), (0.3, 0.5, 0.2)
GROUPS = ((("kataib", 0.5), ("nujaba", 1.0)), (("other", 1.0),))


def attacks(level: float = 1.0, stage: int = 1, **changes: Any) -> list[Event]:
    """Some 6,000 attacks in 20 days."""
    world = a_world(days=20.0, interceptors=PLENTY, defence_level=level, stage=stage, groups=GROUPS, ladder=(a_world().ladder[0]._replace(defence_level=level),))  # fmt: skip
    return simulate(world, params(**(MARKS | changes)), (0.6, 0.4), seed=301)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return attacks()


def through(q: float, extra: float) -> float:
    """P(at least one round gets through): 1 - Σ_n Poisson(n; extra) · q^(1 + n)."""
    return 1.0 - float(sum(stats.poisson.pmf(n, extra) * q ** (1 + n) for n in range(80)))


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_weapons_are_mixed_by_weight_among_those_of_the_stage(stage: int) -> None:
    """The missile joins at stage 3, the drone at 1; chi-squared, false alarm 6.4e-5."""
    launched = of(attacks(stage=stage), "attack launched")
    used = [w for w, first in zip(WEIGHTS, (0, 1, 3), strict=True) if first <= stage]
    names = ("rocket", "drone", "missile")
    counted = [sum(e.weapon == x for e in launched) for x in names]
    assert counted[len(used) :] == [0] * (3 - len(used))
    if len(used) > 1:
        assert_frequencies(counted[: len(used)], [w / sum(used) for w in used])


def test_groups_share_a_places_attacks_by_weight(events: list[Event]) -> None:
    """Half and half in the first place, one group in the second; exact binomial, false alarm 6.4e-5."""
    here = of(events, "attack launched", "iraq")
    assert_share(sum(e.group == "kataib" for e in here), len(here), 0.5)
    assert {e.group for e in of(events, "attack launched", "syria")} == {"other"}


def test_rounds_are_one_and_a_poisson_number_more(events: list[Event]) -> None:
    """Mean .8 extra; chi-squared over 0 to 4 and more, false alarm 6.4e-5."""
    extra = np.array([e.rounds - 1 for e in of(events, "attack launched")])
    shares = [float(stats.poisson.pmf(k, 0.8)) for k in range(5)]
    assert_frequencies(
        [int((extra == k).sum()) for k in range(5)] + [int((extra > 4).sum())], [*shares, 1 - sum(shares)]
    )


@pytest.mark.parametrize("level", [0.5, 1.0, 2.0])
def test_each_round_is_stopped_with_the_chance_of_its_weapon_and_the_level(level: float) -> None:
    """1 - (1 - q)^level by round; exact binomial for each weapon, false alarm 6.4e-5."""
    events = attacks(level, stage=3)
    weapon = {e.number: e.weapon for e in of(events, "attack launched")}
    for name, q in zip(("rocket", "drone", "missile"), CHANCES, strict=True):
        mine = [e for e in of(events, "intercepted") if weapon[e.number] == name]
        assert_share(sum(e.stopped for e in mine), sum(e.engaged for e in mine), 1 - (1 - q) ** level)


def test_rounds_of_a_salvo_are_stopped_independently() -> None:
    """Of salvos of three drones the number stopped is binomial(3, 1/2); chi-squared, false alarm 6.4e-5."""
    events = attacks(salvo_extra=2.0)
    salvo = {e.number for e in of(events, "attack launched") if e.weapon == "drone" and e.rounds == 3}
    stopped = [e.stopped for e in of(events, "intercepted") if e.number in salvo]
    assert len(stopped) > 500
    assert_frequencies([stopped.count(k) for k in range(4)], [1 / 8, 3 / 8, 3 / 8, 1 / 8])


def test_at_the_recorded_defences_the_shares_per_attack_are_those_given(events: list[Event]) -> None:
    """12% of reported attacks injure and 3% kill, whatever the interception; exact binomial, false alarm 6.4e-5."""
    n, hurt = len(of(events, "reported")), of(events, "casualties")
    assert_share(sum(e.injured > 0 for e in hurt), n, 0.12)
    assert_share(sum(e.killed > 0 for e in hurt), n, 0.03)


def test_better_defences_hurt_fewer_and_worse_ones_more() -> None:
    """At level 2 and at level .5: .12 times the share that gets through over that at level 1, by hand."""
    mix = [0.4, 0.6]

    def share(level: float) -> float:
        return sum(w * through(1 - (1 - q) ** level, 0.8) for w, q in zip(mix, CHANCES, strict=False))

    for level in (0.5, 2.0):
        events = attacks(level)
        injured = sum(e.injured > 0 for e in of(events, "casualties"))
        assert_share(injured, len(of(events, "reported")), 0.12 * share(level) / share(1.0))
    assert share(2.0) < share(1.0) < share(0.5)


def test_a_harmful_weapon_hurts_more_once_it_comes_into_use() -> None:
    """The missile hurts three times as often as others when it gets through, against the record's mix without it."""
    events = attacks(
        stage=1, stage_hazard=1e6
    )  # at stage 3 within moments: the recorded mix is that of stage 1
    weapon = {e.number: e.weapon for e in of(events, "attack launched")}
    recorded = 0.4 * through(0.3, 0.8) + 0.6 * through(0.5, 0.8)
    missiles = sum(weapon[e.number] == "missile" for e in of(events, "reported"))
    hurt = sum(weapon[e.number] == "missile" and e.injured > 0 for e in of(events, "casualties"))
    assert_share(hurt, missiles, 3.0 * 0.12 / recorded * through(0.2, 0.8))


def test_the_number_injured_has_its_heavy_tail(events: list[Event]) -> None:
    """P(N > n) = (1 + n/3)^-1.7: chi-squared over classes to 30 and more, false alarm 6.4e-5."""
    injured = np.array([e.injured for e in of(events, "casualties") if e.injured])
    edges = [0, 1, 2, 4, 8, 16, 30]
    above = [(1 + n / 3.0) ** -1.7 for n in edges] + [0.0]
    counted = [
        int(((injured > a) & (injured <= b)).sum()) for a, b in zip(edges, [*edges[1:], 10**9], strict=True)
    ]
    assert_frequencies(counted, (-np.diff(above)).tolist())


def test_the_number_killed_has_its_heavy_tail() -> None:
    """P(N > n) = (1 + n)^-2.3, over attacks of which a third kill; false alarm 6.4e-5."""
    killed = np.array([e.killed for e in of(attacks(fatal_share=0.33), "casualties") if e.killed])
    above = [1.0, 2.0**-2.3, 3.0**-2.3, 5.0**-2.3, 0.0]
    counted = [int(((killed > a) & (killed <= b)).sum()) for a, b in ((0, 1), (1, 2), (2, 4), (4, 10**9))]
    assert_frequencies(counted, (-np.diff(above)).tolist())


def test_brain_injuries_are_their_share_of_injuries(events: list[Event]) -> None:
    """45% of the injured in all; exact binomial, false alarm 6.4e-5. Also in the attacks that hurt very many."""
    hurt = of(events, "casualties")
    assert_share(sum(e.brain_injured for e in hurt), sum(e.injured for e in hurt), 0.45)
    many = of(attacks(injuring_share=0.5, injury_scale=200.0, tbi_share=0.85), "casualties")
    assert max(e.injured for e in many) == 500
    assert_share(sum(e.brain_injured for e in many), sum(e.injured for e in many), 0.85)


def test_attacks_are_reported_with_the_records_completeness(events: list[Event]) -> None:
    """70%, and all of those that hurt; exact binomial, false alarm 6.4e-5."""
    n, reported = len(of(events, "attack launched")), {e.number for e in of(events, "reported")}
    assert_share(len(reported), n, 0.7)
    hurt = {e.number for e in of(events, "casualties")}
    assert hurt < reported


def test_without_interceptors_everything_gets_through() -> None:
    """A stock of 10 stops what it can; after it no round is engaged, and attacks hurt as often as they would unopposed."""
    world = a_world(days=20.0, interceptors=10)
    events = simulate(world, params(**MARKS), (0.6, 0.4), seed=302)
    assert sum(e.engaged for e in of(events, "intercepted")) == 10
    last = max(e.number for e in of(events, "intercepted"))
    later = [e for e in of(events, "reported") if e.number > last]
    assert {e.number for e in of(events, "hit")} >= {e.number for e in later}
    recorded = 0.4 * through(0.3, 0.8) + 0.6 * through(0.5, 0.8)
    injured = sum(e.injured > 0 and e.number > last for e in of(events, "casualties"))
    assert_share(injured, len(later), 0.12 / recorded)


@pytest.mark.parametrize(
    ("target", "mean"), [("infrastructure", 0.4), ("fighters", 3.0), ("sponsor", 1.5), ("leader", 1.0)]
)
def test_strikes_kill_a_poisson_number_by_target_and_strength(target: str, mean: float) -> None:
    """Twice the mean at strength 2: total and dispersion of 600 strikes; false alarm 6.4e-5 each."""
    levers = a_world().ladder[0]._replace(schedule_first=0.1, schedule_every=0.1, strength=2.0, care=0.4, **{"infrastructure": 0.0, target: 1.0})  # fmt: skip
    p = params(**{f"killed_{target}": mean, f"harm_{target}": 0.5})
    done = of(simulate(a_world(levers, days=60.1), p, seed=303), "destroyed")
    killed = np.array([e.killed for e in done])
    assert_count(int(killed.sum()), 2.0 * mean * len(done))
    x = ((killed - 2.0 * mean) ** 2 / (2.0 * mean)).sum()
    assert 2 * min(stats.chi2.cdf(x, len(done)), stats.chi2.sf(x, len(done))) > FALSE_ALARM
    assert_share(sum(e.civilians_harmed for e in done), len(done), 0.5 * (1 - 0.4))


def test_opening_attacks_fall_by_share() -> None:
    """60% of runs open in the first place; exact binomial over 600 runs, false alarm 6.4e-5. Always on day 0."""
    world, p = a_world(days=0.5, opening_attack=True), params(base_rate=1e-9)
    first = [simulate(world, p, (0.6, 0.4), seed=304, replication=r)[0] for r in range(600)]
    assert {e.time for e in first} == {0.0}
    assert_share(sum(e.place == "iraq" for e in first), 600, 0.6)
    assert_mean([math.sqrt(e.rounds) for e in of(attacks(salvo_extra=3.0), "attack launched")],
                float(sum(stats.poisson.pmf(k, 3.0) * math.sqrt(1 + min(k, 29)) for k in range(60))))  # fmt: skip
