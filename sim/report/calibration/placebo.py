"""Placebo strikes: the effect at dates when nothing was struck, beside that at the real ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import BLUE, INK, MUTED, NARROW, inline_svg, styled
from sim.report.parts import Column, Figure, Table
from sim.report.rounding import fixed, probability

NAME = "placebo"
Row = Mapping[str, Any]


def placebo_figures(rows: Sequence[Row], standing: Mapping[str, Mapping[str, int]]) -> list[Figure]:
    """A figure for each hypothesis whose strikes could be moved."""
    return [_figure(h, [x for x in rows if x["hypothesis"] == h], at) for h, at in standing.items()]


def _figure(hypothesis: str, rows: Sequence[Row], at: Mapping[str, int]) -> Figure:
    title = f"Placebo strikes under {hypothesis}"
    real = next(x for x in rows if x["shift_days"] == 0)
    others = [x["below_zero"] for x in rows if x["shift_days"] != 0]
    says = (
        f"At the real dates the probability that strikes lower the rate is {probability(real['below_zero'])}; at {len(others)} "
        f"placebo dates it runs from {probability(min(others))} to {probability(max(others))}. By distance from one half the "
        f"real dates are number {at['rank']} of {at['of']}."
    )
    name = f"{NAME}-{hypothesis}"
    return Figure(
        id=name,
        svg=_draw(name, rows, title, says),
        title=title,
        says=says,
        note=(
            "Bar: central 90% of the effect with all strikes of the record moved by so many days; mark: its mean. Filled: the real "
            "dates. Real strikes lie on the edges of windows, where counts tell most, so that their dates rank first more often than others even where there is no effect."
        ),
        table=Table(
            f"Effect at real and placebo dates under {hypothesis}",
            (
                Column("Days moved"), Column("Probability", "that the effect lies below 0"), Column("Mean", "log rate"),
                Column("5%"), Column("95%"), Column("How", numeric=False),
            ),
            [
                [
                    _moved(x["shift_days"]), probability(x["below_zero"]), *(fixed(x[k], 2) for k in ("mean", "q05", "q95")),
                    x["how"],
                ]
                for x in rows
            ],
        ),
        narrow=True,
    )  # fmt: skip


def _moved(days: int) -> str:
    return "0, the real dates" if days == 0 else f"{days:+d}".replace("-", "−")


def _draw(name: str, rows: Sequence[Row], title: str, says: str) -> Any:
    with styled():
        canvas = Canvas(figsize=(NARROW, 0.8 + 0.22 * len(rows)), layout="constrained")
        ax = canvas.add_subplot()
        for y, x in enumerate(rows):
            colour = BLUE if x["shift_days"] == 0 else MUTED
            ax.plot([x["q05"], x["q95"]], [y, y], color=colour, linewidth=3, solid_capstyle="butt", alpha=0.8)
            ax.plot(
                x["mean"],
                y,
                "o",
                color=INK,
                markersize=5,
                markerfacecolor=colour if x["shift_days"] == 0 else "white",
            )
        ax.axvline(0.0, color=INK, linewidth=0.8)
        ax.set_yticks(range(len(rows)), [_moved(x["shift_days"]) for x in rows])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_ylabel("days moved")
        ax.set_xlabel("effect of a strike, log rate")
        return inline_svg(canvas, name, title, says)
