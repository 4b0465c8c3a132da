"""Evidence with windows left out: each one given all others, and each one given those before it.

Counts alone, without the splits by place (a total over windows can't lose one of them) and with every end exogenous,
so that all hypotheses are scored on the same. A record of more than 12 windows is cut into 12 blocks of windows in a row.
"""

from itertools import pairwise
from typing import NamedTuple

from calibration.evidence import Evidence

MOST_BLOCKS = 12
INSTANT_DAYS = 1e-4
"""A window that stands for the first when that is left out: too short for any attack but one that opens the record."""


class Block(NamedTuple):
    """Windows (indices) that are left out together."""

    name: str
    first: int
    last: int

    @property
    def single(self) -> bool:
        """Whether it is one window."""
        return self.first == self.last


def bare(evidence: Evidence) -> Evidence:
    """Counts alone."""
    windows = tuple(w._replace(by_place={}, triggered=False) for w in evidence.windows)
    return evidence._replace(windows=windows, totals=())


def blocks(evidence: Evidence) -> list[Block]:
    """Every window by itself, or twelve blocks of nearly as many windows each."""
    n = len(evidence.windows)
    count = min(n, MOST_BLOCKS)
    cuts = [round(i * n / count) for i in range(count + 1)]
    ids = [w.id for w in evidence.windows]
    out = []
    for a, b in pairwise(cuts):
        out.append(Block(ids[a] if b == a + 1 else f"{ids[a]} to {ids[b - 1]}", a, b - 1))
    return out


def without(evidence: Evidence, block: Block) -> Evidence:
    """The evidence with a block of windows become a gap; the process begins when it did.

    An attack that opens the record is what its first window is conditioned on, so it stays known.
    """
    windows = [*evidence.windows[: block.first], *evidence.windows[block.last + 1 :]]
    if block.first == 0:
        first = evidence.windows[0]
        opened = int(first.begins_at_attack)
        instant = first._replace(id=f"{first.id}:start", end=first.start + INSTANT_DAYS, attacks=opened)
        windows.insert(0, instant)
    return _seen_until(evidence._replace(windows=tuple(windows)))


def up_to(evidence: Evidence, last: int) -> Evidence:
    """The evidence up to a window (its index), and no strike after it."""
    return _seen_until(evidence._replace(windows=evidence.windows[: last + 1]))


def _seen_until(evidence: Evidence) -> Evidence:
    end = evidence.windows[-1].end
    return evidence._replace(strikes=tuple(s for s in evidence.strikes if s.time < end))
