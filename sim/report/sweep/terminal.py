"""What a sweep looks like in a terminal: how much was run, the points with fewest attacks, and where the rest lies."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.report.parts import clean
from sim.report.rounding import estimate, number, probability
from sim.report.words import NOT_JUDGED
from sim.scenario.sweeps.paths import is_lever

COLUMNS = 100
BEST = 5
AXES = 6  # that a terminal has room for
Document = Mapping[str, Any]


def print_sweep(document: Document, console: Console) -> None:
    """Say what a sweep did, and show the points with the fewest attacks."""
    width = min(COLUMNS, console.width)
    console.print(
        Text(f"{clean(document['study'])}: {document['points']:,} points", style="bold"), width=width
    )
    if document["table"]:
        table = pd.read_parquet(Path(document["table"]), filters=[("measure", "==", "attacks")])
        if len(table):
            console.print(Text(_heading(table)), width=width)
            console.print(_best(table), width=width)
            console.print(Text(_warning(table)), width=width)
    for failure in document["failures"][:BEST]:
        where = (
            f"point {failure['point']}" if failure.get("point") is not None else f"chunk {failure['chunk']}"
        )
        console.print(
            Text(clean(f"failed: {where}: {failure['where']}: {failure['what']}: {failure['message']}")),
            width=width,
        )
    if document["failed"] > BEST:
        console.print(Text(f"{document['failed']} failed in all: failed.json lists them"), width=width)
    done = f"{document['runs_done']:,} of {document['runs']:,} runs"
    said = done if document["complete"] else f"{done}; go on with: {document['go_on']}"
    console.print(Text(said, style="dim"), soft_wrap=True)
    for what in ("bundle", "table", "report"):
        if document.get(what):
            console.print(Text(f"{what}: {clean(document[what])}"), soft_wrap=True)


def _warning(table: pd.DataFrame) -> str:
    """What to make of the first rows: one of many, or points of several settings."""
    if not all(map(is_lever, _paths(table))):
        return "Settings are scenarios, not choices: rows of different settings are no ranking. The report has the best of each setting."
    return (
        "The best of many points looks better than it is: their runs' chance differs too. The report says how many points "
        "can't be told from the best."
    )


def _paths(table: pd.DataFrame) -> list[str]:
    """The design's columns, which stand between the point and the measure."""
    return [str(x) for x in table.columns[1 : list(table.columns).index("measure")]]


def _heading(table: pd.DataFrame) -> str:
    """Which of the points are shown, of which axes, against whom."""
    points, against = table["point"].nunique(), table["against"].dropna().unique().tolist()
    said = f"the {min(BEST, points)} of {points:,} points with the fewest attacks"
    if len(against) > 1:
        said += f", against {clean(against[0])} (the table has {clean(', '.join(against[1:]))} too)"
    more = len(_paths(table)) - AXES
    return said + (f"; {more} more of what is varied are in the table" if more > 0 else "") + ":"


def _best(table: pd.DataFrame) -> Table:
    """The points with the fewest attacks, against the first policy that they are compared with."""
    first = table["against"].dropna().unique()
    if len(first):
        table = table[table["against"] == first[0]]
    paths = _paths(table)[:AXES]
    on_average = bool(table["probability_mean_better"].notna().any())
    out = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for path in paths:
        out.add_column(clean(path.rpartition(".")[2]), overflow="fold")
    out.add_column("attacks,\nmean [95%]", justify="right", no_wrap=True)
    if len(first):
        out.add_column(f"less {clean(first[0])},\nmean [95%]", justify="right", no_wrap=True)
        better = "P(better on\naverage)" if on_average else "P(a run\nbetter)"
        out.add_column(f"{better} (prior)", justify="right", no_wrap=True)
        out.add_column("label", no_wrap=True)
    for _, row in table.sort_values(["mean", "point"]).head(BEST).iterrows():
        e = estimate(row["mean"], row["mean_low"], row["mean_high"])
        cells = [Text(clean(_short(row[path]))) for path in paths] + [Text(f"{e.mean} [{e.low}, {e.high}]")]
        if len(first):
            d = estimate(row["difference"], row["difference_low"], row["difference_high"])
            which = ("probability_mean_better", "prior_probability_mean_better")
            after, before = which if on_average else ("probability_better", "prior_probability_better")
            said = f"{probability(row[after])} ({probability(row[before]) if pd.notna(row[before]) else '–'})"
            cells += [
                Text(f"{d.mean} [{d.low}, {d.high}]"),
                Text(said),
                Text(
                    clean(
                        row["label"]
                        if pd.notna(row["label"])
                        else NOT_JUDGED
                        if pd.notna(row["difference"])
                        else "–"
                    )
                ),
            ]
        out.add_row(*cells)
    return out


def _short(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)
