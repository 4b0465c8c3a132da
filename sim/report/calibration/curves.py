"""Evidence as a curve over the width of the effect's prior."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from sim.report.evidence_words import NORMAL_95
from sim.report.figures.style import INK, NARROW, hypothesis_mark, inline_svg, styled
from sim.report.parts import Column, Figure, Table
from sim.report.rounding import fixed, number

NAME = "curves"
Row = Mapping[str, Any]


def curves_figure(rows: Sequence[Row], order: Sequence[str]) -> Figure | None:
    """Log Bayes factor of each hypothesis with an effect against the same without; None if there is none."""
    if not rows:
        return None
    names = list(dict.fromkeys(x["hypothesis"] for x in rows))
    title = "Evidence for an effect of strikes, over the width of its prior"
    said = [
        f"{n} against {x['against']} {fixed(x['log_bayes_factor'], 2)} at {number(x['width'])} times"
        for n in names
        for x in (min((r for r in rows if r["hypothesis"] == n), key=lambda r: r["log_bayes_factor"]),)
    ]
    says = f"Lowest log Bayes factors: {'; '.join(said)} the declared sd."
    table = Table(
        "Log Bayes factor over the prior’s width",
        (
            Column("Width", "times the declared sd"), Column("Hypothesis", numeric=False), Column("Against", numeric=False),
            Column("Log Bayes factor"), Column("Error"),
        ),
        [
            [number(x["width"]), x["hypothesis"], x["against"], fixed(x["log_bayes_factor"], 2), number(x["log_bayes_factor_se"], 1)]
            for x in rows
        ],
    )  # fmt: skip
    return Figure(
        id=NAME,
        svg=_draw(names, rows, order, title, says),
        title=title,
        says=says,
        note=(
            "Above 0 the data prefer the hypothesis with an effect, below it the same one without. A wide prior spreads its bets and "
            "pays for it (Lindley’s paradox): read the curve, not one point. Bars: 95% by the error of the fits."
        ),
        table=table,
        narrow=True,
    )


def _draw(names: list[str], rows: Sequence[Row], order: Sequence[str], title: str, says: str) -> Any:
    with styled():
        canvas = Canvas(figsize=(NARROW, 2.5), layout="constrained")
        ax = canvas.add_subplot()
        for n in names:
            here = [x for x in rows if x["hypothesis"] == n]
            colour, marker = hypothesis_mark(list(order).index(n))
            ax.errorbar(
                [x["width"] for x in here], [x["log_bayes_factor"] for x in here],
                yerr=[NORMAL_95 * x["log_bayes_factor_se"] for x in here], color=colour, marker=marker, markersize=4.5,
                linewidth=1.2, capsize=2.5, label=f"{n} against {here[0]['against']}",
            )  # fmt: skip
        widths = list(dict.fromkeys(x["width"] for x in rows))
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(FixedLocator(widths))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"× {number(x)}"))
        ax.axhline(0.0, color=INK, linewidth=0.8)
        ax.set_xlabel("sd of the effect’s prior, as declared × 1")
        ax.set_ylabel("log Bayes factor")
        ax.legend()
        return inline_svg(canvas, NAME, title, says)
