"""Ranks of simulation-based calibration: how far their distribution is from uniform, with bands that hold all of it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import BLUE, INK, MUTED, VERMILLION, WIDTH, inline_svg, short, styled
from sim.report.parts import Column, Figure, Table, listed
from sim.report.rounding import number, probability

ACROSS = 4
Row = Mapping[str, Any]
WORDS = {
    "log_likelihood": "joint log likelihood",
    "attacks_ahead": "expected, next 30 days",
    "count_ahead": "counted, next 30 days",
}


def in_words(quantity: str) -> str:
    """A quantity that is ranked; parameters keep their name."""
    return WORDS.get(quantity, quantity)


def ranks_figures(rows: Sequence[Row]) -> list[Figure]:
    """A figure for each hypothesis: a panel for each of its quantities."""
    names = dict.fromkeys(x["hypothesis"] for x in rows)
    return [_figure(n, [x for x in rows if x["hypothesis"] == n]) for n in names]


def _figure(hypothesis: str, rows: Sequence[Row]) -> Figure:
    bad = [in_words(x["quantity"]) for x in rows if not x["passed"]]
    title = f"Ranks under {hypothesis}"
    found = f"outside for {listed(bad)}" if bad else "inside everywhere"
    lowest = min(x["p_value"] for x in rows)
    says = (
        f"{len(rows)} quantities over {rows[0]['data_sets']:,} data sets: {found}; the smallest p-value is {number(lowest, 2)}, "
        f"the level {number(rows[0]['level'], 2)}."
    )
    columns = (
        Column("Quantity", numeric=False), Column("p-value", "of uniform ranks"), Column("Level"),
        Column("Inside its bands", numeric=False),
    )  # fmt: skip
    table = Table(
        f"Ranks under {hypothesis}: are they uniform?",
        columns,
        [
            [
                in_words(x["quantity"]),
                probability(x["p_value"]),
                number(x["level"], 2),
                "yes" if x["passed"] else "no",
            ]
            for x in rows
        ],
    )
    name = f"ranks-{hypothesis}"
    return Figure(
        id=name,
        svg=_draw(name, rows, title, says),
        title=title,
        says=says,
        note=(
            "Line: share of ranks up to a point, less what uniform ranks would have. Shaded: where all of the line stays for a "
            "right fit. A line that bows up means a posterior too high, down too low, an S too narrow or too wide."
        ),
        table=table,
    )


def _draw(name: str, rows: Sequence[Row], title: str, says: str) -> Any:
    across = min(ACROSS, len(rows))
    down = math.ceil(len(rows) / across)
    with styled():
        canvas = Canvas(figsize=(WIDTH, 1.45 * down + 0.2), layout="constrained")
        axes = list(canvas.subplots(down, across, squeeze=False, sharex=True, sharey=True).flat)
        for ax in axes[len(rows) :]:
            ax.set_visible(False)
        for ax, x in zip(axes, rows, strict=False):
            points = [(i + 1) / (len(x["below"]) + 1) for i in range(len(x["below"]))]
            low, line, high = (
                [n / x["data_sets"] - z for n, z in zip(x[k], points, strict=True)]
                for k in ("low", "below", "high")
            )
            ax.fill_between(points, low, high, color=MUTED, alpha=0.22, linewidth=0)
            ax.plot(points, line, color=BLUE if x["passed"] else VERMILLION, linewidth=1.3)
            ax.axhline(0.0, color=INK, linewidth=0.5)
            said = short(in_words(x["quantity"]), 26)
            ax.set_title(
                said if x["passed"] else f"{said}: outside", color=INK if x["passed"] else VERMILLION
            )
            ax.set_xlim(0, 1)
        for ax in axes[(down - 1) * across : len(rows)]:
            ax.set_xlabel("rank")
        return inline_svg(canvas, name, title, says)
