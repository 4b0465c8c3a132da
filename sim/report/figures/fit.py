"""Fit to history: what each hypothesis predicts for a window, and what the record counted."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import (
    INK,
    MUTED,
    VERMILLION,
    WIDTH,
    hypothesis_mark,
    inline_svg,
    rows_axis,
    short,
    styled,
)
from sim.report.parts import Column, Figure, Table
from sim.report.reader import Bundle
from sim.report.rounding import number, percent

NAME = "fit"
ACROSS = 5
Row = dict[str, Any]


def predictive(calibration: Mapping[str, Any], hypotheses: Sequence[str]) -> list[tuple[str, Row]]:
    """Every (hypothesis, prediction) that the calibration made, in order of the hypotheses."""
    found = calibration["hypotheses"]
    return [(h, row) for h in hypotheses for row in found.get(h, {}).get("predictive") or []]


def covered(row: Row) -> bool:
    """Does the 90% predictive interval hold what was observed?"""
    return bool(row["q05"] <= row["observed"] <= row["q95"])


def fit_figure(bundle: Bundle) -> Figure | None:
    """The figure of a comparison's calibration; a count that is a bound is marked as one."""
    at_least = {w.id for w in bundle.windows if w.at_least}
    return predictions_figure(bundle.calibration, list(bundle.hypotheses), at_least)


def predictions_figure(
    calibration: Mapping[str, Any], hypotheses: Sequence[str], at_least: Collection[str] = ()
) -> Figure | None:
    """Predictive 5%, 50% and 95% of each window by hypothesis; None if nothing was predicted."""
    rows = predictive(calibration, hypotheses)
    if not rows:
        return None
    inside = sum(covered(x) for _, x in rows)
    title = "Fit to history: each window of the record against each hypothesis"
    whole = [(h, x) for h, x in rows if x["place"] is None] or rows
    windows = list(dict.fromkeys(x["window"] for _, x in whole))
    said = []
    for w in windows:
        here = [x for _, x in whole if x["window"] == w]
        low, high = min(x["q05"] for x in here), max(x["q95"] for x in here)
        said.append(
            f"{w} counted {number(here[0]['observed'])}, 90% intervals within {number(low)} to {number(high)}"
        )
    says = (
        f"The 90% predictive interval holds the count in {inside} of {len(rows)} cases ({percent(inside / len(rows))}). "
        f"{'; '.join(said)}."
    )
    table = Table(
        "Count in each window against the predictive interval of each hypothesis",
        (
            Column("Window", numeric=False), Column("Place", numeric=False), Column("Hypothesis", numeric=False),
            Column("Counted"), Column("5%"), Column("Median"), Column("95%"), Column("Within 90%", numeric=False),
        ),
        [
            [
                x["window"], x["place"] or "all", h, *(number(x[k]) for k in ("observed", "q05", "q50", "q95")),
                "yes" if covered(x) else "no",
            ]
            for x_window in dict.fromkeys((x["window"], x["place"]) for _, x in rows)
            for h, x in rows
            if (x["window"], x["place"]) == x_window
        ],
    )  # fmt: skip
    return Figure(
        id=NAME,
        svg=_draw(hypotheses, at_least, whole, windows, title, says),
        title=title,
        says=says,
        note=(
            "Vertical line: the count of the record. Bars: 90% of what each hypothesis, fitted, predicts when the window is "
            "simulated again; mark: its median. All of them fitting is no proof of any: it means that these counts don’t "
            "tell them apart."
        ),
        table=table,
    )


def _draw(
    hypotheses: Sequence[str],
    at_least: Collection[str],
    rows: list[tuple[str, Row]],
    windows: list[str],
    title: str,
    says: str,
) -> Any:
    names = [h for h in hypotheses if any(h == x for x, _ in rows)]
    across = min(ACROSS, len(windows))
    down = math.ceil(len(windows) / across)
    with styled():
        canvas = Canvas(figsize=(WIDTH, down * (0.75 + 0.24 * len(names))), layout="constrained")
        axes = list(canvas.subplots(down, across, squeeze=False).flat)
        for ax in axes[len(windows) :]:
            ax.set_visible(False)
        for k, (ax, window) in enumerate(zip(axes, windows, strict=False)):
            rows_axis(ax, names, labels=k % across == 0)
            here = [(h, x) for h, x in rows if x["window"] == window]
            seen = here[0][1]["observed"]
            for h, x in here:
                y = names.index(h)
                colour, marker = hypothesis_mark(list(hypotheses).index(h))
                ax.plot(
                    [x["q05"], x["q95"]], [y, y], color=colour, linewidth=4, alpha=0.75, solid_capstyle="butt"
                )
                ax.plot(
                    x["q50"],
                    y,
                    marker,
                    color=colour,
                    markersize=6,
                    markeredgecolor="white",
                    markeredgewidth=0.7,
                    zorder=3,  # above the line of the count, which it often lies on
                )
            ax.axvline(seen, color=INK, linewidth=1.4, zorder=2.5)
            bad = sum(not covered(x) for _, x in here)
            bound = "≥ " if window in at_least else ""
            ax.set_title(f"{short(window, 18)}: {bound}{number(seen)}", color=VERMILLION if bad else INK)
            if bad:
                ax.set_xlabel(f"outside {bad} of {len(here)}")
            ax.set_xlim(left=min(0.0, *(x["q05"] for _, x in here)))
            ax.margins(x=0.08)
            ax.locator_params(axis="x", nbins=4, integer=True)
        for ax in axes[(down - 1) * across : len(windows)]:
            ax.set_xlabel(ax.get_xlabel() or "attacks", color=MUTED)
        return inline_svg(canvas, NAME, title, says)
