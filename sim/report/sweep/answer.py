"""Section 1: what was asked, and what the points show, in sentences that claim no more than their numbers carry."""

from collections.abc import Sequence
from typing import NamedTuple

from sim.report.parts import listed
from sim.report.sweep.assumed import in_short
from sim.report.sweep.axes import KINDS, Axis, design_of
from sim.report.sweep.best import warning
from sim.report.sweep.labels import evidence
from sim.report.sweep.levels import levels
from sim.report.sweep.mixes import corners
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.rows import difference, records, share_words
from sim.report.sweep.setting import not_refitted, settings_of
from sim.report.sweep.under import under_prior
from sim.report.words import quoted


class Answer(NamedTuple):
    """The answer: what was run, the levels, the differences, the evidence, and a warning."""

    design: list[str]  # what the design varies, an axis in each
    ran: str
    fit: list[str]  # what it means that something other than the policy varies
    levels: list[str]
    mixes: list[str]
    differences: list[str]
    evidence: list[str]
    warning: str


def answer(sweep: Sweep, axes: Sequence[Axis]) -> Answer:
    """The answer in sentences."""
    groups = settings_of(sweep, axes)
    return Answer(
        [f"{x.title}: {x.range}" for x in axes], ran(sweep), not_refitted(sweep, axes), levels(sweep, axes, groups),
        corners(sweep, axes, groups), differences(sweep), [*evidence(sweep), *in_short(sweep, axes), *under_prior(sweep, groups)],
        warning(sweep, groups),
    )  # fmt: skip


def ran(sweep: Sweep) -> str:
    """How many points and runs, by what design, and what failed."""
    plan = sweep.plan
    kind, _ = design_of(sweep.document)
    total = plan["cells"] * plan["runs_per_cell"]
    failed = len({x.get("point") for x in sweep.failed if x.get("point", -1) >= 0})
    done = len(sweep.design)
    drawn = int(plan.get("drawn", plan["points"]))
    left = (
        f" Of {drawn:,} points drawn {plan['points']:,} were kept by the constraints; levers are then correlated, and single-lever "
        "pictures mix them."
        if sweep.document.get("constraints") and drawn > plan["points"]
        else ""
    )
    said = f"{KINDS[kind][:1].upper()}{KINDS[kind][1:]} of {plan['points']:,} points, {plan['runs_per_cell']:,} runs each"
    compared = f", each compared with {listed([quoted(x) for x in sweep.against])}" if sweep.against else ""
    end = f"{failed:,} failed" if failed else "none failed"
    references = sum(x.get("point", -1) < 0 for x in sweep.failed)
    if references:
        end += f", but {references:,} of the references did, so that what would be compared with them isn’t"
    missing = plan["points"] - done - failed
    more = f", and {missing:,} {'has' if missing == 1 else 'have'} no result yet" if missing > 0 else ""
    return f"{said}{compared}: {total:,} runs in all. Of the points {done:,} have results; {end}{more}.{left}"


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
