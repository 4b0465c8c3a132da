"""Weights of the hypotheses: declared, and updated by the evidence."""

from typing import Any

from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import BLUE, INK, MUTED, WIDTH, inline_svg, rows_axis, styled
from sim.report.parts import Column, Figure, Table
from sim.report.reader import Bundle
from sim.report.rounding import percent, probability

NAME = "weights"


def weights_figure(bundle: Bundle) -> Figure | None:
    """Declared and updated weight of each averaged hypothesis; None if there is nothing to weigh."""
    names = bundle.fitted
    if len(names) < 2:
        return None
    found = bundle.result["hypotheses"]
    title = "Weights of the hypotheses, before and after the evidence"
    said = [
        f"{h} {probability(found[h]['declared_weight'])} to {probability(found[h]['evidence_weight'])}"
        for h in names
    ]
    says = f"Weight from declared to updated: {'; '.join(said)}."
    rows = [
        [h, probability(found[h]["declared_weight"]), probability(found[h]["evidence_weight"])]
        for h in bundle.hypotheses
    ]
    declared, updated = (
        sum(float(found[h][k]) for h in bundle.no_effect) for k in ("declared_weight", "evidence_weight")
    )
    columns = (Column("Hypothesis", numeric=False), Column("Declared weight"), Column("Updated weight"))
    return Figure(
        id=NAME,
        svg=_draw(bundle, names, title, says),
        title=title,
        says=says,
        note=(
            f"Hollow: the weight declared before any data. Filled: after the evidence. Of the declared weight, {percent(declared)} "
            f"is on hypotheses under which no strike has an effect; of the updated weight, {percent(updated)}."
        ),
        table=Table("Weights of the hypotheses", columns, rows),
    )


def _draw(bundle: Bundle, names: list[str], title: str, says: str) -> Any:
    found = bundle.result["hypotheses"]
    with styled():
        canvas = Canvas(figsize=(WIDTH, 0.6 + 0.28 * len(names)), layout="constrained")
        ax = canvas.add_subplot()
        rows_axis(ax, names)
        for y, h in enumerate(names):
            a, b = float(found[h]["declared_weight"]), float(found[h]["evidence_weight"])
            ax.plot([a, b], [y, y], color=MUTED, linewidth=1.4)
            ax.plot(a, y, "o", color=INK, markerfacecolor="white", markersize=8, markeredgewidth=1.2)
            ax.plot(b, y, "o", color=BLUE, markersize=5.5, markeredgecolor=INK, markeredgewidth=0.6)
            ax.annotate(
                f"{probability(a)} → {probability(b)}", (max(a, b), y), (9, 0), textcoords="offset points", va="center",
                fontsize=7.5,
            )  # fmt: skip
        ax.set_xlim(0, 1)
        ax.grid(axis="x")
        ax.set_xlabel("weight: ○ declared, ● with the record")
        return inline_svg(canvas, NAME, title, says)
