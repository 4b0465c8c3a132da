"""What a record says of where edges may lie: the edge that two windows share, a strike with the edge at it, all that lag."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from calibration.admission import Locate, mistake
from calibration.items import Shift, Window
from sim.scenario.common import Moment
from sim.scenario.record import CountWindow, Record, Response

TOUCHING = 1e-9  # days


class Edge(NamedTuple):
    """Where a window ends, or begins after none: with the next, if that begins there."""

    day: float
    ending: Window | None
    starting: Window | None


def edges(windows: Sequence[Window]) -> Iterator[Edge]:
    """Edges of windows in order of time."""
    before: Window | None = None
    for w in windows:
        if before is not None and w.start > before.end + TOUCHING:
            yield Edge(before.end, before, None)
            before = None
        yield Edge(w.start, before, w)
        before = w
    if before is not None:
        yield Edge(before.end, before, None)


def admitted_shifts(
    record: Record,
    windows: Sequence[Window],
    strikes: Iterable[str],
    day: Callable[[Moment], float],
    locate: Locate | None,
) -> tuple[Shift, ...]:
    """Every shift of admitted windows and strikes. Raises a located ConfigError where they could turn a window round."""
    stated = {w.id: w for w in record.windows}
    shifts: list[Shift] = []
    lagging_starts: list[str] = []
    lagging_ends: list[str] = []
    at_edges: set[str] = set()
    for edge in edges(windows):
        starts = () if edge.starting is None else (edge.starting.id,)
        ends = () if edge.ending is None else (edge.ending.id,)
        own = _own_range(record, edge, stated, locate)
        if own > 0.0:
            shifts.append(Shift(-own, own, starts, ends))
        here = [r for r in record.responses if abs(day(r.date) - edge.day) < TOUCHING]
        at_edges |= {r.id for r in here}
        shifts += _with_responses(here, starts, ends)
        opens = edge.starting is not None and edge.starting.begins_at_attack
        if not (here or opens or (edge.ending is not None and edge.ending.triggered)):
            lagging_starts += starts
            lagging_ends += ends
    known = set(strikes)
    for r in record.responses:
        if r.id in known - at_edges:
            shifts += _with_responses([r], (), ())
    lag = record.reporting_lag_days
    if lag is not None and (lagging_starts or lagging_ends):
        shifts.append(Shift(-lag.high, -lag.low, tuple(lagging_starts), tuple(lagging_ends)))
    _refuse_turned(record, windows, shifts, locate)
    return tuple(shifts)


def _with_responses(here: Sequence[Response], starts: tuple[str, ...], ends: tuple[str, ...]) -> list[Shift]:
    """Strikes that fell together move together, as far as the widest range."""
    within = max((r.date_within_days for r in here), default=0.0)
    return [Shift(-within, within, starts, ends, tuple(r.id for r in here))] if within > 0.0 else []


def _own_range(record: Record, edge: Edge, stated: dict[str, CountWindow], locate: Locate | None) -> float:
    """Days that an edge may lie off by itself: stated once, at the end of the window before it."""

    def where(w: Window, name: str) -> tuple[str | int, ...]:
        return ("windows", record.windows.index(stated[w.id]), name)

    start = 0.0 if edge.starting is None else stated[edge.starting.id].start_within_days
    if edge.ending is None:
        return start
    if edge.starting is not None and start > 0.0:
        said = f"{edge.starting.id}: expected 0 where {edge.ending.id} ends, found {start:g}: write it as that one's end_within_days"
        raise mistake(locate, where(edge.starting, "start_within_days"), f"evidence: {said}")
    end = stated[edge.ending.id].end_within_days
    if end > 0.0 and edge.ending.triggered:
        said = f"{edge.ending.id}: expected 0, as a triggered end is the response, found {end:g}: write its date_within_days"
        raise mistake(locate, where(edge.ending, "end_within_days"), f"evidence: {said}")
    return end


def _refuse_turned(
    record: Record, windows: Sequence[Window], shifts: Sequence[Shift], locate: Locate | None
) -> None:
    """Whatever the shifts, a window ends after its start, and the next begins no earlier."""
    for w in windows:
        alone = [
            (x.low if w.id in x.ends else -x.high) for x in shifts if (w.id in x.ends) != (w.id in x.starts)
        ]
        if alone and w.end - w.start + sum(alone) <= TOUCHING:
            _say(record, w, f"{w.end - w.start:.3g} days long", -sum(alone), locate)
    for a, b in pairwise(windows):
        alone = [
            (x.low if b.id in x.starts else -x.high) for x in shifts if (b.id in x.starts) != (a.id in x.ends)
        ]
        if alone and b.start - a.end + sum(alone) < -TOUCHING:
            _say(record, b, f"{b.start - a.end:.3g} days after {a.id}", -sum(alone), locate)


def _say(record: Record, w: Window, what: str, lost: float, locate: Locate | None) -> None:
    at = next(i for i, x in enumerate(record.windows) if x.id == w.id)
    said = f"evidence: {w.id} is {what}: expected uncertain edges that leave it more than 0, found up to {lost:.3g} days off"
    raise mistake(locate, ("windows", at), said)
