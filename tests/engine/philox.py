"""Philox-4x64-10 in plain Python, written from the paper: the oracle of the streams.

Source: Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC'11.
"""

MASK = 2**64 - 1
M0, M1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
W0, W1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Four 64-bit words from a counter of four and a key of two, after ten rounds."""
    a, b, c, d = counter
    k, m = key
    for _ in range(10):
        p, q = M0 * a, M1 * c
        a, b, c, d = (q >> 64) ^ b ^ k, q & MASK, (p >> 64) ^ d ^ m, p & MASK
        k, m = (k + W0) & MASK, (m + W1) & MASK
    return a, b, c, d


def uniform(word: int) -> float:
    """((x >> 12) + 1/2) · 2^-52, exactly: the sum has 53 bits."""
    return float(2 * (word >> 12) + 1) / 2.0**53
