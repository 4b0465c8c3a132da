"""``deter compare`` and ``deter run``: calibrate, run a study's policies, write the bundle, say what came out."""

from pathlib import Path
from typing import Any

from calibration.calibrate import Calibration, calibrate
from sim.console import Progress, out_console
from sim.errors import ConfigError
from sim.report.html import write_report
from sim.report.terminal import print_comparison
from sim.scenario.study_files import StudyFiles, load_study
from sim.study import bundle as bundles
from sim.study.compare import Comparison
from sim.study.compare import compare as compare_policies
from sim.study.runner import replay

SAMPLED = 20  # replications whose events are stored; any other run is a `trace` away


def compare(
    study: Path,
    *,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    out: Path | None = None,
    as_json: bool = False,
    policies: list[str] | None = None,
) -> dict[str, Any]:
    """Compare a study's policies; the document of DESIGN 8."""
    files = load_study(study)
    folder = bundles.choose_folder(out, files.study.name)
    with Progress() as progress:
        fitted = calibrate(
            files.record,
            files.settings,
            files.hypotheses,
            evidence=files.study.evidence,
            readings=files.study.readings,
            ablation=True,
            progress=progress.say,
        )
        found = compare_policies(
            files,
            fitted,
            policies=policies,
            seed=seed,
            replications=replications,
            workers=workers,
            tick=progress.tick,
        )
        progress.say("writing the report")
        document = write(folder, files, fitted, found)
    if not as_json:
        print_comparison(document, out_console())
    return document


def run(
    study: Path,
    *,
    policy: str | None = None,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    out: Path | None = None,
    as_json: bool = False,
) -> dict[str, Any]:
    """Run one policy of a study; the document of DESIGN 8 with no differences."""
    names = list(load_study(study).policies)
    if policy is None and len(names) > 1:
        raise ConfigError(f"--policy: expected one of {', '.join(names)}: the study has several")
    chosen = names[0] if policy is None else policy
    if chosen not in names:
        raise ConfigError(f"--policy: expected one of {', '.join(names)}, found {chosen!r}")
    return compare(
        study,
        seed=seed,
        replications=replications,
        workers=workers,
        out=out,
        as_json=as_json,
        policies=[chosen],
    )


def write(folder: Path, files: StudyFiles, fitted: Calibration, found: Comparison) -> dict[str, Any]:
    """Write the bundle with its report; the document, with the bundle's folder in it."""
    document = {**found.document, "bundle": str(folder), "report": str(folder / "report.html")}
    policies = document["policies"]
    sets = {"posterior": found.main, **({"prior": found.prior} if found.prior else {})}
    sets |= {f"hypothesis {h}": runs for h, runs in found.by_hypothesis.items()}
    config = files.resolved()

    def fill(work: Path) -> None:
        bundles.write_json(work / "manifest.json", bundles.manifest(document, config, bundles.command_line()))
        bundles.write_json(work / "config.json", config)
        bundles.write_json(work / "result.json", document)
        bundles.write_json(work / "calibration.json", fitted.document())
        bundles.runs_table(sets, policies).to_parquet(work / "runs.parquet", index=False)
        bundles.points_table(sets, sorted(files.settings.places)).to_parquet(
            work / "points.parquet", index=False
        )
        bundles.weeks_table(found.main, policies).to_parquet(work / "weeks.parquet", index=False)
        bundles.draws_table(fitted).to_parquet(work / "posterior.parquet", index=False)
        events = {
            (p, i): replay(found.plan, p, i, point)
            for i, point in zip(found.main.replications[:SAMPLED], found.main.points, strict=False)
            for p in policies
        }
        bundles.events_table(events).to_parquet(work / "events.parquet", index=False)
        write_report(work, work / "report.html")

    bundles.write_bundle(folder, fill)
    return document
