"""Casualties held against the record: people hurt in simulated runs of its responses as they were."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from calibration.evidence import Evidence
from calibration.predictive import quantiles
from sim.engine.events import Casualties as Hurt
from sim.engine.events import Event
from sim.scenario.common import days_between
from sim.scenario.record import Casualties, Record

WHAT = ("injured", "brain_injured", "killed")
"""Counts of the record's item; the engine's event has fields of the same names."""
SLACK_DAYS = 1e-6


def spans(record: Record, item: Casualties) -> tuple[float, float]:
    """When an item begins and ends, in days from the record's start."""
    return days_between(record.start, item.start), days_between(record.start, item.end)


def widest(record: Record, evidence: Evidence) -> list[Casualties]:
    """Items inside the time of the evidence that no other item contains: the whole and not its parts."""
    start, end = evidence.origin - SLACK_DAYS, evidence.windows[-1].end + SLACK_DAYS
    dated = [(x, spans(record, x)) for x in record.casualties]
    inside = [(x, a, b) for x, (a, b) in dated if start <= a and b <= end]
    return [
        x
        for x, a, b in inside
        if not any(y is not x and c <= a and b <= d and d - c > b - a for y, c, d in inside)
    ]


def casualties_table(
    record: Record, evidence: Evidence, runs: Sequence[Sequence[Event]]
) -> list[dict[str, Any]]:
    """A row for each count that an item states: item, what, observed, 5%, 50% and 95% of the runs.

    The median is what to read: the tail of an attack's severity is heavy, and a mean is made by a few runs.
    """
    rows = []
    for item in widest(record, evidence):
        start, end = (x - evidence.origin for x in spans(record, item))
        hurt = [
            [e for e in events if isinstance(e, Hurt) and start - SLACK_DAYS <= e.time < end]
            for events in runs
        ]
        for what in WHAT:
            observed = getattr(item, what)
            if observed is not None:
                sums = np.array([sum(getattr(e, what) for e in run) for run in hurt], dtype=np.int64)
                rows.append({"item": item.id, "what": what, "observed": int(observed), **quantiles(sums)})
    return rows
