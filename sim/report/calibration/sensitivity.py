"""Sensitivity to the priors: how far a parameter moves when prior or likelihood is raised to a power."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import INK, MUTED, NARROW, hypothesis_mark, inline_svg, styled
from sim.report.parts import Cell, Column, Figure, Table
from sim.report.rounding import fixed

NAME = "sensitivity"
THRESHOLD = 0.05
Row = Mapping[str, Any]


def sensitivity_figure(rows: Sequence[Row], order: Sequence[str]) -> Figure:
    """A mark for each parameter of each hypothesis: how it moves with the prior, and with the likelihood."""
    title = "Sensitivity to prior and likelihood"
    counts: dict[str, int] = {}
    for x in rows:
        counts[x["diagnosis"]] = counts.get(x["diagnosis"], 0) + 1
    says = f"Of {len(rows)} parameters and effects: {'; '.join(f'{n} {d}' for d, n in counts.items())}."
    table = Table(
        "Sensitivity of each parameter and effect",
        (
            Column("Parameter", numeric=False), Column("Hypothesis", numeric=False), Column("To the prior"),
            Column("To the likelihood"), Column("Diagnosis", numeric=False),
        ),
        [
            [
                x["parameter"], x["hypothesis"], fixed(x["prior"], 2), fixed(x["likelihood"], 2),
                Cell(x["diagnosis"], () if x["reliable"] else ("the weights are not reliable",)),
            ]
            for n in dict.fromkeys(x["parameter"] for x in rows) for x in rows if x["parameter"] == n
        ],
    )  # fmt: skip
    return Figure(
        id=NAME,
        svg=_draw(rows, order, title, says),
        title=title,
        says=says,
        note=(
            "Distance that a distribution moves for each doubling of a power, by weighing the draws. Right of 0.05 and below it: the "
            "prior speaks and the data don’t. Right of it and above: prior and data pull apart, so look at both."
        ),
        table=table,
        narrow=True,
    )


def _draw(rows: Sequence[Row], order: Sequence[str], title: str, says: str) -> Any:
    with styled():
        canvas = Canvas(figsize=(NARROW, 3.2), layout="constrained")
        ax = canvas.add_subplot()
        for h in dict.fromkeys(x["hypothesis"] for x in rows):
            colour, marker = hypothesis_mark(list(order).index(h))
            here = [x for x in rows if x["hypothesis"] == h]
            ax.plot(
                [x["prior"] for x in here], [x["likelihood"] for x in here], marker, color=colour, markersize=5, linestyle="none",
                label=h, alpha=0.85,
            )  # fmt: skip
        ax.axvline(THRESHOLD, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
        ax.axhline(THRESHOLD, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
        ax.set_xlim(left=0.0)
        ax.set_ylim(bottom=0.0)
        ax.annotate(
            "prior and data apart", (0.98, 0.97), xycoords="axes fraction", ha="right", va="top", color=MUTED
        )
        ax.annotate("the prior’s word", (0.98, 0.03), xycoords="axes fraction", ha="right", color=MUTED)
        ax.set_xlabel("sensitivity to the prior")
        ax.set_ylabel("sensitivity to the likelihood")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=7, handletextpad=0.1)
        return inline_svg(canvas, NAME, title, says)
