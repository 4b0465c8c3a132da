"""Rows of a UCDP Georeferenced Event Dataset export, of 41 to 49 columns, with or without a header."""

import datetime as dt

from calibration.history.incident import Incident, around, filled
from calibration.history.table import CsvTable, Row

VIOLENCE = ("", "state-based", "non-state", "one-sided")
"""Sorts of violence by UCDP's code, 1 to 3."""
DATE_PREC_DAYS = (0, 1, 6, 7, 31, 366)
"""Days that a date is known to at most, by ``date_prec``: 1 the day, 2 two to six days, 3 a week, 4 a month, 5 a year."""
DATES = ("date_start", "date_end")
LEAST_PRECISE_PLACE = 7

NOTES = (
    "UCDP GED has no event without a death: attacks that killed nobody are not in it, so this is a record of deadly "
    "events and can't stand for all attacks",
)


def incident(table: CsvTable, row: Row) -> Incident:
    """What a row says."""
    first, last = _days(table, row)
    violence = table.code(row, "type_of_violence", 1, 3)
    return Incident(
        row,
        id=table.text(row, "id"),
        version="",
        first=first,
        last=last,
        dated=table.moment(row, "date_start").date()
        if first is not None and table.text(row, "date_start")
        else first,
        attackers=filled(table, row, "side_a"),
        targets=filled(table, row, "side_b"),
        two_sided=violence != 3,  # in one-sided violence side a attacks civilians
        event_types=(VIOLENCE[violence],) if violence else (),
        place=table.text(row, "country"),
        admin1=table.text(row, "adm_1"),
        place_code=table.code(row, "where_prec", 1, LEAST_PRECISE_PLACE),
    )


def _days(table: CsvTable, row: Row) -> tuple[dt.date | None, dt.date | None]:
    """The range as given; where the code says that the date is known less well than the range, all that it may be."""
    code = table.code(row, "date_prec", 1, 5)
    found = [table.moment(row, x).date() for x in DATES if table.text(row, x)]
    if not found:
        return None, None
    first, last = found[0], found[-1]
    if last < first:
        if not table.has_mistake(row):
            table.wrong(row, "date_end", f"a date not before date_start {first}")
        return None, None
    given = (last - first).days + 1
    known_to = DATE_PREC_DAYS[code] if code else 1
    if given == 1 and known_to > 1:
        return around(first, known_to)
    return first, last
