"""Drawing a heat map: cells, their numbers, hatching, and lines of equal width of an interval."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, Colormap
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.report.figures.style import INK, WIDTH, inline_svg, short, styled
from sim.report.rounding import estimate, number
from sim.report.sweep.axes import Axis
from sim.report.sweep.colours import pen_on, scale
from sim.report.sweep.rows import Row

MOST_NUMBERS = 64  # cells in which the number is written too
MOST_TICKS = 12
Floats = np.ndarray[Any, np.dtype[np.float64]]


class Slice(NamedTuple):
    """A pair of levers, the points in each cell of their grid, and where the others are held."""

    x: Axis
    y: Axis
    rows: dict[tuple[int, int], Row]  # by steps of x and y
    held: str


def grid_of(cut: Slice, value: str) -> Floats:
    """A value of each cell, rows y, columns x; NaN where there is no point."""
    out = np.full((len(cut.y.steps), len(cut.x.steps)), np.nan)
    for (i, j), r in cut.rows.items():
        out[j, i] = np.nan if r[value] is None else r[value]
    return out


def holds_zero(r: Row) -> bool:
    """Whether the interval of a difference holds 0, or isn't known."""
    low, high = r["difference_low"], r["difference_high"]
    return low is None or high is None or low <= 0.0 <= high


def draw(
    cut: Slice,
    name: str,
    title: str,
    says: str,
    value: str,
    bar_says: str,
    *,
    contours: Floats | None = None,
    hatched: bool = False,
) -> Any:
    """The map as inline SVG; ``contours`` are lines of equal values, ``hatched`` marks cells that don't differ from 0."""
    grid = grid_of(cut, value)
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
                if r[value] is not None and holds_zero(r):
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
        bar.set_label(bar_says)
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
