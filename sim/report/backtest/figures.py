"""Two figures of a history: counts against their bands, and skill window by window."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from sim.report.backtest.words import Document
from sim.report.figures.style import BLUE, INK, MUTED, SKY, VERMILLION, WIDTH, inline_svg, short, styled
from sim.report.parts import Column, Figure, Table, listed
from sim.report.rounding import fixed, number, signed

MOST_LABELS = 16
FLOOR = -1.0  # of the axis of skill: below it a mark stands at the edge, pointing down
Row = dict[str, Any]


def bands_figure(document: Document) -> Figure:
    """The count of each window against the 50% and 90% bands that were forecast for it."""
    rows: list[Row] = document["scores"] or document["forecasts"]
    scored = "observed" in rows[0]
    title = "What came against what was forecast" if scored else "What is forecast"
    if scored:
        outside = [r["window"] for r in rows if not r["q05"] <= r["observed"] <= r["q95"]]
        says = (
            f"{len(rows) - len(outside)} of {len(rows)} counts lie in their 90% band"
            f"{'' if not outside else f'; outside: {listed(outside)}'}. "
            + "; ".join(f"{r['window']}: {r['observed']}, 90% {r['q05']} to {r['q95']}" for r in rows)
            + "."
        )
    else:
        says = (
            "; ".join(f"{r['window']}: median {r['q50']}, 90% {r['q05']} to {r['q95']}" for r in rows) + "."
        )
    columns = (
        Column("Window", numeric=False), Column("From", numeric=False), Column("To", numeric=False),
        *([Column("Counted")] if scored else []), Column("5%"), Column("25%"), Column("Median"), Column("75%"), Column("95%"), Column("Mean"),
    )  # fmt: skip
    table = Table(
        "Counts and forecasts" if scored else "Forecasts",
        columns,
        [
            [
                str(r["window"]), str(r["start"]), str(r["end"]), *([str(r["observed"])] if scored else []),
                *(str(r[k]) for k in ("q05", "q25", "q50", "q75", "q95")), number(r["mean"]),
            ]
            for r in rows
        ],
    )  # fmt: skip
    note = "Light band: 90% of the forecast; dark band: 50%; line: its median."
    if scored:
        note += " Dot: the count that came; a cross where it fell outside 90%."
    return Figure("bands", _bands(rows, title, says, scored=scored), title, says, note, table)


def _bands(rows: list[Row], title: str, says: str, *, scored: bool) -> Any:
    with styled():
        canvas = Canvas(figsize=(WIDTH, 3.3), layout="constrained")
        ax = canvas.subplots()
        for i, r in enumerate(rows):
            ax.bar(i, r["q95"] - r["q05"], 0.8, r["q05"], color=SKY, alpha=0.35, linewidth=0)
            ax.bar(i, r["q75"] - r["q25"], 0.8, r["q25"], color=SKY, alpha=0.9, linewidth=0)
            ax.plot([i - 0.4, i + 0.4], [r["q50"]] * 2, color=BLUE, linewidth=1.6)
            if scored:
                inside = r["q05"] <= r["observed"] <= r["q95"]
                look = {"color": INK} if inside else {"color": VERMILLION, "markeredgewidth": 2.0}
                ax.plot(i, r["observed"], "o" if inside else "x", markersize=5.5, zorder=3, **look)
        _windows_axis(ax, rows)
        ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
        ax.locator_params(axis="y", nbins=6, integer=True)
        ax.set_ylabel("attacks in the window", color=MUTED)
        return inline_svg(canvas, "bands", title, says)


def skill_figure(document: Document) -> Figure | None:
    """Skill by CRPS of each window, against both baselines; None if nothing was scored."""
    rows: list[Row] = document["scores"]
    if not rows:
        return None
    title = "Skill window by window"
    better = [sum(r[k] > 0.0 for r in rows) for k in ("crps_skill", "last_window_crps_skill")]
    says = (
        f"By CRPS the forecast did better than one constant rate in {better[0]} of {len(rows)} windows, and better than the last "
        f"window’s rate in {better[1]}."
    )
    heads = ("CRPS", "Constant rate", "Last window", "Skill, constant", "Skill, last")
    table = Table(
        "Scores of each window; lower is better, but for skill",
        (
            Column("Window", numeric=False), *(Column(x) for x in heads), Column("Log score", "nats"), Column("Constant rate", "nats"),
            Column("Last window", "nats"), Column("PIT"),
        ),
        [
            [
                str(r["window"]), *(fixed(r[k], 2) for k in ("crps", "baseline_crps", "last_window_crps")),
                *(signed(fixed(r[k], 2)) for k in ("crps_skill", "last_window_crps_skill")),
                *(fixed(r[k], 2) for k in ("log_score", "baseline_log_score", "last_window_log_score", "pit")),
            ]
            for r in rows
        ],
    )  # fmt: skip
    note = (
        "Skill is 1 − CRPS / CRPS of the baseline: above 0 the forecast was better, below 0 worse. One window’s skill is mostly "
        "luck. A mark at the lower edge that points down lies below −1."
    )
    return Figure("skill", _skill(rows, title, says), title, says, note, table)


def _skill(rows: list[Row], title: str, says: str) -> Any:
    with styled():
        canvas = Canvas(figsize=(WIDTH, 2.7), layout="constrained")
        ax = canvas.subplots()
        ax.axhline(0.0, color=INK, linewidth=0.9)
        kinds = (
            ("crps_skill", "against one constant rate", INK, "o", -0.12),
            ("last_window_crps_skill", "against the last window’s rate", VERMILLION, "s", 0.12),
        )
        for key, label, colour, marker, shift in kinds:
            for i, r in enumerate(rows):
                below = r[key] < FLOOR
                y = FLOOR if below else r[key]
                ax.vlines(i + shift, min(y, 0.0), max(y, 0.0), color=colour, linewidth=1.0, alpha=0.6)
                ax.plot(i + shift, y, "v" if below else marker, color=colour, markersize=6, zorder=3)
            ax.plot([], [], marker, color=colour, label=label)
        _windows_axis(ax, rows)
        ax.set_ylim(FLOOR - 0.08, 1.05)
        ax.set_ylabel("skill by CRPS", color=MUTED)
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)
        return inline_svg(canvas, "skill", title, says)


def _windows_axis(ax: Axes, rows: list[Row]) -> None:
    """Windows in order, named where there is room."""
    every = -(-len(rows) // MOST_LABELS)
    ticks = list(range(0, len(rows), every))
    ax.set_xticks(ticks, [short(str(rows[i]["window"]), 10) for i in ticks])
    ax.set_xlim(-0.7, len(rows) - 0.3)
    ax.grid(axis="y")
