"""Coverage: how often intervals hold the truth that made the data."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from sim.report.calibration.ranks import in_words
from sim.report.figures.style import (
    INK,
    MUTED,
    VERMILLION,
    WIDTH,
    hypothesis_mark,
    inline_svg,
    rows_axis,
    styled,
)
from sim.report.parts import Column, Figure, Table
from sim.report.rounding import number, percent

NAME = "coverage"
ERRORS = 4.0
Row = Mapping[str, Any]


def coverage_figure(rows: Sequence[Row], ranked: Mapping[str, int]) -> Figure:
    """A panel for each interval, a row for each hypothesis, a dot for each quantity; ``ranked`` data sets by hypothesis."""
    levels = list(dict.fromkeys(x["interval"] for x in rows))
    title = "Coverage of central intervals"
    worst = max(rows, key=lambda x: abs(x["errors"]))
    outside = sum(not x["passed"] for x in rows)
    says = (
        f"{len(rows) - outside} of {len(rows)} shares lie within four binomial errors of their level. The farthest is "
        f"{in_words(worst['quantity'])} under {worst['hypothesis']}: {percent(worst['share'])} for "
        f"{percent(worst['interval'])}, {number(worst['errors'], 2)} errors off."
    )
    by = {(x["hypothesis"], x["quantity"], x["interval"]): x for x in rows}
    table = Table(
        "Share of data sets whose interval holds the truth",
        (
            Column("Quantity", numeric=False), Column("Hypothesis", numeric=False),
            *(Column(f"{percent(x)} interval") for x in levels), Column("Farthest", "binomial errors"),
        ),
        [
            [
                in_words(q), h, *(percent(by[h, q, x]["share"]) for x in levels),
                number(max((by[h, q, x]["errors"] for x in levels), key=abs), 2),
            ]
            for h, q in dict.fromkeys((x["hypothesis"], x["quantity"]) for x in rows)
        ],
    )  # fmt: skip
    return Figure(
        id=NAME,
        svg=_draw(rows, levels, ranked, title, says),
        title=title,
        says=says,
        note=(
            "Line: the level. Shaded: four binomial errors on each side, which a right fit leaves in 6 of 100,000 cases. Dots left "
            "of it are intervals that are too narrow, right of it too wide."
        ),
        table=table,
    )


def _draw(rows: Sequence[Row], levels: list[float], ranked: Mapping[str, int], title: str, says: str) -> Any:
    names = list(dict.fromkeys(x["hypothesis"] for x in rows))
    with styled():
        canvas = Canvas(figsize=(WIDTH, 0.8 + 0.32 * len(names)), layout="constrained")
        axes = list(canvas.subplots(1, len(levels), squeeze=False).flat)
        for k, (ax, level) in enumerate(zip(axes, levels, strict=True)):
            rows_axis(ax, names, labels=k == 0)
            for y, h in enumerate(names):
                half = ERRORS * np.sqrt(level * (1.0 - level) / ranked[h])
                ax.fill_betweenx(
                    [y - 0.4, y + 0.4], level - half, level + half, color=MUTED, alpha=0.2, linewidth=0
                )
                colour, marker = hypothesis_mark(y)
                for x in rows:
                    if x["hypothesis"] == h and x["interval"] == level:
                        ax.plot(
                            x["share"],
                            y,
                            marker,
                            color=colour if x["passed"] else VERMILLION,
                            markersize=4,
                            alpha=0.8,
                        )
            ax.axvline(level, color=INK, linewidth=0.8)
            ax.set_title(f"{percent(level)} interval")
            ax.set_xlabel("share that holds the truth")
            ax.locator_params(axis="x", nbins=4)
        return inline_svg(canvas, NAME, title, says)
