"""Longer records than there are: windows of the record's mean length, strikes going on at its tempo."""

import math
from itertools import pairwise

from calibration.evidence import Evidence
from calibration.items import Strike, Window


def inside(evidence: Evidence) -> list[Strike]:
    """The strikes within the time of the windows."""
    first, last = evidence.windows[0].start, evidence.windows[-1].end
    return [s for s in evidence.strikes if first <= s.time < last]


def lengthened(evidence: Evidence, windows: int) -> Evidence:
    """So many windows in a row, each of the record's mean length, from where the record begins.

    Strikes go on as the record has them, its whole pattern of gaps, targets and strengths again and again: were they evenly
    apart, each window would be like the next, and no number of them could tell an effect from the level. No attack opens the
    first window; g and drift are as in the record.
    """
    start, end = evidence.windows[0].start, evidence.windows[-1].end
    length = sum(w.end - w.start for w in evidence.windows) / len(evidence.windows)
    edges = [start + length * i for i in range(windows + 1)]
    blank = tuple(
        Window(f"W{i + 1}", a, b, 0, {}, begins_at_attack=False, triggered=False)
        for i, (a, b) in enumerate(pairwise(edges))
    )
    rounds = math.ceil((edges[-1] - start) / (end - start))
    strikes = tuple(
        s._replace(id=f"{s.id}/{k + 1}", time=s.time + k * (end - start))
        for k in range(rounds)
        for s in inside(evidence)
        if s.time + k * (end - start) < edges[-1]
    )
    return evidence._replace(windows=blank, totals=(), strikes=strikes)
