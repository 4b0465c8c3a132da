"""A map of three shares that sum to 1: a triangle with a dot for each mixture, coloured by its expected attacks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import FAINT, INK, NARROW, RULE, inline_svg, short, styled
from sim.report.parts import Column, Figure, Rows, Table
from sim.report.rounding import number, percent
from sim.report.sections.grid import heading
from sim.report.sweep.axes import Axis
from sim.report.sweep.colours import scale
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.second import Second

MOST_DOTS = 600
HEIGHT = 3**0.5 / 2


def ternary_figures(sweep: Sweep, axes: Sequence[Axis], other: Second | None) -> list[Figure]:
    """A triangle for each simplex of three shares."""
    groups = dict.fromkeys(a.simplex for a in axes if a.simplex)
    out = []
    for k, simplex in enumerate(groups, 1):
        shares = [a for a in axes if a.simplex == simplex]
        if len(shares) == 3:
            out.append(_figure(sweep, shares, f"triangle-{k}", ATTACKS))
            if other is not None:
                out.append(_figure(sweep, shares, f"triangle-{k}-second", other.measure, other.why))
    return out


def mixtures(sweep: Sweep, shares: Sequence[Axis], measure: str = ATTACKS) -> pd.DataFrame:
    """Each mixture once: its three shares, its points, and the mean of what is expected of a measure."""
    table = pd.DataFrame({f"s{i}": np.round(a.values, 9) for i, a in enumerate(shares)})
    table["mean"] = sweep.rows(measure)["mean"].to_numpy(dtype=np.float64)
    return table.groupby(["s0", "s1", "s2"], as_index=False).agg(
        points=("mean", "size"), mean=("mean", "mean")
    )


def _figure(sweep: Sweep, shares: Sequence[Axis], name: str, measure: str, why: str = "") -> Figure:
    found = mixtures(sweep, shares, measure)
    called = heading(measure).title
    names = [a.path.rpartition(".")[2].replace("_", " ") for a in shares]
    what = shares[0].title.partition(":")[0].lower()
    title = f"{called} by shares of the {what}: {', '.join(names)}"
    means = found["mean"].to_numpy(dtype=np.float64)
    low, high = (found.iloc[int(k)] for k in (means.argmin(), means.argmax()))

    def where(r: "pd.Series[Any]") -> str:
        return ", ".join(f"{n} {percent(float(r[f's{i}']))}" for i, n in enumerate(names))

    says = f"Lowest {number(low['mean'])} at {where(low)}; highest {number(high['mean'])} at {where(high)}; {len(found):,} mixtures."
    shown = found.iloc[
        np.unique(np.linspace(0, len(found) - 1, min(len(found), MOST_DOTS)).round().astype(int))
    ]
    rows: Rows = [
        [
            percent(float(r["s0"])),
            percent(float(r["s1"])),
            percent(float(r["s2"])),
            f"{int(r['points']):,}",
            number(float(r["mean"])),
        ]
        for _, r in shown.iterrows()
    ]
    more = " Other levers are averaged over, as the design has them." if found["points"].max() > 1 else ""
    return Figure(
        id=name,
        svg=_draw(shown, names, name, title, says, called.lower()),
        title=title,
        says=says,
        note=f"{why + ' ' if why else ''}Each corner is a strike on that target alone, each dot a mixture; colour is expected {called.lower()}, brighter is more.{more}",
        table=Table(
            f"{called} by shares of the {what}",
            (*(Column(x.capitalize()) for x in names), Column("Points"), Column(called)),
            rows,
        ),
        narrow=True,
    )


def _draw(found: pd.DataFrame, names: list[str], name: str, title: str, says: str, what: str) -> Any:
    values = found["mean"].to_numpy(dtype=np.float64)
    colours, norm = scale(values)
    with styled():
        canvas = Canvas(figsize=(NARROW, 4.6), layout="constrained")
        ax = canvas.subplots()
        for k in range(1, 4):
            part = k / 4.0
            for a, b in (
                ((part, 0.0, 1 - part), (part, 1 - part, 0.0)), ((0.0, part, 1 - part), (1 - part, part, 0.0)),
                ((0.0, 1 - part, part), (1 - part, 0.0, part)),
            ):  # fmt: skip
                ax.plot(*zip(_at(*a), _at(*b), strict=True), color=RULE, linewidth=0.7, zorder=0)
        corners = [_at(1.0, 0.0, 0.0), _at(0.0, 1.0, 0.0), _at(0.0, 0.0, 1.0)]
        ax.plot(*zip(*corners, corners[0], strict=True), color=FAINT, linewidth=1.0, zorder=1)
        for (x, y), text, (dx, dy), align in zip(
            corners, names, ((0, -12), (0, -12), (0, 8)), ("left", "right", "center"), strict=True
        ):
            ax.annotate(
                f"all {short(text)}", (x, y), (dx, dy), textcoords="offset points", ha=align,
                va="top" if dy < 0 else "bottom", fontweight="bold",
            )  # fmt: skip
        x, y = _at(found["s0"].to_numpy(), found["s1"].to_numpy(), found["s2"].to_numpy())
        size = 120.0 if len(found) <= 40 else 45.0 if len(found) <= 200 else 20.0
        dots = ax.scatter(
            x, y, c=values, cmap=colours, norm=norm, s=size, edgecolors=INK, linewidths=0.6, zorder=2
        )
        ax.set_aspect("equal")
        ax.set_axis_off()
        ax.margins(0.12)
        bar = canvas.colorbar(dots, ax=ax, spacing="proportional", fraction=0.05, pad=0.02)
        bar.outline.set_visible(False)
        bar.set_label(f"expected {what}")
        return inline_svg(canvas, name, title, says)


def _at(first: Any, second: Any, third: Any) -> tuple[Any, Any]:
    """Where a mixture stands: the first share at the left corner, the second at the right, the third above."""
    return second + 0.5 * third + 0.0 * first, HEIGHT * third
