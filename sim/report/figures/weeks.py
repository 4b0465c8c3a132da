"""Attacks over time under each policy, with the windows and responses of the record drawn in."""

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from sim.model.tally import WEEK_DAYS
from sim.report.figures.style import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    SKY,
    VERMILLION,
    WIDTH,
    inline_svg,
    short,
    styled,
)
from sim.report.parts import Column, Figure, Table
from sim.report.reader import Bundle
from sim.report.rounding import days, number, short_date

NAME = "weeks"
ACROSS = 3
SHORT_WEEK = 0.5  # a last week shorter than this share of a week has too wide a band to draw


def week_days(bundle: Bundle) -> list[float]:
    """Length of each week of the runs; the last may be short."""
    weeks = math.ceil(bundle.horizon_days / WEEK_DAYS)
    return [min(WEEK_DAYS, bundle.horizon_days - WEEK_DAYS * w) for w in range(weeks)]


def weeks_figure(bundle: Bundle) -> Figure:
    """Mean and 5% to 95% of runs by week, as attacks a day, a panel for each policy."""
    length = week_days(bundle)
    title = "Attacks over time, by policy"
    found = bundle.result["weeks"]
    said = []
    for policy in bundle.policies:
        a, b = (found[policy][w]["mean"] / length[w] for w in (0, _last_full(length)))
        said.append(f"{policy} from {number(a, 2)} to {number(b, 2)}")
    windows = [f"{w.id} {number(w.per_day, 2)}" for w in _windows(bundle)]
    record = f" The record’s windows count, a day: {', '.join(windows)}." if windows else ""
    says = f"Mean attacks a day in the first and the last full week: {'; '.join(said)}.{record}"
    rows = []
    for policy in bundle.policies:
        for w, x in enumerate(found[policy]):
            span = f"week {w + 1} ({short_date(bundle.day(w * WEEK_DAYS))}, {number(length[w])} d)"
            rows.append(
                [policy, span, *(number(x[k]) for k in ("mean", "q05", "q95")), number(x["mean"] / length[w])]
            )
    columns = (
        Column("Policy", numeric=False), Column("Week from", numeric=False), Column("Mean attacks"), Column("5% of runs"),
        Column("95% of runs"), Column("Mean a day"),
    )  # fmt: skip
    return Figure(
        id=NAME,
        svg=_draw(bundle, length, title, says),
        title=title,
        says=says,
        note=_note(bundle, length),
        table=Table("Attacks by week under each policy", columns, rows),
    )


def _note(bundle: Bundle, length: list[float]) -> str:
    note = (
        "Line: mean attacks a day in each week. Band: 5% to 95% of runs. Dashed line: the mean under "
        f"“{_reference(bundle)}”, for comparison."
    )
    if _windows(bundle):
        note += (
            " Thick dark steps: what the record counted a day in each window; along the axis: how many attacks that were. "
            "The record counts reported attacks, the model all of them, so the steps should lie a little below."
        )
    if bundle.responses:
        note += " Triangles and dotted lines: the responses of the record, which only a replaying policy carries out."
    if length[-1] < SHORT_WEEK * WEEK_DAYS:
        note += f" The last week has {days(length[-1])}: its mean is drawn, its band is in the table."
    return note


def _reference(bundle: Bundle) -> str:
    """The policy whose mean is drawn in every panel: the first that others are compared with."""
    against = [d["against"] for d in bundle.differences()]
    return against[0] if against else bundle.policies[0]


def _last_full(length: list[float]) -> int:
    full = [w for w, x in enumerate(length) if x == WEEK_DAYS]
    return full[-1] if full else 0


def _windows(bundle: Bundle) -> list[Any]:
    return [
        w for w in bundle.windows if w.end_day > 0.0 and w.start_day < bundle.horizon_days and w.days > 0.0
    ]


def _draw(bundle: Bundle, length: list[float], title: str, says: str) -> Any:
    policies = bundle.policies
    across = 2 if len(policies) in (2, 4) else min(ACROSS, len(policies))
    reference = _reference(bundle)
    down = math.ceil(len(policies) / across)
    with styled():
        canvas = Canvas(figsize=(WIDTH, 0.25 + 1.95 * down), layout="constrained")
        grid = canvas.subplots(down, across, sharex=True, sharey=True, squeeze=False)
        axes = list(grid.flat)
        for ax in axes[len(policies) :]:
            ax.set_visible(False)
        top = max(
            _panel(ax, bundle, policy, length, reference) for ax, policy in zip(axes, policies, strict=False)
        )
        for k, (ax, policy) in enumerate(zip(axes, policies, strict=False)):
            ax.set_title(short(policy, 34), pad=14)
            ax.set_ylim(0, 1.08 * top + 1e-9)
            ax.set_xlim(0, bundle.horizon_days)
            ax.grid(axis="y")
            step = WEEK_DAYS * max(1, round(len(length) / 5))
            ticks = [d * step for d in range(math.ceil(bundle.horizon_days / step))]
            ax.set_xticks(ticks, [short_date(bundle.day(t)) for t in ticks])
            if k + across >= len(policies):
                ax.tick_params(labelbottom=True)
            if k % across == 0:
                ax.set_ylabel("attacks a day")
            _responses(ax, bundle)
        return inline_svg(canvas, NAME, title, says)


def _panel(ax: Axes, bundle: Bundle, policy: str, length: list[float], reference: str) -> float:
    """Draw one policy; the highest value drawn."""
    drawn = [w for w, x in enumerate(length) if x >= SHORT_WEEK * WEEK_DAYS] or [0]
    edges = [w * WEEK_DAYS for w in range(len(length))] + [bundle.horizon_days]

    def steps(name: str, of: str, weeks: list[int]) -> tuple[list[float], list[float]]:
        values = [bundle.result["weeks"][of][w][name] / length[w] for w in weeks]
        return [*(edges[w] for w in weeks), edges[weeks[-1] + 1]], [*values, values[-1]]

    x, low = steps("q05", policy, drawn)
    _, high = steps("q95", policy, drawn)
    ax.fill_between(x, low, high, step="post", color=SKY, alpha=0.38, linewidth=0)
    everything = list(range(len(length)))
    if policy != reference:
        ax.step(
            *steps("mean", reference, everything),
            where="post",
            color=MUTED,
            linewidth=1.0,
            linestyle=(0, (4, 2)),
        )
    ax.step(*steps("mean", policy, everything), where="post", color=BLUE, linewidth=1.8)
    top = max(high)
    for w in _windows(bundle):
        a, b = max(0.0, w.start_day), min(bundle.horizon_days, w.end_day)
        ax.plot([a, b], [w.per_day] * 2, color=INK, linewidth=2.4, solid_capstyle="butt")
        ax.annotate(
            ("≥" if w.at_least else "") + str(w.attacks), ((a + b) / 2, 0.0), (0, 3), textcoords="offset points", ha="center",
            fontsize=6.5, color=INK,
        )  # fmt: skip
        top = max(top, 1.15 * w.per_day)
    return top


def _responses(ax: Axes, bundle: Bundle) -> None:
    """A triangle and a dotted line for each response; labels that would run into each other share one."""
    top = ax.get_ylim()[1]
    together: list[tuple[float, list[str]]] = []
    for day, r in bundle.responses:
        ax.axvline(day, color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)))
        ax.plot(day, top, marker="v", color=VERMILLION, markersize=4.5, clip_on=False)
        if together and day - together[-1][0] < 0.075 * bundle.horizon_days:
            together[-1][1].append(r.id)
        else:
            together.append((day, [r.id]))
    for day, ids in together:
        text = ids[0] if len(ids) == 1 else f"{ids[0]}–{ids[-1]}"
        ax.annotate(
            short(text, 12), (day, top), (0, 5), textcoords="offset points", ha="center", fontsize=6.5, color=MUTED,
            annotation_clip=False,
        )  # fmt: skip
