"""Documents of a history: a backtest, a forecast from one date, and a sealed forecast held against what came."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from calibration import backtest
from calibration.admission import Locate
from calibration.asof import Edges, as_of, midnight, sha256_of_counts
from calibration.evidence import admit
from calibration.files import digest
from calibration.forecast import Forecast, Models, Question, forecast
from calibration.futures import CONDITIONING
from sim.errors import ConfigError
from sim.scenario.common import Moment
from sim.scenario.policy import Policy
from sim.scenario.record import Record
from sim.scenario.text import listed
from sim.study import bundle as bundles
from sim.study import sealed

Say = Callable[[str], None]
Document = dict[str, Any]


class Given(NamedTuple):
    """The record as read, the ids admitted, and what makes forecasts."""

    record: Record
    readings: dict[str, str]
    asked: tuple[str, ...]  # sections and items as the user named them
    admitted: tuple[str, ...]
    models: Models
    locate: Locate | None = None


def held_against(given: Given, until: Moment | None, say: Say) -> Document:
    """Forecasts from every origin, or from one date, each scored. Raises ConfigError for a date with nothing to forecast."""
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
    mode = "backtest" if until is None else "until"
    return {
        **_about(given),
        "mode": mode,
        "until": None if until is None else str(until),
        **_summary(scores),
        "by_lead": backtest.by_lead(rows),
        "forecasts": rows,
        "origins": origins,
        "notes": notes(record, given.admitted, models.policy, mode),
    }


class Unsealed(NamedTuple):
    """A forecast before its seal: itself, its document, and what its manifest says of it."""

    forecast: Forecast
    document: Document
    manifest: Document


def forecast_from(given: Given, moment: Moment, horizon: float | None, width: float | None) -> Unsealed:
    """One forecast that nothing after its date has reached but the edges of windows.

    On the record's windows after the date, or on ``horizon`` days in windows of ``width``. Raises ConfigError where there
    are no windows, before or after.
    """
    edges = None if horizon is None else windows_of(moment, horizon, width)
    question = _from(given, moment, "--forecast-from", policy=True, edges=edges)
    if not question.edges:
        raise ConfigError(
            f"--forecast-from: the record has no window after {moment}: write --horizon-days N, and --window-days N for "
            "several windows"
        )
    found = forecast(question, given.models)
    past = given._replace(record=question.past, admitted=question.evidence)
    document = {
        **_about(past),
        "mode": "forecast",
        "forecast_from": str(moment),
        **_summary([]),
        "by_lead": [],
        "forecasts": cast("list[Document]", sealed.forecast_table(found).to_dict("records")),
        "origins": [backtest.origin_row(found)],
        "notes": notes(past.record, past.admitted, given.models.policy, "forecast"),
    }
    manifest = {
        "forecast_from": str(moment),
        "record": {"id": question.past.name, "sha256_up_to_date": sha256_of_counts(question.past)},
        "evidence_asked": list(given.asked),
        "evidence": list(question.evidence),
        "readings": given.readings,
        "seed": given.models.seed,
        "runs": given.models.runs,
    }
    return Unsealed(found, document, manifest)


def scored_since(record: Record, admitted: Sequence[str], before: sealed.Sealed, folder: Path) -> Document:
    """A sealed forecast against the windows that the record has counted since. Raises ConfigError if there is none."""
    windows = [w for w in record.windows if w.id in admitted]
    manifest = before.manifest
    rows, pending = [], []
    for row in before.table.to_dict("records"):
        start, end = (dt.datetime.fromisoformat(row[x]) for x in ("start", "end"))
        n = sealed.counted_between(windows, start, end)
        if n is None:
            pending.append({k: row[k] for k in ("window", "start", "end")})
            continue
        sample = before.sample.loc[before.sample["window"] == row["window"], "attacks"].to_numpy()
        against = sealed.baselines_of(row, backtest.BASELINES)
        scores = {k: (b.crps(n), b.log_score(n)) for k, b in against.items()}
        head = {"origin": manifest["evidence"][-1], **{k: row[k] for k in ("lead", "window", "start", "end")}}
        rows.append(backtest.score_row(head, sample, n, scores, None))
    if not rows:
        first = pending[0]
        raise ConfigError(
            f"--score: expected a window of the forecast that the record has counted since, found none; the first is from "
            f"{first['start']} to {first['end']}"
        )
    document = bundles.read_json(folder / sealed.DOCUMENT)
    revised = _counts_by(record, manifest["forecast_from"]) != manifest["record"]["sha256_up_to_date"]
    said = "the record up to the forecast’s date is not what it was then: it has been revised since"
    return {
        **document,
        "mode": "score",
        "record": {"id": record.name, "sha256": digest(record.model_dump(mode="json"))},
        **_summary(rows),
        "by_lead": backtest.by_lead(rows),
        "forecasts": rows,
        "pending": pending,
        "sealed": str(folder),
        "seal": manifest["seal"],
        "record_revised": revised,
        "notes": [*document["notes"], *([said] if revised else [])],
    }


def notes(record: Record, admitted: Sequence[str], policy: Policy | None, mode: str) -> list[str]:
    """What a reader must know of how the forecasts were made; no full stops."""
    windows = sorted((w for w in record.windows if w.id in admitted), key=lambda w: midnight(w.end))
    if policy is not None:
        given = f"from each origin on the policy “{policy.name}” decides on responses; those that really came later play no part"
    elif mode == "forecast":
        given = "no response after the date is assumed: --policy NAME gives some"
    else:
        given = (
            "forecasts are made with the responses that really came, which nobody knew at the origin: they say how attacks "
            "would go if these came, not that they would"
        )
    out = [
        given,
        "mobilisation and host restraint after an origin are those of the settings, their dates taken as known",
        CONDITIONING,
    ]
    at_least = [w.id for w in windows if w.bound == "at-least"]
    if at_least:
        out.append(f"counts of “at least” so many are taken as they stand: {listed(at_least)}")
    opened = [w.id for w in windows[1:] if w.begins_at_attack]
    if opened:
        out.append(f"windows that begin at an attack, which their forecasts do not know: {listed(opened)}")
    return out


def windows_of(moment: Moment, horizon: float, width: float | None) -> tuple[Edges, ...]:
    """Windows of ``width`` days from a moment on; the last ends with the horizon.

    >>> [x.end.day for x in windows_of(dt.date(2023, 11, 1), 10.0, 7.0)]
    [8, 11]
    """
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


def _summary(scores: list[Document]) -> Document:
    """Scores, coverage and skill: null and empty where nothing was scored."""
    covered = backtest.coverage(scores) if scores else []
    nine = next((x for x in covered if x["level"] == 0.9), None)
    return {
        "scores": scores,
        "coverage90": None if nine is None else nine["inside"] / nine["windows"],
        "coverage": covered,
        "skill": backtest.skills(scores) if scores else {},
    }


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


def _from(
    given: Given, moment: Moment, option: str, *, policy: bool, edges: Sequence[Edges] | None = None
) -> Question:
    """The question of one date. Raises ConfigError if no window had ended by then."""
    try:
        return backtest.question(given.record, given.admitted, moment, policy=policy, edges=edges)
    except ValueError:
        first = min((w.end for w in given.record.windows if w.id in given.admitted), key=midnight)
        raise ConfigError(
            f"{option}: expected a date from {first} on, when the first window has ended, found {moment}"
        ) from None


def _last(given: Given) -> Moment:
    return max((w.end for w in given.record.windows if w.id in given.admitted), key=midnight)


def _counts_by(record: Record, moment: str) -> str:
    """Hash of the counts up to a moment; of nothing if the record no longer reaches back so far."""
    try:
        return sha256_of_counts(as_of(record, parse_moment(moment)))
    except ValueError:
        return ""


def parse_moment(text: str) -> Moment:
    """A date, or a date with its time. Raises ValueError for anything else.

    >>> parse_moment("2023-11-08"), parse_moment("2023-11-08 14:18")
    (datetime.date(2023, 11, 8), datetime.datetime(2023, 11, 8, 14, 18))
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            raise ValueError(f"a record's times have no zone: {text}") from None
        return moment
