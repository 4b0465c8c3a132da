"""Draws by address under Numba: the same blocks as ``sim.engine.streams.Draws``, one at a time.

Source: Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC'11.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

MULTIPLY_0, MULTIPLY_1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
DROPPED = np.uint64(12)
STEP = 2.0**-52


def _product(_typing: Any, _a: Any, _b: Any) -> Any:
    """Upper 64 bits of the product of two 64-bit words."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


_high: Any = intrinsic(_product)


@njit(inline="never")
def words(k0: Any, k1: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> Any:
    """Philox-4x64-10: four words from a key of two and a counter of four, all np.uint64."""
    for _ in range(10):
        h0, l0 = _high(MULTIPLY_0, c0), MULTIPLY_0 * c0
        h1, l1 = _high(MULTIPLY_1, c2), MULTIPLY_1 * c2
        c0, c1, c2, c3 = h1 ^ c1 ^ k0, l1, h0 ^ c3 ^ k1, l0
        k0 += WEYL_0
        k1 += WEYL_1
    return c0, c1, c2, c3


@njit(inline="never", error_model="numpy")
def words_of_three(
    k0: Any, k1: Any, entity: Any, i: Any, s: Any, j: Any, q: Any, n: Any, r: Any, c3: Any
) -> Any:
    """Twelve words of three blocks of one entity, at (index, stream) = (i, s), (j, q) and (n, r).

    A block is a chain in which each step waits for the last; three at once take little longer than one.
    """
    a0, a1, a2, a3 = i, entity, s, c3
    b0, b1, b2, b3 = j, entity, q, c3
    d0, d1, d2, d3 = n, entity, r, c3
    for _ in range(10):
        ah, al, ag, am = _high(MULTIPLY_0, a0), MULTIPLY_0 * a0, _high(MULTIPLY_1, a2), MULTIPLY_1 * a2
        bh, bl, bg, bm = _high(MULTIPLY_0, b0), MULTIPLY_0 * b0, _high(MULTIPLY_1, b2), MULTIPLY_1 * b2
        dh, dl, dg, dm = _high(MULTIPLY_0, d0), MULTIPLY_0 * d0, _high(MULTIPLY_1, d2), MULTIPLY_1 * d2
        a0, a1, a2, a3 = ag ^ a1 ^ k0, am, ah ^ a3 ^ k1, al
        b0, b1, b2, b3 = bg ^ b1 ^ k0, bm, bh ^ b3 ^ k1, bl
        d0, d1, d2, d3 = dg ^ d1 ^ k0, dm, dh ^ d3 ^ k1, dl
        k0 += WEYL_0
        k1 += WEYL_1
    return a0, a1, a2, a3, b0, b1, b2, b3, d0, d1, d2, d3


@njit
def uniform(word: Any) -> Any:
    """((x >> 12) + 1/2) · 2^-52, strictly inside (0, 1)."""
    return ((word >> DROPPED) + 0.5) * STEP


@njit
def three_blocks(g: Any, entity: Any, i: int, s: Any, j: int, q: Any, n: int, r: Any) -> Any:
    """The blocks of one entity at (index, stream) = (i, s), (j, q) and (n, r)."""
    x = words_of_three(
        g.seed, g.replication, entity, np.uint64(i), s, np.uint64(j), q, np.uint64(n), r, g.salt
    )
    return (
        (uniform(x[0]), uniform(x[1]), uniform(x[2]), uniform(x[3])),
        (uniform(x[4]), uniform(x[5]), uniform(x[6]), uniform(x[7])),
        (uniform(x[8]), uniform(x[9]), uniform(x[10]), uniform(x[11])),
    )


@njit
def block(g: Any, stream: Any, entity: Any, index: Any) -> Any:
    """Four uniforms strictly inside (0, 1); ``g`` has the seed, replication and salt."""
    a, b, c, d = words(g.seed, g.replication, np.uint64(index), entity, stream, g.salt)
    return uniform(a), uniform(b), uniform(c), uniform(d)
