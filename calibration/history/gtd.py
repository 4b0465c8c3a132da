"""Rows of a Global Terrorism Database export: 134 or 135 columns, often in Windows-1252."""

import datetime as dt

from calibration.history.dates import YEARS, last_of_month
from calibration.history.incident import MISSING, Incident, filled
from calibration.history.table import CsvTable, Row

DATES: tuple[str, ...] = ()  # a date is three columns of numbers
LEAST_PRECISE_PLACE = 5
BREAKS = (dt.date(1998, 1, 1), dt.date(2008, 4, 1), dt.date(2012, 1, 1))
"""Days on which others began to collect, by other methods (GTD's own FAQ)."""
LAST = dt.date(2021, 7, 1)
"""Public releases end in 2020 or with June 2021."""


def notes(start: dt.date, end: dt.date) -> tuple[str, ...]:
    """What must be known of a record of these dates."""
    crossed = [f"{x:%Y-%m-%d}" for x in BREAKS if start < x < end]
    said = []
    if crossed:
        said.append(
            f"GTD changed how it collects on {', '.join(crossed)}: a change of level there may be one of method, so fit "
            "the years between two such dates"
        )
    if end > LAST:
        said.append(
            f"GTD's public releases end with June 2021 at the latest: windows after {LAST:%Y-%m-%d} may be empty for "
            "want of data, not of attacks"
        )
    return (*said, "GTD's terms: its rows may not be published again")


def incident(table: CsvTable, row: Row) -> Incident:
    """What a row says. Its country is kept apart from its attackers; the groups are named in up to three columns."""
    first, last = _days(table, row)
    numbers = ("1", "2", "3")
    return Incident(
        row,
        id=table.text(row, "eventid").removesuffix(".0"),
        version="",
        first=first,
        last=last,
        dated=first,
        attackers=filled(table, row, "gname", "gname2", "gname3", "gsubname", "gsubname2", "gsubname3"),
        targets=filled(
            table,
            row,
            *(f"{x}{n}" for n in numbers for x in ("target", "corp")),
            *(f"{x}{n}_txt" for n in numbers for x in ("targtype", "targsubtype", "natlty")),
        ),
        event_types=filled(table, row, *(f"attacktype{n}_txt" for n in numbers)),
        weapons=filled(
            table, row, *(f"{x}{n}_txt" for n in (*numbers, "4") for x in ("weaptype", "weapsubtype"))
        ),
        place=table.text(row, "country_txt"),
        admin1=table.text(row, "provstate"),
        place_code=table.code(row, "specificity", 1, LEAST_PRECISE_PLACE, MISSING),
    )


def _days(table: CsvTable, row: Row) -> tuple[dt.date | None, dt.date | None]:
    """Day 0 is any of the month, month 0 any of the year. An attack of several days is dated by its first."""
    year = table.code(row, "iyear", YEARS.start, YEARS.stop - 1, MISSING)
    month = table.code(row, "imonth", 0, 12, MISSING)
    day = table.code(row, "iday", 0, 31, MISSING)
    if year is None:
        return None, None
    if not month:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    last = last_of_month(year, month)
    if not day:
        return dt.date(year, month, 1), last
    if day > last.day:
        table.wrong(row, "iday", f"a day of month {month} of {year}, at most {last.day}")
        return None, None
    return dt.date(year, month, day), dt.date(year, month, day)
