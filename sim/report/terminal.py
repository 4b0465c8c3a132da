"""What a comparison and a calibration look like in a terminal: tables of at most 100 columns, and sentences."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.report.parts import clean
from sim.report.rounding import MISSING, estimate, fixed, number, probability
from sim.report.sections.regret import attacks, clear, regret_words
from sim.report.words import Odds, of_means, of_runs, on_attacks, stopped, summary

COLUMNS = 100
Document = Mapping[str, Any]


def print_comparison(document: Document, console: Console) -> None:
    """Attacks by policy, differences against each reference with how far the record moved them, and what it says."""
    width = min(COLUMNS, console.width)
    title = f"{clean(document['study'])}: attacks in {number(document['horizon_days'])} days"
    console.print(Text(title, style="bold"), width=width)
    console.print(_attacks(document), width=width)
    if on_attacks(document):
        console.print()
        console.print(_differences(document), width=width)
    regret = document.get("regret")
    if regret:
        console.print()
        console.print(
            Text("regret: attacks more than under the best policy, if a hypothesis holds"), width=width
        )
        console.print(_regret(regret), width=width)
    for sentence in [*(summary(document) if document["differences"] else []), *regret_words(regret)]:
        console.print(Text(sentence), width=width)
    console.print(
        Text(f"{document['replications']} runs of each policy: {stopped(document)}.", style="dim"),
        width=width,
    )
    for what in ("bundle", "report"):
        if document.get(what):
            # a path on a line of its own, never folded: it is there to be copied
            console.print(Text(f"{what}: {clean(document[what])}"), soft_wrap=True)


def _attacks(document: Document) -> Table:
    table = _table()
    table.add_column("policy", overflow="fold")
    table.add_column("attacks,\nmean [95%]", justify="right", no_wrap=True)
    found = document["measures"]["attacks"]
    for policy in document["policies"]:
        x = found[policy]
        e = estimate(x["mean"], x["mean_low"], x["mean_high"])
        table.add_row(Text(clean(policy)), Text(f"{e.mean} [{e.low}, {e.high}]"))
    return table


def _differences(document: Document) -> Table:
    """Two probabilities, each with its prior's: which policy is better on average, and which of a pair of runs is."""
    table = _table()
    table.add_column("policy", overflow="fold")
    table.add_column("against", overflow="fold")
    for heading in (
        "difference in\nattacks,\nmean [95%]",
        "P(better on\naverage)\n(prior)",
        "P(a run\nbetter)\n(prior)",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("label", no_wrap=True)
    rows = on_attacks(document)
    for policy in document["policies"]:
        for d in (d for d in rows if d["policy"] == policy):
            e = estimate(d["mean"], d["mean_low"], d["mean_high"], sign=True)
            means = of_means(d)
            cells = [
                clean(policy),
                clean(d["against"]),
                f"{e.mean} [{e.low}, {e.high}]",
                MISSING if means is None else _pair(means),
                _pair(of_runs(d)),
                clean(d["label"]),
            ]
            table.add_row(*(Text(c) for c in cells))
    return table


def _regret(regret: Document) -> Table:
    """Rows policies, columns hypotheses; a hypothesis that is not fitted is in brackets, a regret that may be 0 has a ~."""
    table = _table()
    table.add_column("policy", overflow="fold")
    for h, x in regret["hypotheses"].items():
        table.add_column(clean(h) if x["fitted"] else f"({clean(h)})", justify="right", no_wrap=True)
    for heading in ("average", "largest"):
        table.add_column(heading, justify="right", no_wrap=True)
    for policy, x in regret["policies"].items():
        cells = [h["policies"][policy] for h in regret["hypotheses"].values()]
        shown = [("" if c["regret"] == 0.0 or clear(c) else "~") + fixed(c["regret"], 1) for c in cells]
        table.add_row(*map(Text, [clean(policy), *shown, attacks(x["average"]), attacks(x["largest"])]))
    return table


def _pair(x: Odds) -> str:
    return f"{probability(x.after)} ({probability(x.before)})"


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))


def print_calibration(document: Document, console: Console) -> None:
    """Each hypothesis' evidence and weight, and what the record said of each parameter."""
    width = min(COLUMNS, console.width)
    table = _table()
    table.add_column("hypothesis")
    for heading in ("log evidence ± se", "declared", "updated", "informed", "prior-driven"):
        table.add_column(heading, justify="right")
    driven = total = 0
    for name, x in document["hypotheses"].items():
        fitted = x.get("fitted", True)
        labels = [p["label"] for p in (x.get("parameters") or {}).values()] if fitted else []
        informed = sum(label == "informed" for label in labels)
        driven, total = driven + len(labels) - informed, total + len(labels)
        error = x.get("log_evidence_se")
        cells = [
            clean(name),
            number(x.get("log_evidence"), 4) + ("" if error is None else f" ± {number(error, 1)}"),
            probability(x.get("declared_weight")),
            probability(x.get("evidence_weight")),
            str(informed) if fitted else "not fitted",
            str(len(labels) - informed) if fitted else "all",
        ]
        table.add_row(*(Text(c) for c in cells))
    console.print(table, width=width)
    console.print(
        Text(
            f"Of {total} fitted parameters over all hypotheses, {driven} keep their prior (contraction under 0.3): what "
            "hangs on them is assumption."
        ),
        width=width,
    )
