"""Rows of an ACLED export.

The 31 columns of today, those before March 2023, and older ones in capitals. ``inter1`` and ``inter2`` are codes or
text. ``actor1`` is not the one who attacked, nor ``actor2`` the one attacked (ACLED codebook).
"""

import datetime as dt

from calibration.history.dates import last_of_month
from calibration.history.incident import MISSING, Incident, around, filled
from calibration.history.table import CsvTable, Row

INTER = (
    "",  # 0: nobody on this side
    "State forces",
    "Rebel group",
    "Political militia",
    "Identity militia",
    "Rioters",
    "Protesters",
    "Civilians",
    "External/Other forces",
)
"""Sorts of actors by ACLED's code, 1 to 8."""
DATES = ("event_date",)
LEAST_PRECISE_PLACE = 3

NOTES = (
    "ACLED counts the violence of the same actors on one day at one location as one event, so its counts may be "
    "lower than those of attacks",
    "ACLED's terms: name the source, the date of access and the filters wherever results are shown, and do not pass "
    "its rows on",
)


def incident(table: CsvTable, row: Row) -> Incident:
    """What a row says."""
    first, last, dated = _days(table, row)
    sides = [
        (*filled(table, row, f"actor{i}", f"assoc_actor_{i}"), *_sort(table, row, f"inter{i}")) for i in "12"
    ]
    return Incident(
        row,
        id=table.text(row, "event_id_cnty"),
        version=table.text(row, "timestamp").zfill(20),
        first=first,
        last=last,
        dated=dated,
        attackers=sides[0],
        targets=sides[1],
        two_sided=True,
        event_types=filled(table, row, "event_type", "sub_event_type"),
        place=table.text(row, "country"),
        admin1=table.text(row, "admin1"),
        place_code=table.code(row, "geo_precision", 1, LEAST_PRECISE_PLACE),
    )


def _days(table: CsvTable, row: Row) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """Precision 1 is the day, 2 a day of that week or of a stretch as long, 3 a day of that month."""
    precision = table.code(row, "time_precision", 1, 3)
    if not table.text(row, "event_date"):
        return None, None, None
    day = table.moment(row, "event_date").date()
    if precision == 2:
        return *around(day, 7), day
    if precision == 3:
        return day.replace(day=1), last_of_month(day.year, day.month), day
    return day, day, day


def _sort(table: CsvTable, row: Row, name: str) -> tuple[str, ...]:
    """The sort of actor in words, from the words or the code."""
    text = table.text(row, name)
    if text in MISSING:
        return ()
    if text and not text.removesuffix(".0").isdigit():
        return (text,)
    code = table.code(row, name, 0, len(INTER) - 1)
    return (INTER[code],) if code else ()
