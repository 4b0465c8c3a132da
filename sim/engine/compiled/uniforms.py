"""The same address of many replications at a call."""

from typing import Any

import numpy as np
from numba import njit

from sim.engine.compiled.jit import keep
from sim.engine.compiled.philox import uniform, words
from sim.engine.streams import STREAM_KEYS

Floats = np.ndarray[Any, np.dtype[np.float64]]
Seeds = np.ndarray[Any, np.dtype[np.uint64]]


@keep
@njit(nogil=True)
def _fill(seed: Any, replications: Any, stream: Any, entity: Any, index: Any, out: Any) -> None:
    for i in range(len(replications)):
        a, b, c, d = words(seed, replications[i], index, entity, stream, np.uint64(0))
        out[i, 0] = uniform(a)
        out[i, 1] = uniform(b)
        out[i, 2] = uniform(c)
        out[i, 3] = uniform(d)


def uniforms(seed: int, replications: Seeds, stream: str, entity: int = 0, index: int = 0) -> Floats:
    """The block at one address of each replication, shape (replications, 4): what ``Draws.block`` gives.

    >>> uniforms(1, np.array([7], np.uint64), "study.point").shape
    (1, 4)
    """
    out = np.empty((len(replications), 4))
    key = np.uint64(STREAM_KEYS[stream])
    _fill(np.uint64(seed), replications, key, np.uint64(entity), np.uint64(index), out)
    return out
