"""How far the record moved each point's probability of being better from what was assumed."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import BLUE, FAINT, INK, MUTED, NARROW, ORANGE, inline_svg, styled
from sim.report.parts import Column, Figure, Rows, Table, clean
from sim.report.rounding import MISSING, number, probability
from sim.report.sweep.reader import Sweep
from sim.report.sweep.rows import chances, labels_of
from sim.report.words import INFORMED, NOT_JUDGED, PRIOR_DRIVEN

NAME = "moves"
MOST_DOTS = 1000
LOOKS = {
    INFORMED: (BLUE, "o", BLUE), PRIOR_DRIVEN: (INK, "s", "white"), NOT_JUDGED: (MUTED, "D", "white"),
}  # fmt: skip
OTHER = (MUTED, "x", MUTED)


def moves_figure(sweep: Sweep) -> Figure | None:
    """A dot for each point: the probability before any data across, with the record up; None where nothing is compared."""
    if not sweep.against:
        return None
    rows = sweep.attacks
    after, before, on_average = chances(rows)
    found = pd.DataFrame({"after": after, "before": before, "label": rows["label"]}).dropna()
    if found.empty:
        return None
    against = clean(sweep.against[0])
    of = "on average" if on_average else "in a pair of runs"
    title = f"Probability of fewer attacks {of} than under {against}: before any data, and with the record"
    move = (found["after"] - found["before"]).abs()
    most = int(move.to_numpy().argmax())
    ends = [probability(float(found[k].iloc[most])) for k in ("before", "after")]
    says = (
        f"The record moved the probability by {number(float(move.median()), 2)} at the median point and at most from "
        f"{ends[0]} to {ends[1]}, at point {found.index[most]}. "
        + "; ".join(f"{x}: {int((found['label'] == x).sum()):,} points" for x in labels_of(found))
        + "."
    )
    return Figure(
        id=NAME,
        svg=_draw(found, of, title, says),
        title=title,
        says=says,
        note=(
            "On the line the record has left the probability where the prior put it, whatever it says of the level. Filled circles are "
            "informed by the record, hollow squares prior-driven, crosses without difference, diamonds not judged; within the band a "
            "move is under 0.05. All points share the same draws of the parameters, so that they move together."
        ),
        table=_table(found),
        narrow=True,
    )


def _table(found: pd.DataFrame) -> Table:
    rows: Rows = []
    for tenth in range(10):
        low, high = tenth / 10.0, (tenth + 1) / 10.0
        inside = found["before"] >= low - 1e-9
        part = found[inside if high > 0.99 else inside & (found["before"] < high - 1e-9)]
        if part.empty:
            continue
        n = [int((part["label"] == x).sum()) for x in labels_of(found)]
        rows.append(
            [
                f"{low:.1f} to {high:.1f}", f"{len(part):,}", probability(float(part["before"].mean())),
                probability(float(part["after"].mean())), *(f"{x:,}" if x else MISSING for x in n),
            ]
        )  # fmt: skip
    columns = (
        Column("Before any data", numeric=False), Column("Points"), Column("Mean before"), Column("Mean with the record"),
        *(Column(x.capitalize()) for x in labels_of(found)),
    )  # fmt: skip
    return Table("Points by their probability before any data", columns, rows)


def _draw(found: pd.DataFrame, of: str, title: str, says: str) -> Any:
    kept = found.iloc[
        np.unique(np.linspace(0, len(found) - 1, min(len(found), MOST_DOTS)).round().astype(int))
    ]
    with styled():
        canvas = Canvas(figsize=(NARROW, 4.6), layout="constrained")
        ax = canvas.subplots()
        ax.fill_between([0, 1], [-0.05, 0.95], [0.05, 1.05], color=ORANGE, alpha=0.18, linewidth=0)
        ax.plot([0, 1], [0, 1], color=FAINT, linewidth=1.0)
        for label in labels_of(found):
            part = kept[kept["label"] == label]
            colour, marker, fill = LOOKS.get(label, OTHER)
            if not part.empty:
                ax.plot(
                    part["before"], part["after"], marker, color=colour, markerfacecolor=fill, markersize=4.5, linestyle="none",
                    markeredgewidth=0.9, label=label,
                )  # fmt: skip
        ends = kept[["before", "after"]].to_numpy(dtype=float)
        low, high = max(0.0, float(ends.min()) - 0.08), min(1.0, float(ends.max()) + 0.08)
        ax.set_xlim(low, high)
        ax.set_ylim(low, high)
        ax.set_aspect("equal")
        ax.set_xlabel(f"probability {of}, before any data")
        ax.set_ylabel("with the record", color=MUTED)
        ax.legend(loc="lower right")
        return inline_svg(canvas, NAME, title, says)
