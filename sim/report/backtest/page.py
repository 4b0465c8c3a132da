"""The page of a history: one HTML file that needs no network and no script, made from its document alone."""

from collections.abc import Sequence
from typing import Any

from sim.report.backtest.figures import bands_figure, skill_figure
from sim.report.backtest.words import Document, covered, heading, simulation, verdict
from sim.report.page import render
from sim.report.parts import Cell, Column, Rows, Table, listed
from sim.report.rounding import fixed, percent, percents, signed

NAME = "history.html"


def history_page(document: Document) -> str:
    """HTML of a history."""
    context: dict[str, Any] = {
        "document": document,
        "heading": heading(document),
        "notes": [x[:1].upper() + x[1:] for x in document["notes"]],
        "pending": document.get("pending", []),
        "seal": document.get("seal", ""),
        "bands": bands_figure(document),
        "skill": skill_figure(document),
        "coverage": coverage_table(document),
        "covered": covered(document),
        "verdict": verdict(document),
        "simulation": simulation(document) if document["scores"] else "",
        "leads": leads_table(document),
        "origins": origins_table(document),
        "driven": _named(document["origins"][-1]["prior_driven"]),
        "informed": _named(document["origins"][-1]["informed"]),
        "hypotheses": listed(document["hypotheses"]),
        "readings": [f"{k} read as {v}" for k, v in document["readings"].items()],
    }
    return render("backtest/history.html.j2", context)


def coverage_table(document: Document) -> Table | None:
    """Counts inside each interval, and the PIT of each count; None if nothing was scored."""
    if not document["scores"]:
        return None
    pits = ", ".join(f"{r['window']} {fixed(r['pit'], 2)}" for r in document["scores"])
    rows: Rows = [
        [f"{percent(x['level'])} interval", f"{x['inside']} of {x['windows']}", percent(x["expected"])]
        for x in document["coverage"]
    ]
    mean = sum(r["pit"] for r in document["scores"]) / len(document["scores"])
    rows.append([Cell("PIT, mean", (pits,)), fixed(mean, 2), "0.50"])
    return Table(
        "Coverage and PIT",
        (Column("", numeric=False), Column("Found"), Column("If forecasts are right")),
        rows,
    )


def leads_table(document: Document) -> Table | None:
    """Scores by how many windows ahead; None if there is one lead."""
    if len(document["by_lead"]) < 2:
        return None
    rows: Rows = [
        [
            str(r["lead"]), str(r["windows"]), str(r["inside90"]), *(fixed(r[k], 2) for k in ("crps", "baseline_crps", "last_window_crps")),
            *(signed(fixed(r[k], 2)) for k in ("crps_skill", "last_window_crps_skill")),
        ]
        for r in document["by_lead"]
    ]  # fmt: skip
    return Table(
        "Mean scores by how many windows ahead",
        (
            Column("Windows ahead"), Column("Forecasts"), Column("Within 90%"), Column("CRPS"), Column("Constant rate"),
            Column("Last window"), Column("Skill, constant"), Column("Skill, last"),
        ),
        rows,
    )  # fmt: skip


def origins_table(document: Document) -> Table:
    """What each forecast stood on, and which part of it is the prior."""
    names = document["hypotheses"]
    rows: Rows = [
        [
            f"end of {r['origin']}", str(r["windows"]), str(r["attacks"]), *percents([r["weights"].get(h, 0.0) for h in names]),
            "–" if r["from_parameters"] is None else percent(r["from_parameters"]),
            _named(r["informed"]),
        ]
        for r in document["origins"]
    ]  # fmt: skip
    return Table(
        "What each forecast stood on",
        (
            Column("Origin", numeric=False), Column("Windows"), Column("Attacks"), *(Column(h, "weight") for h in names),
            Column("Not knowing the parameters", "share of the next count’s variance; the rest is chance"), Column("Informed so far", numeric=False),
        ),
        rows,
    )  # fmt: skip


def _named(parameters: Sequence[str]) -> str:
    """Parameters in a sentence."""
    return listed([x.replace("_", " ") for x in parameters])
