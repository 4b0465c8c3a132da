"""``deter history``: hold the model's forecasts against a record: a backtest, one date, or a forecast that is sealed."""

import datetime as dt
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, cast

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from calibration import backtest
from calibration.admission import Locate
from calibration.asof import Edges, as_of, midnight, sha256_of_counts
from calibration.calibrate import SEED
from calibration.evidence import admit, admitted_ids, with_readings
from calibration.files import digest
from calibration.forecast import RUNS, Models, Question, forecast
from sim.commands.calibrate import SETTINGS, _file, _hypotheses, _readings, _record
from sim.commands.compare import ready
from sim.console import Progress, out_console
from sim.errors import ConfigError
from sim.report.backtest.page import NAME as PAGE
from sim.report.backtest.page import history_page
from sim.report.backtest.terminal import print_history
from sim.report.backtest.words import notes
from sim.scenario.checks.across import check_policy
from sim.scenario.common import Moment
from sim.scenario.loader import in_order, load
from sim.scenario.policy import Policy
from sim.scenario.record import CountWindow, Record
from sim.scenario.settings import Settings
from sim.scenario.text import one_of
from sim.study import bundle as bundles
from sim.study import sealed

HYPOTHESES = ("M0", "M1", "M2", "M3", "M4")
Say = Callable[[str], None]
Document = dict[str, Any]


class Given(NamedTuple):
    """The record as read, the ids admitted, and what makes forecasts."""

    record: Record
    readings: dict[str, str]
    asked: tuple[str, ...]  # sections and items as the user named them
    admitted: tuple[str, ...]
    models: Models
    locate: Locate | None


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
    _one_mode(until, forecast_from, score, policy, horizon_days, window_days)
    folder = bundles.choose_folder(out, "history")
    sealed_before = None if score is None else sealed.read_sealed(score)
    if sealed_before is not None:
        evidence, readings = sealed_before.manifest["evidence_asked"], sealed_before.manifest["readings"]
    the_settings = cast("Settings", load(_file(settings or SETTINGS, "settings"), "settings").model)
    the_record, locate = _record(record, responses, tuple(the_settings.places))
    chosen = _readings(readings)
    read = with_readings(the_record, chosen)
    asked = tuple(evidence or ())
    ids = admitted_ids(read, asked, locate)
    if score is not None and sealed_before is not None:
        document = _scored_later(read, ids, sealed_before, score)
        return _finish(folder, document, {}, as_json)
    _check_places(read, the_settings)
    rivals = _hypotheses(hypotheses or HYPOTHESES)
    if not any(h.fitted for h in rivals.values()):
        raise ConfigError("--hypotheses: expected at least one that is fitted, found none")
    models = Models(
        the_settings, rivals, _policy(policy, the_settings), runs or RUNS, SEED if seed is None else seed
    )
    given = Given(read, chosen, asked, ids, models, locate)
    with Progress() as progress, ready("compiled", progress.say) as wait:
        wait()
        if forecast_from is not None:
            return _seal(
                folder,
                given,
                _moment(forecast_from, "--forecast-from"),
                horizon_days,
                window_days,
                progress.say,
                as_json,
            )
        document = _backtest(given, None if until is None else _moment(until, "--until"), progress.say)
    return _finish(folder, document, _config(models), as_json)


def _backtest(given: Given, until: Moment | None, say: Say) -> Document:
    """Forecasts from every origin, or from one date, each scored."""
    record, models = given.record, given.models
    admitted = admit(record, models.settings, given.asked, given.locate)
    if len(admitted.windows) < 2:
        raise ConfigError(
            "evidence: expected at least two windows, one to learn from and one to forecast, found one"
        )
    observed = {w.id: w.attacks for w in admitted.windows}
    policy = models.policy is not None
    if until is None:
        questions = list(backtest.questions(record, admitted, policy=policy))
    else:
        questions = [_from(given, until, "--until", policy=policy)]
        if not questions[0].edges:
            raise ConfigError(
                f"--until: expected a date before {_last(given)}, when the last window ends, found {until}"
            )
    rows, origins = [], []
    for i, q in enumerate(questions, 1):
        say(f"forecast {i} of {len(questions)}")
        found = forecast(q, models)
        rows += backtest.scored(found, observed)
        origins.append(backtest.origin_row(found))
    scores = rows if until is not None else [r for r in rows if r["lead"] == 1]
    return {
        **_about(given),
        "mode": "backtest" if until is None else "until",
        "until": None if until is None else str(until),
        **_summary(scores),
        "by_lead": backtest.by_lead(rows),
        "forecasts": rows,
        "origins": origins,
        "notes": notes(record, given.admitted, models.policy, "backtest" if until is None else "until"),
    }


def _summary(scores: list[dict[str, Any]]) -> Document:
    """Scores, coverage and skill: null and empty where nothing was scored."""
    covered = backtest.coverage(scores) if scores else []
    nine = next((x for x in covered if x["level"] == 0.9), None)
    return {
        "scores": scores,
        "coverage90": None if nine is None else nine["inside"] / nine["windows"],
        "coverage": covered,
        "skill": backtest.skills(scores) if scores else {},
    }


def _seal(
    folder: Path,
    given: Given,
    moment: Moment,
    horizon: float | None,
    width: float | None,
    say: Say,
    as_json: bool,
) -> Document:
    """One forecast that nothing after its date has reached but the edges of windows, written with its seal."""
    edges = None if horizon is None else _edges(moment, horizon, width)
    known = _from(given, moment, "--forecast-from", policy=True, edges=edges)
    if not known.edges:
        raise ConfigError(
            f"--forecast-from: the record has no window after {moment}: write --horizon-days N, and --window-days N for "
            "several windows"
        )
    say("making the forecast")
    found = forecast(known, given.models)
    config = _config(given.models)
    # Built anew from the past alone, so that no count that came later can be in it, the record's hash included.
    about = _about(given._replace(record=known.past, admitted=known.evidence))
    document = {
        **about,
        "mode": "forecast",
        "forecast_from": str(moment),
        **_summary([]),
        "by_lead": [],
        "forecasts": cast("list[Document]", sealed.forecast_table(found).to_dict("records")),
        "origins": [backtest.origin_row(found)],
        "notes": notes(known.past, known.evidence, given.models.policy, "forecast"),
    }
    manifest = {
        "forecast_from": str(moment),
        "record": {"id": known.past.name, "sha256_up_to_date": sha256_of_counts(known.past)},
        "evidence_asked": list(given.asked),
        "evidence": list(known.evidence),
        "readings": given.readings,
        "seed": given.models.seed,
        "runs": given.models.runs,
        "versions": _versions(),
    }
    whole = {**document, "bundle": str(folder), "report": str(folder / PAGE)}

    def fill(work: Path) -> None:
        whole["seal"] = sealed.write_files(work, found, config, document, manifest)
        (work / PAGE).write_text(history_page(whole), "utf-8")

    bundles.write_bundle(folder, fill)
    if not as_json:
        print_history(whole, out_console())
    return whole


def _scored_later(record: Record, ids: Sequence[str], before: sealed.Sealed, folder: Path) -> Document:
    """A sealed forecast against the windows that the record has counted since."""
    windows = [w for w in record.windows if w.id in ids]
    moment = _moment(before.manifest["forecast_from"], "forecast_from")
    rows, pending = [], []
    for row in before.table.to_dict("records"):
        start, end = (dt.datetime.fromisoformat(row[x]) for x in ("start", "end"))
        n = counted_after(windows, start, end)
        if n is None:
            pending.append({k: row[k] for k in ("window", "start", "end")})
            continue
        sample = before.sample.loc[before.sample["window"] == row["window"], "attacks"].to_numpy()
        against = sealed.baselines_of(row, backtest.BASELINES)
        scores = {k: (b.crps(n), b.log_score(n)) for k, b in against.items()}
        head = {
            "origin": before.manifest["evidence"][-1],
            **{k: row[k] for k in ("lead", "window", "start", "end")},
        }
        rows.append(backtest.score_row(head, sample, n, scores, None))
    if not rows:
        first = pending[0]
        raise ConfigError(
            f"--score: expected a window of the forecast that the record has counted, found none; the first is from "
            f"{first['start']} to {first['end']}"
        )
    then = before.manifest["record"]["sha256_up_to_date"]
    revised = _hash_then(record, moment) != then
    document = bundles.read_json(folder / sealed.DOCUMENT)
    return {
        **document,
        "mode": "score",
        "record": {"id": record.name, "sha256": digest(record.model_dump(mode="json"))},
        **_summary(rows),
        "by_lead": backtest.by_lead(rows),
        "forecasts": rows,
        "pending": pending,
        "sealed": str(folder),
        "seal": before.manifest["seal"],
        "record_revised": revised,
        "notes": [
            *document["notes"],
            *(
                ["the record up to the forecast’s date is not what it was then: it has been revised since"]
                if revised
                else []
            ),
        ],
    }


def _hash_then(record: Record, moment: Moment) -> str:
    """Hash of the counts up to a moment; of nothing if the record no longer reaches back so far."""
    try:
        return sha256_of_counts(as_of(record, moment))
    except ValueError:
        return ""


def counted_after(windows: Sequence[CountWindow], start: dt.datetime, end: dt.datetime) -> int | None:
    """What the record counts from start to end; None if it doesn't."""
    return sealed.counted_between(windows, start, end)


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


def _about(given: Given) -> Document:
    """What every document begins with."""
    return {
        "record": {"id": given.record.name, "sha256": digest(given.record.model_dump(mode="json"))},
        "title": given.record.title,
        "evidence": list(given.admitted),
        "readings": given.readings,
        "hypotheses": [n for n, h in given.models.hypotheses.items() if h.fitted],
        "policy": None if given.models.policy is None else given.models.policy.name,
        "seed": given.models.seed,
        "runs": given.models.runs,
    }


def _config(models: Models) -> Document:
    return {
        "settings": models.settings.model_dump(mode="json"),
        "hypotheses": {n: h.model_dump(mode="json") for n, h in models.hypotheses.items()},
        "policy": None if models.policy is None else models.policy.model_dump(mode="json"),
    }


def _versions() -> dict[str, str]:
    from sim import __version__

    return {"deter": __version__, **{x: version(x) for x in ("numpy", "scipy", "numba")}}


def _one_mode(
    until: str | None,
    forecast_from: str | None,
    score: Path | None,
    policy: str | None,
    horizon: float | None,
    width: float | None,
) -> None:
    """A backtest, one date, a sealed forecast or its score: one of them."""
    modes = {"--until": until, "--forecast-from": forecast_from, "--score": score}
    chosen = [k for k, x in modes.items() if x is not None]
    if len(chosen) > 1:
        raise ConfigError(f"{chosen[1]}: expected one of {', '.join(modes)}, found {' and '.join(chosen)}")
    if score is not None and policy is not None:
        raise ConfigError("--policy: expected none beside --score: the forecast was made with its own")
    if horizon is not None and forecast_from is None:
        raise ConfigError("--horizon-days: expected --forecast-from DATE beside it, found none")
    if width is not None and horizon is None:
        raise ConfigError("--window-days: expected --horizon-days beside it, found none")


def _moment(text: str, option: str) -> Moment:
    """A date, or a date with a time, as records have them."""
    try:
        if len(text) == len("2023-10-17"):
            return dt.date.fromisoformat(text)
        return TypeAdapter(dt.datetime).validate_python(dt.datetime.fromisoformat(text).replace(tzinfo=None))
    except (ValueError, ValidationError):
        raise ConfigError(
            f"{option}: expected a date such as 2023-11-08, or 2023-11-08T14:18, found {text!r}"
        ) from None


def _from(
    given: Given, moment: Moment, option: str, *, policy: bool, edges: Sequence[Edges] | None = None
) -> Question:
    """The question of one date. Raises ConfigError if no window had ended by then."""
    try:
        return backtest.question(given.record, given.admitted, moment, policy=policy, edges=edges)
    except ValueError:
        ends = [w.end for w in given.record.windows if w.id in given.admitted]
        first = min(ends, key=midnight)
        raise ConfigError(
            f"{option}: expected a date from {first} on, when the first window has ended, found {moment}"
        ) from None


def _last(given: Given) -> Moment:
    return max((w.end for w in given.record.windows if w.id in given.admitted), key=midnight)


def _edges(moment: Moment, horizon: float, width: float | None) -> tuple[Edges, ...]:
    """Windows of ``width`` days from a moment on; the last ends with the horizon."""
    start = midnight(moment)
    end = start + dt.timedelta(days=horizon)
    step = dt.timedelta(days=horizon if width is None else width)
    out: list[Edges] = []
    at = start
    while at < end:
        upto = min(at + step, end)
        out.append(Edges(f"F{len(out) + 1}", at, upto))
        at = upto
    return tuple(out)


def _policy(name: str | None, settings: Settings) -> Policy | None:
    """The policy of a name or path, checked against the settings."""
    if name is None:
        return None
    loaded = load(_file(name, "policy"), "policy")
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
