"""Which points can be told from the best of their setting, and that the best of many looks better than it is."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.report.sweep.reader import Sweep
from sim.report.sweep.rows import share_words
from sim.report.sweep.setting import Setting
from sim.study.precision import NORMAL_95

OVER = ("over_best", "over_best_low", "over_best_high")
CURSE = (
    "The best of many noisy points looks better than it is (the winner’s curse): some of its lead is luck of these runs. "
    "Before it is relied on, run it anew with another seed, and read neighbouring points, not one."
)


class Told(NamedTuple):
    """Of the points beside the best: how many can be told from it, and how many are the same as it in every run."""

    others: int
    told: int
    same: int

    @property
    def close(self) -> int:
        """Those that can't be told from it, though they are not the same."""
        return self.others - self.told - self.same


def ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of attacks from the fewest expected to the most; of equals the first point."""
    return rows.sort_values("mean", kind="stable")


def widened(k: int) -> float:
    """What a 95% interval is stretched by, so that it holds for k comparisons at once (Bonferroni).

    >>> widened(1), round(widened(23), 3)
    (1.0, 1.564)
    """
    return NormalDist().inv_cdf(1.0 - 0.025 / k) / NORMAL_95 if k > 1 else 1.0


def told(rows: pd.DataFrame) -> Told | None:
    """Of one setting's points, by their paired differences from its best; None where those are not known."""
    if not all(c in rows and rows[c].notna().any() for c in OVER):
        return None
    others = ranked(rows).iloc[1:]
    mean, low, high = (others[c].to_numpy(dtype=np.float64) for c in OVER)
    by = widened(len(others))
    apart = (mean - by * (mean - low) > 0.0) | (mean + by * (high - mean) < 0.0)
    same = (mean == 0.0) & (low == 0.0) & (high == 0.0)
    return Told(len(others), int(apart.sum()), int(same.sum()))


def rule(k: int, *, luck: bool) -> str:
    """The test, once."""
    shared = "draws and luck" if luck else "draws"
    wide = (
        f", its 95% interval widened to hold for all {k:,} comparisons at once,"
        if k > 1
        else ", by its 95% interval,"
    )
    return (
        f"A point can be told from the best if its paired difference from it (the two share {shared}){wide} "
        "leaves out 0."
    )


def warning(sweep: Sweep, groups: Sequence[Setting]) -> str:
    """How many points can't be told from the best, and the winner's curse; nothing where there is no one best."""
    rows = sweep.attacks
    if len(groups) > 1 or len(rows) < 2:
        return ""
    found = told(rows)
    if found is None:
        return CURSE
    best = int(ranked(rows).index[0])
    if found.same == found.others:
        return close(found, best)
    return f"{rule(found.others, luck=sweep.shared_luck)} {close(found, best)} {CURSE}"


def close(found: Told, best: int) -> str:
    """How many can't be told from the best, and how many are the same."""
    if found.same == found.others:
        return f"The other {found.others:,} {'point is' if found.others == 1 else 'points are'} the same in every run."
    if found.close:
        said = f"{share_words(found.close, found.others).capitalize()} other points can’t be told from point {best}"
    elif found.others == 1:
        return f"The other point can be told from point {best}."
    else:
        said = (
            f"{share_words(found.told, found.others).capitalize()} other points can be told from point {best}"
        )
    same = f", and {found.same:,} {'is' if found.same == 1 else 'are'} the same as it in every run"
    return f"{said}{same if found.same else ''}."
