"""``deter compare`` and ``deter run``: calibrate, run a study's policies, write the bundle, say what came out."""

from pathlib import Path
from typing import Any

from calibration.calibrate import Calibration, calibrate
from sim.console import Progress, out_console
from sim.engine.compiled.warm import ready
from sim.errors import ConfigError
from sim.remarks import say_notes, say_rows
from sim.report.html import write_report
from sim.report.terminal import print_comparison
from sim.scenario.study_files import StudyFiles, load_study
from sim.scenario.text import one_of
from sim.study import bundle as bundles
from sim.study.compare import Comparison
from sim.study.compare import compare as compare_policies
from sim.study.runner import Engine, replay

SAMPLED = 20  # replications whose events are stored; any other run is a `trace` away


def compare(
    study: Path,
    *,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    engine: Engine = "compiled",
    out: Path | None = None,
    responses: Path | None = None,
    as_json: bool = False,
    policies: list[str] | None = None,
) -> dict[str, Any]:
    """Compare a study's policies; the document of DESIGN 8. ``responses``: a CSV file in place of the record's own."""
    files = load_study(study, responses)
    say_rows(files.record)
    say_notes(files.record)
    folder = bundles.choose_folder(out, files.study.name)
    with Progress() as progress, ready(progress.say) as wait:
        fitted = calibrate(
            files.record,
            files.settings,
            files.hypotheses,
            evidence=files.study.evidence,
            readings=files.study.readings,
            ablation=True,
            progress=progress.say,
            engine_ready=wait,
            others=files.others,
        )
        wait()
        found = compare_policies(
            files,
            fitted,
            policies=policies,
            seed=seed,
            replications=replications,
            workers=workers,
            engine=engine,
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
    engine: Engine = "compiled",
    out: Path | None = None,
    responses: Path | None = None,
    as_json: bool = False,
) -> dict[str, Any]:
    """Run one policy of a study; the document of DESIGN 8 with no differences."""
    names = list(load_study(study, responses).policies)
    if policy is None and len(names) > 1:
        raise ConfigError(f"--policy: expected one of {', '.join(names)}: the study has several")
    chosen = names[0] if policy is None else policy
    if chosen not in names:
        raise ConfigError("--policy: " + one_of(chosen, names, "one of the study's policies"))
    return compare(
        study,
        seed=seed,
        replications=replications,
        workers=workers,
        engine=engine,
        out=out,
        responses=responses,
        as_json=as_json,
        policies=[chosen],
    )


def write(folder: Path, files: StudyFiles, fitted: Calibration, found: Comparison) -> dict[str, Any]:
    """Write the bundle with its report; the document, with the bundle's folder in it."""
    document = {**found.document, "bundle": str(folder), "report": str(folder / "report.html")}
    policies = document["policies"]
    sets = found.sets()
    config = files.resolved()

    def fill(work: Path) -> None:
        bundles.write_json(work / "config.json", config)
        bundles.write_json(work / "result.json", document)
        bundles.write_json(work / "calibration.json", fitted.document())
        bundles.write_runs(work / "runs.parquet", sets, policies)
        bundles.write_points(work / "points.parquet", sets, sorted(files.settings.places))
        bundles.write_weeks(work / "weeks.parquet", found.main, policies)
        bundles.draws_table(fitted).to_parquet(work / "posterior.parquet", index=False)
        events = {
            (p, int(i)): replay(found.plan, p, int(i), found.main.points[k])
            for k, i in enumerate(found.main.replications[:SAMPLED])
            for p in policies
        }
        bundles.events_table(events).to_parquet(work / "events.parquet", index=False)
        manifest = bundles.manifest(document, config, bundles.command_line())
        manifest |= {"posterior_sha256": bundles.posterior_hashes(fitted), "files": bundles.file_hashes(work)}
        bundles.write_json(work / bundles.MANIFEST, manifest)
        write_report(work, work / bundles.REPORT)

    bundles.write_bundle(folder, fill)
    return document
