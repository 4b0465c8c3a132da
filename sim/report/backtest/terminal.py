"""A history in a terminal: a table of windows, one of leads, and sentences."""

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.report.backtest.words import Document, covered, heading, simulation, verdict
from sim.report.parts import clean
from sim.report.rounding import fixed, number, signed

COLUMNS = 100
LEADS = 6  # windows ahead that the terminal shows


def print_history(document: Document, console: Console) -> None:
    """Windows against their forecasts, scores beside the baselines', and what they say."""
    width = min(COLUMNS, console.width)

    def say(text: str, style: str = "") -> None:
        console.print(Text(text, style=style), width=width)

    say(f"{clean(document['record']['id'])}: {heading(document)}", "bold")
    console.print(_windows(document["scores"] or document["forecasts"]), width=width)
    if len(document["by_lead"]) > 1:
        console.print()
        console.print(_leads(document["by_lead"][:LEADS]), width=width)
        if len(document["by_lead"]) > LEADS:
            say(f"Up to {len(document['by_lead'])} windows ahead in the report.", "dim")
    for sentence in (*covered(document), *verdict(document)):
        say(sentence)
    if document["scores"]:
        say(simulation(document), "dim")
    for note in document["notes"]:
        say(f"Note: {note}.")
    for what in ("seal", "bundle", "report"):
        if document.get(what):
            # on a line of its own, never folded: it is there to be copied
            console.print(Text(f"{what}: {clean(document[what])}"), soft_wrap=True)


def _windows(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    scored = "observed" in rows[0]
    table.add_column("window", no_wrap=True, min_width=6)
    heads = (
        "counted",
        "median",
        "50%",
        "90%",
        "CRPS",
        "constant\nrate",
        "last\nwindow",
        "-ln P",
        "constant\nrate",
        "last\nwindow",
        "PIT",
    )
    for name in heads if scored else ("median", "50%", "90%", "mean"):
        table.add_column(name, justify="right", no_wrap=True)
    for r in rows:
        cells = [str(r["q50"]), f"{r['q25']}–{r['q75']}", f"{r['q05']}–{r['q95']}"]
        if not scored:
            table.add_row(Text(clean(r["window"])), *cells, number(r["mean"]))
            continue
        outside = "" if r["q05"] <= r["observed"] <= r["q95"] else "*"
        scores = (
            "crps", "baseline_crps", "last_window_crps", "log_score", "baseline_log_score", "last_window_log_score", "pit",
        )  # fmt: skip
        table.add_row(
            Text(clean(r["window"])), f"{r['observed']}{outside}", *cells, *(fixed(r[x], 2) for x in scores)
        )
    return table


def _leads(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in (
        "windows ahead",
        "forecasts",
        "within 90%",
        "CRPS",
        "skill against\nconstant rate",
        "skill against\nlast window",
    ):
        table.add_column(name, justify="right")
    for r in rows:
        table.add_row(
            str(r["lead"]), str(r["windows"]), str(r["inside90"]), fixed(r["crps"], 2),
            signed(fixed(r["crps_skill"], 2)), signed(fixed(r["last_window_crps_skill"], 2)),
        )  # fmt: skip
    return table
