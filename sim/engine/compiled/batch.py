"""Many runs at a call, over threads; what comes out depends on no thread, chunk or order."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.engine.compiled.decode import decode
from sim.engine.compiled.kernel import run_many
from sim.engine.compiled.layout import PARAMS, WIDTH, Packed, pack
from sim.engine.events import Event
from sim.errors import RunError
from sim.measures import Tallies, week_count
from sim.model.tally import Tally, empty_tally
from sim.model.world import World

Array = np.ndarray[Any, np.dtype[Any]]
ROWS = 4096  # records that a log has room for at first
STRETCH = 128  # runs that a thread takes at a time: a few milliseconds, however unlike the runs are


class Batch(NamedTuple):
    """Tallies of runs in columns, of shape (runs, 1 + places), and attacks by week."""

    tallies: Tallies
    weeks: Array


def run_batch(
    world: World,
    params: Array,
    shares: Array,
    seed: int,
    replications: Sequence[int] | Array,
    salt: int = 0,
    threads: int = 1,
) -> Batch:
    """Run a world once for each replication.

    ``params`` has a record of ``layout.PARAMS`` for each run, ``shares`` a row with each place's share of the
    background. Raises RunError if the world is too large or a rule breaks its bound.
    """
    packed = pack(world)
    n, places = len(replications), len(world.places)
    tallies = np.zeros(n, packed.types.tally)
    weeks = np.zeros((n, week_count(world.horizon_days)), np.int64)
    rows = np.zeros(n, np.int64)
    no_log = np.empty((0, WIDTH))
    task = _Task(packed, params, shares, seed, np.asarray(replications, np.uint64), salt, tallies, weeks)
    if threads <= 1:
        task.run(no_log, rows, 0, n)
    else:
        ends = [*range(0, n, STRETCH), n]
        with ThreadPoolExecutor(threads) as pool:
            for job in [pool.submit(task.run, no_log, rows, a, b) for a, b in pairwise(ends)]:
                job.result()
    broken = np.flatnonzero(rows < 0)
    if len(broken):
        raise RunError(f"a rate exceeds its bound in replication {replications[broken[0]]}")
    return Batch({name: tallies[name][:, : places + 1] for name in Tally._fields}, weeks)


def run_events(
    world: World, params: Any, shares: tuple[float, ...], seed: int, replication: int, salt: int = 0
) -> list[Event]:
    """Run one replication and return its events, in order. Errors as for ``run_batch``."""
    packed = pack(world)
    tallies = np.zeros(1, packed.types.tally)
    weeks = np.zeros((1, week_count(world.horizon_days)), np.int64)
    rows = np.zeros(1, np.int64)
    task = _Task(
        packed, np.array([tuple(params)], PARAMS), np.array([shares]), seed,
        np.array([replication], np.uint64), salt, tallies, weeks,
    )  # fmt: skip
    log = np.empty((ROWS, WIDTH))
    task.run(log, rows, 0, 1)
    if rows[0] > len(log):
        log = np.empty((int(rows[0]), WIDTH))
        weeks[:] = 0
        task.run(log, rows, 0, 1)
    if rows[0] < 0:
        raise RunError(f"a rate exceeds its bound in replication {replication}")
    return decode(log[: int(rows[0])], world)


class _Task(NamedTuple):
    """All that every stretch of a batch shares."""

    packed: Packed
    params: Array
    shares: Array
    seed: int
    replications: Array
    salt: int
    tallies: Array
    weeks: Array

    def run(self, log: Array, rows: Array, first: int, last: int) -> None:
        """Run a stretch; each has room of its own to work in."""
        x = self.packed
        empty = np.zeros(1, x.types.tally)
        for name, value in empty_tally(0)._asdict().items():
            empty[name] = value[0]
        run_many(
            x.world, x.start, self.params, self.shares, np.uint64(self.seed), self.replications, np.uint64(self.salt),
            np.zeros(1, x.types.state), np.zeros(1, x.types.clock), empty, self.tallies, self.weeks, log, rows,
            first, last,
        )  # fmt: skip
