"""What has been moved alone: each test names the parameters, states, levers and rungs whose size it shows.

``test_moved_coverage`` fails if any of the model's is missing here.
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar

from sim.engine.simpy_engine import Run
from sim.model.intensity import intensity
from sim.model.world import World
from tests.worlds import LIMIT, QUIET, a_world, finished, params

COVERED: dict[str, list[str]] = {}
Test = TypeVar("Test", bound=Callable[..., None])


def moves(*names: str) -> Callable[[Test], Test]:
    """Names of the kind ``params.base_rate``, ``state.net``, ``levers.delay_a`` or ``rung.attacks``."""

    def note(test: Test) -> Test:
        for name in names:
            COVERED.setdefault(name, []).append(test.__name__)
        return test

    return note


def soft(x: float, limit: float = LIMIT) -> float:
    """limit·tanh(x/limit)."""
    return limit * math.tanh(x / limit)


def quiet(world: World, shares: tuple[float, ...] = (0.6, 0.4), **p: float) -> Run:
    """A run in which nothing attacks of itself: only what is dated happens, and the opening attack."""
    return finished(world, params(**({"base_rate": QUIET} | p)), shares)


def felt(run: Run, place: int = 0) -> float:
    """log of the intensity at the horizon over μ · share: what all that happened has added to the log rate."""
    s, p, day = run.state, run.params, run.world.horizon_days
    return math.log(intensity(s, p, place, day) / (p.base_rate * s.share[place]))


def at(day: float, **changes: Any) -> World:
    """The usual world, seen on a day."""
    return a_world(days=day, **changes)
