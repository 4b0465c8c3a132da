"""Attacks against each lever: points, running means, and how far points spread about them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import LogLocator

from sim.report.figures.style import BLUE, INK, MUTED, ORANGE, WIDTH, inline_svg, short, styled
from sim.report.parts import Column, Figure, Rows, Table
from sim.report.rounding import number
from sim.report.sweep.axes import FEW, Axis, in_words
from sim.report.sweep.reader import Sweep

NAME = "levers"
BINS = 8
MOST_DOTS = 400  # in a panel
COLUMNS = 3
Floats = np.ndarray[Any, np.dtype[np.float64]]


class Bin(NamedTuple):
    """The points of a stretch of a lever: where, how many, their mean and its interval, and how far they spread."""

    words: str
    x: float
    points: int
    mean: float
    low: float
    high: float


def scatter_figure(sweep: Sweep, axes: Sequence[Axis]) -> Figure:
    """A panel for each lever."""
    attacks = sweep.attacks["mean"].to_numpy(dtype=np.float64)
    found = {a.path: bins(a, attacks) for a in axes}
    title = "Attacks against each lever"
    says = "Mean over the points of each stretch. " + " ".join(_said(a, found[a.path]) for a in axes)
    rows: Rows = [
        [a.title, b.words, f"{b.points:,}", number(b.mean), f"{number(b.low)} to {number(b.high)}"]
        for a in axes
        for b in found[a.path]
    ]
    columns = (
        Column("Lever", numeric=False), Column("Stretch", numeric=False), Column("Points"), Column("Mean of their means"),
        Column("5% to 95% of their means"),
    )  # fmt: skip
    return Figure(
        id=NAME,
        svg=_draw(axes, attacks, found, title, says),
        title=title,
        says=says,
        note=(
            "Dots: expected attacks at each point (an even choice of them where there are many). Line: their running mean. Bars: 5% to 95% of the "
            "points in each stretch, which the other levers spread; they are not the spread of runs."
        ),
        table=Table("Attacks by stretches of each lever", columns, rows),
    )


def bins(a: Axis, attacks: Floats) -> list[Bin]:
    """Each value by itself where there are few, else stretches of equal numbers of points."""
    unique = np.unique(a.values)
    if len(unique) <= FEW:
        groups = [np.flatnonzero(a.values == x) for x in unique]
    else:
        groups = np.array_split(np.argsort(a.values, kind="stable"), BINS)
    out = []
    for g in groups:
        y, x = attacks[g], a.values[g]
        words = a.words[g[0]]
        if len(unique) > FEW:
            share = bool(a.simplex)
            words = f"{in_words(a.path, float(x.min()), share=share)} to {in_words(a.path, float(x.max()), share=share)}"
        low, high = (float(v) for v in np.quantile(y, [0.05, 0.95]))
        out.append(Bin(words, float(x.mean()), len(g), float(y.mean()), low, high))
    return out


def _said(a: Axis, found: list[Bin]) -> str:
    low, high = min(found, key=lambda b: b.mean), max(found, key=lambda b: b.mean)
    return f"{a.title}: fewest {number(low.mean)} at {low.words}, most {number(high.mean)} at {high.words}."


def _draw(axes: Sequence[Axis], attacks: Floats, found: dict[str, list[Bin]], title: str, says: str) -> Any:
    across = min(COLUMNS, len(axes))
    down = -(-len(axes) // across)
    kept = np.unique(np.linspace(0, len(attacks) - 1, min(len(attacks), MOST_DOTS)).round().astype(np.int64))
    with styled():
        canvas = Canvas(figsize=(WIDTH, 0.4 + 2.5 * down), layout="constrained")
        panels = list(canvas.subplots(down, across, squeeze=False, sharey=True).flat)
        for ax in panels[len(axes) :]:
            ax.set_visible(False)
        for k, (ax, a) in enumerate(zip(panels, axes, strict=False)):
            ax.plot(
                a.values[kept], attacks[kept], "o", color=MUTED, markersize=2.6, alpha=0.45, markeredgewidth=0
            )
            x = [b.x for b in found[a.path]]
            ax.vlines(
                x,
                [b.low for b in found[a.path]],
                [b.high for b in found[a.path]],
                color=ORANGE,
                linewidth=3,
                alpha=0.8,
            )
            ax.plot(
                x,
                [b.mean for b in found[a.path]],
                "o-" if a.numeric else "o",
                color=BLUE,
                markersize=4,
                linewidth=1.4,
            )
            if a.log:
                ax.set_xscale("log", subs=[])
                ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
                ax.xaxis.set_major_formatter(lambda x, _: number(x))
            if not a.numeric:
                ax.set_xticks(range(len(a.steps)), [short(w, 12) for w in a.steps])
                ax.set_xlim(-0.6, len(a.steps) - 0.4)
            elif not a.log:
                ax.locator_params(axis="x", nbins=5)
            ax.set_title(short(a.title, 30), color=INK)
            ax.set_xlabel(short(a.path, 34))
            if k % across == 0:
                ax.set_ylabel("expected attacks", color=MUTED)
            ax.grid(axis="y")
        return inline_svg(canvas, NAME, title, says)
