"""Section 5: how much of the numbers is prior, and what no lever can move."""

from collections.abc import Sequence

from sim.report.parts import Cell, Column, Rows, Table, listed
from sim.report.rounding import fixed, number, probability
from sim.report.sections.grid import heading
from sim.report.sections.hypotheses import FAMILIES, MECHANISMS, has
from sim.report.sweep.answer import counts
from sim.report.sweep.axes import Axis
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.rows import LABELS
from sim.report.sweep.scatter import bins

LEVERS = {
    "policy.target": "target of a strike", "policy.delay_days": "delay of a strike", "policy.clarity": "clarity of the message",
}  # fmt: skip
TIMING = ("policy.delay_days",)
"""Levers that move when strikes come, and so something, even where no mechanism knows of them."""


def labels_table(sweep: Sweep) -> Table | None:
    """How many contrasts of each measure have each label."""
    rows: Rows = []
    for measure in sweep.measures:
        for against in sweep.against:
            n = counts(sweep.rows(measure, against))
            if sum(n.values()):
                rows.append([heading(measure).title, against, *(f"{n[x]:,}" for x in LABELS)])
    if not rows:
        return None
    columns = [
        Column("Measure", numeric=False),
        Column("Against", numeric=False),
        *(Column(x.capitalize()) for x in LABELS),
    ]
    return Table("How many points are informed by the record, by measure", columns, rows)


def weights_table(sweep: Sweep) -> Table:
    """The rival hypotheses with their weights, and the best point under each that was run by itself."""
    found = sweep.calibration["hypotheses"]
    rows: Rows = []
    for h, x in sweep.files.hypotheses.items():
        w = found.get(h, {})
        error = w.get("log_evidence_se")
        value = "–" if w.get("log_evidence") is None else fixed(w["log_evidence"], 2)
        rows.append(
            [
                h, x.says, FAMILIES[x.family], probability(w.get("declared_weight")), probability(w.get("evidence_weight")),
                value if error is None or value == "–" else f"{value} ± {number(error, 1)}",
            ]
        )  # fmt: skip
    columns = (
        Column("Hypothesis", numeric=False), Column("Says", numeric=False), Column("Family", numeric=False),
        Column("Declared weight"), Column("Updated weight"), Column("Log evidence"),
    )  # fmt: skip
    return Table("The rival hypotheses; one without an updated weight is not averaged", columns, rows)


def alone_table(sweep: Sweep) -> Table | None:
    """Each hypothesis that was run by itself: its best and worst points in attacks."""
    rows: Rows = []
    for h in sweep.plan["hypotheses"]:
        key = f"mean[{h}]"
        found = sweep.attacks
        if key not in found or found[key].isna().all():
            continue
        order = found[key].dropna().sort_values(kind="stable")
        row: list[Cell | str] = [
            str(h), str(int(order.index[0])), number(order.iloc[0]), str(int(order.index[-1])), number(order.iloc[-1]),
            number(order.iloc[-1] - order.iloc[0]),
        ]  # fmt: skip
        rows.append(row)
    if not rows:
        return None
    columns = (
        Column("Hypothesis", numeric=False), Column("Point with the fewest attacks"), Column("Attacks there"),
        Column("Point with the most"), Column("Attacks there"), Column("Apart"),
    )  # fmt: skip
    return Table("Under each hypothesis by itself", columns, rows)


def silent(sweep: Sweep, axes: Sequence[Axis]) -> list[str]:
    """What no lever of the design can move, under which hypotheses, by construction."""
    out = []
    paths = [a.path for a in axes]
    ours = [p for p in paths if p == "policy" or p.startswith("policy.")]
    flat = [h for h in sweep.fitted if sweep.files.hypotheses[h].family == "no-effect"]
    if flat and ours:
        weight = sum(float(sweep.calibration["hypotheses"][h]["evidence_weight"]) for h in flat)
        out.append(
            f"Under {listed(flat)} a strike changes no rate of attacks, by construction: no lever that only moves strikes can move "
            f"attacks there. {'It holds' if len(flat) == 1 else 'Together they hold'} {probability(weight)} of the weight."
        )
    for path, what in LEVERS.items():
        if not any(p == path or p.startswith(f"{path}.") for p in ours):
            continue
        without = [h for h in sweep.fitted if not has(sweep.files.hypotheses[h], MECHANISMS[what])]
        if not without:
            continue
        everywhere = len(without) == len(sweep.fitted)
        who = f"any hypothesis that is averaged ({listed(without)})" if everywhere else listed(without)
        then = (
            "there it moves only when strikes come, and with that how many and which decay is left at the horizon"
            if path in TIMING
            else "it moves nothing in these numbers" if everywhere else "it moves nothing there"
        )  # fmt: skip
        out.append(
            f"The {what} is not modelled under {who}: {then}. What the sweep shows of it is no evidence."
        )
    for a in axes:
        first, _, name = a.path.partition(".")
        without = [h for h in sweep.fitted if first == "assumptions" and name not in _parameters(sweep, h)]
        if without:
            out.append(
                f"{a.title} ({a.path}) is not declared by {listed(without)}: what it moves there was put there by this sweep."
            )
    return out


def _parameters(sweep: Sweep, h: str) -> set[str]:
    x = sweep.files.hypotheses[h]
    return {*x.assumptions, *x.parameters, *(n for n in sweep.files.settings.assumptions)}


def reach(sweep: Sweep, axes: Sequence[Axis]) -> Table:
    """How far each lever moves attacks: the means over its steps, from the lowest to the highest."""
    means = sweep.attacks["mean"].to_numpy(dtype=float)
    half = ((sweep.attacks["mean_high"] - sweep.attacks["mean_low"]) / 2.0).median()
    rows: Rows = []
    for a in axes:
        by = [b.mean for b in bins(a, means)]
        rows.append([a.title, f"{len(by)}", number(max(by) - min(by)), number(min(by)), number(max(by))])
    ends = float(means.min()), float(means.max())
    rows.append(
        [
            "Whole design",
            f"{len(means):,} points",
            number(ends[1] - ends[0]),
            number(ends[0]),
            number(ends[1]),
        ]
    )
    columns = (
        Column("Lever", numeric=False), Column("Stretches"), Column("Attacks apart", "highest less lowest mean over its stretches"),
        Column("Lowest"), Column("Highest"),
    )  # fmt: skip
    what = f"How far each lever moves {ATTACKS}, the others as the design has them"
    return Table(f"{what}; a mean’s own interval is ± {number(half, 2)} at the median point", columns, rows)
