"""``deter calibrate``: fit rival hypotheses to a record, weigh them, and hold them against it."""

import math
import platform
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from calibration.calibrate import SEED, Calibration
from calibration.calibrate import calibrate as fit
from calibration.checks.verify import Fitted, passed
from calibration.checks.verify import verify as check_all
from calibration.files import digest
from calibration.likelihoods.parameters import closed
from calibration.synthetic import held
from sim.commands.inputs import hypotheses_of, inputs, readings_of
from sim.console import Progress, out_console
from sim.engine.compiled.warm import ready
from sim.folders import user_folder
from sim.report.calibration.page import NAME as REPORT
from sim.report.calibration.page import calibration_page
from sim.report.calibration.tables import NAMES, state
from sim.report.evidence_words import ASKED, largest_moves, like_for_like, named_moves
from sim.scenario.companions import other_records
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings
from sim.study import bundle as bundles

HYPOTHESES = ("M0", "M1", "M2", "M3", "M4", "M5")


def calibrate(
    record: str | Path,
    *,
    responses: Path | None = None,
    hypotheses: Sequence[str] | None = None,
    settings: str | Path | None = None,
    evidence: Sequence[str] | None = None,
    readings: Mapping[str, str] | Sequence[str] | None = None,
    seed: int | None = None,
    verify: bool = False,
    out: Path | None = None,
    as_json: bool = False,
) -> dict[str, Any]:
    """Fit hypotheses to a record; the document of DESIGN 8.

    Arguments: ``record`` the name of a shipped record, a YAML file of a record or an import, or a CSV file; ``responses`` a CSV of
    responses, in place of the record's own; ``hypotheses`` and ``settings`` names or files (default: M0 to M5 and the
    settings that the record goes with); ``evidence`` sections or items (default: section A, else every window); ``readings`` as
    item=reading; ``verify`` whether to run every check of the calibration and write its report; ``out`` a folder for the posteriors
    and a manifest (default: a new one under results/). Raises
    ConfigError.
    """
    folder = bundles.choose_folder(out, "calibration")
    given = inputs(record, responses, settings)
    the_record, the_settings = given.record, given.settings
    rivals = hypotheses_of(hypotheses or HYPOTHESES)
    with Progress() as progress, ready(progress.say) as wait:
        found = fit(
            the_record,
            the_settings,
            rivals,
            evidence=tuple(evidence or ()),
            readings=readings_of(readings),
            seed=SEED if seed is None else seed,
            ablation=True,
            progress=progress.say,
            engine_ready=wait,
            locate=given.locate,
            others=other_records(the_record, given.folder),
        )
        checks = run_checks(found, the_settings, rivals, progress.tick) if verify else {}
    document = found.document(str(folder))
    document["truth"] = {
        n: {k: x._asdict() for k, x in held(the_record, p).items()} for n, p in found.posteriors.items()
    }
    document["rows"] = [x.model_dump(mode="json") for x in the_record.rows]
    document["notes"] = [*the_record.notes, *document["notes"]]
    if verify:
        document |= {"verified": passed(checks), "checks": {n: _short(x) for n, x in checks.items()}}
    _save(folder, found, document, the_settings, rivals, checks)
    if not as_json:
        show(document)
    return document


def run_checks(
    found: Calibration,
    settings: Settings,
    rivals: Mapping[str, Hypothesis],
    tell: Callable[[str, int, int], None],
) -> dict[str, Any]:
    """Every check of a calibration; what was found before is read from the cache."""
    attributes = found.marks.attributes
    short = {
        n: h for n, h in rivals.items() if closed(h, settings)
    }  # the full model is checked by the nightly tests
    fitted = Fitted(
        settings, found.evidence, short, {n: p for n, p in found.posteriors.items() if n in short}, attributes
    )
    return check_all(fitted, int(attributes["seed"]), cache=user_folder(), progress=tell)


def _short(check: Mapping[str, Any]) -> dict[str, Any]:
    """A check without the distributions of its ranks, which are in ``checks.json``."""
    long = ("below", "low", "high")
    rows = [{k: v for k, v in row.items() if k not in long} for row in check["rows"]]
    return {**check, "rows": rows}


def _save(
    folder: Path,
    found: Calibration,
    document: dict[str, Any],
    settings: Settings,
    rivals: Mapping[str, Hypothesis],
    checks: Mapping[str, Any],
) -> None:
    """Posteriors, the document, a manifest and, where there are checks, their report: whole or not at all."""
    config = {
        "settings": settings.model_dump(mode="json"),
        "hypotheses": {n: h.model_dump(mode="json") for n, h in rivals.items()},
    }
    files = {f"posterior-{n}.json": p for n, p in {**found.posteriors, "marks": found.marks}.items()}
    manifest = {
        "command": bundles.command_line(),
        "record": document["record"],
        "evidence": document["evidence"],
        "readings": document["readings"],
        "config_sha256": digest(config),
        "files": [*files, *(("checks.json", REPORT) if checks else ())],
        "python": platform.python_version(),
        "versions": found.marks.attributes["versions"],
        "fit_version": found.marks.attributes["fit_version"],
        "seed": found.marks.attributes["seed"],
    }

    def fill(work: Path) -> None:
        for name, posterior in files.items():
            posterior.save(work / name)
        bundles.write_json(work / "config.json", config)
        bundles.write_json(work / "calibration.json", document)
        bundles.write_json(work / "manifest.json", manifest)
        if checks:
            page = calibration_page(document, checks, shlex.join(bundles.command_line()))
            bundles.write_json(work / "checks.json", checks)
            (work / REPORT).write_text(page, "utf-8")

    bundles.write_bundle(folder, fill)


def show(document: Mapping[str, Any]) -> None:
    """Print what was found: evidence and weights, parameters, and the record held against each hypothesis."""
    console = out_console()
    hypotheses: dict[str, Any] = document["hypotheses"]
    fitted = {n: h for n, h in hypotheses.items() if h["fitted"]}
    console.print(f"Record {document['record']['id']}, evidence {', '.join(document['evidence'])}")
    console.print(_weights_table(hypotheses))
    if len(fitted) > 1:
        levels = {n: h["log_evidence"] for n, h in fitted.items()}
        best, worst = max(levels, key=levels.__getitem__), min(levels, key=levels.__getitem__)
        factor = math.exp(min(levels[best] - levels[worst], 700.0))
        console.print(
            f"The evidence prefers {best}, the most preferred, to {worst}, the least, by a factor of {factor:.3g}."
        )
    for sentence in like_for_like(document):
        console.print(sentence)
    for name, h in fitted.items():
        console.print(_parameters_table(f"{name}: prior and posterior", h["parameters"]))
    if document["marks"]["parameters"]:
        console.print(
            _parameters_table("Casualty marks: prior and posterior", document["marks"]["parameters"])
        )
    for name, parameters in document["truth"].items():
        if parameters:
            console.print(_truth_table(name, parameters))
    if any(h["predictive"] for h in fitted.values()):
        console.print(_predictive_table(fitted))
    if any(h["predictive_casualties"] for h in fitted.values()):
        console.print(_casualties_table(fitted))
    if document["what_would_change"]:
        console.print(_changes_table(document["what_would_change"]))
        for sentence in (*largest_moves(document), *named_moves(document)):
            console.print(sentence)
    for note in dict.fromkeys([*document["notes"], *(x for h in fitted.values() for x in h["notes"])]):
        console.print(f"Note: {note}.")
    for name, check in document.get("checks", {}).items():
        console.print(f"Check, {NAMES[name]}: {state(check)}. {check['says']}", soft_wrap=True)
    console.print(f"Posteriors in {document['posterior']}", soft_wrap=True)
    if "checks" in document:
        console.print(f"Report of the checks: {Path(document['posterior']) / REPORT}", soft_wrap=True)


def _weights_table(hypotheses: Mapping[str, Any]) -> Table:
    table = Table(title="Rival hypotheses")
    for name in (
        "hypothesis",
        "log evidence",
        "error",
        "weight declared",
        "weight by evidence",
        "draws worth",
        "sampler",
    ):
        table.add_column(name, justify="left" if name in ("hypothesis", "sampler") else "right")
    for name, h in hypotheses.items():
        if not h["fitted"]:
            table.add_row(name, "not fitted", "", "", "", "", "keeps its prior")
            continue
        table.add_row(
            name, f"{h['log_evidence']:.2f}", f"{h['log_evidence_se']:.3f}", f"{h['declared_weight']:.3f}",
            f"{h['evidence_weight']:.3f}", f"{h['ess']:.0f}", h["sampler"],
        )  # fmt: skip
    return table


def _parameters_table(title: str, parameters: Mapping[str, Any]) -> Table:
    table = Table(title=title)
    for name in ("parameter", "unit", "prior mean", "sd", "mean", "sd", "5%", "95%", "contraction", "label"):
        table.add_column(name, justify="left" if name in ("parameter", "unit", "label") else "right")
    for name, x in parameters.items():
        numbers = [x[k] for k in ("prior_mean", "prior_sd", "mean", "sd", "q05", "q95")]
        table.add_row(name, x["unit"], *(f"{v:.3g}" for v in numbers), f"{x['contraction']:.2f}", x["label"])
    return table


def _truth_table(name: str, parameters: Mapping[str, Any]) -> Table:
    """What a synthetic record was made with, beside 90% of the posterior."""
    table = Table(
        title=f"{name}: the truth that this synthetic record was made with, and 90% of the posterior"
    )
    for heading in ("parameter", "truth", "5%", "95%", "holds it"):
        table.add_column(heading, justify="left" if heading == "parameter" else "right")
    for parameter, x in parameters.items():
        numbers = (f"{x[k]:.3g}" for k in ("truth", "q05", "q95"))
        table.add_row(parameter, *numbers, "yes" if x["inside"] else "no")
    return table


def _predictive_table(fitted: Mapping[str, Any]) -> Table:
    """Observed counts beside the 90% predictive interval of each hypothesis."""
    table = Table(title="Counts, and 90% of what each hypothesis predicts for them")
    for name in ("window", "place", "observed", *fitted):
        table.add_column(name, justify="left" if name in ("window", "place") else "right")
    first = next(iter(fitted.values()))["predictive"]
    for i, row in enumerate(first):
        spans = []
        for h in fitted.values():
            x = h["predictive"][i]
            outside = "" if x["q05"] <= row["observed"] <= x["q95"] else " *"
            spans.append(f"{x['q05']} to {x['q95']}{outside}")
        table.add_row(row["window"], row["place"] or "all", str(row["observed"]), *spans)
    return table


def _casualties_table(fitted: Mapping[str, Any]) -> Table:
    """People hurt, observed beside the median and 90% of what each hypothesis predicts."""
    table = Table(title="People hurt, and the median and 90% of what each hypothesis predicts")
    for name in ("item", "what", "observed", *fitted):
        table.add_column(name, justify="left" if name in ("item", "what") else "right")
    for i, row in enumerate(next(iter(fitted.values()))["predictive_casualties"]):
        found = [h["predictive_casualties"][i] for h in fitted.values()]
        cells = [f"{x['q50']} ({x['q05']} to {x['q95']})" for x in found]
        table.add_row(row["item"], row["what"].replace("_", " "), str(row["observed"]), *cells)
    return table


def _changes_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """What other readings and further items would change."""
    table = Table(title="What other readings and further items would change: probability that")
    asked = [(what, h) for what in ASKED for h in rows[0][what]]
    table.add_column("evidence")
    for what, h in asked:
        table.add_column(f"{ASKED[what]} ({h})", justify="right")
    table.add_column("how")
    for row in rows:
        cells = [f"{row[what][h]:.2f}" if h in row[what] else "" for what, h in asked]
        table.add_row(row["says"], *cells, row["how"])
    return table
