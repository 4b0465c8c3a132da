"""Waiting on SimPy: an event with its own rank at equal times, and a hazard that rings."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import simpy

from sim.errors import RunError


class Ranked(simpy.Event):
    """A wait with its own rank at equal times; SimPy's own count of events never decides."""

    def __init__(
        self, env: simpy.Environment, delay: float, rank: int, place: int = 0, ordinal: int = 0
    ) -> None:
        """Schedule at now + delay. Raises RunError unless delay is finite and ≥ 0."""
        if not (delay >= 0.0 and math.isfinite(delay)):
            raise RunError(f"expected a delay that is finite and ≥ 0 days, found {delay!r}")
        super().__init__(env)
        self._ok = True
        self._value = None
        priority: Any = (rank << 56) + (place << 44) + ordinal
        env.schedule(self, priority, delay)


class Clock(NamedTuple):
    """A hazard that rings: its bound until the next jump, its rate, and what happens when it rings."""

    stream: str
    entity: int
    rank: int
    place: int
    bound: Callable[[float], float]
    rate: Callable[[float], float]
    ring: Callable[[float, int, float], None]
