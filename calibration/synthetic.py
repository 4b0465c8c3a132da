"""Synthetic records: one run of the model under a stated truth, counted as a record counts.

The file states the design (windows, which of them are split by place, responses) and the truth; what is simulated are the
counts alone, so that anyone can make them again and hold the file against them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from calibration.posterior import Posterior
from calibration.predictive import moment
from sim.engine.events import Event, Reported
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.errors import ConfigError
from sim.model.registry import make_params
from sim.scenario.common import days_between
from sim.scenario.record import CountWindow, Record
from sim.scenario.settings import Settings
from sim.scenario.world import build_world

SHARE = "share_"


def simulated(record: Record, settings: Settings) -> Record:
    """The record with its counts made anew from its own truth and seed, responses as it has them.

    A window that states where attacks fell is split again. Raises ConfigError if the record states no truth.
    """
    events = reports(record, settings)
    windows = tuple(_counted(w, record, events) for w in record.windows)
    return record.model_copy(update={"windows": windows})


def reports(record: Record, settings: Settings) -> list[Reported]:
    """The reported attacks of the run that a synthetic record was counted from, in order of time."""
    if record.truth is None:
        raise ConfigError(f"{record.name}: truth: expected what the record was made with, found none")
    truth = record.truth
    world = build_world(
        settings,
        None,
        start=record.start,
        horizon_days=max(days_between(record.start, w.end) for w in record.windows),
        responses=record.responses,
    )
    shares = tuple(truth.place_shares[p] for p in world.places)
    found: Sequence[Event] = run(world, make_params(truth.parameters), shares, Draws(truth.seed, 0))
    return [x for x in found if isinstance(x, Reported)]


def _counted(w: CountWindow, record: Record, events: Sequence[Reported]) -> CountWindow:
    start, end = (days_between(record.start, x) for x in (w.start, w.end))
    inside = [(n, x.place) for n, x in enumerate(events, 1) if start <= x.time < end]
    if w.place is not None:
        return w.model_copy(update={"count": sum(place == w.place for _, place in inside)})
    by_place: dict[str, int] = {}
    if w.by_place:
        hidden = record.truth.place_unknown_every if record.truth is not None else None
        by_place = dict.fromkeys(record.places, 0)
        for n, place in inside:
            by_place[place] += hidden is None or n % hidden != 0
    return w.model_copy(update={"count": len(inside), "by_place": by_place})


class Held(NamedTuple):
    """A parameter's truth beside 5% and 95% of its posterior."""

    truth: float
    q05: float
    q95: float
    inside: bool


def held(record: Record, posterior: Posterior) -> dict[str, Held]:
    """Each fitted parameter and place's share that a synthetic record's truth states, held against it."""
    if record.truth is None:
        return {}
    shares = {SHARE + p: x for p, x in record.truth.place_shares.items()}
    known = {**record.truth.parameters, **shares}
    return {
        n: Held(known[n], x.q05, x.q95, x.q05 <= known[n] <= x.q95)
        for n, x in posterior.summary.items()
        if n in known
    }


def statements(record: Record, events: Sequence[Reported], every_days: int) -> str:
    """The same reports as a running total every so many days, in CSV; every second statement splits it by place."""
    end = max(days_between(record.start, w.end) for w in record.windows)
    rows = [",".join(("date", "total", *record.places))]
    for n, day in enumerate(range(0, int(end) + 1, every_days)):
        upto = [x.place for x in events if x.time < day]
        cells = [str(upto.count(p)) if n % 2 == 0 else "" for p in record.places]
        rows.append(",".join((f"{moment(record.start, day):%Y-%m-%d}", str(len(upto)), *cells)))
    return "\n".join(rows) + "\n"
