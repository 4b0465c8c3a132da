"""An incident: what a row of any file of events says, in one form."""

import datetime as dt
from typing import NamedTuple

from calibration.history.table import CsvTable, Row

MISSING = ("-9", "-99", "-999", ".", "NA", "NULL")
"""What stands for an empty cell in exports: GTD's codes, and what other programs write in passing."""


class Incident(NamedTuple):
    """A row as an incident.

    ``first`` and ``last`` are the first and last day on which it may have been; None without a date. ``dated``
    is the day under which it is filed. ``attackers`` and ``targets`` are names and sorts of those involved; where ``two_sided`` the source
    doesn't say which of the two began. ``place`` is a country or, in a plain file, the place.
    """

    row: Row
    id: str
    version: str
    first: dt.date | None
    last: dt.date | None
    dated: dt.date | None
    attackers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    two_sided: bool = False
    event_types: tuple[str, ...] = ()
    weapons: tuple[str, ...] = ()
    place: str = ""
    admin1: str = ""
    place_code: int | None = None

    @property
    def days(self) -> int:
        """Over how many days the date is spread; 1 is known to the day."""
        return (self.last - self.first).days + 1 if self.first is not None and self.last is not None else 0


def filled(table: CsvTable, row: Row, *columns: str) -> tuple[str, ...]:
    """What these columns say, where they say something; parts of a list («A; B») one by one."""
    texts = [table.text(row, x) for x in columns]
    return tuple(part for x in texts if x not in MISSING for y in x.split(";") if (part := y.strip()))


def around(day: dt.date, days: int) -> tuple[dt.date, dt.date]:
    """First and last day of any stretch of so many days that a day lies in."""
    reach = dt.timedelta(days=days - 1)
    return day - reach, day + reach
