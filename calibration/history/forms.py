"""The plain forms that hold counts: windows, and a running total."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from calibration.history.ledger import Ledger
from calibration.history.table import CsvTable, Row
from sim.scenario.record import Casualties, CountWindow, PlaceTotal
from sim.scenario.tree import Spot

NO_DATE, NO_COUNT, OUTSIDE = "without a date", "without a count", "outside the dates"
"""Reasons for which a row is dropped, here and in the other modules, complete «3 dropped: 2 …»."""


class Span(NamedTuple):
    """The dates that are wanted, from one midnight to another; None is open."""

    start: dt.datetime | None = None
    end: dt.datetime | None = None

    def holds(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Does a stretch of time lie in it?"""
        return (self.start is None or self.start <= start) and (self.end is None or end <= self.end)


class Counted(NamedTuple):
    """Counts of a file, and where each of its windows and places was written."""

    windows: list[CountWindow]
    at: list[Spot]
    places: dict[str, Spot]
    totals: tuple[PlaceTotal, ...] = ()
    casualties: tuple[Casualties, ...] = ()


def counted_windows(table: CsvTable, ledger: Ledger, span: Span) -> Counted:
    """Rows of one start and end are one window: its total (place empty) and its counts by place."""
    groups: dict[tuple[dt.datetime, dt.datetime], list[Row]] = {}
    for row, start, end in _with_dates(table, ledger):
        if end <= start and not table.has_mistake(row):
            table.wrong(row, "end", f"an end after the start {row.cells['start']}")
        if not table.text(row, "count"):
            ledger.drop(row, NO_COUNT)
        elif not span.holds(start, end):
            ledger.drop(row, OUTSIDE)
        else:
            ledger.keep(row)
            groups.setdefault((start, end), []).append(row)
    windows, at = [], []
    places: dict[str, Spot] = {}
    for n, ((start, end), rows) in enumerate(sorted(groups.items(), key=lambda x: x[0]), 1):
        by_place: dict[str, int] = {}
        total: int | None = None
        for row in rows:
            place, count = table.place(row, "place"), table.count(row, "count")
            if (place is None and total is not None) or place in by_place:
                table.wrong(
                    row, "place" if "place" in table.header else "start", "each window and place once"
                )
            elif place is None:
                total = count
            else:
                by_place[place] = count
                places.setdefault(place, table.spot(row, "place"))
        split = sum(by_place.values())
        if total is not None and split > total:
            table.wrong(
                rows[0], "count", f"places that sum to at most the window's {total}, which sum to {split}"
            )
            by_place = {}
        bounds = [table.choice(row, "bound", ("exact", "at-least")) for row in rows]
        windows.append(
            CountWindow(
                id=f"W{n}",
                source=source(table, rows[0]),
                start=start,
                end=end,
                count=split if total is None else total,
                by_place=by_place,
                bound="at-least" if "at-least" in bounds else "exact",
            )
        )
        at.append(table.spot(rows[0], "start"))
    return Counted(windows, at, places)


def _with_dates(table: CsvTable, ledger: Ledger) -> Iterator[tuple[Row, dt.datetime, dt.datetime]]:
    for row in table.rows:
        if table.text(row, "start") and table.text(row, "end"):
            yield row, table.moment(row, "start"), table.moment(row, "end")
        else:
            ledger.drop(row, NO_DATE)


class _Total(NamedTuple):
    date: dt.datetime
    total: int
    row: Row


def running_total(table: CsvTable, ledger: Ledger, span: Span) -> Counted:
    """Differences of a running total; places split the stretch between rows that have them all."""
    rows = _totals(table, ledger, span)
    windows, at = [], []
    for n, (a, b) in enumerate(pairwise(rows), 1):
        if b.date <= a.date:
            table.wrong(b.row, "date", f"each date once, with line {a.row.line}")
        if b.total < a.total:
            table.wrong(b.row, "total", f"a total of at least the {a.total} before it (line {a.row.line})")
        gained = max(b.total - a.total, 0)
        windows.append(
            CountWindow(id=f"W{n}", source=source(table, b.row), start=a.date, end=b.date, count=gained)
        )
        at.append(table.spot(b.row, "date"))
    table.check()
    columns = [x for x in table.header if x not in ("date", "total")]
    places = {c: _column_place(table, c) for c in columns}
    totals: list[PlaceTotal] = []
    known = [i for i, x in enumerate(rows) if columns and all(table.text(x.row, c) for c in columns)]
    for i, j in pairwise(known):
        row = rows[j].row
        by_place = {}
        for c in columns:
            gained = table.count(row, c) - table.count(rows[i].row, c)
            if gained < 0:
                table.wrong(row, c, "a count that does not fall")
            by_place[places[c]] = max(gained, 0)
        inside = windows[i:j]
        if table.has_mistake(row):
            continue
        if sum(by_place.values()) != sum(w.count for w in inside):
            table.wrong(row, "total", f"places that sum to the total, as they do on line {rows[i].row.line}")
        elif len(inside) == 1:
            windows[i] = inside[0].model_copy(update={"by_place": by_place})
        else:
            ids = tuple(w.id for w in inside)
            totals.append(PlaceTotal(id=f"P{j}", source=source(table, row), windows=ids, by_place=by_place))
    table.check()
    header = Row(table.header_line, {})
    return Counted(windows, at, {places[c]: table.spot(header, c) for c in columns}, tuple(totals))


def _totals(table: CsvTable, ledger: Ledger, span: Span) -> list[_Total]:
    """The rows that have a date and a total, in order of date."""
    out = []
    for row in table.rows:
        if not table.text(row, "date"):
            ledger.drop(row, NO_DATE)
            continue
        date = table.moment(row, "date")
        if not table.text(row, "total"):
            ledger.drop(row, NO_COUNT)
        elif not span.holds(date, date):
            ledger.drop(row, OUTSIDE)
        else:
            ledger.keep(row)
            out.append(_Total(date, table.count(row, "total"), row))
    table.check()
    if len(out) < 2:
        said = f"expected at least two dates with a total, found {len(out)}"
        table.mistake(table.header_line, 1, "date", said)
        table.check()
    return sorted(out, key=lambda x: (x.date, x.total))


def _column_place(table: CsvTable, column: str) -> str:
    """The place that a column is named for."""
    row = Row(table.header_line, {column: column})
    if not column:
        table.wrong(row, column, "a place's name above each column")
    return table.place(row, column) or "place"


def source(table: CsvTable, row: Row) -> str:
    """File and line, as the source of an item."""
    return f"{table.name}, line {row.line}"
