"""Paired differences in attacks against one policy: by policy and hypothesis, and how far the record moved them."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from sim.report.contrasts import by_hypothesis
from sim.report.figures.style import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    WIDTH,
    hypothesis_mark,
    inline_svg,
    short,
    styled,
)
from sim.report.parts import Cell, Column, Figure, Table
from sim.report.reader import Bundle
from sim.report.rounding import estimate, number, percent, probability

ROW, SUB, GAP = 0.30, 0.15, 0.14  # inches: the average, each hypothesis under it, and between policies
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}  # so that no line runs through a label
Row = dict[str, Any]


def differences_figure(bundle: Bundle, against: str) -> Figure:
    """Differences in attacks, policy minus ``against``, with the probability of being better beside its prior."""
    rows = [d for d in bundle.differences() if d["against"] == against]
    name = f"differences-{[*bundle.policies].index(against) + 1}"
    title = f"Attacks under each policy, less those under {against}"
    said = []
    for d in rows:
        e = estimate(d["mean"], d["mean_low"], d["mean_high"], sign=True)
        before = probability(d["prior_probability_better"])
        said.append(
            f"{d['policy']} {e}, better with {probability(d['probability_better'])} ({before} before data), {d['label']}"
        )
    says = f"Mean difference with its 95% interval: {'; '.join(said)}."
    return Figure(
        id=name,
        svg=_draw(bundle, rows, against, name, title, says),
        title=title,
        says=says,
        note=(
            f"Left of the line at 0: fewer attacks than under {against}. Bars are 95% intervals of the mean; single runs "
            "spread further (table). The upper mark of each policy is the average over hypotheses, the small ones are each "
            "hypothesis by itself; a hollow one is not fitted and not averaged. At the right, the probability of fewer "
            "attacks in a pair of runs: hollow before any data, filled after. Where the two lie together, the record has "
            "not spoken."
        ),
        table=_table(bundle, rows, against),
    )


def _table(bundle: Bundle, rows: list[Row], against: str) -> Table:
    columns = (
        Column("Policy", numeric=False), Column("Runs of", numeric=False), Column("Mean difference"),
        Column("95% interval of the mean"), Column("5% to 95% of runs"), Column("P(better)", "in a pair of runs"),
        Column("P(better) under the prior"), Column("Share tied"), Column("Variance reduction", "at fixed parameters"),
        Column("Label", numeric=False),
    )  # fmt: skip
    body = []
    for d in rows:
        e = estimate(d["mean"], d["mean_low"], d["mean_high"], sign=True)
        reduction = number(d["variance_reduction"]) + f" ({number(d.get('variance_reduction_fixed'))})"
        body.append(
            [
                d["policy"], "average", e.mean, e.interval, f"{number(d['q05'])} to {number(d['q95'])}",
                probability(d["probability_better"]), probability(d["prior_probability_better"]), percent(d["tied"]),
                reduction, Cell("", label=d["label"]),
            ]
        )  # fmt: skip
        for h, x in by_hypothesis(bundle, d).items():
            e = estimate(x.mean, x.low, x.high, sign=True)
            which = h if h in bundle.fitted else f"{h}, not averaged"
            body.append(
                [
                    d["policy"],
                    which,
                    e.mean,
                    e.interval,
                    "",
                    probability(x.probability_better),
                    "",
                    percent(x.tied),
                    "",
                    "",
                ]
            )
    return Table(f"Difference in attacks, policy less {against}", columns, body)


def _draw(bundle: Bundle, rows: list[Row], against: str, name: str, title: str, says: str) -> Any:
    inner = {d["policy"]: by_hypothesis(bundle, d) for d in rows}
    subs = max((len(x) for x in inner.values()), default=0)
    step = ROW + SUB * subs + GAP
    with styled():
        canvas = Canvas(figsize=(WIDTH, 1.05 + step * len(rows)), layout="constrained")
        left, right = canvas.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": [3, 2]})
        for k, d in enumerate(rows):
            _forest(left, bundle, d, inner[d["policy"]], k * step)
            _probabilities(right, bundle, d, inner[d["policy"]], k * step)
            if k:
                for ax in (left, right):
                    ax.axhline(k * step - GAP, color=FAINT, linewidth=0.4)
        left.set_yticks([k * step + 0.05 for k in range(len(rows))], [short(d["policy"]) for d in rows])
        left.tick_params(axis="y", labelcolor=INK, labelsize=8.5)
        left.set_ylim(len(rows) * step - GAP, -0.2)
        for ax in (left, right):
            ax.spines["left"].set_visible(False)
            ax.grid(axis="x")
        left.axvline(0.0, color=INK, linewidth=0.9)
        left.margins(x=0.08)
        left.set_xlabel(f"difference in attacks: fewer ← {short(against)} → more")
        right.set_xlim(-0.03, 1.03)
        right.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
        right.axvline(0.5, color=INK, linewidth=0.9)
        right.set_xlabel("probability of fewer attacks: ○ prior, ● with the record")
        _legend(canvas, bundle, list(next(iter(inner.values()), {})))
        return inline_svg(canvas, name, title, says)


def _forest(ax: Axes, bundle: Bundle, d: Row, inner: dict[str, Any], y: float) -> None:
    low, high = (d["mean"] if d[k] is None else d[k] for k in ("mean_low", "mean_high"))
    ax.plot([low, high], [y + 0.05] * 2, color=BLUE, linewidth=5, solid_capstyle="butt")
    ax.plot(d["mean"], y + 0.05, "o", color=INK, markersize=6, markeredgecolor="white", markeredgewidth=0.8)
    text = estimate(d["mean"], d["mean_low"], d["mean_high"], sign=True).mean
    ax.annotate(
        text,
        (d["mean"], y + 0.05),
        (0, 6.5),
        textcoords="offset points",
        ha="center",
        fontsize=7.5,
        fontweight="bold",
        bbox=BEHIND,
        zorder=4,
    )
    for i, (h, x) in enumerate(inner.items()):
        at = y + ROW + SUB * i - 0.04
        colour, marker, fill = _mark(bundle, h)
        ax.plot([x.low, x.high], [at, at], color=colour, linewidth=1.6)
        ax.plot(x.mean, at, marker, color=colour, markersize=4.5, markerfacecolor=fill, markeredgewidth=0.9)


def _probabilities(ax: Axes, bundle: Bundle, d: Row, inner: dict[str, Any], y: float) -> None:
    after, before = d["probability_better"], d["prior_probability_better"]
    if before is not None:
        ax.plot([before, after], [y + 0.05] * 2, color=MUTED, linewidth=1.4)
        ax.plot(
            before, y + 0.05, "o", color=INK, markerfacecolor="white", markersize=7.5, markeredgewidth=1.2
        )
    ax.plot(after, y + 0.05, "o", color=BLUE, markersize=5, markeredgecolor=INK, markeredgewidth=0.6)
    ax.annotate(
        f"{probability(before)} → {probability(after)}  {d['label']}", (0.5, y + 0.05), (0, 6.5), textcoords="offset points",
        ha="center", fontsize=7, color=INK, bbox=BEHIND, zorder=4,
    )  # fmt: skip
    for i, (h, x) in enumerate(inner.items()):
        colour, marker, fill = _mark(bundle, h)
        ax.plot(
            x.probability_better,
            y + ROW + SUB * i - 0.04,
            marker,
            color=colour,
            markersize=4.5,
            markerfacecolor=fill,
        )


def _mark(bundle: Bundle, h: str) -> tuple[str, str, str]:
    colour, marker = hypothesis_mark(bundle.hypotheses.index(h))
    return colour, marker, colour if h in bundle.fitted else "white"


def _legend(canvas: Canvas, bundle: Bundle, names: list[str]) -> None:
    handles = [Line2D([], [], color=BLUE, linewidth=5, marker="o", markerfacecolor=INK, label="average")]
    for h in names:
        colour, marker, fill = _mark(bundle, h)
        handles.append(
            Line2D(
                [],
                [],
                color=colour,
                marker=marker,
                markerfacecolor=fill,
                markersize=5,
                linewidth=1.4,
                label=short(h),
            )
        )
    canvas.legend(handles=handles, loc="outside upper center", ncols=min(8, len(handles)))
