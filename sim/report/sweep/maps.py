"""Heat maps of a grid over each pair of numeric levers: attacks, their difference to the first reference, a second measure."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from sim.report.parts import Cell, Column, Figure, Rows, Table, clean, listed
from sim.report.rounding import number
from sim.report.sections.grid import heading
from sim.report.sweep.axes import Axis
from sim.report.sweep.heat import Slice, draw, grid_of, holds_zero
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.rows import Row, difference, over_best, records, spread
from sim.report.sweep.second import Second
from sim.report.words import quoted

MOST_PAIRS = 4
MOST_CELLS = 2500


def maps(sweep: Sweep, axes: Sequence[Axis], other: Second | None) -> list[Figure]:
    """Figures of at most ``MOST_PAIRS`` pairs, those with the fewest cells first."""
    levers = [a for a in axes if a.numeric and not a.simplex and a.exact and len(a.steps) > 1]
    pairs = sorted(combinations(levers, 2), key=lambda p: len(p[0].steps) * len(p[1].steps))
    pairs = [p for p in pairs if len(p[0].steps) * len(p[1].steps) <= MOST_CELLS][:MOST_PAIRS]
    out = []
    for k, (x, y) in enumerate(pairs, 1):
        cut = _slice(sweep, axes, x, y, ATTACKS)
        out.append(_levels(sweep, cut, ATTACKS, f"map-{k}"))
        if sweep.against and any(r["difference"] is not None for r in cut.rows.values()):
            out.append(_difference(cut, sweep.against[0], f"map-{k}-difference"))
        if other is not None:
            cut = _slice(sweep, axes, x, y, other.measure)
            out.append(_levels(sweep, cut, other.measure, f"map-{k}-second", other.why))
    return out


def _slice(sweep: Sweep, axes: Sequence[Axis], x: Axis, y: Axis, measure: str) -> Slice:
    """The points at which the other axes stand nearest to their middles."""
    others = [a for a in axes if a not in (x, y)]
    chosen = np.ones(len(sweep.design), dtype=bool)
    if others:
        at = np.column_stack([a.at / a.span for a in others])
        # shares sum to 1, so that their middle is equal shares and not each one's own median
        middle = np.array([a.at.mean() / a.span if a.simplex else np.median(a.at) / a.span for a in others])
        away = np.round(((at - middle) ** 2).sum(axis=1), 9)
        chosen = (at == at[int(away.argmin())]).all(axis=1)
    kept = [int(i) for i in np.flatnonzero(chosen)]
    found = records(sweep.rows(measure).iloc[kept])
    rows: dict[tuple[int, int], Row] = {
        (int(x.at[i]), int(y.at[i])): r | {"point": int(sweep.design.index[i])}
        for i, r in zip(kept, found, strict=True)
    }
    return Slice(x, y, rows, "; ".join(f"{a.title} {a.words[kept[0]]}" for a in others))


def _held(cut: Slice) -> str:
    if not cut.held:
        return ""
    return f" The other levers are held at the point nearest to their middles: {cut.held}."


def _extremes(cut: Slice, value: str) -> tuple[Row, str, Row, str]:
    """The lowest and the highest cell, and where each is."""
    known = {k: r for k, r in cut.rows.items() if r[value] is not None}
    low, high = min(known, key=lambda k: known[k][value]), max(known, key=lambda k: known[k][value])

    def where(k: tuple[int, int]) -> str:
        return f"{cut.x.title.lower()} {cut.x.steps[k[0]]} and {cut.y.title.lower()} {cut.y.steps[k[1]]}"

    return known[low], where(low), known[high], where(high)


def _levels(sweep: Sweep, cut: Slice, measure: str, name: str, why: str = "") -> Figure:
    """A measure's mean at each cell, with lines of equal width of its interval."""
    called = heading(measure).title
    what = called.lower()
    title = f"{called} by {cut.x.title} and {cut.y.title}"
    low, at_low, high, at_high = _extremes(cut, "mean")
    horizon = float(sweep.plan["horizon_days"])
    width = grid_of(cut, "mean_high") - grid_of(cut, "mean_low")
    known = width[np.isfinite(width)]
    said = (
        f" The 95% interval of a mean is {number(known.min())} to {number(known.max())} wide."
        if known.size
        else ""
    )
    first, last = (f"{x.text} ({x.small[0]})" for x in (spread(r, measure, horizon) for r in (low, high)))
    says = f"Lowest {first} at {at_low}; highest {last} at {at_high}.{said}{_held(cut)}"
    shared = "share their draws and their luck" if sweep.shared_luck else "share their draws"
    paired = any(r.get("over_best") is not None for r in cut.rows.values())
    better = (
        ["the paired differences from the best (over_best) in the numbers behind this figure"]
        if paired
        else []
    )
    better += ["the difference map"] if sweep.against and measure == ATTACKS else []
    read = f": read {listed(better, 'or')}" if better else ""
    return Figure(
        id=name,
        svg=draw(cut, name, title, says, "mean", f"expected {what}", contours=width),
        title=title,
        says=says,
        note=(
            f"{f'{why} ' if why else ''}Colour: expected {what}, brighter is more. Lines, labelled: how wide the mean’s own 95% interval is, "
            "interpolated between cells. They say how well the level is known; cells "
            f"{shared}, so that differences between them are known better{read}. Blank cells have no point: a constraint leaves them out, or they failed.{_held(cut)}"
        ),
        table=_table(
            f"{title}: mean, its interval, 5% to 95% of runs"
            + (", paired difference from the best in the same settings" if paired else ""),
            cut,
            lambda r: _mean_cell(r, measure, horizon),
        ),
    )


def _difference(cut: Slice, against: str, name: str) -> Figure:
    title = f"Attacks less those under {clean(against)}, by {cut.x.title} and {cut.y.title}"
    low, at_low, high, at_high = _extremes(cut, "difference")
    compared = [r for r in cut.rows.values() if r["difference"] is not None]
    unsure, without = sum(holds_zero(r) for r in compared), len(cut.rows) - len(compared)
    failed = f" {without} {'has' if without == 1 else 'have'} nothing to be compared with." if without else ""
    says = (
        f"From {difference(low)} at {at_low} to {difference(high)} at {at_high}. At {unsure} of {len(compared)} cells the interval of the "
        f"difference holds 0.{failed}{_held(cut)}"
    )
    return Figure(
        id=name,
        svg=draw(cut, name, title, says, "difference", "difference in attacks", hatched=True),
        title=title,
        says=says,
        note=(
            f"Colour: paired difference in expected attacks, this less {quoted(against)}; below 0 is fewer. Hatched: the 95% interval of the "
            f"difference holds 0. That a cell isn’t hatched says that the model’s averages differ, not that the record shows it.{_held(cut)}"
        ),
        table=_table(f"{title}: mean difference, its interval, label", cut, _difference_cell),
    )


def _mean_cell(r: Row, measure: str, horizon_days: float) -> Cell:
    x = spread(r, measure, horizon_days)
    over = over_best(r)
    return (
        x
        if r.get("over_best") is None
        else Cell(x.text, (*x.small, f"{over.mean} ({over.interval}) over the best"))
    )


def _difference_cell(r: Row) -> Cell:
    e = difference(r)
    return Cell(e.mean, (e.interval,), r["label"] or "")


def _table(caption: str, cut: Slice, cell: Any) -> Table:
    columns = [
        Column(cut.y.title, "down", numeric=False),
        *(Column(w, cut.x.title if i == 0 else "") for i, w in enumerate(cut.x.steps)),
    ]
    rows: Rows = []
    for j, word in enumerate(cut.y.steps):
        found = [cut.rows.get((i, j)) for i in range(len(cut.x.steps))]
        rows.append([word, *(Cell("–") if r is None else cell(r) for r in found)])
    return Table(caption, columns, rows)
