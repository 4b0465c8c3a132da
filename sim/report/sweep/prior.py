"""Section 5: the rival hypotheses, what each says of the points by itself, and how far each lever reaches."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.report.parts import Cell, Column, Rows, Table, clean
from sim.report.rounding import fixed, number, probability
from sim.report.sections.hypotheses import FAMILIES
from sim.report.sweep.axes import Axis
from sim.report.sweep.best import ranked
from sim.report.sweep.levels import MOST_SETTINGS
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.rows import difference, records
from sim.report.sweep.scatter import bins
from sim.report.sweep.setting import Setting

BEST = 5  # points in the table by hypothesis
SHUFFLES = 200
FLOOR = 0.95
Floats = np.ndarray[Any, np.dtype[np.float64]]


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
    found = sweep.attacks
    for h in sweep.alone:
        order = found[f"mean[{h}]"].dropna().sort_values(kind="stable")
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


def best_table(sweep: Sweep, groups: Sequence[Setting]) -> Table | None:
    """The best points under each hypothesis by itself: their difference from the first reference, or their mean."""
    if not sweep.alone:
        return None
    rows = sweep.attacks
    if len(groups) == 1:
        best = list(ranked(rows).index[:BEST])
    else:
        best = [ranked(rows.iloc[g.at]).index[0] for g in groups[:MOST_SETTINGS]]
    words = {rows.index[i]: g.words for g in groups for i in g.at}
    compared = bool(sweep.against)

    def shown(r: dict[str, Any], h: str) -> Cell:
        if not compared:
            return Cell(number(r.get(f"mean[{h}]")))
        e = difference(r, f"[{h}]")
        return Cell(e.mean, (e.interval,) if r.get(f"difference_low[{h}]") is not None else ())

    out: Rows = []
    for p, r in zip(best, records(rows.loc[best]), strict=True):
        average = difference(r)
        all_ = Cell(average.mean, (average.interval,)) if compared else Cell(number(r["mean"]))
        out.append(
            [Cell(f"{int(p)}", (words[p],) if words[p] else ()), all_, *(shown(r, h) for h in sweep.alone)]
        )
    columns = [
        Column("Point", numeric=False), Column("The average"),
        *(Column(h, "" if h in sweep.fitted else "not averaged") for h in sweep.alone),
    ]  # fmt: skip
    which = (
        f"The {len(best)} points with the fewest attacks"
        if len(groups) == 1
        else "The best point of each setting"
    )
    what = (
        f"attacks less those under “{clean(sweep.against[0])}”, 95% interval"
        if compared
        else "expected attacks"
    )
    return Table(f"{which}, under each hypothesis by itself: {what}", columns, out)


def reach(sweep: Sweep, axes: Sequence[Axis]) -> Table:
    """How far each lever moves attacks: the means over its steps, from the lowest to the highest, beside a lever of chance."""
    means = sweep.attacks["mean"].to_numpy(dtype=np.float64)
    half = ((sweep.attacks["mean_high"] - sweep.attacks["mean_low"]) / 2.0).median()
    by = [bins(a, means) for a in axes]
    floors = chance_reach(means, [[b.points for b in found] for found in by])
    rows: Rows = []
    for a, found, floor in zip(axes, by, floors, strict=True):
        low, high = min(b.mean for b in found), max(b.mean for b in found)
        above = high - low > floor + 1e-9 * max(1.0, abs(high))
        rows.append(
            [
                a.title,
                f"{len(found)}",
                number(high - low),
                number(floor),
                "yes" if above else "no",
                number(low),
                number(high),
            ]
        )
    ends = float(means.min()), float(means.max())
    rows.append(
        [
            "Whole design",
            f"{len(means):,} points",
            number(ends[1] - ends[0]),
            "–",
            "–",
            number(ends[0]),
            number(ends[1]),
        ]
    )
    columns = (
        Column("Lever", numeric=False), Column("Stretches"), Column("Attacks apart", "highest less lowest mean over its stretches"),
        Column("A lever of chance", f"95% of {SHUFFLES} random orders of the points reach no further"),
        Column("Reaches further", numeric=False), Column("Lowest"), Column("Highest"),
    )  # fmt: skip
    what = f"How far each lever moves {ATTACKS}, the others as the design has them"
    return Table(f"{what}; a mean’s own interval is ± {number(half, 2)} at the median point", columns, rows)


def chance_reach(means: Floats, sizes: Sequence[Sequence[int]]) -> list[float]:
    """How far levers with stretches of these sizes would reach if points came in no order: 95% quantiles over shuffles.

    The generator is fixed, so that the same table gives the same floor.
    """
    rng = np.random.default_rng(0)
    ends = [np.concatenate([[0], np.cumsum(x)]) for x in sizes]
    centred = means - means.mean()
    found = np.empty((SHUFFLES, len(sizes)))
    for k in range(SHUFFLES):
        total = np.concatenate([[0.0], np.cumsum(rng.permutation(centred))])
        for j, end in enumerate(ends):
            of_stretches = np.diff(total[end]) / np.diff(end)
            found[k, j] = of_stretches.max() - of_stretches.min()
    return [float(x) for x in np.quantile(found, FLOOR, axis=0, method="inverted_cdf")]
