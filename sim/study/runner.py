"""Runs: every policy of a study at the same points, over worker processes, in any number and order.

A task is a stretch of replications. What it gives depends on the plan and on its replications alone.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from sim.engine.events import Event
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.errors import RunError
from sim.measures import measure, weekly_attacks
from sim.model.streamkeys import name_key
from sim.model.world import World
from sim.study.points import Mode, Point, PointSource

TASK = 25  # replications in a task: about a second's work, so that a pool's overhead is small

Floats = np.ndarray[Any, np.dtype[np.float64]]


class Plan(NamedTuple):
    """All that a worker needs."""

    seed: int
    crn: bool
    worlds: Mapping[str, World]  # by policy, in the order of the study
    source: PointSource


class Runs(NamedTuple):
    """Rows of runs. ``measured`` has shape (replications, policies, measures); ``weeks`` ends in weeks."""

    replications: list[int]
    points: list[Point]
    names: list[str]
    measured: Floats
    weeks: Floats

    def column(self, name: str) -> Floats:
        """One measure, shape (replications, policies)."""
        return np.asarray(self.measured[:, :, self.names.index(name)])


def draws_for(plan: Plan, replication: int, policy: str, shared: Draws) -> Draws:
    """The draws of a run: shared by the policies, unless common random numbers are off."""
    return shared if plan.crn else Draws(plan.seed, replication, name_key(policy))


def replay(plan: Plan, policy: str, replication: int, point: Point) -> list[Event]:
    """One run again, alone."""
    draws = draws_for(plan, replication, policy, Draws(plan.seed, replication))
    return run(plan.worlds[policy], point.params, point.shares, draws)


def simulate(plan: Plan, mode: Mode, replications: Sequence[int]) -> Runs:
    """Run every policy at the point of each replication."""
    points = plan.source.points(mode, replications)
    names: list[str] = []
    values, weeks = [], []
    for i, point in zip(replications, points, strict=True):
        shared = Draws(plan.seed, i)
        row, by_week = [], []
        for policy, world in plan.worlds.items():
            events = run(world, point.params, point.shares, draws_for(plan, i, policy, shared))
            found = measure(events, world.horizon_days, world.places)
            names = list(found)
            row.append(list(found.values()))
            by_week.append(weekly_attacks(events, world.horizon_days))
        values.append(row)
        weeks.append(by_week)
    return Runs(list(replications), points, names, np.array(values), np.array(weeks, dtype=np.float64))


def joined(parts: Sequence[Runs]) -> Runs:
    """Stretches of runs as one, in order of replication."""
    parts = sorted((x for x in parts if x.replications), key=lambda x: x.replications[0])
    return Runs(
        [i for x in parts for i in x.replications],
        [p for x in parts for p in x.points],
        parts[0].names,
        np.concatenate([x.measured for x in parts]),
        np.concatenate([x.weeks for x in parts]),
    )


_plan: Plan | None = None


def _take(plan: Plan) -> None:
    """Give a worker its plan."""
    global _plan  # one plan a worker process, so that it is sent once and not with every task
    _plan = plan


def _work(mode: Mode, replications: Sequence[int]) -> Runs:
    if _plan is None:
        raise RunError("a worker was given runs before its plan")
    return simulate(_plan, mode, replications)


Simulate = Callable[[Mode, int, int], Runs]


@contextmanager
def runner(plan: Plan, workers: int | None, tick: Callable[[int], None]) -> Iterator[Simulate]:
    """A function (mode, first, last) -> Runs over so many worker processes; ``tick`` hears of runs done.

    ``workers`` None is one for each core. One worker runs in this process.
    """
    count = workers if workers is not None else len(os.sched_getaffinity(0))

    def stretches(first: int, last: int) -> list[range]:
        return [range(a, min(a + TASK, last)) for a in range(first, last, TASK)]

    if count <= 1:

        def alone(mode: Mode, first: int, last: int) -> Runs:
            parts = []
            for stretch in stretches(first, last):
                parts.append(simulate(plan, mode, stretch))
                tick(len(stretch))
            return joined(parts)

        yield alone
        return

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_take, initargs=(plan,)) as pool:

        def together(mode: Mode, first: int, last: int) -> Runs:
            jobs = [pool.submit(_work, mode, stretch) for stretch in stretches(first, last)]
            parts = []
            try:
                for job in jobs:
                    part = job.result()
                    tick(len(part.replications))
                    parts.append(part)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            return joined(parts)

        yield together
