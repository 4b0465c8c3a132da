"""What every particle filter does with its particles: draw among weights, and resample."""

import math
from typing import Any

from numba import njit

from sim.model.spec import INF


@njit(error_model="numpy")
def drawn(weights: Any, total: float, u: float) -> int:
    """An index drawn by weights that sum to ``total``."""
    at = u * total
    for c in range(len(weights) - 1):
        at -= weights[c]
        if at < 0.0:
            return c
    return len(weights) - 1


@njit(error_model="numpy")
def fall(course: Any, i: int, u: float, left: Any) -> None:
    """One way for the attacks of split i to have fallen, drawn by u: what is ``left`` to fall by block and place."""
    way = course.split_ways[i]
    while way < course.split_ways[i + 1] - 1 and course.way_upto[way] < u:
        way += 1
    first = course.split_blocks[i]
    for b in range(course.split_blocks[i + 1] - first):
        left[first + b, :] = course.way_counts[way, b, :]


@njit(error_model="numpy")
def weight_of_all(log_weights: Any) -> Any:
    """The largest log weight, the sum of weights over it, and whether particles are worth more than half their number."""
    count = len(log_weights)
    top = -INF
    for i in range(count):
        top = max(top, log_weights[i])
    if not top > -INF:
        return top, 0.0, False
    total, squares = 0.0, 0.0
    for i in range(count):
        w = math.exp(log_weights[i] - top)
        total += w
        squares += w * w
    return top, total, total * total > 0.5 * count * squares


@njit(error_model="numpy")
def choose(log_weights: Any, top: float, total: float, u: float, chosen: Any) -> float:
    """Fill ``chosen`` by systematic resampling, and set all weights alike: the log of their mean before."""
    count = len(log_weights)
    step = total / count
    at, upto, i = u * step, math.exp(log_weights[0] - top), 0
    for m in range(count):
        while upto < at and i < count - 1:
            i += 1
            upto += math.exp(log_weights[i] - top)
        chosen[m] = i
        at += step
    log_weights[:] = 0.0
    return top + math.log(total / count)
