"""Both engines give the same events, to the bit, whatever the world."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.engine.compiled.batch import run_batch, run_events
from sim.engine.compiled.layout import PARAMS
from sim.engine.events import Event
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.measures import tallied, weekly_attacks
from sim.model.tally import Tally
from tests.engine.generated import Generated, worlds

MOST_EXPECTED = 3_000.0  # attacks that the bound promises; `run.py bench` tells a world that runs away
# Days: hours to more than a year; Hypothesis takes the first most often.
HORIZONS = (30.0, 30.0, 30.0, 0.125, 2.0, 400.0)

examples = settings(
    max_examples=max(300, 5_000 if settings.default and settings.default.max_examples > 100 else 0)
)


def fits(g: Generated) -> bool:
    """Whether the bound promises few enough attacks."""
    most = g.params.base_rate * max(g.world.mobilisation) * math.exp(2.8 + 2.0 * g.params.value_of_failure)
    return bool(most * g.world.horizon_days < MOST_EXPECTED)


def differing(a: list[Event], b: list[Event]) -> str:
    """The first event that differs, from either engine; empty where all are the same."""
    for x, y in zip(a, b, strict=False):
        if x != y:
            return f"simpy: {x}\ncompiled: {y}"
    longer = a if len(a) > len(b) else b
    return (
        ""
        if len(a) == len(b)
        else f"only {'simpy' if longer is a else 'compiled'}: {longer[min(len(a), len(b))]}"
    )


@st.composite
def any_horizon(draw: st.DrawFn) -> Generated:
    """A generated world over hours, weeks or more than a year."""
    g, days = draw(worlds()), draw(st.sampled_from(HORIZONS))
    slower = min(1.0, 30.0 / days)  # about as many attacks in a year as in a month
    p = g.params._replace(base_rate=g.params.base_rate * slower)
    return g._replace(world=g.world._replace(horizon_days=days), params=p)


@examples
@given(any_horizon(), st.integers(0, 2**32 - 1), st.integers(0, 2**40), st.sampled_from((0, 12345)))
def test_events_are_the_same(g: Generated, seed: int, replication: int, salt: int) -> None:
    """Every record of a run, its order and its last bit, and the tally and weeks that the measures are taken of.

    300 worlds; 5,000 fresh ones in the nightly run, where a difference in more than 1 of 1,700 would show with 95%.
    """
    assume(fits(g))
    expected = run(g.world, g.params, g.shares, Draws(seed, replication, salt))
    found = run_events(g.world, g.params, g.shares, seed, replication, salt)
    assert differing(expected, found) == ""
    assert [type(x) for e in found for x in e] == [type(x) for e in expected for x in e]
    batch = run_batch(
        g.world, np.array([tuple(g.params)], PARAMS), np.array([g.shares]), seed, [replication], salt
    )
    whole = tallied(expected, g.world.horizon_days, g.world.places)
    for name in Tally._fields:
        assert batch.tallies[name][0].tolist() == getattr(whole, name), name
    assert batch.weeks[0].tolist() == weekly_attacks(expected, g.world.horizon_days)


def test_the_generated_runs_are_long_enough_to_differ() -> None:
    """Over 60 of those worlds there are thousands of records, and attacks in a third of them: the test above is of something."""
    seen: list[list[Event]] = []

    @settings(max_examples=60, derandomize=True, database=None, deadline=None)
    @given(any_horizon())
    def gather(g: Generated) -> None:
        if fits(g):
            seen.append(run_events(g.world, g.params, g.shares, 1, 0))

    gather()
    assert sum(len(x) for x in seen) > 5_000
    assert sum(any(e.kind == "attack launched" and e.time > 0.0 for e in x) for x in seen) >= 20


def test_a_log_longer_than_its_first_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with more records than fit at first is run again with room for all: the same events, the same weeks."""
    from tests.worlds import a_world, params

    world, p = a_world(days=60.0), params(base_rate=3.0, completeness=1.0)
    whole = run_events(world, p, (0.5, 0.5), 1, 0)
    monkeypatch.setattr("sim.engine.compiled.batch.ROWS", 10)
    assert run_events(world, p, (0.5, 0.5), 1, 0) == whole
    assert len(whole) > 300


def test_threads_and_stretches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are the same by one thread or four, in stretches of 1, 7 or 64, forwards or backwards."""
    from tests.worlds import EVERYWHERE, a_world, params

    world = a_world(EVERYWHERE._replace(trigger_attacks=2, delay_a=0.5))
    p = np.array([tuple(params(base_rate=1.0, branching_ratio=0.4, effect_fighters=-0.3, completeness=0.7))] * 200, PARAMS)  # fmt: skip
    shares, order = np.full((200, 2), 0.5), np.arange(200)
    first: dict[str, Any] = {}
    for threads, stretch in ((1, 64), (2, 7), (4, 1), (4, 64)):
        monkeypatch.setattr("sim.engine.compiled.batch.STRETCH", stretch)
        for luck in (order, order[::-1]):
            found = run_batch(world, p, shares, 3, luck, threads=threads)
            turned = {name: x[np.argsort(luck)].tobytes() for name, x in found.tallies.items()}
            first = first or turned
            assert turned == first
