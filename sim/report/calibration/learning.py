"""Contraction and z-scores over simulated data sets: what records like this one could teach, and whether rightly."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import INK, MUTED, WIDTH, hypothesis_mark, inline_svg, rows_axis, styled
from sim.report.parts import Column, Figure, Table, listed
from sim.report.rounding import number

NAME = "learning"
LEARNT = 0.3
NORMAL_90 = 1.645
Row = Mapping[str, Any]


def learning_figure(rows: Sequence[Row]) -> Figure:
    """A row for each parameter; contraction at the left, z-scores at the right, a mark for each hypothesis."""
    names = list(dict.fromkeys(x["parameter"] for x in rows))
    hypotheses = list(dict.fromkeys(x["hypothesis"] for x in rows))
    informed = [n for n in names if any(x["contraction"] >= LEARNT for x in rows if x["parameter"] == n)]
    title = "What a record of this design can teach"
    says = (
        f"Median contraction reaches {LEARNT} under some hypothesis for {listed(informed)}; for the other "
        f"{len(names) - len(informed)} parameters records like this one leave the prior."
    )
    table = Table(
        "Contraction and z-scores over the simulated data sets",
        (
            Column("Parameter", numeric=False), Column("Hypothesis", numeric=False), Column("Contraction", "median"),
            Column("5% to 95%"), Column("z-score", "mean"), Column("z-score", "sd"), Column("z-score", "5% to 95%"),
        ),
        [
            [
                x["parameter"], x["hypothesis"], number(x["contraction"], 2),
                f"{number(x['contraction_low'], 2)} to {number(x['contraction_high'], 2)}", number(x["z_mean"], 2),
                number(x["z_sd"], 2), f"{number(x['z_low'], 2)} to {number(x['z_high'], 2)}",
            ]
            for n in names for x in rows if x["parameter"] == n
        ],
    )  # fmt: skip
    return Figure(
        id=NAME,
        svg=_draw(names, hypotheses, rows, title, says),
        title=title,
        says=says,
        note=(
            "Left: contraction, 1 − posterior variance / prior variance, median and 5% to 95% over data sets; the line at 0.3 is "
            "where a parameter counts as informed. Right: (posterior mean − truth) / posterior sd, 5% to 95%; for a right fit "
            "about −1.6 to 1.6. Every mark is a hypothesis, as in the table."
        ),
        table=table,
    )


def _draw(names: list[str], hypotheses: list[str], rows: Sequence[Row], title: str, says: str) -> Any:
    with styled():
        canvas = Canvas(figsize=(WIDTH, 0.8 + 0.36 * len(names)), layout="constrained")
        left, right = canvas.subplots(1, 2)
        rows_axis(left, names)
        rows_axis(right, names, labels=False)
        for x in rows:
            k = hypotheses.index(x["hypothesis"])
            colour, marker = hypothesis_mark(k)
            y = names.index(x["parameter"]) + 0.13 * (k - (len(hypotheses) - 1) / 2.0)
            left.plot(
                [max(x["contraction_low"], -0.5), x["contraction_high"]], [y, y], color=colour, linewidth=1.2
            )
            left.plot(max(x["contraction"], -0.5), y, marker, color=colour, markersize=4)
            right.plot([x["z_low"], x["z_high"]], [y, y], color=colour, linewidth=1.2)
            right.plot(x["z_mean"], y, marker, color=colour, markersize=4)
        left.axvline(LEARNT, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
        left.set_xlim(-0.55, 1.05)
        left.set_xlabel("contraction")
        for z in (-NORMAL_90, NORMAL_90):
            right.axvline(z, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
        right.axvline(0.0, color=MUTED, linewidth=0.6)
        right.set_xlabel("z-score")
        for k, h in enumerate(hypotheses):
            colour, marker = hypothesis_mark(k)
            right.plot([], [], marker, color=colour, markersize=4, label=h)
        right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(hypotheses), handletextpad=0.1)
        return inline_svg(canvas, NAME, title, says)
