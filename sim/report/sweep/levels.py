"""How many attacks: the fewest and the most, or the fewest of each setting where there are several."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.report.parts import listed
from sim.report.rounding import estimate, number
from sim.report.sweep.axes import Axis, where
from sim.report.sweep.best import close, ranked, rule, told
from sim.report.sweep.reader import Sweep
from sim.report.sweep.rows import records
from sim.report.sweep.setting import Setting, outer

MOST_NAMED = 3  # points named in a sentence
MOST_LEVERS = 4  # of a point, in a sentence; the table of points has them all
MOST_SETTINGS = 6


def levels(sweep: Sweep, axes: Sequence[Axis], groups: Sequence[Setting]) -> list[str]:
    """What is said first of the levels, then the rest."""
    return _of_one(sweep, axes) if len(groups) == 1 else _of_several(sweep, axes, groups)


def _of_one(sweep: Sweep, axes: Sequence[Axis]) -> list[str]:
    """The fewest and the most expected attacks, and how far runs spread beside that."""
    rows = records(ranked(sweep.attacks))
    order = [int(p) for p in ranked(sweep.attacks).index]

    def said(k: int) -> str:
        return f"{_point(sweep, axes, order[k])} with {_mean(rows[k])}"

    if len(rows) == 1:
        return [f"One point has results: {said(0)}."]
    horizon = number(sweep.plan["horizon_days"])
    between = rows[-1]["mean"] - rows[0]["mean"]
    if between == 0.0:
        return [
            f"All {len(rows):,} points have the same expected attacks in {horizon} days: {_mean(rows[0])}."
        ]
    out = [
        f"The fewest expected attacks in {horizon} days are at {said(0)}.",
        f"The most are at {said(len(rows) - 1)}: {number(between)} more.",
    ]
    if len(rows) > 2:
        rest = [said(k) for k in range(1, min(MOST_NAMED, len(rows) - 1))]
        out.insert(1, f"After the best {'comes' if len(rest) == 1 else 'come'} {listed(rest)}.")
    if rows[0]["q05"] is not None and rows[0]["q95"] is not None:
        spread = rows[0]["q95"] - rows[0]["q05"]
        out.append(
            f"Single runs at point {order[0]} alone spread from {number(rows[0]['q05'])} to {number(rows[0]['q95'])} (5% to 95%), "
            f"{number(spread / between, 2)} times the distance between the best and the worst mean."
        )
    if len(axes) > MOST_LEVERS:
        out.append("Where on each lever these points stand is in the explorer and in the table of points.")
    return out


def _of_several(sweep: Sweep, axes: Sequence[Axis], groups: Sequence[Setting]) -> list[str]:
    """The best of each setting; no one best, since nobody chooses a setting."""
    horizon, rows = number(sweep.plan["horizon_days"]), sweep.attacks
    levers = [a for a in axes if a not in outer(axes)]
    choices = [g for g in groups if len(g.at) > 1]
    scenes = f"{len(groups):,} settings, which are scenarios and not choices"
    if not choices:
        order = ranked(rows)
        low, high = (f"{_mean(records(order.iloc[[k]])[0])} at point {int(order.index[k])}" for k in (0, -1))
        return [
            f"Each point stands in a setting of its own: {scenes}, so that no point is a better choice than another. "
            f"Expected attacks in {horizon} days run from {low} to {high}."
        ]
    out = [
        f"The points stand in {scenes}: there is no one best, and points are ranked within their setting. "
        f"The fewest expected attacks in {horizon} days in "
        f"{'each' if len(choices) <= MOST_SETTINGS else f'the first {MOST_SETTINGS} of these'}:"
    ]
    rules = []
    for g in choices[:MOST_SETTINGS]:
        part = rows.iloc[g.at]
        best = int(ranked(part).index[0])
        found = told(part)
        known = "" if found is None else f" {close(found, best)}"
        if found is not None:
            rules.append(found.others)
        out.append(
            f"{g.words[:1].upper()}{g.words[1:]}: {_point(sweep, levers, best)} with {_mean(records(ranked(part).iloc[[0]])[0])}.{known}"
        )
    if rules:
        out.append(rule(max(rules), luck=sweep.shared_luck))
    return out


def _point(sweep: Sweep, axes: Sequence[Axis], p: int) -> str:
    at = int(np.flatnonzero(sweep.design.index == p)[0])
    return f"point {p} ({where(axes, at)})" if 0 < len(axes) <= MOST_LEVERS else f"point {p}"


def _mean(r: dict[str, Any]) -> str:
    return str(estimate(r["mean"], r["mean_low"], r["mean_high"]))
