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


@njit
def block(address: Any, stream: Any, entity: Any, index: Any) -> Any:
    """Four uniforms strictly inside (0, 1). ``address`` is (seed, replication, salt)."""
    a, b, c, d = words(address[0], address[1], np.uint64(index), entity, stream, address[2])
    return (
        ((a >> DROPPED) + 0.5) * STEP,
        ((b >> DROPPED) + 0.5) * STEP,
        ((c >> DROPPED) + 0.5) * STEP,
        ((d >> DROPPED) + 0.5) * STEP,
    )
