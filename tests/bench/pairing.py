"""What common random numbers are worth: (Var a + Var b) / Var(a - b), lever by lever."""

import numpy as np

from sim.model.levers import FIXED, Levers
from sim.study.plan import worlds
from sim.study.points import Mode, Points, PointSource
from sim.study.runner import Plan, simulate
from sim.study.summary import variance_reduction
from tests.bench.study import main_study
from tests.bench.table import Row, Rows

RUNS = 4_000
BASE = Levers(
    trigger_attacks=5, delay_form=FIXED, delay_a=2.0, places_allowed=3, infrastructure=0.0, fighters=1.0
)
PAIRS: dict[str, Levers] = {
    "delay 2 days against 1": BASE._replace(delay_a=1.0),
    "after 5 attacks against 4": BASE._replace(trigger_attacks=4),
    "all answered against 80%": BASE._replace(answered_share=0.8),
    "gap of 0 days against 4": BASE._replace(min_gap=4.0),
    "fighters against infrastructure": BASE._replace(infrastructure=1.0, fighters=0.0),
    "fighters against a fifth on the sponsor": BASE._replace(fighters=0.8, sponsor=0.2),
    "strength 1 against 1.5": BASE._replace(strength=1.5),
    "both places against Syria only": BASE._replace(places_allowed=2),
    "no spontaneous fire against a tenth": BASE._replace(spontaneous=0.1, spontaneous_days=0.1),
    "clarity .5 against .9": BASE._replace(clarity=0.9),
    "defence 1 against 1.5": BASE._replace(defence_level=1.5),
}


def pairing() -> Rows:
    """Variance reduction of pairing for each lever: at fixed parameters (M4, M5) and with posterior draws, apart."""
    files, fitted = main_study()
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    world = worlds(files, ["none"])["none"]
    rows: Rows = []
    sets = {
        "fixed, M4": source.points(Mode("fixed", "M4"), range(RUNS)),
        "fixed, M5": source.points(Mode("fixed", "M5"), range(RUNS)),
        "posterior": source.points(Mode("posterior"), range(RUNS)),
    }
    for what, other in PAIRS.items():
        plan = Plan(
            1, True, {"a": world._replace(ladder=(BASE,)), "b": world._replace(ladder=(other,))}, source, "compiled"
        )  # fmt: skip
        found = {name: _reduction(plan, points) for name, points in sets.items()}
        figure = ", ".join(f"{name} {_said(x)}" for name, x in found.items())
        if what.startswith("delay"):
            most = found["fixed, M4"] or 0.0
            rows.append(Row(what, figure, "at least 25 at fixed parameters", most >= 25.0))
        else:
            rows.append(Row(what, figure))
    return rows


def _reduction(plan: Plan, points: Points) -> float | None:
    measured, _ = simulate(plan, points, np.arange(len(points)), threads=2)
    return variance_reduction(measured[0, 0], measured[0, 1])


def _said(x: float | None) -> str:
    return "no difference" if x is None else f"{x:.3g}"
