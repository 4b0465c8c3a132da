"""A backtest: forecasts from every origin of a record, each scored against what came.

Nothing that came after an origin reaches its forecast but the edges of the windows asked for and, unless a policy decides,
the responses that really came: ``asof`` takes all else away before anything is fitted.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calibration.asof import Edges, after, as_of
from calibration.baselines import CONSTANT, LAST
from calibration.evidence import Evidence
from calibration.forecast import Forecast, Question
from calibration.scores import ENDS, LEVELS, Score, crps, held, log_score, mid_pit, quantiles
from calibration.skill import skill
from sim.scenario.common import Moment
from sim.scenario.record import Record

Row = dict[str, Any]
BASELINES = (CONSTANT, LAST)
SCORES = ("crps", "log_score")


def questions(record: Record, admitted: Evidence, *, policy: bool) -> Iterator[Question]:
    """One question from the end of every window but the last, on all windows after it."""
    by_id = {w.id: w for w in record.windows}
    for w in admitted.windows[:-1]:
        yield question(record, admitted.admitted, by_id[w.id].end, policy=policy)


def question(
    record: Record,
    admitted: Sequence[str],
    moment: Moment,
    *,
    policy: bool,
    edges: Sequence[Edges] | None = None,
) -> Question:
    """What is known at a moment, and what is asked of later.

    ``admitted`` are ids of items; ``policy`` leaves later responses out; ``edges`` the windows to come, by default the
    admitted ones that end after the moment. Raises ValueError if no admitted window had ended by then.
    """
    past = as_of(record, moment)
    known = {x.id for x in (*past.windows, *past.place_totals, *past.casualties)}
    if not any(w.id in admitted for w in past.windows):
        raise ValueError(f"no admitted window ends by {moment}")
    if edges is None:
        to_come = [w for w in record.windows if w.id in admitted and after(w.end, moment)]
        edges = [Edges(w.id, w.start, w.end) for w in to_come]
    return Question(
        past,
        tuple(x for x in admitted if x in known),
        tuple(edges),
        past.responses if policy else record.responses,
    )


def scored(forecast: Forecast, observed: Mapping[str, int]) -> list[Row]:
    """A row for each window whose count is known: the forecast's quantiles and scores, and the baselines' scores."""
    rows = []
    for i, edges in enumerate(forecast.edges):
        if edges.id not in observed:
            continue
        n, sample = observed[edges.id], forecast.totals[:, i]
        closed = forecast.one_step if i == 0 else None
        rows.append(
            score_row(
                {"origin": forecast.origin, "lead": i + 1, "window": edges.id, "start": str(edges.start), "end": str(edges.end)},
                sample, n, {k: (b.crps(n), b.log_score(n)) for k, b in forecast.baselines[i].items()},
                closed.log_score(n) if closed is not None else None,
            )
        )  # fmt: skip
    return rows


def score_row(
    head: Row, sample: Any, observed: int, baseline: Mapping[str, tuple[float, float]], closed: Score | None
) -> Row:
    """One forecast against one count; ``closed`` is the log score where a closed form gives it."""
    c, s = crps(sample, observed), closed if closed is not None else log_score(sample, observed)
    return {
        **head,
        "observed": observed,
        "mean": float(sample.mean()),
        **quantiles(sample),
        "crps": c.value,
        "crps_se": c.se,
        "log_score": s.value,
        "log_score_se": s.se,
        "log_score_by": "sample" if closed is None else "closed form",
        "pit": mid_pit(sample, observed),
        **{f"held{round(100 * x)}": held(sample, x) for x in LEVELS},
        "baseline_crps": baseline[CONSTANT][0],
        "baseline_log_score": baseline[CONSTANT][1],
        "last_window_crps": baseline[LAST][0],
        "last_window_log_score": baseline[LAST][1],
        "crps_skill": 1.0 - c.value / baseline[CONSTANT][0],
        "log_score_skill": 1.0 - s.value / baseline[CONSTANT][1],
        "last_window_crps_skill": 1.0 - c.value / baseline[LAST][0],
        "last_window_log_score_skill": 1.0 - s.value / baseline[LAST][1],
    }


def coverage(rows: Sequence[Row]) -> list[Row]:
    """Windows inside each central interval, and the share that the forecasts themselves put there."""
    return [
        {
            "level": x,
            "inside": sum(r[ENDS[x][0]] <= r["observed"] <= r[ENDS[x][1]] for r in rows),
            "windows": len(rows),
            "expected": sum(r[f"held{round(100 * x)}"] for r in rows) / len(rows),
        }
        for x in LEVELS
    ]


def skills(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Skill over all rows, by baseline and score."""
    prefix = {CONSTANT: "baseline_", LAST: "last_window_"}
    return {
        b: {
            s: skill(
                [r[s] for r in rows], [r[prefix[b] + s] for r in rows], [r[f"{s}_se"] for r in rows]
            )._asdict()
            for s in SCORES
        }
        for b in BASELINES
    }


def by_lead(rows: Sequence[Row]) -> list[Row]:
    """Means of the scores by how many windows ahead the forecast was."""
    out = []
    for lead in sorted({r["lead"] for r in rows}):
        here = [r for r in rows if r["lead"] == lead]
        names = (
            "crps",
            "log_score",
            "baseline_crps",
            "baseline_log_score",
            "last_window_crps",
            "last_window_log_score",
        )
        out.append(
            {
                "lead": lead,
                "windows": len(here),
                **{k: sum(r[k] for r in here) / len(here) for k in names},
                "inside90": sum(r["q05"] <= r["observed"] <= r["q95"] for r in here),
                "crps_skill": 1.0 - sum(r["crps"] for r in here) / sum(r["baseline_crps"] for r in here),
                "last_window_crps_skill": 1.0
                - sum(r["crps"] for r in here) / sum(r["last_window_crps"] for r in here),
            }
        )
    return out


def origin_row(forecast: Forecast) -> Row:
    """What a forecast stood on: windows and attacks so far, weights, and which part is the prior."""
    return {
        "origin": forecast.origin,
        "windows": len(forecast.past.windows),
        "attacks": forecast.past.attacks,
        "weights": forecast.weights,
        "informed": list(forecast.informed),
        "prior_driven": list(forecast.prior_driven),
        "from_parameters": None if forecast.one_step is None else forecast.one_step.from_parameters,
    }
