"""Runs: every policy of a study at the same points, on either engine, in any number and order.

What a run gives depends on the plan and on its replication alone. The compiled engine runs on threads of this
process, the SimPy engine on worker processes.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import numpy as np

from sim.cores import cores
from sim.engine.events import Event
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.errors import RunError
from sim.measures import columns, in_columns, table, tallied, week_count, weekly_attacks
from sim.model.streamkeys import name_key
from sim.model.world import World
from sim.study.points import Mode, Point, Points, PointSource

Engine = Literal["simpy", "compiled"]
TASK = {"simpy": 25, "compiled": 8192}
"""Replications in a task: on SimPy about a second's work, compiled as many as fit into little memory."""

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[Any]]


class Plan(NamedTuple):
    """All that runs need."""

    seed: int
    crn: bool
    worlds: Mapping[str, World]  # by policy, in the order of the study
    source: PointSource
    engine: Engine = "compiled"

    def salt(self, policy: str) -> int:
        """What the policy adds to the address of a draw: nothing, unless common random numbers are off."""
        return 0 if self.crn else name_key(policy)


class Runs(NamedTuple):
    """Runs in columns: ``measured`` has shape (measures, policies, replications), ``weeks`` ends in weeks."""

    replications: Ints
    points: Points
    names: list[str]
    measured: Floats
    weeks: Ints

    def column(self, name: str) -> Floats:
        """One measure, shape (replications, policies)."""
        return np.asarray(self.measured[self.names.index(name)].T)


def replay(plan: Plan, policy: str, replication: int, point: Point) -> list[Event]:
    """One run again, alone."""
    world, salt = plan.worlds[policy], plan.salt(policy)
    if plan.engine == "compiled":
        from sim.engine.compiled.batch import run_events

        return run_events(world, point.params, point.shares, plan.seed, replication, salt)
    return run(world, point.params, point.shares, Draws(plan.seed, replication, salt))


def simulate(plan: Plan, points: Points, luck: Sequence[int] | Ints, threads: int = 1) -> tuple[Floats, Ints]:
    """Every policy at each point, with the luck of a replication each: measures and attacks by week.

    Shapes (measures, policies, points) and (points, policies, weeks).
    """
    out = _room(plan, len(points))
    _fill(plan, points, luck, threads, *out)
    return out


def _room(plan: Plan, runs: int) -> tuple[Floats, Ints]:
    """Room for the measures and the weeks of so many runs of each policy."""
    world = next(iter(plan.worlds.values()))
    measures, weeks = len(columns(world.places)), week_count(world.horizon_days)
    return np.empty((measures, len(plan.worlds), runs)), np.empty((runs, len(plan.worlds), weeks), np.int32)


def _fill(
    plan: Plan, points: Points, luck: Sequence[int] | Ints, threads: int, measured: Floats, weeks: Ints
) -> None:
    """Run every policy at each point, and write what came out where it belongs."""
    for j, policy in enumerate(plan.worlds):
        found, by_week = runs_in(
            plan.worlds[policy], points, luck, plan.seed, plan.salt(policy), plan.engine, threads
        )
        measured[:, j] = found.T
        weeks[:, j] = by_week


def runs_in(
    world: World,
    points: Points,
    luck: Sequence[int] | Ints,
    seed: int,
    salt: int,
    engine: Engine,
    threads: int,
) -> tuple[Floats, Ints]:
    """Runs in one world, one at each point: measures (runs, measures), attacks by week (runs, weeks)."""
    if engine == "simpy":
        return _on_simpy(world, points, luck, seed, salt)
    from sim.engine.compiled.batch import run_batch
    from sim.engine.compiled.layout import as_records

    found = run_batch(world, as_records(points.params), points.shares, seed, luck, salt, threads)
    return table(found.tallies, world.horizon_days, world.places), found.weeks


def _on_simpy(
    world: World, points: Points, luck: Sequence[int] | Ints, seed: int, salt: int
) -> tuple[Floats, Ints]:
    """The same on the SimPy engine."""
    tallies, weeks = [], np.zeros((len(points), week_count(world.horizon_days)), np.int64)
    for k, (i, point) in enumerate(zip(luck, points, strict=True)):
        events = run(world, point.params, point.shares, Draws(seed, int(i), salt))
        tallies.append(tallied(events, world.horizon_days, world.places))
        weeks[k] = weekly_attacks(events, world.horizon_days)
    return table(in_columns(tallies), world.horizon_days, world.places), weeks


def stretch(
    plan: Plan,
    mode: Mode,
    replications: Sequence[int],
    threads: int = 1,
    tick: Callable[[int], None] | None = None,
) -> Runs:
    """The runs of a stretch of replications, worked out a task at a time."""
    size, count = TASK[plan.engine], len(replications)
    points = plan.source.points(mode, replications)
    measured, weeks = _room(plan, count)
    for a in range(0, count, size):
        here = slice(a, min(a + size, count))
        _fill(plan, points[here], replications[here], threads, measured[:, :, here], weeks[here])
        if tick is not None:
            tick(here.stop - a)
    names = [name for name, _, _ in columns(next(iter(plan.worlds.values())).places)]
    return Runs(np.array(replications, np.int64), points, names, measured, weeks)


def joined(parts: Sequence[Runs]) -> Runs:
    """Stretches of runs as one, in order of replication."""
    parts = sorted((x for x in parts if len(x.replications)), key=lambda x: int(x.replications[0]))
    if len(parts) == 1:
        return parts[0]
    return Runs(
        np.concatenate([x.replications for x in parts]),
        Points.joined([x.points for x in parts]),
        parts[0].names,
        np.concatenate([x.measured for x in parts], axis=2),
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
    return stretch(_plan, mode, replications)


Simulate = Callable[[Mode, int, int], Runs]


@contextmanager
def runner(plan: Plan, workers: int | None, tick: Callable[[int], None]) -> Iterator[Simulate]:
    """A function (mode, first, last) -> Runs over so many threads or processes; ``tick`` hears of runs done.

    ``workers`` None is one for each core. One worker runs in this process.
    """
    count, size = workers if workers is not None else cores(), TASK[plan.engine]

    if plan.engine == "compiled" or count <= 1:

        def here(mode: Mode, first: int, last: int) -> Runs:
            return stretch(plan, mode, range(first, last), count, tick)

        yield here
        return

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_take, initargs=(plan,)) as pool:

        def together(mode: Mode, first: int, last: int) -> Runs:
            tasks = [range(a, min(a + size, last)) for a in range(first, last, size)]
            jobs = [pool.submit(_work, mode, x) for x in tasks]
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
