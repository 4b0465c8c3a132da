"""Recovery of known truths, and what it would take to change one's mind."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from sim.report.figures.style import INK, MUTED, WIDTH, hypothesis_mark, inline_svg, styled
from sim.report.parts import Cell, Column, Figure, Table
from sim.report.rounding import fixed, number, percent

NAME = "recovery"
Row = Mapping[str, Any]


def recovery_table(rows: Sequence[Row]) -> Table:
    """Bias, sd, coverage and contraction of each parameter by design."""
    return Table(
        "Recovery of known truths",
        (
            Column("Parameter", numeric=False), Column("Hypothesis", numeric=False), Column("Windows"),
            Column("Bias", "mean − truth, with its error"), Column("sd", "of the posterior"),
            Column("Coverage", "of 90% intervals"), Column("Contraction"), Column("Data sets", "left out"),
        ),
        [
            [
                x["parameter"], x["hypothesis"], _design(x),
                Cell(number(x["bias"], 2), (f"± {number(x['bias_se'], 1)}",)), number(x["sd"], 2), percent(x["coverage90"]),
                number(x["contraction"], 2), Cell(str(x["data_sets"]), (str(x["left_out"]),)),
            ]
            for x in rows
        ],
    )  # fmt: skip


def needed_figure(needed: Sequence[Row], rows: Sequence[Row], order: Sequence[str]) -> Figure | None:
    """Width of each effect's 90% interval over the number of windows; None if no hypothesis has an effect."""
    if not needed:
        return None
    title = "What would change our mind"
    says = f"Windows that would halve the 90% interval: {'; '.join(_said(x) for x in needed)}."
    table = Table(
        "Windows needed to halve the 90% interval of each effect",
        (
            Column("Effect", numeric=False), Column("Hypothesis", numeric=False), Column("Width now"),
            Column("Windows now"), Column("Windows needed"), Column("Width", "after the longest design"),
            Column("Struck in the record", numeric=False),
        ),
        [
            [
                x["effect"], x["hypothesis"], fixed(x["width_now"], 2), str(x["windows_now"]), _needed(x),
                Cell(fixed(x["width_longest"], 2), (f"{x['longest']} windows",)), "yes" if x["struck"] else "no",
            ]
            for x in needed
        ],
    )  # fmt: skip
    return Figure(
        id=NAME,
        svg=_draw(needed, rows, order, title, says),
        title=title,
        says=says,
        note=(
            "Mean width of the 90% interval of each effect, in log rate, over records of so many windows, strikes going on as in "
            "the record, truths as plausible as its posterior. Dashed: half of the width now. An effect that the record never "
            "strikes for learns only what the others tell of it. One lasting change of rate is told far sooner: with about 67 "
            "attacks on each side of a strike."
        ),
        table=table,
    )


def _design(x: Row) -> Cell:
    return Cell(str(x["windows"]), ("the record’s own",) if x["design"] == "record" else ())


def _needed(x: Row) -> str:
    return f"more than {x['longest']}" if x["needed"] is None else f"about {x['needed']:.0f}"


def _said(x: Row) -> str:
    return f"{x['effect']} under {x['hypothesis']} {_needed(x)}"


def _draw(needed: Sequence[Row], rows: Sequence[Row], order: Sequence[str], title: str, says: str) -> Any:
    with styled():
        across = min(3, len(needed))
        down = -(-len(needed) // across)
        canvas = Canvas(figsize=(WIDTH, 2.0 * down), layout="constrained")
        axes = list(canvas.subplots(down, across, squeeze=False).flat)
        for ax in axes[len(needed) :]:
            ax.set_visible(False)
        for ax, n in zip(axes, needed, strict=False):
            points = [
                (x["windows"], x["width90"])
                for x in rows
                if (x["hypothesis"], x["parameter"], x["design"]) == (n["hypothesis"], n["effect"], "longer")
            ]
            colour, marker = hypothesis_mark(list(order).index(n["hypothesis"]))
            ax.plot(
                [p[0] for p in points],
                [p[1] for p in points],
                marker=marker,
                color=colour,
                markersize=4.5,
                linewidth=1.2,
            )
            ax.axhline(n["width_now"] / 2.0, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
            ax.axhline(n["width_now"], color=MUTED, linewidth=0.6)
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(FixedLocator([p[0] for p in points]))
            ax.xaxis.set_minor_locator(NullLocator())
            ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x)))
            ax.set_ylim(bottom=0.0)
            ax.set_title(f"{n['effect']} ({n['hypothesis']})")
            ax.set_xlabel("windows")
        axes[0].set_ylabel("width of 90% interval")
        return inline_svg(canvas, NAME, title, says)
