"""Posterior predictive: the record's windows simulated again, responses as they were, by the reference engine."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from calibration.evidence import Evidence
from calibration.layouts import layouts
from calibration.observe import miscounted
from calibration.posterior import Posterior
from calibration.priors import quantile, to_parameters
from calibration.samplers.sample import DRAWS
from sim.engine.events import AttackLaunched, Event, Reported
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.model.registry import PARAMETERS, make_params
from sim.model.streamkeys import name_key
from sim.scenario.common import Moment
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Response
from sim.scenario.settings import Settings
from sim.scenario.world import build_world

QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
MARKS_LANE = 2  # of the uniforms that choose a point, as in a study
Counts = np.ndarray[Any, np.dtype[np.int64]]


def simulate_counts(
    posterior: Posterior,
    hypothesis: Hypothesis,
    settings: Settings,
    evidence: Evidence,
    responses: Sequence[Response],
    runs: int,
    seed: int,
) -> Counts:
    """Reported attacks by run, window and place [runs, windows, places], places sorted by name."""
    return counts_of(evidence, replays(posterior, hypothesis, settings, evidence, responses, runs, seed))


def replays(
    posterior: Posterior,
    hypothesis: Hypothesis,
    settings: Settings,
    evidence: Evidence,
    responses: Sequence[Response],
    runs: int,
    seed: int,
    marks: Posterior | None = None,
) -> Iterator[list[Event]]:
    """Events of runs over the time of the evidence, the responses as they were.

    Run i takes every (4000/runs)-th draw of the posterior and the luck of (seed, i); a draw of the casualty ``marks``
    by that luck where they are given, else their prior. A record that begins at an attack begins with one.
    """
    opening = evidence.windows[0].begins_at_attack
    origin = evidence.origin
    world = build_world(
        settings,
        None,
        start=moment(evidence.start, origin),
        horizon_days=max(x.windows[-1].end for x in layouts(evidence)) - origin,
        responses=responses,
        opening_attack=opening,
    )
    rows = (np.arange(runs) * len(posterior.draws)) // runs
    for i, row in enumerate(rows):
        draws = Draws(seed, i)
        fitted, shares = to_parameters(posterior.names, posterior.draws[row])
        numbers = assumed(hypothesis, settings, draws) | _marks(marks, draws) | fitted
        params = make_params({n: x for n, x in numbers.items() if n in PARAMETERS})
        yield run(world, params, tuple(shares[p] for p in world.places), draws)


def _marks(marks: Posterior | None, draws: Draws) -> dict[str, float]:
    if marks is None:
        return {}
    row = marks.draws[min(DRAWS - 1, int(draws.block("study.point", 0, 0)[MARKS_LANE] * DRAWS))]
    return dict(zip(marks.names, row.tolist(), strict=True))


def counts_of(evidence: Evidence, runs: Iterable[Sequence[Event]]) -> Counts:
    """Reported attacks by run, window and place; an attack that opens the record is reported, as the likelihood has it.

    Uncertain edges take the likelihood's layouts in turn, and attacks are moved across edges as they may have been; a
    strike of the record stays on the day as stated, which the engine was given.
    """
    opening = evidence.windows[0].begins_at_attack
    edges = [np.array([(w.start, w.end) for w in x.windows]) - evidence.origin for x in layouts(evidence)]
    moves = any(w.moved for w in evidence.windows)
    index = {p: c for c, p in enumerate(evidence.places)}
    found = []
    for number, events in enumerate(runs):
        ends = edges[number % len(edges)]
        counts = np.zeros((len(ends), len(index)), dtype=np.int64)
        for event in events:
            opener = opening and isinstance(event, AttackLaunched) and event.number == 1
            if opener or (isinstance(event, Reported) and not (opening and event.number == 1)):
                inside = np.flatnonzero((ends[:, 0] <= event.time) & (event.time < ends[:, 1]))
                counts[0 if opener else inside, index[event.place]] += 1
        found.append(miscounted(evidence, counts, np.random.default_rng(number)) if moves else counts)
    return np.array(found)


def assumed(hypothesis: Hypothesis, settings: Settings, draws: Draws) -> dict[str, float]:
    """What no posterior holds: values as stated, priors by draws keyed by the parameter's name."""
    entries = settings.assumptions | hypothesis.assumptions | hypothesis.parameters
    out = {}
    for name, x in entries.items():
        if x.value is not None:
            out[name] = x.value
        elif x.prior is not None and name not in hypothesis.parameters:
            u = draws.block("study.parameter", name_key(name), 0)[0]
            out[name] = float(quantile(x.prior, np.array([u]))[0])
    return out


def moment(start: Moment, days: float) -> dt.datetime:
    """The moment so many days after a start; a date begins at its midnight."""
    midnight = start if isinstance(start, dt.datetime) else dt.datetime(start.year, start.month, start.day)  # noqa: DTZ001  records state local time
    return midnight + dt.timedelta(days=days)


def table(evidence: Evidence, counts: Counts) -> list[dict[str, Any]]:
    """A row for each count that the record states: window, place (None for all), observed, 5%, 50%, 95%.

    A window whose split by place is known in full has a row for each place, as has a total over windows.
    """
    rows = []
    for i, w in enumerate(evidence.windows):
        rows.append(_row(w.id, None, w.attacks, counts[:, i, :].sum(axis=1)))
        if w.by_place and sum(w.by_place.values()) == w.attacks:
            rows += _by_place(evidence, w.id, w.by_place, counts[:, [i], :])
    for total in evidence.totals:
        rows += _by_place(evidence, total.id, total.by_place, counts[:, list(total.windows), :])
    return rows


def _by_place(
    evidence: Evidence, name: str, observed: Mapping[str, int], counts: Counts
) -> list[dict[str, Any]]:
    return [
        _row(name, p, observed.get(p, 0), counts[:, :, c].sum(axis=1)) for c, p in enumerate(evidence.places)
    ]


def _row(window: str, place: str | None, observed: int, counts: Counts) -> dict[str, Any]:
    return {"window": window, "place": place, "observed": observed, **quantiles(counts)}


def quantiles(counts: Counts) -> dict[str, int]:
    """5%, 50% and 95%, each one of the counts."""
    return {k: int(np.quantile(counts, x, method="inverted_cdf")) for k, x in QUANTILES.items()}
