"""What of a run is given: stretches of time in which the reported attacks are known in number, and where they fell."""

from typing import Any, NamedTuple

import numpy as np

FREE, QUIET, GIVEN = 0, 1, 2
"""A stretch that nobody counted, one that is known to have been quiet, and a window whose reported attacks are given."""
NONE = -1


class Course(NamedTuple):
    """Arrays only, so that compiled code can read it. K stretches in order of time, C places.

    A split is a set of blocks whose counts by place are known together, with the ways in which attacks of unknown place may
    have fallen; a block is one or more windows.
    """

    kind: Any  # [K]
    start: Any  # [K] days
    end: Any  # [K]
    given: Any  # [K] reported attacks, an opening one apart
    opened: Any  # [K] 1 where the window begins at an attack
    triggers: Any  # [K + 1] the attacks on days of their own in stretch k are those from triggers[k] on
    trigger: Any  # their days: each brought on the end of a window
    share: Any  # [K] of a window's attacks that its count holds, beside completeness
    block: Any  # [K] block of a window, -1 of none
    split_ways: Any  # [splits + 1] the ways of split i begin at split_ways[i]
    split_blocks: Any  # [splits + 1] its blocks begin at split_blocks[i]
    way_upto: Any  # [ways] cumulative probability within its split
    way_counts: Any  # [ways, blocks of a split, C] attacks by place


def empty_course(places: int) -> Course:
    """A course of one free day."""
    day = np.zeros(1)
    return Course(
        kind=np.array([FREE]), start=day, end=day + 1.0, given=np.array([0]), opened=np.array([0]),
        triggers=np.zeros(2, np.int64), trigger=np.empty(0), share=day + 1.0, block=np.array([NONE]), split_ways=np.array([0]), split_blocks=np.array([0]), way_upto=np.empty(0),
        way_counts=np.zeros((0, 1, places)),
    )  # fmt: skip
