"""A table of events, of any layout, to windows with counts and to the defender's responses."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from calibration.history.counting import MOST_WINDOWS, Days, Grid, grid, midnight
from calibration.history.forms import NO_DATE, OUTSIDE, Counted, source
from calibration.history.incident import Incident
from calibration.history.ledger import Ledger
from calibration.history.select import NO_PLACE, Selection, unused
from calibration.history.sources import Source
from calibration.history.table import CsvTable, Row
from sim.errors import ConfigError, Located
from sim.scenario.common import Moment
from sim.scenario.imports import Import, ResponseRows, RowFilter
from sim.scenario.record import Casualties, CountWindow, Response
from sim.scenario.tree import Spot

DUPLICATE, RESPONSE = "with a repeated id", "taken for responses"
BOTH = "that pass as attacks too but are taken for responses"
NOT_PRECISE, OVER_EDGE, NOT_A_DAY = "dated too vaguely", "dated over a window's edge", "not dated to the day"
STEPS = {"day": 1, "week": 7}


class Events:
    """The incidents of a table, read once: rows that can't be read are mistakes of the table."""

    def __init__(self, table: CsvTable, layout: Source, how: Import) -> None:
        self.table = table
        self.layout = layout
        self.how = how
        table.settle_dates(layout.dates, how.dates)
        self.incidents = [layout.incident(table, row) for row in table.rows]
        newest: dict[str, Incident] = {}
        for x in self.incidents:
            if x.id and (x.id not in newest or _newer(x, newest[x.id])):
                newest[x.id] = x
        self._newest = newest

    def repeated(self, x: Incident) -> bool:
        """Is this another row of an event of which the file has a newer one?"""
        return bool(x.id) and self._newest[x.id] is not x

    def place(self, x: Incident, selection: Selection) -> str | None:
        """The model's place in which an incident lies; None for an empty cell. Two of them are a mistake."""
        if not selection.places:
            return self.table.place(x.row, self.layout.place)
        first, *more = selection.places_of(x)
        if more:
            said = f"one of the import's places, found {' and '.join([first, *more])} for {x.place}"
            self.table.unknown(x.row, self.layout.place, f"expected {said}")
        return first

    def unused(self, rows: RowFilter) -> list[str]:
        """Sentences on names in a filter that no row has."""
        return [said for _, _, said in unused(rows, self.incidents)]


def _newer(a: Incident, b: Incident) -> bool:
    """By the time stamp; by what they say where there is none, so that the order of rows decides nothing."""
    return (a.version, sorted(a.row.cells.items())) > (b.version, sorted(b.row.cells.items()))


class _Placed(NamedTuple):
    row: Row
    days: Days
    place: str | None


def counted_events(
    events: Events, ledger: Ledger, struck: Collection[int], places_at: Mapping[str, Spot]
) -> Counted:
    """Attacks by window. ``struck`` are lines of rows that are responses; ``places_at`` where places are defined.

    Casualties are summed by the same windows, where every attack of a plain file's window states them.
    """
    how, table = events.how, events.table
    start, end = _day(how.start), _day(how.end)
    found = list(_attacks(events, ledger, struck, start, end))
    table.check()
    by_window: dict[int, list[_Placed]] = {}
    the_grid = None
    if found:
        step = STEPS[how.count_by] if isinstance(how.count_by, str) else how.count_by
        the_grid = grid([x.days for x in found], step, start, end)
        _check_size(the_grid, table)
        for p in found:
            i = the_grid.window_of(p.days)
            if i is not None:
                ledger.keep(p.row)
                by_window.setdefault(i, []).append(p)
            else:
                ledger.drop(p.row, OUTSIDE if the_grid.misses(p.days) else OVER_EDGE)
    if the_grid is None or not by_window:
        said = f"expected rows that count, found none: {ledger.settled().line()}"
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    places = {p.place: table.spot(p.row, events.layout.place) for p in reversed(found) if p.place is not None}
    return _windows(the_grid, by_window, table, dict(places_at) or places)


def _attacks(
    events: Events, ledger: Ledger, struck: Collection[int], start: dt.date | None, end: dt.date | None
) -> Iterator[_Placed]:
    """The rows that count as attacks if a window holds them; the others are dropped, each for its first reason."""
    how = events.how
    selection = Selection(how.attacks, how.places, how.place_precision)
    for x in events.incidents:
        days = Days(x.first, x.last) if x.first is not None and x.last is not None else None
        if how.across_windows == "as-dated" and x.dated is not None:
            days = Days(x.dated, x.dated)
        if events.repeated(x):
            ledger.drop(x.row, DUPLICATE)
        elif days is None:
            ledger.drop(x.row, NO_DATE)
        elif x.row.line in struck:
            ledger.drop(x.row, BOTH if selection.reason(x) is None else RESPONSE)
        elif reason := selection.reason(x):
            ledger.drop(x.row, reason)
        elif (start is not None and days.last < start) or (end is not None and days.first >= end):
            ledger.drop(x.row, OUTSIDE)
        elif how.date_precision_days is not None and x.days > how.date_precision_days:
            ledger.drop(x.row, NOT_PRECISE)
        else:
            yield _Placed(x.row, days, events.place(x, selection))


def _day(moment: Moment | None) -> dt.date | None:
    return None if moment is None else dt.date(moment.year, moment.month, moment.day)


def _check_size(found: Grid, table: CsvTable) -> None:
    if found.windows > MOST_WINDOWS:
        said = (
            f"expected at most {MOST_WINDOWS} windows, found {found.windows} from {found.start} to {found.end}: write "
            "«start: …», «end: …» and «count_by: …» in an import file"
        )
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])


def _windows(
    found: Grid, by_window: Mapping[int, Sequence[_Placed]], table: CsvTable, places: dict[str, Spot]
) -> Counted:
    windows, at, hurt = [], [], []
    last_row = None
    for i in range(found.windows):
        here = sorted(by_window.get(i, ()), key=lambda x: x.row.line)
        start, end = found.edges(i)
        said = f"{table.name}, rows dated {start:%Y-%m-%d}" + (" on" if found.step > 1 else "")
        windows.append(
            CountWindow(
                id=f"W{i + 1}",
                source=said,
                start=start,
                end=end,
                count=len(here),
                by_place=_tally(x.place for x in here if x.place is not None),
                begins_at_attack=found.opened and i == 0,
            )
        )
        last_row = here[0].row if here else last_row
        at.append(Spot(table.shown, last_row.line if last_row is not None else table.header_line, 1))
        if here and all(table.text(x.row, "injured") for x in here):
            hurt.append(_casualties(f"H{i + 1}", said, start, end, [x.row for x in here], table))
    table.check()
    return Counted(windows, at, places, casualties=tuple(hurt))


def _casualties(
    name: str, said: str, start: dt.datetime, end: dt.datetime, rows: Sequence[Row], table: CsvTable
) -> Casualties:
    killed = [table.count(r, "killed") for r in rows if table.text(r, "killed")]
    return Casualties(
        id=name,
        source=said,
        start=start,
        end=end,
        attacks=len(rows),
        injured=sum(table.count(r, "injured") for r in rows),
        killed=sum(killed) if len(killed) == len(rows) else None,
    )


def struck_rows(
    events: Events, rows: ResponseRows, ledger: Ledger
) -> tuple[list[Response], dict[str, list[Row]]]:
    """The defender's strikes, one response for each day and place, and the rows that they were read from by place."""
    how, table = events.how, events.table
    selection = Selection(rows, how.places, how.place_precision)
    first: dict[tuple[dt.date, str], Row] = {}
    by_place: dict[str, list[Row]] = {}
    for x in events.incidents:
        if events.repeated(x):
            ledger.drop(x.row, DUPLICATE)
        elif x.first is None:
            ledger.drop(x.row, NO_DATE)
        elif reason := selection.reason(x):
            ledger.drop(x.row, reason)
        elif x.days > 1:
            ledger.drop(x.row, NOT_A_DAY)
        elif (place := events.place(x, selection)) is None:
            ledger.drop(x.row, NO_PLACE)
        else:
            ledger.keep(x.row)
            by_place.setdefault(place, []).append(x.row)
            first.setdefault((x.first, place), x.row)
    table.check()
    if rows.target is None:
        raise RuntimeError("responses by filter without a target")
    out = [
        Response(
            id=f"R{n}",
            source=source(table, row),
            date=midnight(day),
            place=place,
            target=rows.target,
            strength=rows.strength,
        )
        for n, ((day, place), row) in enumerate(sorted(first.items(), key=lambda x: x[0]), 1)
    ]
    return out, by_place


def _tally(places: Iterable[str]) -> dict[str, int]:
    out: dict[str, int] = {}
    for p in sorted(places):
        out[p] = out.get(p, 0) + 1
    return out
