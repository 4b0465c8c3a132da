"""A forecast from one origin: the hypotheses fitted to the record as it stood, averaged by their evidence then."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from calibration.asof import Edges, asking
from calibration.baselines import NegativeBinomial, baselines
from calibration.calibrate import Calibration, calibrate
from calibration.evidence import Evidence, admit
from calibration.futures import futures
from calibration.items import Window
from calibration.onestep import OneStep, one_step
from calibration.scores import Sample
from calibration.summary import PRIOR_DRIVEN
from sim.model.streamkeys import name_key
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.policy import Policy
from sim.scenario.record import Record, Response
from sim.scenario.settings import Settings

RUNS = 4000  # as many as a posterior has draws
POINTS = 2048  # at which each origin's fits are corrected: a backtest makes many


class Models(NamedTuple):
    """What makes forecasts: settings, hypotheses, a policy for what comes (None: the responses given), runs and seed."""

    settings: Settings
    hypotheses: Mapping[str, Hypothesis]
    policy: Policy | None
    runs: int
    seed: int
    cache: Path | Literal["user"] | None = "user"


class Question(NamedTuple):
    """What is known and what is asked: the record as it stood, the items fitted to, the windows to come, the responses.

    ``responses`` are those to replay, past ones and, where they are given to the forecast, later ones.
    """

    past: Record
    evidence: tuple[str, ...]
    edges: tuple[Edges, ...]
    responses: tuple[Response, ...]


class Forecast(NamedTuple):
    """Counts of each window to come: a sample [runs, windows, places], and what goes with it.

    ``windows`` are those asked for, in days, their counts 0; ``one_step`` is the closed form of the first, where there is
    one; ``baselines`` of each window by name.
    """

    past: Evidence
    windows: tuple[Window, ...]
    edges: tuple[Edges, ...]
    counts: Sample
    weights: dict[str, float]
    one_step: OneStep | None
    baselines: tuple[dict[str, NegativeBinomial], ...]
    informed: tuple[str, ...]
    prior_driven: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Id of the last window that it was fitted to."""
        return self.past.windows[-1].id

    @property
    def totals(self) -> Sample:
        """Counts of all places together [runs, windows]."""
        return np.asarray(self.counts.sum(axis=2))


def forecast(question: Question, models: Models) -> Forecast:
    """Fit to the past, weigh, and simulate what comes. Raises ConfigError as ``calibrate`` does."""
    hurt = {x.id for x in question.past.casualties}
    counts_only = tuple(x for x in question.evidence if x not in hurt)
    fitted = calibrate(
        question.past.model_copy(
            update={"casualties": ()}
        ),  # no count hangs on them, and their fit takes time
        models.settings,
        models.hypotheses,
        evidence=counts_only,
        seed=models.seed,
        cache=models.cache,
        predictive_runs=0,
        points=POINTS,
    )
    record = asking(question.past, question.edges, question.responses)
    ids = (*counts_only, *(x.id for x in question.edges))
    asked = admit(record, models.settings, ids)
    known = len(fitted.evidence.windows)
    later = asked.windows[known:]
    weights = {n: w for n, (_, w) in fitted.weights.items() if w is not None}
    closed = None
    if models.policy is None:
        one = asked._replace(windows=asked.windows[: known + 1], totals=())
        closed = one_step(fitted.posteriors, weights, models.hypotheses, models.settings, one)
    by_id = {x.id: x for x in question.edges}
    return Forecast(
        fitted.evidence,
        later,
        tuple(by_id[w.id] for w in later),
        _averaged(question, models, fitted, weights, later),
        weights,
        closed,
        tuple(baselines(fitted.evidence.windows, w.end - w.start) for w in later),
        *_labels(fitted),
    )


def _averaged(
    question: Question,
    models: Models,
    fitted: Calibration,
    weights: Mapping[str, float],
    later: Sequence[Window],
) -> Sample:
    """Runs of every hypothesis, as many as its weight says, each with luck of its own."""
    parts = []
    for name, runs in shared_out(models.runs, weights).items():
        if runs == 0:
            continue
        luck = name_key(f"{models.seed} {name} {fitted.evidence.windows[-1].id}") % 2**32
        parts.append(
            futures(
                fitted.posteriors[name], models.hypotheses[name], models.settings, fitted.evidence, later,
                question.responses, models.policy, runs, luck,
            )
        )  # fmt: skip
    return np.concatenate(parts)


def shared_out(runs: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Runs by weight, by the largest remainders.

    >>> shared_out(10, {"M0": 0.55, "M1": 0.25, "M2": 0.2})
    {'M0': 6, 'M1': 2, 'M2': 2}
    """
    exact = {n: runs * w / sum(weights.values()) for n, w in weights.items()}
    out = {n: int(x) for n, x in exact.items()}
    for n in sorted(exact, key=lambda n: out[n] - exact[n])[: runs - sum(out.values())]:
        out[n] += 1
    return out


def _labels(fitted: Calibration) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Parameters that the record informed under some hypothesis, and those that keep their prior under all that have them."""
    labels: dict[str, set[Any]] = {}
    for p in fitted.posteriors.values():
        for name, x in p.summary.items():
            labels.setdefault(name, set()).add(x.label)
    driven = tuple(n for n, x in labels.items() if x == {PRIOR_DRIVEN})
    return tuple(n for n in labels if n not in driven), driven
