"""Heat maps of a grid: attacks, and the difference to the first reference, over each pair of numeric levers."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, Colormap
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.report.figures.style import INK, WIDTH, inline_svg, short, styled
from sim.report.parts import Cell, Column, Figure, Rows, Table, clean
from sim.report.rounding import estimate, number
from sim.report.sweep.axes import Axis
from sim.report.sweep.colours import pen_on, scale
from sim.report.sweep.reader import Sweep
from sim.report.sweep.rows import Row, records
from sim.report.words import quoted

MOST_PAIRS = 4
MOST_CELLS = 2500
MOST_NUMBERS = 64  # cells in which the number is written too
MOST_TICKS = 12
Floats = np.ndarray[Any, np.dtype[np.float64]]


class Slice(NamedTuple):
    """A pair of levers, the points in each cell of their grid, and where the others are held."""

    x: Axis
    y: Axis
    rows: dict[tuple[int, int], Row]  # by steps of x and y
    held: str


def maps(sweep: Sweep, axes: Sequence[Axis]) -> list[Figure]:
    """Figures of at most ``MOST_PAIRS`` pairs, those with the fewest cells first."""
    levers = [a for a in axes if a.numeric and not a.simplex and a.exact and len(a.steps) > 1]
    pairs = sorted(combinations(levers, 2), key=lambda p: len(p[0].steps) * len(p[1].steps))
    pairs = [p for p in pairs if len(p[0].steps) * len(p[1].steps) <= MOST_CELLS][:MOST_PAIRS]
    out = []
    for k, (x, y) in enumerate(pairs, 1):
        cut = _slice(sweep, axes, x, y)
        out.append(_attacks(cut, f"map-{k}"))
        if sweep.against and any(r["difference"] is not None for r in cut.rows.values()):
            out.append(_difference(cut, sweep.against[0], f"map-{k}-difference"))
    return out


def _slice(sweep: Sweep, axes: Sequence[Axis], x: Axis, y: Axis) -> Slice:
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
    found = records(sweep.attacks.iloc[kept])
    rows: dict[tuple[int, int], Row] = {
        (int(x.at[i]), int(y.at[i])): r | {"point": int(sweep.design.index[i])}
        for i, r in zip(kept, found, strict=True)
    }
    return Slice(x, y, rows, "; ".join(f"{a.title} {a.words[kept[0]]}" for a in others))


def _grid(cut: Slice, value: str) -> Floats:
    """A value of each cell, rows y, columns x; NaN where there is no point."""
    out = np.full((len(cut.y.steps), len(cut.x.steps)), np.nan)
    for (i, j), r in cut.rows.items():
        out[j, i] = np.nan if r[value] is None else r[value]
    return out


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


def _attacks(cut: Slice, name: str) -> Figure:
    title = f"Attacks by {cut.x.title} and {cut.y.title}"
    low, at_low, high, at_high = _extremes(cut, "mean")
    width = _grid(cut, "mean_high") - _grid(cut, "mean_low")
    known = width[np.isfinite(width)]
    said = (
        f" The 95% interval of a mean is {number(known.min())} to {number(known.max())} attacks wide."
        if known.size
        else ""
    )
    says = f"Fewest {_said(low)} at {at_low}; most {_said(high)} at {at_high}.{said}{_held(cut)}"
    return Figure(
        id=name,
        svg=_draw(cut, name, title, says, "mean", contours=width),
        title=title,
        says=says,
        note=(
            "Colour: expected attacks, brighter is more. Lines, labelled: the width of the mean’s own 95% interval, in attacks; "
            "means that differ by less than that are hardly told apart. Blank cells have no point: a constraint leaves them out, "
            f"or they failed.{_held(cut)}"
        ),
        table=_table(
            f"Attacks by {cut.x.title} and {cut.y.title}: mean, its interval, 5% to 95% of runs",
            cut,
            _mean_cell,
        ),
    )


def _difference(cut: Slice, against: str, name: str) -> Figure:
    title = f"Attacks less those under {clean(against)}, by {cut.x.title} and {cut.y.title}"
    low, at_low, high, at_high = _extremes(cut, "difference")
    unsure = sum(_holds_zero(r) for r in cut.rows.values())
    says = (
        f"From {_apart(low)} at {at_low} to {_apart(high)} at {at_high}. At {unsure} of {len(cut.rows)} cells the interval of the "
        f"difference holds 0.{_held(cut)}"
    )
    return Figure(
        id=name,
        svg=_draw(cut, name, title, says, "difference", hatched=True),
        title=title,
        says=says,
        note=(
            f"Colour: paired difference in expected attacks, this less {quoted(against)}; below 0 is fewer. Hatched: the 95% interval of the "
            f"difference holds 0. That a cell isn’t hatched says that the model’s averages differ, not that the record shows it.{_held(cut)}"
        ),
        table=_table(f"{title}: mean difference, its interval, label", cut, _difference_cell),
    )


def _said(r: Row) -> str:
    return str(estimate(r["mean"], r["mean_low"], r["mean_high"]))


def _apart(r: Row) -> str:
    return str(estimate(r["difference"], r["difference_low"], r["difference_high"], sign=True))


def _holds_zero(r: Row) -> bool:
    low, high = r["difference_low"], r["difference_high"]
    return low is None or high is None or low <= 0.0 <= high


def _mean_cell(r: Row) -> Cell:
    e = estimate(r["mean"], r["mean_low"], r["mean_high"])
    return Cell(e.mean, (e.interval, f"runs {number(r['q05'])} to {number(r['q95'])}"))


def _difference_cell(r: Row) -> Cell:
    e = estimate(r["difference"], r["difference_low"], r["difference_high"], sign=True)
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


def _draw(
    cut: Slice,
    name: str,
    title: str,
    says: str,
    value: str,
    *,
    contours: Floats | None = None,
    hatched: bool = False,
) -> Any:
    grid = _grid(cut, value)
    colours, norm = scale(grid)
    with styled():
        rows = len(cut.y.steps)
        canvas = Canvas(figsize=(WIDTH, min(7.0, 1.6 + 0.42 * rows)), layout="constrained")
        ax = canvas.subplots()
        across, up = np.arange(len(cut.x.steps) + 1) - 0.5, np.arange(rows + 1) - 0.5
        mesh = ax.pcolormesh(
            across, up, np.ma.masked_invalid(grid), cmap=colours, norm=norm, linewidth=0, antialiased=False
        )
        _ticks(ax, cut)
        if hatched:
            for (i, j), r in cut.rows.items():
                if r[value] is not None and _holds_zero(r):
                    pen = pen_on(colours, norm, r[value])
                    ax.add_patch(
                        Rectangle(
                            (i - 0.5, j - 0.5), 1, 1, fill=False, hatch="////", edgecolor=pen, linewidth=0
                        )
                    )
        if grid.size <= MOST_NUMBERS:
            # beside the lines of equal width, which run through the middles of cells
            _numbers(ax, cut, value, colours, norm, below=0.0 if contours is None else 0.27)
        if contours is not None:
            _contours(ax, contours)
        bar = canvas.colorbar(mesh, ax=ax, spacing="proportional", fraction=0.05, pad=0.02)
        bar.outline.set_visible(False)
        bar.set_label("expected attacks" if value == "mean" else "difference in attacks")
        return inline_svg(canvas, name, title, says)


def _numbers(
    ax: Axes, cut: Slice, value: str, colours: Colormap, norm: BoundaryNorm, *, below: float
) -> None:
    """The value of each cell, on its own colour."""
    for (i, j), r in cut.rows.items():
        if r[value] is None:
            continue
        e = estimate(r[value], r[f"{value}_low"], r[f"{value}_high"], sign=value == "difference")
        behind = {"facecolor": colours(norm(r[value])), "edgecolor": "none", "pad": 1.0}
        pen = pen_on(colours, norm, r[value])
        ax.text(i, j - below, e.mean, ha="center", va="center", fontsize=7.5, color=pen, bbox=behind)


def _ticks(ax: Axes, cut: Slice) -> None:
    for which, axis in (("x", cut.x), ("y", cut.y)):
        every = -(-len(axis.steps) // MOST_TICKS)
        at = range(0, len(axis.steps), every)
        getattr(ax, f"set_{which}ticks")(list(at), [short(axis.steps[i], 12) for i in at])
        getattr(ax, f"set_{which}label")(short(axis.title, 40))
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def _contours(ax: Axes, width: Floats) -> None:
    """Lines of equal width of the mean's interval; none where it is the same everywhere."""
    known = width[np.isfinite(width)]
    if min(width.shape) < 2 or not known.size or known.max() - known.min() < 1e-6:
        return
    levels = [
        x
        for x in MaxNLocator(4).tick_values(float(known.min()), float(known.max()))
        if known.min() < x < known.max()
    ]
    if not levels:
        return
    lines = ax.contour(np.ma.masked_invalid(width), levels=levels, colors="white", linewidths=2.4)
    ax.contour(np.ma.masked_invalid(width), levels=levels, colors=INK, linewidths=1.0)
    for text in ax.clabel(lines, fmt=lambda x: number(x), fontsize=7, colors=INK):
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})
