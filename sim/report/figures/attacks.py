"""Attacks under each policy: the mean with its interval, and the spread of single runs."""

from typing import Any

from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import BLUE, FAINT, INK, MUTED, NARROW, SKY, inline_svg, rows_axis, styled
from sim.report.parts import Cell, Column, Figure, Rows, Table, listed
from sim.report.reader import Bundle
from sim.report.rounding import estimate, number

NAME = "attacks"


def attacks_figure(bundle: Bundle) -> Figure:
    """Mean, 95% interval of the mean, and 5% to 95% of runs, a row for each policy."""
    found: dict[str, Any] = bundle.result["measures"]["attacks"]
    title = f"Attacks in {number(bundle.horizon_days)} days under each policy"
    rows: Rows = []
    for policy in bundle.policies:
        x = found[policy]
        e = estimate(x["mean"], x["mean_low"], x["mean_high"])
        rows.append(
            [policy, Cell(e.mean), Cell(e.interval), Cell(f"{number(x['q05'])} to {number(x['q95'])}")]
        )
    said = [
        f"{p} {estimate(x['mean'], x['mean_low'], x['mean_high'])}, runs {number(x['q05'])} to {number(x['q95'])}"
        for p in bundle.policies
        for x in [found[p]]
    ]
    return Figure(
        id=NAME,
        svg=_draw(bundle, title, says := f"Mean number of attacks with its 95% interval: {'; '.join(said)}."),
        title=title,
        says=says,
        note=(
            "Dot and thick bar: the mean and its own 95% interval, which more runs would shrink. Pale bar: 5% to 95% of "
            "single runs, which they would not. Where thick bars are far apart, the model separates two policies on "
            "average; where pale bars overlap, any one future could still go either way."
        ),
        table=Table(
            f"Attacks in {number(bundle.horizon_days)} days under {listed(bundle.policies)}",
            (
                Column("Policy", numeric=False),
                Column("Mean"),
                Column("95% interval of the mean"),
                Column("5% to 95% of runs"),
            ),
            rows,
        ),
        narrow=True,
    )


def _draw(bundle: Bundle, title: str, says: str) -> Any:
    found = bundle.result["measures"]["attacks"]
    with styled():
        canvas = Canvas(figsize=(NARROW, 0.75 + 0.34 * len(bundle.policies)), layout="constrained")
        ax = canvas.add_subplot()
        rows_axis(ax, bundle.policies)
        for y, policy in enumerate(bundle.policies):
            x = found[policy]
            low, high = x["mean_low"], x["mean_high"]
            ends = [x["mean"] if v is None else v for v in (low, high)]
            ax.plot([x["q05"], x["q95"]], [y, y], color=SKY, alpha=0.45, linewidth=11, solid_capstyle="butt")
            ax.plot([x["q05"], x["q05"]], [y - 0.17, y + 0.17], color=FAINT, linewidth=0.8)
            ax.plot([x["q95"], x["q95"]], [y - 0.17, y + 0.17], color=FAINT, linewidth=0.8)
            ax.plot(ends, [y, y], color=BLUE, linewidth=4.5, solid_capstyle="butt")
            ax.plot(
                x["mean"], y, "o", color=INK, markersize=5.5, markeredgecolor="white", markeredgewidth=0.8
            )
            ax.annotate(
                estimate(x["mean"], low, high).mean, (x["mean"], y), (0, 7), textcoords="offset points", ha="center",
                fontsize=8, fontweight="bold",
            )  # fmt: skip
            ax.annotate(
                number(x["q95"]),
                (x["q95"], y),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
                color=MUTED,
            )
            ax.annotate(
                number(x["q05"]), (x["q05"], y), (-5, 0), textcoords="offset points", va="center", ha="right",
                fontsize=7, color=MUTED,
            )  # fmt: skip
        ax.set_ylim(len(bundle.policies) - 0.45, -0.75)
        ax.set_xlim(0, 1.08 * max(max(found[p]["q95"], found[p]["mean"]) for p in bundle.policies) + 1e-9)
        ax.set_xlabel(f"attacks in {number(bundle.horizon_days)} days")
        return inline_svg(canvas, NAME, title, says)
