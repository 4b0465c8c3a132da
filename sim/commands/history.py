"""``deter history``: hold the model's forecasts against a record: a backtest, one date, or a forecast that is sealed."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pandas as pd

from calibration.calibrate import SEED
from calibration.evidence import admitted_ids, with_readings
from calibration.forecast import RUNS, Models
from sim import __version__
from sim.commands.inputs import file_of, hypotheses_of, inputs, readings_of
from sim.console import Progress, out_console
from sim.engine.compiled.warm import ready
from sim.errors import ConfigError
from sim.report.backtest.page import NAME as PAGE
from sim.report.backtest.page import history_page
from sim.report.backtest.terminal import print_history
from sim.scenario.checks.across import check_policy
from sim.scenario.common import Moment
from sim.scenario.loader import in_order, load
from sim.scenario.policy import Policy
from sim.scenario.record import Record
from sim.scenario.settings import Settings
from sim.scenario.text import one_of, quoted
from sim.study import bundle as bundles
from sim.study import history as histories
from sim.study import sealed
from sim.study.history import Document, Given

HYPOTHESES = ("M0", "M1", "M2", "M3", "M4")


def history(
    record: str | Path,
    *,
    responses: Path | None = None,
    hypotheses: Sequence[str] | None = None,
    settings: str | Path | None = None,
    evidence: Sequence[str] | None = None,
    readings: Mapping[str, str] | Sequence[str] | None = None,
    until: str | None = None,
    policy: str | None = None,
    forecast_from: str | None = None,
    horizon_days: float | None = None,
    window_days: float | None = None,
    score: Path | None = None,
    seed: int | None = None,
    runs: int | None = None,
    out: Path | None = None,
    as_json: bool = False,
) -> Document:
    """Hold forecasts against a record; the document of DESIGN 8.

    Arguments: ``record`` to ``readings`` as for ``calibrate``; ``until`` one date up to which is calibrated (default: every
    origin); ``policy`` that decides on responses from the origin on (default: those that really came);
    ``forecast_from`` a date whose forecast is sealed, on the record's windows after it or on ``horizon_days``
    in windows of ``window_days``; ``score`` a sealed forecast to hold against the record; ``runs`` of each forecast.
    Raises ConfigError.
    """
    _one_mode(until, forecast_from, score)
    _only_beside({"--horizon-days": horizon_days}, "--forecast-from", forecast_from)
    _only_beside({"--window-days": window_days}, "--horizon-days", horizon_days)
    folder = bundles.choose_folder(out, "history" if forecast_from is None else "forecast")
    before = None
    if score is not None:
        made = {
            "--policy": policy,
            "--hypotheses": hypotheses,
            "--evidence": evidence,
            "--reading": readings,
            "--seed": seed,
            "--runs": runs,
        }
        _none_of(made)
        before = sealed.read_sealed(score)
        evidence, readings = before.manifest["evidence_asked"], before.manifest["readings"]
    taken = inputs(record, responses, settings)
    the_settings = taken.settings
    chosen = readings_of(readings)
    read = with_readings(taken.record, chosen)
    asked = tuple(evidence or ())
    admitted = admitted_ids(read, asked, taken.locate)
    if score is not None and before is not None:
        return _finish(folder, histories.scored_since(read, admitted, before, score), {}, as_json)
    _check_places(read, the_settings)
    rivals = hypotheses_of(hypotheses or HYPOTHESES)
    if not any(h.fitted for h in rivals.values()):
        raise ConfigError("--hypotheses: expected at least one that is fitted, found none")
    models = Models(
        the_settings, rivals, _policy(policy, the_settings), runs or RUNS, SEED if seed is None else seed
    )
    given = Given(read, chosen, asked, admitted, models, taken.locate)
    date = None if until is None else _moment(until, "--until")
    with Progress() as progress, ready(progress.say) as wait:
        wait()
        if forecast_from is not None:
            progress.say("making the forecast")
            moment = _moment(forecast_from, "--forecast-from")
            found = histories.forecast_from(given, moment, horizon_days, window_days)
        else:
            document = histories.held_against(given, date, progress.say)
    if forecast_from is not None:
        return _seal(folder, found, _config(models), as_json)
    return _finish(folder, document, _config(models), as_json)


def _seal(folder: Path, found: histories.Unsealed, config: Document, as_json: bool) -> Document:
    """Write a forecast with its seal and its page, and say what it says."""
    whole = {**found.document, "bundle": str(folder), "report": str(folder / PAGE)}

    def fill(work: Path) -> None:
        about = {**found.manifest, "versions": _versions()}
        whole["seal"] = sealed.write_files(work, found.forecast, config, found.document, about)
        (work / PAGE).write_text(history_page(whole), "utf-8")

    bundles.write_bundle(folder, fill)
    if not as_json:
        print_history(whole, out_console())
    return whole


def _finish(folder: Path, document: Document, config: Document, as_json: bool) -> Document:
    """Write the bundle of a document and say what it holds."""
    whole = {**document, "bundle": str(folder), "report": str(folder / PAGE)}

    def fill(work: Path) -> None:
        bundles.write_json(work / "history.json", whole)
        bundles.write_json(work / "config.json", config)
        pd.DataFrame(whole["forecasts"]).to_parquet(work / "scores.parquet", index=False)
        names = ("history.json", "config.json", "scores.parquet")
        manifest = {
            "kind": "history",
            "bundle_version": bundles.VERSION,
            "record": whole["record"],
            "seed": whole["seed"],
            "runs": whole["runs"],
            "config_sha256": bundles.sha256_of_config(config),
            "command": bundles.command_line(),
            "python": platform.python_version(),
            "versions": _versions(),
            "files": {x: bundles.sha256((work / x).read_bytes()) for x in names},
        }
        bundles.write_json(work / bundles.MANIFEST, manifest)
        (work / PAGE).write_text(history_page(whole), "utf-8")

    bundles.write_bundle(folder, fill)
    if not as_json:
        print_history(whole, out_console())
    return whole


def _config(models: Models) -> Document:
    return {
        "settings": models.settings.model_dump(mode="json"),
        "hypotheses": {n: h.model_dump(mode="json") for n, h in models.hypotheses.items()},
        "policy": None if models.policy is None else models.policy.model_dump(mode="json"),
    }


def _versions() -> dict[str, str]:
    return {"deter": __version__, **{x: version(x) for x in ("numpy", "scipy", "numba")}}


def _one_mode(until: str | None, forecast_from: str | None, score: Path | None) -> None:
    """A backtest, one date, a sealed forecast or its score: one of them."""
    modes = {"--until": until, "--forecast-from": forecast_from, "--score": score}
    chosen = [k for k, x in modes.items() if x is not None]
    if len(chosen) > 1:
        raise ConfigError(f"{chosen[1]}: expected one of {', '.join(modes)}, found {' and '.join(chosen)}")


def _only_beside(given: Mapping[str, Any], name: str, value: Any) -> None:
    for option, x in given.items():
        if x is not None and value is None:
            raise ConfigError(f"{option}: expected {name} beside it, found none")


def _none_of(given: Mapping[str, Any]) -> None:
    for option, x in given.items():
        if x is not None:
            raise ConfigError(f"{option}: expected none beside --score: the forecast was made with its own")


def _moment(text: str, option: str) -> Moment:
    """A date, or a date with a time, as records have them."""
    try:
        return histories.parse_moment(text)
    except ValueError:
        raise ConfigError(
            f"{option}: expected a date such as 2023-11-08, or such as 2023-11-08T14:18, found {quoted(text)}"
        ) from None


def _policy(name: str | None, settings: Settings) -> Policy | None:
    """The policy of a name or path, checked against the settings."""
    if name is None:
        return None
    loaded = load(file_of(name, "policy"), "policy")
    policy = cast("Policy", loaded.model)
    if policy.replay is not None:
        raise ConfigError(
            f"--policy: expected a policy that decides by itself, found {policy.name}, which replays a record: leave "
            "--policy out for the responses that really came"
        )
    if mistakes := list(check_policy(policy, loaded.tree, settings)):
        raise in_order(mistakes, str(loaded.path))
    return policy


def _check_places(record: Record, settings: Settings) -> None:
    """Every response struck a place that the settings have."""
    for r in record.responses:
        if r.place not in settings.places:
            raise ConfigError(
                f"{r.id}: place: {one_of(r.place, settings.places, 'one of the settings’ places')}"
            )
