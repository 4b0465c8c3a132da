"""Sections 7 and 8: the rival hypotheses, what each says, and which mechanisms it has."""

from sim.report.contrasts import by_hypothesis
from sim.report.parts import Cell, Column, Rows, Table, listed
from sim.report.reader import Bundle
from sim.report.rounding import estimate, fixed, number, probability
from sim.report.words import on_attacks
from sim.scenario.hypothesis import Hypothesis

MECHANISMS: dict[str, tuple[str, ...]] = {
    "drift of mobilisation": ("mobilisation_drift",),
    "self-excitation": ("branching_ratio",),
    "net effect of a strike": (
        "strike_effect", "effect_infrastructure", "effect_fighters", "effect_sponsor", "effect_leader",
        "suppression_infrastructure", "suppression_fighters",
    ),
    "target of a strike": ("effect_fighters", "suppression_fighters"),
    "suppression apart from backlash": ("suppression_infrastructure", "suppression_fighters"),
    "delay of a strike": ("attribution_days",),
    "clarity of the message": ("clarity_weight",),
    "surprise": ("surprise_weight",),
    "capability destroyed": ("capability_exponent",),
    "resolve": ("resolve_unanswered", "resolve_success", "resolve_cost"),
    "the sponsor’s permission": ("restraint_base", "restraint_sponsor", "restraint_death"),
}  # fmt: skip
NOT_MODELLED = "not modelled"
FAMILIES = {"no-effect": "strikes have no effect", "effect": "strikes have an effect"}
MISSING = "–"


def hypotheses_table(bundle: Bundle) -> Table:
    """Each hypothesis with what it says, its weights, its evidence and how it was fitted."""
    weights = bundle.result["hypotheses"]
    rows: Rows = []
    for h in bundle.hypotheses:
        x = bundle.calibration["hypotheses"].get(h, {})
        evidence = (
            MISSING
            if (value := x.get("log_evidence")) is None
            else _evidence(value, x.get("log_evidence_se"))
        )
        fitted = "fitted" if h in bundle.fitted else "keeps its prior; shown, never averaged"
        ess = "" if x.get("ess") is None else f"effective sample {number(x['ess'])}"
        rows.append(
            [
                h, bundle.files.hypotheses[h].says, FAMILIES[bundle.files.hypotheses[h].family],
                probability(weights[h]["declared_weight"]), probability(weights[h]["evidence_weight"]), evidence,
                Cell(fitted, (ess,) if ess else ()),
            ]
        )  # fmt: skip
    columns = (
        Column("Hypothesis", numeric=False), Column("Says", numeric=False), Column("Family", numeric=False),
        Column("Declared weight"), Column("Updated weight"), Column("Log evidence"), Column("Status", numeric=False),
    )  # fmt: skip
    return Table("The rival hypotheses", columns, rows)


def _evidence(value: float, error: float | None) -> str:
    return fixed(value, 2) if error is None else f"{fixed(value, 2)} ± {number(error, 1)}"


def contrasts_table(bundle: Bundle) -> Table | None:
    """Every contrast in attacks under each hypothesis by itself: mean difference, share of runs better, and on average."""
    rows: Rows = []
    for d in on_attacks(bundle.result):
        found = by_hypothesis(bundle, d)
        cells = []
        for h in bundle.hypotheses:
            x = found.get(h)
            if x is None:
                cells.append(Cell(MISSING))
                continue
            e = estimate(x.mean, x.low, x.high, sign=True)
            mean_better = d["by_hypothesis"][h].get("probability_mean_better")
            average = (f"on average {probability(mean_better)}",) if mean_better is not None else ()
            cells.append(Cell(probability(x.probability_better), (f"{e.mean} attacks", *average)))
        rows.append([f"{d['policy']} against {d['against']}", *cells, Cell("", label=d["label"])])
    if not rows:
        return None
    columns = [Column("Contrast", numeric=False)]
    columns += [Column(h, "" if h in bundle.fitted else "not averaged") for h in bundle.hypotheses]
    columns.append(Column("Label of the average", numeric=False))
    return Table(
        "Probability of fewer attacks in a pair of runs, and mean difference, under each hypothesis; and of fewer on average",
        columns,
        rows,
    )


def has(hypothesis: Hypothesis, names: tuple[str, ...]) -> bool:
    """Does a hypothesis switch on any of these parameters? One fixed at 0 is off."""
    entries = {**hypothesis.assumptions, **hypothesis.parameters}
    return any(n in entries and (entries[n].prior is not None or entries[n].value != 0.0) for n in names)


def mechanisms_table(bundle: Bundle) -> Table:
    """Which mechanism plays a part under which hypothesis."""
    rows: Rows = []
    for what, names in MECHANISMS.items():
        found = [has(bundle.files.hypotheses[h], names) for h in bundle.hypotheses]
        rows.append([what, *("modelled" if x else NOT_MODELLED for x in found)])
    columns = [Column("Mechanism", numeric=False), *(Column(h, numeric=False) for h in bundle.hypotheses)]
    return Table("What is modelled under each hypothesis", columns, rows)


def silent_levers(bundle: Bundle) -> list[str]:
    """Levers that move no attack under the hypotheses that are averaged."""
    out = []
    for what in ("target of a strike", "delay of a strike", "clarity of the message", "surprise"):
        without = [h for h in bundle.fitted if not has(bundle.files.hypotheses[h], MECHANISMS[what])]
        if len(without) == len(bundle.fitted):
            out.append(
                f"The {what} is not modelled under any hypothesis that is averaged: it moves nothing in these numbers."
            )
        elif without:
            out.append(
                f"The {what} is not modelled under {listed(without)}.".replace("The surprise", "Surprise")
            )
    return [x.replace("The surprise", "Surprise") for x in out]
