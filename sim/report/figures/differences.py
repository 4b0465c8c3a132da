"""Paired differences in attacks against one policy: by policy and hypothesis, and how far the record moved them."""

from typing import Any, NamedTuple

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
from sim.report.parts import Cell, Column, Figure, Rows, Table
from sim.report.reader import Bundle
from sim.report.rounding import MISSING, estimate, number, percent, probability
from sim.report.words import Odds, odds, of_means, of_runs

ROW, SUB, GAP = 0.30, 0.15, 0.14  # inches: the average, each hypothesis under it, and between policies
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}  # so that no line runs through a label
Row = dict[str, Any]


class Drawn(NamedTuple):
    """Which probability the right half of the figure has: of expected attacks, or of pairs of runs."""

    on_average: bool
    words: str
    axis: str


def differences_figure(bundle: Bundle, against: str) -> Figure:
    """Differences in attacks, policy minus ``against``, with the probability of being better beside its prior."""
    rows = [d for d in bundle.differences() if d["against"] == against]
    drawn = _drawn(rows)
    name = f"differences-{[*bundle.policies].index(against) + 1}"
    title = f"Attacks under each policy, less those under {against}"
    says = f"Mean difference with its 95% interval: {'; '.join(_in_words(d) for d in rows)}."
    small = (
        " The small marks there are each hypothesis by itself in a pair of runs: don’t set them against the upper one."
        if drawn.on_average
        else ""
    )
    return Figure(
        id=name,
        svg=_draw(bundle, rows, against, name, title, says),
        title=title,
        says=says,
        note=(
            f"Left of the line at 0: fewer attacks than under {against}. Bars are 95% intervals of the mean; single runs "
            "spread further (table). The upper mark of each policy is the average over hypotheses, the small ones are each "
            "hypothesis by itself; a hollow one is not fitted and not averaged. At the right, the probability of "
            f"{drawn.words}: hollow before any data, filled after. Where the two lie together, the record has not "
            f"spoken.{small}"
        ),
        table=_table(bundle, rows, against),
    )


def _in_words(d: Row) -> str:
    """A row of the figure for those who don't see it: the difference, both probabilities, the label."""
    e, p = estimate(d["mean"], d["mean_low"], d["mean_high"], sign=True), odds(d)
    single = f", in a pair of runs with {_both(of_runs(d))}" if p.on_average else ""
    return f"{d['policy']} {e}, better {p.of} with {_both(p)}{single}, {d['label']}"


def _both(x: Odds) -> str:
    return f"{probability(x.after)} ({probability(x.before)} before data)"


def _drawn(rows: list[Row]) -> Drawn:
    marks = "○ prior, ● with the record"
    if any(odds(d).on_average for d in rows):
        return Drawn(
            True,
            "fewer attacks on average (over draws of the parameters)",
            f"probability of fewer attacks on average:\n{marks}; small marks:\neach hypothesis, in a pair of runs",
        )
    return Drawn(
        False, "fewer attacks in a pair of runs", f"probability of fewer attacks in a pair of runs:\n{marks}"
    )


def _table(bundle: Bundle, rows: list[Row], against: str) -> Table:
    columns = (
        Column("Policy", numeric=False), Column("Runs of", numeric=False), Column("Mean difference"),
        Column("95% interval of the mean"), Column("5% to 95% of runs"),
        Column("P(better on average)", "over draws of the parameters"), Column("P(a run better)", "of a single pair"),
        Column("Share of runs tied"), Column("Variance reduction", "at fixed parameters"), Column("Label", numeric=False),
    )  # fmt: skip
    body: Rows = []
    for d in rows:
        e = estimate(d["mean"], d["mean_low"], d["mean_high"], sign=True)
        reduction = number(d["variance_reduction"]) + f" ({number(d.get('variance_reduction_fixed'))})"
        means = of_means(d)
        body.append(
            [
                d["policy"], "average", e.mean, e.interval, f"{number(d['q05'])} to {number(d['q95'])}",
                MISSING if means is None else _cell(means), _cell(of_runs(d)), percent(d["tied"]), reduction,
                Cell("", label=d["label"]),
            ]
        )  # fmt: skip
        for h, x in by_hypothesis(bundle, d).items():
            e = estimate(x.mean, x.low, x.high, sign=True)
            which = h if h in bundle.fitted else f"{h}, not averaged"
            better, tied = probability(x.probability_better), percent(x.tied)
            body.append([d["policy"], which, e.mean, e.interval, "", "", better, tied, "", ""])
    return Table(f"Difference in attacks, policy less {against}", columns, body)


def _cell(x: Odds) -> Cell:
    return Cell(probability(x.after), (f"{probability(x.before)} before any data",))


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
        right.set_xlabel(_drawn(rows).axis)
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
    after, before, on_average = odds(d)
    said = f"in a pair of runs {probability(before)} → {probability(after)}  {d['label']}"
    if on_average:
        run = probability(d["probability_better"])
        said = f"on average {probability(before)} → {probability(after)} (a run {run})  {d['label']}"
    if before is not None:
        ax.plot([before, after], [y + 0.05] * 2, color=MUTED, linewidth=1.4)
        ax.plot(
            before, y + 0.05, "o", color=INK, markerfacecolor="white", markersize=7.5, markeredgewidth=1.2
        )
    ax.plot(after, y + 0.05, "o", color=BLUE, markersize=5, markeredgecolor=INK, markeredgewidth=0.6)
    ax.annotate(
        said, (0.5, y + 0.05), (0, 6.5), textcoords="offset points",
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
