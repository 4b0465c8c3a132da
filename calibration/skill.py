"""Skill against a baseline, and how far it is from chance.

Skill = 1 - (sum of the forecasts' scores) / (sum of the baseline's): 0 is no better, below 0 is worse. Whether it is more
than luck is asked of the differences window by window, baseline - forecast: their mean with a Student-t interval, and how
many windows a difference of this size and spread would need to be seen, n = ((z_97.5 + z_80) sd/mean)².
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

FEWEST = 3  # windows from which a spread says anything
SEEN = float(stats.norm.ppf(0.975) + stats.norm.ppf(0.8))
"""Standard errors away from 0 at which a two-sided test at 5% sees a difference in 80% of cases."""
MOST_WINDOWS = 1_000_000


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

    @property
    def told_from_chance(self) -> bool:
        """Whether the interval of the mean difference leaves out 0."""
        return (
            self.mean_low is not None
            and self.mean_high is not None
            and not self.mean_low <= 0.0 <= self.mean_high
        )


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
        windows = (SEEN * sd / mean) ** 2 if mean else math.inf
        needed = math.ceil(windows) if windows <= MOST_WINDOWS else None
    return Skill(
        1.0 - float(np.sum(scores)) / total if total > 0.0 else None,
        mean, low, high, sd, math.sqrt(float(np.sum(np.square(errors)))) / n, n, needed,
    )  # fmt: skip
