"""Skill against a baseline, and how far it is from chance.

Skill = 1 - (sum of the forecasts' scores) / (sum of the baseline's): 0 is no better, below 0 is worse. Whether it is more
than luck is asked of the differences window by window, baseline - forecast: their mean with a Student-t interval, and how
many windows a difference of this size and spread would need to be seen: the least n with
√n |mean|/sd ≥ t_97.5(n - 1) + t_80(n - 1), at which a two-sided test at 5% sees it in about 80% of cases.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

FEWEST = 3  # windows from which a spread says anything
MOST_WINDOWS = 1_000_000
SEEN = 2.8  # standard errors at which a difference is seen for many windows: z_97.5 + z_80 = 2.802


class Skill(NamedTuple):
    """Skill by one score against one baseline.

    ``mean`` (low to high, 95%) of the differences, ``sd`` their spread, ``simulation_se`` what the runs leave in the mean,
    ``windows_needed`` None where too few windows were scored to tell, or more than a million are needed.
    """

    skill: float | None
    mean: float
    mean_low: float | None
    mean_high: float | None
    sd: float | None
    simulation_se: float
    windows: int
    windows_needed: int | None


def skill(scores: Sequence[float], baseline: Sequence[float], errors: Sequence[float]) -> Skill:
    """Skill of scores against a baseline's, window by window; ``errors`` the simulation's in each score.

    >>> skill([1.0, 1.0], [2.0, 2.0], [0.0, 0.0]).skill
    0.5
    """
    d = np.asarray(baseline, float) - np.asarray(scores, float)
    n, mean = len(d), float(d.mean())
    total = float(np.sum(baseline))
    low = high = sd = needed = None
    if n >= FEWEST:
        sd = float(d.std(ddof=1))
        half = float(stats.t.ppf(0.975, n - 1)) * sd / math.sqrt(n)
        low, high = mean - half, mean + half
        needed = windows_needed(mean, sd)
    return Skill(
        1.0 - float(np.sum(scores)) / total if total > 0.0 else None,
        mean, low, high, sd, math.sqrt(float(np.sum(np.square(errors)))) / n, n, needed,
    )  # fmt: skip


def windows_needed(mean: float, sd: float) -> int | None:
    """Windows that a mean difference of this spread needs to be seen; None for more than a million.

    >>> windows_needed(1.0, 1.0)  # √10 = 3.16 ≥ 2.262 + 0.883, √9 < 2.306 + 0.889
    10
    """
    if mean == 0.0:
        return None
    for n in _candidates((sd / mean) ** 2):
        if math.sqrt(n) * abs(mean) >= sd * float(stats.t.ppf(0.975, n - 1) + stats.t.ppf(0.8, n - 1)):
            return n
    return None


def _candidates(spread: float) -> range:
    """Numbers of windows to try: from what the normal law asks for, which is a little too few."""
    fewest = SEEN**2 * spread
    return range(max(2, int(min(fewest, MOST_WINDOWS))), MOST_WINDOWS)
