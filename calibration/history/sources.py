"""Each layout of events with its reader, its columns of dates and places, and what must be known of it."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from calibration.history import acled, gtd, ucdp
from calibration.history.incident import Incident, filled
from calibration.history.layouts import TITLES
from calibration.history.table import CsvTable, Row


class Source(NamedTuple):
    """How one layout of events is read. ``filters`` are those that it has columns for."""

    title: str
    incident: Callable[[CsvTable, Row], Incident]
    dates: tuple[str, ...]
    place: str
    filters: tuple[str, ...]
    notes: Callable[[dt.date, dt.date], tuple[str, ...]]
    least_precise_place: int | None = None


def plain_event(table: CsvTable, row: Row) -> Incident:
    """A row of a plain file of events."""
    day = table.moment(row, "date").date() if table.text(row, "date") else None
    weapons = filled(table, row, "weapon")
    return Incident(row, "", "", day, day, day, weapons=weapons, place=table.text(row, "place"))


SOURCES: dict[str, Source] = {
    "events": Source("a CSV file of events", plain_event, ("date",), "place", ("weapons",), lambda *_: ()),
    "acled": Source(
        f"an {TITLES['acled']} export",
        acled.incident,
        acled.DATES,
        "country",
        ("event_types", "attackers", "targets", "first_side_attacks"),
        lambda *_: acled.NOTES,
        acled.LEAST_PRECISE_PLACE,
    ),
    "ucdp-ged": Source(
        f"a {TITLES['ucdp-ged']} export",
        ucdp.incident,
        ucdp.DATES,
        "country",
        ("event_types", "attackers", "targets", "first_side_attacks"),
        lambda *_: ucdp.NOTES,
        ucdp.LEAST_PRECISE_PLACE,
    ),
    "gtd": Source(
        f"a {TITLES['gtd']} export",
        gtd.incident,
        gtd.DATES,
        "country_txt",
        ("event_types", "attackers", "targets", "weapons"),
        gtd.notes,
        gtd.LEAST_PRECISE_PLACE,
    ),
}
