"""The page: sections and figures of a bundle, laid out by the template."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.report.evidence_words import largest_moves, like_for_like, named_moves
from sim.report.figures.attacks import attacks_figure
from sim.report.figures.differences import differences_figure
from sim.report.figures.fit import fit_figure
from sim.report.figures.parameters import parameters_figure
from sim.report.figures.weeks import weeks_figure
from sim.report.figures.weights import weights_figure
from sim.report.parts import Figure, cell, clean, listed
from sim.report.reader import Bundle
from sim.report.rounding import date, number
from sim.report.sections.answer import answer
from sim.report.sections.assumptions import assumptions_table, hypothesis_table, levers_table, settings_table
from sim.report.sections.evidence import (
    admitted_table,
    calibration_notes,
    casualties_table,
    changes_table,
    chosen_readings,
    left_out_table,
    not_identified,
    responses_table,
    sections_used,
)
from sim.report.sections.grid import grid
from sim.report.sections.history import history, hurt_table
from sim.report.sections.hypotheses import contrasts_table, hypotheses_table, mechanisms_table, silent_levers
from sim.report.sections.limits import LIMITS
from sim.report.sections.regret import regret_table, regret_words
from sim.report.sections.reproduce import reproduce
from sim.report.sections.spread import spread_table, spread_words
from sim.report.words import of_means, on_attacks, readable

_HERE = Path(__file__).resolve().parent
LANGUAGE = "en"


class Figures(NamedTuple):
    """Every figure of a report; None where there is nothing to draw."""

    attacks: Figure
    weeks: Figure
    fit: Figure | None
    parameters: Figure | None
    differences: dict[str, Figure]  # by the policy that the others are compared with
    weights: Figure | None


def draw(bundle: Bundle) -> Figures:
    """Draw the figures of a bundle."""
    against = dict.fromkeys(d["against"] for d in on_attacks(bundle.result))
    return Figures(
        attacks_figure(bundle),
        weeks_figure(bundle),
        fit_figure(bundle),
        parameters_figure(bundle),
        {x: differences_figure(bundle, x) for x in against},
        weights_figure(bundle),
    )


def page(bundle: Bundle, figures: Figures) -> str:
    """HTML of the report: one file that needs no network and no script."""
    kept, informed = not_identified(bundle)
    context: dict[str, Any] = {
        "version": bundle.manifest["versions"].get("deter", ""),
        "study": readable(bundle.result["study"]),
        "question": bundle.result["question"],
        "record": bundle.files.record,
        "start": date(bundle.start),
        "horizon": number(bundle.horizon_days),
        "after_record": bundle.files.study.after_record,
        "runs": bundle.result["replications"],
        "fitted": listed(bundle.fitted),
        "unfitted": [h for h in bundle.hypotheses if h not in bundle.fitted],
        "figures": figures,
        "answer": answer(bundle),
        "grid": grid(bundle),
        "inner_runs": bundle.files.study.budget.expected_runs,
        "on_average": any(of_means(d) is not None for d in on_attacks(bundle.result)),
        "spread": spread_table(bundle),
        "whence": spread_words(bundle),
        "history": history(bundle),
        "hurt": hurt_table(bundle),
        "hypotheses": hypotheses_table(bundle),
        "alike": like_for_like(bundle.calibration),
        "contrasts": contrasts_table(bundle),
        "regret": regret_table(bundle.result.get("regret"), bundle.horizon_days),
        "minimax": regret_words(bundle.result.get("regret")),
        "mechanisms": mechanisms_table(bundle),
        "silent": silent_levers(bundle),
        "notes": calibration_notes(bundle),
        "sections": sections_used(bundle),
        "readings": chosen_readings(bundle),
        "admitted": admitted_table(bundle),
        "changes": changes_table(bundle),
        "moves": [*largest_moves(bundle.calibration), *named_moves(bundle.calibration)],
        "left_out": left_out_table(bundle),
        "responses": responses_table(bundle),
        "casualties": casualties_table(bundle),
        "kept": kept,
        "informed": informed,
        "assumptions": assumptions_table(bundle),
        "priors": hypothesis_table(bundle),
        "settings": settings_table(bundle),
        "levers": levers_table(bundle),
        "limits": LIMITS,
        "reproduce": reproduce(bundle),
    }
    return render("report.html.j2", context)


def render(template: str, context: dict[str, Any]) -> str:
    """A page of this room from its template, with the style sheet that all pages share."""
    shared = {"language": LANGUAGE, "style": Markup(style())}  # noqa: S704  our own file
    return environment().get_template(template).render(shared | context)


@cache
def environment() -> Environment:
    """Templates of the report: escaped, strict, with its filters."""
    found = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {"cell": cell, "listed": listed, "slug": _slug}
    return found


def _finalize(value: Any) -> Any:
    """Text that goes onto the page: one line, no control characters; our own markup as it is."""
    return value if isinstance(value, Markup) else clean(value)


def _slug(label: str) -> str:
    """A label as a class of the style sheet; an unknown one has the plain look."""
    return {"prior-driven": "driven", "informed": "informed"}.get(label, "plain")


@cache
def style() -> str:
    """The style sheet."""
    return (_HERE / "report.css").read_text("utf-8")
