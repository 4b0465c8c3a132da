"""The forms of a plain CSV record: windows, a running total, events; each to windows with counts."""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

from calibration.csvtable import CsvTable, Row
from sim.scenario.record import Casualties, CountWindow, PlaceTotal

DAILY_UP_TO = 60
"""Events over at most so many days are counted by day, else by week."""
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


def counted_windows(table: CsvTable) -> list[CountWindow]:
    """Rows of one start and end are one window: its total (place empty) and its counts by place."""
    groups: dict[tuple[dt.datetime, dt.datetime], list[Row]] = {}
    for row in table.rows:
        start, end = table.moment(row, "start"), table.moment(row, "end")
        if end <= start and not table.has_mistake(row):
            table.wrong(row, "end", f"an end after the start {row.cells['start']}")
        groups.setdefault((start, end), []).append(row)
    out = []
    for n, ((start, end), rows) in enumerate(sorted(groups.items()), 1):
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
        split = sum(by_place.values())
        if total is not None and split > total:
            table.wrong(
                rows[0], "count", f"places that sum to at most the window's {total}, which sum to {split}"
            )
            by_place = {}
        bounds = [table.choice(row, "bound", ("exact", "at-least")) for row in rows]
        out.append(
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
    return out


def running_total(table: CsvTable) -> tuple[list[CountWindow], tuple[PlaceTotal, ...]]:
    """Differences of a running total; places split the stretch between rows that have them all."""
    columns = [x for x in table.header if x not in ("date", "total")]
    rows = [(table.moment(r, "date"), table.count(r, "total"), r) for r in table.rows]
    if len(rows) < 2:
        table.mistake(table.header_line, 1, "date", f"expected at least two dates, found {len(rows)}")
    table.check()
    windows = []
    for n, ((start, before, _), (end, after, row)) in enumerate(pairwise(rows), 1):
        if end <= start:
            table.wrong(row, "date", "a date after the row before it")
        if after < before:
            table.wrong(row, "total", f"a total of at least the {before} before it")
        windows.append(
            CountWindow(
                id=f"W{n}", source=source(table, row), start=start, end=end, count=max(after - before, 0)
            )
        )
    table.check()
    totals: list[PlaceTotal] = []
    known = [i for i, (_, _, r) in enumerate(rows) if columns and all(r.cells[c] for c in columns)]
    for a, b in pairwise(known):
        row = rows[b][2]
        by_place = {}
        for c in columns:
            gained = table.count(row, c) - table.count(rows[a][2], c)
            if gained < 0:
                table.wrong(row, c, "a count that does not fall")
            by_place[_column_place(table, c)] = max(gained, 0)
        inside = windows[a:b]
        if table.has_mistake(row):
            continue
        if sum(by_place.values()) != sum(w.count for w in inside):
            table.wrong(row, "total", f"places that sum to the total, as they do on line {rows[a][2].line}")
        elif len(inside) == 1:
            windows[a] = inside[0].model_copy(update={"by_place": by_place})
        else:
            ids = tuple(w.id for w in inside)
            totals.append(PlaceTotal(id=f"P{b}", source=source(table, row), windows=ids, by_place=by_place))
    return windows, tuple(totals)


def _column_place(table: CsvTable, column: str) -> str:
    """The place that a column is named for."""
    row = Row(table.header_line, {column: column})
    return table.place(row, column) or "place"


def dated_events(table: CsvTable) -> tuple[list[CountWindow], tuple[Casualties, ...]]:
    """Attacks by day, or by week over more than 60 days; the first window opens at the first attack.

    Casualties are summed by the same windows, where every attack of the window states them.
    """
    dated = sorted(((table.moment(r, "date"), r) for r in table.rows), key=lambda x: (x[0], x[1].line))
    midnight = dated[0][0].replace(hour=0, minute=0, second=0, microsecond=0)
    last = dated[-1][0]
    step = DAY if (last - midnight).days < DAILY_UP_TO else WEEK
    windows: list[CountWindow] = []
    casualties: list[Casualties] = []
    start, at = midnight, 0
    while start <= last:
        here = []
        while at < len(dated) and dated[at][0] < start + step:
            here.append(dated[at][1])
            at += 1
        n = len(windows) + 1
        said = f"{table.path.name}, rows dated {start:%Y-%m-%d}" + (" on" if step == WEEK else "")
        windows.append(
            CountWindow(
                id=f"W{n}",
                source=said,
                start=start,
                end=start + step,
                count=len(here),
                by_place=_tally(p for r in here if (p := table.place(r, "place")) is not None),
                begins_at_attack=n == 1,
            )
        )
        if here and all(r.cells.get("injured") for r in here):
            killed = [table.count(r, "killed") for r in here if r.cells.get("killed")]
            casualties.append(
                Casualties(
                    id=f"H{n}",
                    source=said,
                    start=start,
                    end=start + step,
                    attacks=len(here),
                    injured=sum(table.count(r, "injured") for r in here),
                    killed=sum(killed) if len(killed) == len(here) else None,
                )
            )
        start += step
    return windows, tuple(casualties)


def _tally(places: Iterable[str]) -> dict[str, int]:
    out: dict[str, int] = {}
    for p in places:
        out[p] = out.get(p, 0) + 1
    return out


def source(table: CsvTable, row: Row) -> str:
    """File and line, as the source of an item."""
    return f"{table.path.name}, line {row.line}"
