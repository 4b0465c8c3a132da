"""What the prior alone would have said: which points it put first, and how often it was sure of a sign."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.rounding import number, probability
from sim.report.sweep.best import ranked
from sim.report.sweep.reader import Sweep
from sim.report.sweep.rows import chances, share_words
from sim.report.sweep.setting import Setting
from sim.report.words import NO_DIFFERENCE, quoted

if TYPE_CHECKING:
    import pandas as pd

BEST = 10  # the best points that are looked for under the prior
SURE = 2.0  # standard errors from even
UNKNOWN = "Nothing was run under the prior alone, so how much of this the record taught isn’t known."


def under_prior(sweep: Sweep, groups: Sequence[Setting]) -> list[str]:
    """Sentences on the ranking and on the probabilities before any data."""
    rows = sweep.attacks
    if rows["prior_mean"].isna().all():
        return [UNKNOWN]
    return [*_ranking(sweep, groups), *_sides(sweep)]


def _ranking(sweep: Sweep, groups: Sequence[Setting]) -> list[str]:
    """Where the best points stand under the prior; not by its mean, which the few draws with very many attacks make."""
    rows = sweep.attacks
    _, earlier, on_average = chances(rows)
    said: Callable[[float | None], str]
    if sweep.against and earlier.notna().any():
        of = "on average" if on_average else "in a pair of runs"
        what = f"the probability of fewer attacks {of} than under {quoted(sweep.against[0])}"
        by, said, value = what, probability, -earlier
    elif "prior_q50" in rows and rows["prior_q50"].notna().any():
        by, said, value = "the median of attacks", number, rows["prior_q50"].astype(float)
    else:
        return []
    sized = [g for g in groups if len(g.at) > 1]
    if len(groups) > 1:
        before, after = (np.where(x.isna(), np.inf, x) for x in (value, rows["mean"]))
        same = sum(int(before[g.at].argmin() == after[g.at].argmin()) for g in sized)
        beginning = f"Ranked before any data by {by}, the first point is the best with the record too in "
        return [f"{beginning}{share_words(same, len(sized))} settings."] if sized else []
    if value.min() == value.max():
        return []  # nothing is ranked
    best, first = int(ranked(rows).index[0]), _first(value)
    shown = abs(value)
    out = [
        f"Ranked before any data by {by}, the first is "
        + (
            f"the same point, {best} ({said(float(shown[best]))})."
            if value[best] <= value[first]
            else f"point {first} ({said(float(shown[first]))}); point {best} has {said(float(shown[best]))} there."
        )
    ]
    # the two kept at as many points as there are, so that a few points aren't compared with themselves
    most = min(BEST, len(rows) // 2)
    if most > 1:
        earliest = value.sort_values(kind="stable").index[:most]
        shared = len(set(earliest) & set(ranked(rows).index[:most]))
        out.append(
            f"{share_words(shared, most).capitalize()} points with the fewest attacks with the record "
            f"{'is' if shared == 1 else 'are'} among the first {most} of that ranking too."
        )
    return out


def _first(value: "pd.Series[float]") -> int:
    return int(value.sort_values(kind="stable").index[0])


def sides(chance: "pd.Series[float]", n: int) -> tuple[int, int, int]:
    """How many probabilities of n draws lie more than two standard errors √(.25/n) above one half, below, and neither."""
    far = SURE * math.sqrt(0.25 / n)
    above, below = int((chance - 0.5 > far + 1e-12).sum()), int((0.5 - chance > far + 1e-12).sum())
    return above, below, len(chance) - above - below


def _sides(sweep: Sweep) -> list[str]:
    """At how many points fewer attacks are likely, at how many unlikely, with the record and before it."""
    rows = sweep.attacks
    after, earlier, on_average = chances(rows)
    held = rows["label"].ne(NO_DIFFERENCE) & after.notna() & earlier.notna()
    count = sweep.draws if on_average else sweep.runs
    n, m = count("posterior"), count("prior")
    if not (sweep.against and held.any() and n and m):
        return []
    of = "on average" if on_average else "in a pair of runs"
    parts = []
    for chance, size, when in ((after[held], n, "with the record"), (earlier[held], m, "before any data")):
        above, below, even = sides(chance, size)
        parts.append(
            f"{when} at {above:,} above it, at {below:,} below it and at {even:,} even ({_range(chance)})"
        )
    what = "draws" if on_average else "runs"
    return [
        f"The probability of fewer attacks {of} than under {quoted(sweep.against[0])}, of {int(held.sum()):,} points, held against "
        f"one half: {'; '.join(parts)}. Even is within 2 standard errors, of {n:,} {what} and {m:,} before any data. All points share the same "
        f"draws of the parameters, so that they are not so many independent votes. The record moved the probability by "
        f"{number(float((after - earlier)[held].abs().median()), 2)} at the median point."
    ]


def _range(chance: "pd.Series[float]") -> str:
    low, high = probability(float(chance.min())), probability(float(chance.max()))
    return f"all {low}" if low == high else f"from {low} to {high}"
