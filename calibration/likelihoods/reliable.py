"""Where the closed form can be relied on by itself."""

from typing import Any

import numpy as np

from calibration.arrays import Floats
from calibration.likelihoods.filter import CountFilter

DAYS, POWER = 12.0, 2.5
"""Counts of one to two attacks a day in windows of 1 to 13 days are within .15 nats of the exact filter where offspring come later than DAYS · n^POWER days.

Measured against it at branching ratios from .2 to .95 and mean ages from .1 to 30 days: quick clusters that run over the edge of
a window are what two moments miss.
"""
SPLIT_BRANCHING = 0.05
"""With attacks known by place, past this branching ratio it is not: it takes a window's split for independent of the last one's."""


def reliable(likelihood: CountFilter, values: Floats) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Whether the closed form is within .15 nats of the exact filter at rows of values [W, names]."""
    if not likelihood.reader.excites:
        return np.ones(len(values), bool)
    p = likelihood.reader.read(values)
    n, days = p.branching_ratio[:, 0], p.excitation_days[:, 0]
    slow = np.broadcast_to(days >= DAYS * n**POWER, (len(values),))
    return slow & (n <= SPLIT_BRANCHING) if likelihood.splits_by_place else slow
