"""A record as it stood at a moment: whatever came later is not in it, so that nothing worked out from it can know.

What is asked of the future (``Edges``) has a start, an end and no count.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from calibration.files import digest
from sim.scenario.common import Moment, days_between
from sim.scenario.record import CountWindow, Record, Response


class Edges(NamedTuple):
    """A window of the future: when it begins and ends, and no count."""

    id: str
    start: Moment
    end: Moment


def as_of(record: Record, moment: Moment) -> Record:
    """The record with the items that were over by a moment: windows, splits and casualties that ended, responses before it.

    A split by place stays if all its windows do; sections and facts name what is left. Raises ValueError if no
    window had ended.

    >>> from sim.scenario.loader import load
    >>> from sim.data import records_folder
    >>> invented = load(records_folder() / "provinces.yaml", "record").model
    >>> len(as_of(invented, invented.windows[3].end).windows)
    4
    """
    windows = tuple(w for w in record.windows if not after(w.end, moment))
    if not windows:
        raise ValueError(f"no window ends by {moment}")
    ids = {w.id for w in windows}
    totals = tuple(x for x in record.place_totals if ids.issuperset(x.windows))
    casualties = tuple(x for x in record.casualties if not after(x.end, moment))
    responses = tuple(x for x in record.responses if after(moment, x.date))
    left = ids | {x.id for x in (*totals, *casualties, *responses, *record.facts)}
    sections = {n: kept for n, xs in record.sections.items() if (kept := tuple(x for x in xs if x in left))}
    return record.model_copy(
        update={
            "windows": windows,
            "place_totals": totals,
            "casualties": casualties,
            "responses": responses,
            "sections": sections,
        }
    )


def asking(past: Record, edges: Sequence[Edges], responses: Sequence[Response]) -> Record:
    """A past with windows to come, their counts 0 because nobody knows them, and responses up to their end."""
    to_come = tuple(
        CountWindow(id=x.id, source="to be forecast", start=x.start, end=x.end, count=0) for x in edges
    )
    return past.model_copy(update={"windows": (*past.windows, *to_come), "responses": tuple(responses)})


def after(a: Moment, b: Moment) -> bool:
    """Whether a moment comes after another; a date is its midnight."""
    return days_between(b, a) > 0.0


def sha256_of_counts(record: Record) -> str:
    """Hash of what a record counts, whatever it is called: start, windows, splits, responses and casualties."""
    return digest(
        {
            name: _plain(record, name)
            for name in ("start", "windows", "place_totals", "responses", "casualties")
        }
    )


def _plain(record: Record, name: str) -> Any:
    return record.model_dump(mode="json", include={name})[name]


def midnight(moment: Moment) -> dt.datetime:
    """A moment with its time; a date is its midnight."""
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001  records state local time
