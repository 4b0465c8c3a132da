"""Section 1: what was asked, and what the points show, in sentences that claim no more than their numbers carry."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.report.parts import listed
from sim.report.rounding import estimate, number
from sim.report.sweep.axes import KINDS, Axis, design_of, where
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.rows import LABELS, Row, chances, difference, records, share_words
from sim.report.words import NO_DIFFERENCE, quoted

MOST_NAMED = 3  # points named in a sentence
MOST_LEVERS = 4  # of a point, in a sentence; the table of points has them all
BEST = 10  # the best points that are looked for under the prior


class Answer(NamedTuple):
    """The answer: what was run, the levels, the differences, the evidence, and a warning."""

    design: list[str]  # what the design varies, an axis in each
    ran: str
    levels: list[str]
    differences: list[str]
    evidence: list[str]
    prior: list[str]
    warning: str


def answer(sweep: Sweep, axes: Sequence[Axis]) -> Answer:
    """The answer in sentences."""
    return Answer(
        [f"{x.title}: {x.range}" for x in axes], ran(sweep), levels(sweep, axes), differences(sweep), evidence(sweep),
        under_prior(sweep), warning(sweep),
    )  # fmt: skip


def ran(sweep: Sweep) -> str:
    """How many points and runs, by what design, and what failed."""
    plan = sweep.plan
    kind, _ = design_of(sweep.document)
    total = plan["cells"] * plan["runs_per_cell"]
    failed = len({x.get("point") for x in sweep.failed if x.get("point", -1) >= 0})
    done = len(sweep.design)
    said = f"{KINDS[kind][:1].upper()}{KINDS[kind][1:]} of {plan['points']:,} points, {plan['runs_per_cell']:,} runs each"
    compared = f", each compared with {listed([quoted(x) for x in sweep.against])}" if sweep.against else ""
    end = f"{failed:,} failed" if failed else "none failed"
    references = sum(x.get("point", -1) < 0 for x in sweep.failed)
    if references:
        end += f", but {references:,} of the references did, so that what would be compared with them isn’t"
    missing = plan["points"] - done - failed
    more = f", and {missing:,} {'has' if missing == 1 else 'have'} no result yet" if missing > 0 else ""
    return f"{said}{compared}: {total:,} runs in all. Of the points {done:,} have results; {end}{more}."


def ranked(sweep: Sweep) -> pd.DataFrame:
    """Rows of attacks from the fewest expected to the most; of equals the first point."""
    return sweep.attacks.sort_values("mean", kind="stable")


def levels(sweep: Sweep, axes: Sequence[Axis]) -> list[str]:
    """The fewest and the most expected attacks, and how far runs spread beside that."""
    rows = records(ranked(sweep))
    order = [int(p) for p in ranked(sweep).index]
    place = {int(p): i for i, p in enumerate(sweep.design.index)}

    def said(k: int) -> str:
        at = f" ({where(axes, place[order[k]])})" if len(axes) <= MOST_LEVERS else ""
        return f"point {order[k]}{at} with {_mean(rows[k])}"

    if len(rows) == 1:
        return [f"One point has results: {said(0)}."]
    between = rows[-1]["mean"] - rows[0]["mean"]
    out = [
        f"The fewest expected attacks in {number(sweep.plan['horizon_days'])} days are at {said(0)}.",
        f"The most are at {said(len(rows) - 1)}: {number(between)} more.",
    ]
    if len(rows) > 2:
        rest = [said(k) for k in range(1, min(MOST_NAMED, len(rows) - 1))]
        out.insert(1, f"After the best {'comes' if len(rest) == 1 else 'come'} {listed(rest)}.")
    if rows[0]["q05"] is not None and rows[0]["q95"] is not None:
        spread = rows[0]["q95"] - rows[0]["q05"]
        out.append(
            f"Single runs at point {order[0]} alone spread from {number(rows[0]['q05'])} to {number(rows[0]['q95'])} (5% to 95%)"
            + (
                f", {number(spread / between, 2)} times the distance between the best and the worst mean."
                if between > 0
                else "."
            )
        )
    if len(axes) > MOST_LEVERS:
        out.append("Where on each lever these points stand is in the explorer and in the table of points.")
    return out


def _mean(r: Row) -> str:
    return str(estimate(r["mean"], r["mean_low"], r["mean_high"]))


def differences(sweep: Sweep) -> list[str]:
    """How the best and the worst stand against each reference, and how many points differ beyond the simulation's noise."""
    out = []
    for against in sweep.against:
        rows = sweep.rows(ATTACKS, against)
        known = rows[rows["difference"].notna()]
        if known.empty:
            continue
        order = known.sort_values("difference", kind="stable")
        low, high = records(order.iloc[[0]])[0], records(order.iloc[[-1]])[0]
        fewer = int((known["difference_high"] < 0.0).sum())
        more = int((known["difference_low"] > 0.0).sum())
        out.append(
            f"Against {quoted(against)}: from {difference(low)} attacks at point {int(order.index[0])} to {difference(high)} at "
            f"point {int(order.index[-1])}. The 95% interval of the difference lies below 0 at {share_words(fewer, len(known))} "
            f"points, above 0 at {share_words(more, len(known))}, and holds 0 at {share_words(len(known) - fewer - more, len(known))}."
        )
    return out


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """How many rows have each label."""
    found = rows["label"].value_counts()
    return {x: int(found.get(x, 0)) for x in LABELS}


def evidence(sweep: Sweep) -> list[str]:
    """How many contrasts in attacks are informed by the record, prior-driven, or none."""
    out = []
    for against in sweep.against:
        rows = sweep.rows(ATTACKS, against)
        n = counts(rows)
        total = sum(n.values())
        if not total:
            continue
        informed, driven, none = (n[x] for x in LABELS)
        out.append(
            f"Of {total:,} contrasts in attacks with {quoted(against)}, {informed:,} {'is' if informed == 1 else 'are'} informed by "
            f"the record, {driven:,} {'is' if driven == 1 else 'are'} prior-driven and {none:,} without difference."
        )
    return out


def under_prior(sweep: Sweep) -> list[str]:
    """What the prior alone would have said."""
    rows = sweep.attacks
    prior = rows["prior_mean"]
    if prior.isna().all():
        return ["Nothing was run under the prior alone, so how much of this the record taught isn’t known."]
    best = int(ranked(sweep).index[0])
    before = prior.sort_values(kind="stable")
    first = int(before.index[0])
    same = "at the same point" if first == best else f"at point {first}"
    # the two kept at as many points as there are, so that a few points aren't compared with themselves
    most = min(BEST, len(rows) // 2)
    shared = len(set(before.index[:most]) & set(ranked(sweep).index[:most]))
    out = [
        f"Under the prior alone, before any record, the fewest attacks are expected {same} ({number(prior[first])}), and "
        f"the most at point {int(before.index[-1])} ({number(before.iloc[-1])}); means under the prior are made by the few draws "
        "with very many attacks."
    ]
    if most > 1:
        out.append(
            f"Of the {most} best points, {share_words(shared, most)} {'is' if shared == 1 else 'are'} among the {most} best under the prior too."
        )
    after, earlier, on_average = chances(rows)
    held = rows["label"].ne(NO_DIFFERENCE) & after.notna() & earlier.notna()
    if sweep.against and held.any():
        of = "on average" if on_average else "in a pair of runs"
        out.append(
            f"Fewer attacks {of} than under {quoted(sweep.against[0])} are more likely than not at "
            f"{share_words(int((after[held] > 0.5).sum()), int(held.sum()))} points with the record, and at "
            f"{share_words(int((earlier[held] > 0.5).sum()), int(held.sum()))} before any data; the record moved the probability "
            f"by {number(float((after - earlier)[held].abs().median()), 2)} at the median point."
        )
    return out


def overlapping(low: "pd.Series[float]", high: "pd.Series[float]", best: int) -> int:
    """How many other intervals reach as low as the end of the best point's."""
    return int(((low <= high[best]) & (low.index != best)).sum())


def warning(sweep: Sweep) -> str:
    """How many points can't be told from the best, and that the best of many looks better than it is."""
    rows = sweep.attacks
    if len(rows) < 2:
        return ""
    best = int(ranked(sweep).index[0])
    others = len(rows) - 1
    if rows["mean_high"].isna().any():
        said = "The means have no intervals, so whether the best can be told from the others isn’t known."
    else:
        n = overlapping(rows["mean_low"].astype(float), rows["mean_high"].astype(float), best)
        if n:
            said = (
                f"{share_words(n, others).capitalize()} other points can’t be told from the best: the intervals of their means overlap "
                f"that of point {best}."
            )
            if sweep.against and rows["difference_low"].notna().all():
                least = int(rows.index[int(rows["difference"].to_numpy(dtype=np.float64).argmin())])
                m = overlapping(
                    rows["difference_low"].astype(float), rows["difference_high"].astype(float), least
                )
                said += (
                    f" By their paired differences from {quoted(sweep.against[0])}, in which shared luck cancels, "
                    f"{share_words(m, others)} can’t."
                )
        else:
            said = f"No other point’s interval of the mean overlaps that of point {best}."
    return (
        f"{said} The best of many noisy points looks better than it is (the winner’s curse): some of its lead is luck of these "
        "runs. Before it is relied on, run it anew with another seed, and read neighbouring points, not one."
    )
