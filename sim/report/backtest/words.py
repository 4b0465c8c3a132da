"""Sentences on a history: how well it went, and how little a few windows can show."""

from collections.abc import Mapping
from typing import Any

from calibration.baselines import CONSTANT, LAST
from sim.report.rounding import fixed, number, percent, signed

Document = Mapping[str, Any]
AGAINST = {CONSTANT: "one constant rate", LAST: "the last window’s rate"}
UNITS = {"crps": "attacks", "log_score": "nats"}
SCORES = {"crps": "CRPS", "log_score": "log score"}
FEW = 20  # windows under which no skill of ordinary size shows


def heading(document: Document) -> str:
    """What was done, in a line."""
    return {
        "backtest": "Forecasts of each window from the end of the one before it",
        "until": f"One forecast, calibrated up to {document.get('until')}",
        "forecast": f"A sealed forecast from {document.get('forecast_from')}",
        "score": f"The sealed forecast of {document.get('forecast_from')}, against what came",
    }[document["mode"]]


def covered(document: Document) -> list[str]:
    """How many counts each central interval held."""
    return [
        f"The {percent(x['level'])} interval held {x['inside']} of {x['windows']} counts; the forecasts put "
        f"{percent(x['expected'])} there, counts being whole."
        for x in document["coverage"]
    ]


def skill_sentence(document: Document, baseline: str, score: str) -> str:
    """Skill by one score against one baseline, and whether it can be told from chance."""
    x = document["skill"][baseline][score]
    how = "better" if x["mean"] > 0.0 else "worse"
    size = MISSING_SKILL if x["skill"] is None else signed(fixed(x["skill"], 2))
    said = (
        f"By {SCORES[score]}, the forecasts did {how} than {AGAINST[baseline]}: skill {size} over {x['windows']} "
        f"{'window' if x['windows'] == 1 else 'windows'}"
    )
    if x["mean_low"] is None:
        return f"{said}. So few windows say nothing of chance."
    unit = UNITS[score]
    span = (
        f"{signed(fixed(x['mean'], 2))} {unit} a window (95% {signed(fixed(x['mean_low'], 2))} to "
        f"{signed(fixed(x['mean_high'], 2))})"
    )
    if document["mode"] in ("until", "score"):
        return f"{said}, {span}. Windows of one forecast move together, so this says less than their number."
    if not x["mean_low"] <= 0.0 <= x["mean_high"]:
        return f"{said}, {span}: more than chance explains, if windows are alike and independent."
    needed = x["windows_needed"]
    many = "more than a million" if needed is None else f"about {number(float(needed), 2)}"
    return (
        f"{said}, {span}: not to be told from chance. A difference of this size and spread would show in {many} such windows "
        "(4 times in 5, at the 5% level)."
    )


MISSING_SKILL = "none"


def verdict(document: Document) -> list[str]:
    """What the scores say, in sentences."""
    if not document["scores"]:
        return ["Nothing is scored yet: the forecast is sealed, and waits for what comes."]
    out = [skill_sentence(document, b, s) for b in (CONSTANT, LAST) for s in ("crps", "log_score")]
    n = len(document["scores"])
    if n < FEW:
        out.append(
            f"{n} {'window is' if n == 1 else 'windows are'} too few to show that a model forecasts well: the bands of many "
            "wrong models would hold them too."
        )
    return out


def simulation(document: Document) -> str:
    """How much of a score is the simulation’s own noise."""
    rows = document["scores"]
    worst = {s: max(r[f"{s}_se"] for r in rows) for s in UNITS}
    by = sorted({r["log_score_by"] for r in rows})
    return (
        f"{document['runs']} runs of each forecast leave at most ±{number(worst['crps'], 2)} attacks in a CRPS and "
        f"±{number(worst['log_score'], 2)} nats in a log score (one standard error; log scores by {' or '.join(by)}). Baselines are exact."
    )
