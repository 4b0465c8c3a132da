"""Events to windows with counts: a window's edges are midnights, and an event counts where all its days lie."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

DAILY_UP_TO = 60
"""Events over at most so many days are counted by day, else by week, unless the user says otherwise."""
MOST_WINDOWS = 5000
"""A record of more windows is a slip, such as a day for a week: fitting it would take hours."""
DAY = dt.timedelta(days=1)


class Days(NamedTuple):
    """The days on which an event may have been, first and last among them."""

    first: dt.date
    last: dt.date


class Grid(NamedTuple):
    """Windows of ``step`` days from ``start`` to ``end``; the last may be shorter. ``opened`` by the first event."""

    start: dt.date
    end: dt.date
    step: int
    opened: bool

    @property
    def windows(self) -> int:
        """How many there are."""
        return math.ceil((self.end - self.start).days / self.step)

    def edges(self, i: int) -> tuple[dt.datetime, dt.datetime]:
        """Midnights at which a window begins and ends."""
        start = self.start + i * self.step * DAY
        return midnight(start), midnight(min(start + self.step * DAY, self.end))

    def window_of(self, days: Days) -> int | None:
        """The window that an event falls in; None if that isn't known, or it lies outside."""
        first, last = self._at(days.first), self._at(days.last)
        return first if first == last else None

    def _at(self, day: dt.date) -> int | None:
        """The window that a day lies in."""
        return (day - self.start).days // self.step if self.start <= day < self.end else None

    def misses(self, days: Days) -> bool:
        """Does an event lie outside altogether?"""
        return days.last < self.start or days.first >= self.end


def grid(events: Sequence[Days], step: int | None, start: dt.date | None, end: dt.date | None) -> Grid:
    """The windows of a record. Where no start is given the first opens at the first event known to the day."""
    exact = [x for x in events if x.first == x.last] or events
    first = start if start is not None else min(x.first for x in exact)
    last = end - DAY if end is not None else max(x.last for x in exact)
    days = max((last - first).days, 0)
    size = step if step is not None else 1 if days < DAILY_UP_TO else 7
    stop = end if end is not None else first + size * (days // size + 1) * DAY
    return Grid(first, stop, size, opened=start is None and any(x.first == x.last == first for x in events))


def midnight(day: dt.date) -> dt.datetime:
    """The moment at which a day begins."""
    return dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001  a record's times share one zone
