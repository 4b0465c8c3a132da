"""Weights of three kinds side by side: declared, updated by the evidence, and by stacking."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import BLUE, INK, ORANGE, VERMILLION, WIDTH, inline_svg, rows_axis, styled
from sim.report.parts import Column, Figure, Table
from sim.report.rounding import probability

NAME = "weights"
KINDS = {
    "declared": ("declared", INK, "o", "none"),
    "evidence": ("by the evidence", BLUE, "o", "full"),
    "others": ("stacking, given the others", ORANGE, "s", "full"),
    "earlier": ("stacking, given the earlier", VERMILLION, "^", "full"),
}


def weights_figure(
    hypotheses: Mapping[str, Any], stacking: Mapping[str, Mapping[str, float]]
) -> Figure | None:
    """A row for each fitted hypothesis; None if there are fewer than two."""
    scored = (
        set().union(*stacking.values()) if stacking else None
    )  # stacking needs refits, which only a closed form allows
    names = [n for n, h in hypotheses.items() if h["fitted"] and (not scored or n in scored)]
    if len(names) < 2:
        return None
    found = {
        n: {
            "declared": hypotheses[n]["declared_weight"], "evidence": hypotheses[n]["evidence_weight"],
            **{k: w[n] for k, w in stacking.items()},
        }
        for n in names
    }  # fmt: skip
    kinds = [k for k in KINDS if k in found[names[0]]]
    title = "Weights of the hypotheses, of three kinds"
    said = [f"{n} {', '.join(f'{KINDS[k][0]} {probability(found[n][k])}' for k in kinds)}" for n in names]
    says = f"Weights: {'; '.join(said)}."
    return Figure(
        id=NAME,
        svg=_draw(names, kinds, found, title, says),
        title=title,
        says=says,
        note=(
            "Declared before any data; updated by the evidence, which averages over the prior; and by stacking, the mixture whose "
            "predictions of left-out windows score best. They answer three questions. Stacking gives all to one hypothesis when "
            "that one foretells each window a little better: from few windows that is no verdict. None of them names a winner."
        ),
        table=Table(
            "Weights of the hypotheses, by kind",
            (Column("Hypothesis", numeric=False), *(Column(KINDS[k][0].capitalize()) for k in kinds)),
            [[n, *(probability(found[n][k]) for k in kinds)] for n in names],
        ),
    )


def _draw(names: list[str], kinds: list[str], found: Mapping[str, Any], title: str, says: str) -> Any:
    with styled():
        canvas = Canvas(figsize=(WIDTH, 0.9 + 0.34 * len(names)), layout="constrained")
        ax = canvas.add_subplot()
        rows_axis(ax, names)
        for i, k in enumerate(kinds):
            words, colour, marker, fill = KINDS[k]
            ys = [y + 0.16 * (i - (len(kinds) - 1) / 2.0) for y in range(len(names))]
            ax.plot(
                [found[n][k] for n in names], ys, marker, color=colour, markersize=5.5, linestyle="none", label=words,
                markerfacecolor="white" if fill == "none" else colour,
            )  # fmt: skip
        ax.set_xlim(-0.02, 1.02)
        ax.grid(axis="x")
        ax.set_xlabel("weight")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(kinds))
        return inline_svg(canvas, NAME, title, says)
