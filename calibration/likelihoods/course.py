"""The evidence as the exact filters walk through it: stretches of time, what is given in each, and where attacks fell."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.special import logsumexp

from calibration.arrays import Floats, Indices
from calibration.evidence import Evidence
from calibration.likelihoods.places import splits
from sim.engine.course import FREE, GIVEN, NONE, QUIET, Course

TOUCHING = 1e-9  # days


class Segments(NamedTuple):
    """Stretches cut so that no strike and no change of mobilisation lies inside. S segments, J strikes, C places."""

    first: Indices  # [K + 1] the segments of stretch k begin at first[k]
    start: Floats  # [S] days
    end: Floats  # [S]
    levels: Floats  # [S, C] mobilisation
    landed: Indices  # [S + 1] strikes before each segment begins: those of s lie from landed[s] on
    strike_time: Floats  # [J]


class Laid(NamedTuple):
    """The evidence as a course, its segments, the constant of its ways (Σ log Σ of their weights), and which stretches are later."""

    course: Course
    segments: Segments
    log_ways: float
    later: list[int]


def lay(evidence: Evidence, since: float = 0.0, later: Sequence[tuple[float, float]] = ()) -> Laid:
    """Lay the evidence out as a course, in days from ``since``. Places are in the order of the evidence.

    ``later`` are windows after the evidence (start and end, in order of time) in which nothing is given.
    """
    kinds = list(_stretches(evidence))
    after: list[int] = []
    at = evidence.windows[-1].end
    for a, b in later:
        if a > at + TOUCHING:
            kinds.append((FREE, at, a, NONE))
        after.append(len(kinds))
        kinds.append((FREE, a, b, NONE))
        at = b
    blocks: dict[int, int] = {}
    ways, ways_upto, split_ways, split_blocks, log_ways = [], [], [0], [0], 0.0
    found = list(splits(evidence)) if len(evidence.places) > 1 else []
    widest = max((len(s.blocks) for s in found), default=1)
    for split in found:
        for i, block in enumerate(split.blocks):
            blocks |= dict.fromkeys(block.windows, split_blocks[-1] + i)
        logs = np.array([w.log_weight for w in split.ways])
        log_ways += float(logsumexp(logs))
        ways_upto.append(np.cumsum(np.exp(logs - logsumexp(logs))))
        for way in split.ways:
            counts = np.zeros((widest, len(evidence.places)))
            counts[: len(way.splits)] = way.splits
            ways.append(counts)
        split_ways.append(len(ways))
        split_blocks.append(split_blocks[-1] + len(split.blocks))
    cut = [list(_segments(evidence, a, b)) for _, a, b, _ in kinds]
    flat = [x for inside in cut for x in inside]
    times = np.array([s.time for s in evidence.strikes])
    windows = [evidence.windows[i] if i >= 0 else None for *_, i in kinds]
    fixed = [sorted(x.day for x in evidence.triggers if i >= 0 and x.inside == i) for *_, i in kinds]
    whole = [int(x) for x in np.cumsum([0, *(len(x) for x in cut)])]
    landed = [0, *(int((times <= a + TOUCHING).sum()) for a, _ in flat)]
    course = Course(
        kind=np.array([k for k, *_ in kinds]),
        start=np.array([a for _, a, _, _ in kinds]) - since,
        end=np.array([b for _, _, b, _ in kinds]) - since,
        given=np.array([0 if w is None else w.attacks - w.begins_at_attack for w in windows]),
        opened=np.array([int(w is not None and w.begins_at_attack) for w in windows]),
        triggers=np.cumsum([0, *(len(x) for x in fixed)]),
        trigger=np.array([x for days in fixed for x in days], float) - since,
        share=np.array([1.0 if w is None else w.share for w in windows]),
        block=np.array([blocks.get(i, NONE) for *_, i in kinds]),
        split_ways=np.array(split_ways),
        split_blocks=np.array(split_blocks),
        way_upto=np.concatenate(ways_upto) if ways_upto else np.empty(0),
        way_counts=np.array(ways) if ways else np.zeros((0, 1, len(evidence.places))),
    )
    segments = Segments(
        first=np.array(whole),
        start=np.array([a for a, _ in flat]) - since,
        end=np.array([b for _, b in flat]) - since,
        levels=np.array([evidence.levels(a + TOUCHING) for a, _ in flat]),
        landed=np.array(landed),
        strike_time=times - since,
    )
    return Laid(course, segments, log_ways, after)


def _stretches(evidence: Evidence) -> Iterator[tuple[int, float, float, int]]:
    """Kind, start, end and index of the window (-1 in a gap), in order of time from the origin of the process."""
    at = evidence.origin
    for i, w in enumerate(evidence.windows):
        if w.start > at + TOUCHING:
            yield (QUIET if w.begins_at_attack else FREE), at, w.start, NONE
        yield GIVEN, w.start, w.end, i
        at = w.end


def _segments(evidence: Evidence, start: float, end: float) -> Iterator[tuple[float, float]]:
    """A stretch cut at strikes and at changes of mobilisation."""
    times: list[Any] = [x.time for x in evidence.strikes] + [x.start for x in evidence.pieces]
    cuts = [start, *sorted({t for t in times if start + TOUCHING < t < end - TOUCHING}), end]
    yield from pairwise(cuts)
