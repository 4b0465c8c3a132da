"""Both engines by one signature, for the tests that hold of either."""

from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.compiled.batch import run_events
from sim.engine.events import Event
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.model.world import World

Simulate = Callable[..., list[Event]]


def on_simpy(
    world: World, params: Any, shares: tuple[float, ...], seed: int = 1, replication: int = 0, salt: int = 0
) -> list[Event]:
    """The events of a run on the reference engine."""
    return run(world, params, shares, Draws(seed, replication, salt))


def on_compiled(
    world: World, params: Any, shares: tuple[float, ...], seed: int = 1, replication: int = 0, salt: int = 0
) -> list[Event]:
    """The events of a run on the compiled engine."""
    return run_events(world, params, shares, seed, replication, salt)


both_engines = pytest.mark.parametrize("simulate", [on_simpy, on_compiled], ids=["simpy", "compiled"])
"""Runs a test once on each engine, as its argument ``simulate``."""
