"""The page of a calibration and its checks: one HTML file that needs no network and no script."""

from collections.abc import Mapping
from typing import Any

from calibration.checks.scores import EARLIER, OTHERS
from sim import __version__
from sim.report.calibration import tables
from sim.report.calibration.coverage import coverage_figure
from sim.report.calibration.curves import curves_figure
from sim.report.calibration.learning import learning_figure
from sim.report.calibration.placebo import placebo_figures
from sim.report.calibration.ranks import ranks_figures
from sim.report.calibration.recovery import needed_figure, recovery_table
from sim.report.calibration.sensitivity import sensitivity_figure
from sim.report.calibration.weights import weights_figure
from sim.report.evidence_words import largest_moves, like_for_like
from sim.report.figures.fit import predictions_figure
from sim.report.page import render
from sim.report.parts import listed

NAME = "calibration.html"
Document = Mapping[str, Any]


def calibration_page(document: Document, checks: Mapping[str, Document], command: str) -> str:
    """HTML of the report: the document of ``deter calibrate``, its checks in full, and the command that made them."""
    order = list(document["hypotheses"])
    fitted = [n for n, h in document["hypotheses"].items() if h["fitted"]]
    found = {n: x.get("rows", []) for n, x in checks.items()}
    tally = checks["ranks"]["tally"]
    failed = [tables.NAMES[n] for n, x in checks.items() if not x["passed"]]
    context: dict[str, Any] = {
        "version": __version__,
        "record": document["record"],
        "evidence": listed(document["evidence"]),
        "readings": listed([f"{i} read as “{r}”" for i, r in document["readings"].items()]),
        "has_readings": bool(document["readings"]),
        "fitted": fitted,
        "unfitted": [n for n in order if n not in fitted],
        "checked": [x["hypothesis"] for x in tally],
        "failed": listed(failed) if failed else "",
        "notes": document["notes"],
        "checks": tables.checks_table(checks),
        "parameters": tables.parameters_table(document["hypotheses"]),
        "predictive": predictions_figure(document, order),
        "ranks": ranks_figures(found["ranks"]),
        "tally": tables.tally_table(tally),
        "coverage": coverage_figure(found["coverage"], {x["hypothesis"]: x["ranked"] for x in tally})
        if found["coverage"]
        else None,
        "learning": learning_figure(found["learning"]) if found["learning"] else None,
        "samplers": tables.samplers_table(found["samplers"]),
        "curves": curves_figure(found["evidence_curves"], order),
        "alike": like_for_like(document),
        "weights": weights_figure(document["hypotheses"], checks["scores"]["stacking"]),
        "others": tables.scores_table(found["scores"], OTHERS, "Each window given all others"),
        "earlier": tables.scores_table(found["scores"], EARLIER, "Each window given those before it"),
        "changes": tables.changes_table(document["what_would_change"]),
        "moves": largest_moves(document),
        "placebos": placebo_figures(found["placebo"], checks["placebo"]["standing"]),
        "sensitivity": sensitivity_figure(found["sensitivity"], order) if fitted else None,
        "recovery": recovery_table(found["recovery"]) if found["recovery"] else None,
        "needed": needed_figure(found["windows_needed"], found["recovery"], order),
        "command": command,
    }
    return render("calibration/calibration.html.j2", context)
