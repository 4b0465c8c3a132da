"""Many particle filters at a call, over threads; what comes out depends on no thread, chunk or order."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.engine.compiled.given import filter_given
from sim.engine.compiled.layout import pack
from sim.engine.course import Course
from sim.model.tally import empty_tally
from sim.model.world import World

Array = np.ndarray[Any, np.dtype[Any]]
STRETCH = 32  # parameter vectors that a thread takes at a time


class Filtered(NamedTuple):
    """Estimates of the log likelihood [W], and reported attacks by stretch and place in one run of each [W, K, C]."""

    log_likelihood: Array
    reported: Array


def filter_batch(
    world: World,
    course: Course,
    params: Array,
    shares: Array,
    seed: int,
    particles: int,
    threads: int = 1,
    *,
    ahead: bool = False,
) -> Filtered:
    """Filter a course once for each parameter vector.

    ``params`` has a record of ``layout.PARAMS`` for each, ``shares`` a row with each place's share of the background. Without
    ``ahead`` what is reported in free stretches is not kept. Raises RunError if the world is too large.
    """
    packed = pack(world)
    types, rows = packed.types, len(params)
    numbers = np.arange(rows, dtype=np.uint64)
    empty = np.zeros(1, types.tally)
    for name, value in empty_tally(0)._asdict().items():
        empty[name] = value[0]
    out = np.empty(rows)
    shape = (rows, len(course.kind), len(world.places)) if ahead else (0, 0, 0)
    reported = np.zeros(shape, np.int64)

    def work(span: tuple[int, int]) -> None:
        room = [np.zeros(particles, x) for x in (types.state, types.state, types.clock, types.clock)]
        filter_given(
            course,
            packed.world,
            packed.start,
            params,
            shares,
            np.uint64(seed),
            numbers,
            empty,
            *room,
            out,
            reported,
            *span,
        )

    spans = list(pairwise([*range(0, rows, STRETCH), rows]))
    if threads <= 1 or len(spans) < 2:
        for span in spans:
            work(span)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, spans))
    return Filtered(out, reported)
