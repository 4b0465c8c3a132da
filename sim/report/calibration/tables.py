"""Tables of a calibration: its checks, parameters, predictions, samplers, scores, and what other evidence would change."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.evidence_words import ASKED
from sim.report.parts import Cell, Column, Rows, Table
from sim.report.rounding import fixed, number, probability

Row = Mapping[str, Any]
NAMES = {
    "ranks": "Simulation-based calibration",
    "coverage": "Coverage of intervals",
    "samplers": "Evidence by two samplers",
    "learning": "Contraction and z-scores",
    "evidence_curves": "Evidence over the prior’s width",
    "scores": "Windows left out",
    "placebo": "Placebo strikes",
    "sensitivity": "Sensitivity to the priors",
    "recovery": "Recovery of known truths",
    "windows_needed": "What would change our mind",
}


def state(check: Row) -> str:
    """What a check's badge says."""
    if not check["tests"]:
        return "informs"
    return "passed" if check["passed"] else "did not pass"


def checks_table(checks: Mapping[str, Row]) -> Table:
    """A row for each check: what it found, and whether it can fail."""
    rows: Rows = [[NAMES[n], Cell("", label=state(x)), x["says"]] for n, x in checks.items()]
    columns = (
        Column("Check", numeric=False),
        Column("Result", numeric=False),
        Column("What it found", numeric=False),
    )
    return Table("All checks", columns, rows)


def parameters_table(hypotheses: Mapping[str, Any]) -> Table:
    """Prior and posterior of each parameter, by hypothesis."""
    rows: Rows = [
        [
            Cell(name, (x["unit"],)), h, number(x["prior_mean"]), number(x["prior_sd"]), number(x["mean"]), number(x["sd"]),
            f"{number(x['q05'])} to {number(x['q95'])}", fixed(x["contraction"], 2), Cell("", label=x["label"]),
        ]
        for h, found in hypotheses.items() if found["fitted"]
        for name, x in found["parameters"].items()
    ]  # fmt: skip
    columns = (
        Column("Parameter", numeric=False), Column("Hypothesis", numeric=False), Column("Prior mean"), Column("Prior sd"),
        Column("Mean"), Column("sd"), Column("5% to 95%"), Column("Contraction"), Column("Label", numeric=False),
    )  # fmt: skip
    return Table("Prior and posterior of each parameter", columns, rows)


def tally_table(rows: Sequence[Row]) -> Table:
    """Data sets ranked and left out, and what their draws are worth."""
    columns = (
        Column("Hypothesis", numeric=False), Column("Data sets ranked"), Column("Left out", "too many attacks"),
        Column("Left out", "draws worth under 99"), Column("Draws worth", "median"), Column("Draws worth", "5%"),
    )  # fmt: skip
    return Table(
        "Data sets of the simulation",
        columns,
        [
            [
                x["hypothesis"], f"{x['ranked']:,}", str(x["too_large"]), str(x["too_few_draws"]), f"{x['worth']:,.0f}",
                f"{x['worth_low']:,.0f}",
            ]
            for x in rows
        ],
    )  # fmt: skip


def samplers_table(rows: Sequence[Row]) -> Table:
    """Log evidence by importance sampling and by tempered Monte Carlo, each with its error."""
    columns = (
        Column("Hypothesis", numeric=False), Column("Importance sampling", "log evidence"), Column("Error"),
        Column("Tempered Monte Carlo", "log evidence"), Column("Error"), Column("Difference", "combined errors"),
        Column("Result", numeric=False),
    )  # fmt: skip
    words = {True: "agree", False: "differ", None: "importance sampling is not sound here, and not used"}
    return Table(
        "Evidence by two samplers",
        columns,
        [
            [
                x["hypothesis"], fixed(x["importance"], 3), number(x["importance_se"], 1), fixed(x["tempered"], 3),
                number(x["tempered_se"], 1), number(x["errors"], 2), words[x["passed"]],
            ]
            for x in rows
        ],
    )  # fmt: skip


def scores_table(rows: Sequence[Row], given: str, caption: str) -> Table | None:
    """Log score and mid-PIT of each window by hypothesis, and the sum."""
    here = [x for x in rows if x["given"] == given]
    if not here:
        return None
    names = list(dict.fromkeys(x["hypothesis"] for x in here))
    by = {(x["window"], x["hypothesis"]): x for x in here}
    windows = list(dict.fromkeys(x["window"] for x in here))

    def one(x: Row) -> Cell:
        pit = () if x["pit"] is None else (f"PIT {probability(x['pit'])}",)
        return Cell(fixed(x["log_score"], 2), pit)

    table: Rows = [[w, str(by[w, names[0]]["observed"]), *(one(by[w, h]) for h in names)] for w in windows]
    sums = [fixed(sum(by[w, h]["log_score"] for w in windows), 2) for h in names]
    table.append(["All", "", *sums])
    columns = (Column("Window", numeric=False), Column("Counted"), *(Column(h, "log score") for h in names))
    return Table(caption, columns, table)


def changes_table(changes: Sequence[Row]) -> Table | None:
    """What other readings of the admitted items, and further items of the record, would change."""
    if not changes:
        return None
    asked = [(what, h) for what in ASKED for h in changes[0][what]]
    columns = (
        Column("Evidence", numeric=False), *(Column(h, f"probability that {ASKED[what]}") for what, h in asked),
        Column("How", numeric=False),
    )  # fmt: skip
    rows: Rows = [[x["says"], *(probability(x[what].get(h)) for what, h in asked), x["how"]] for x in changes]
    return Table("What other readings and further items would change", columns, rows)
