"""Plain CSV records: windows, cumulative counts, events, and responses, each known by its header.

windows     start,end,place,count,bound            place may be empty; bound is exact or at-least
cumulative  date,total,PLACE…                      counts up to a date; the first row is the base
events      date,place[,weapon,injured,killed]     an attack a row
responses   date,place,target,strength,delay_days  target: a class, or several joined by + in equal shares
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

from calibration.csvtable import CsvTable, Row
from sim.errors import ConfigError, Located
from sim.model.spec import TARGETS
from sim.scenario.policy import Target
from sim.scenario.record import Casualties, CountWindow, PlaceTotal, Record, Response

Form = Literal["windows", "cumulative", "events", "responses"]
COLUMNS: dict[Form, tuple[str, ...]] = {
    "windows": ("start", "end", "place", "count", "bound"),
    "cumulative": ("date", "total"),
    "events": ("date", "place", "weapon", "injured", "killed"),
    "responses": ("date", "place", "target", "strength", "delay_days"),
}
NEEDED: dict[Form, tuple[str, ...]] = {
    "windows": ("start", "end", "count"),
    "cumulative": ("date", "total"),
    "events": ("date", "place"),
    "responses": ("date", "place", "target"),
}
DAILY_UP_TO = 60
"""Events over at most so many days are counted by day, else by week."""
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


def form_of(table: CsvTable) -> Form:
    """Which form a file has. Raises a located ConfigError for a header that is none."""
    header = set(table.header)
    form: Form | None = None
    if "target" in header:
        form = "responses"
    elif "total" in header:
        form = "cumulative"
    elif "count" in header or {"start", "end"} <= header:
        form = "windows"
    elif "date" in header:
        form = "events"
    known = "; ".join(",".join(x) for x in COLUMNS.values())
    if form is None:
        said = f"expected one of the headers {known}; found {','.join(table.header)}"
        raise ConfigError([Located(str(table.path), table.header_line, 1, "", said)])
    for name in NEEDED[form]:
        if name not in header:
            table.mistake(table.header_line, 1, name, f"expected this column in a file of {form}, found none")
    for i, name in enumerate(table.header):
        if name not in COLUMNS[form] and form != "cumulative":
            said = f"expected columns {', '.join(COLUMNS[form])} in a file of {form}"
            table.mistake(table.header_line, i + 1, name, said)
    table.check()
    return form


def read_record(path: Path, responses: Sequence[Response] = ()) -> Record:
    """A record from a CSV file of windows, cumulative counts or events.

    ``responses`` (see ``read_responses``) go into it. Raises ConfigError with a located line for each mistake.
    """
    table = CsvTable(path)
    form = form_of(table)
    if form == "responses":
        said = "expected windows, cumulative counts or events; responses are given beside them (--responses)"
        raise ConfigError([Located(str(path), table.header_line, 1, "", said)])
    if not table.rows:
        raise ConfigError([Located(str(path), table.header_line, 1, "", "expected rows below the header, found none")])
    casualties: tuple[Casualties, ...] = ()
    totals: tuple[PlaceTotal, ...] = ()
    if form == "windows":
        windows = _windows(table)
    elif form == "cumulative":
        windows, totals = _cumulative(table)
    else:
        windows, casualties = _events(table)
    table.check()
    places = {p for w in windows for p in w.by_place} | {p for t in totals for p in t.by_place}
    places |= {r.place for r in responses}
    return Record(
        kind="record",
        version=1,
        name=_record_name(path),
        title=f"{form} of {path.name}",
        provenance=f"{path.name}, a CSV file of {form}",
        start=min(w.start for w in windows),
        places=tuple(sorted(places)),
        windows=tuple(windows),
        place_totals=totals,
        responses=tuple(responses),
        casualties=casualties,
    )


def read_responses(path: Path) -> tuple[Response, ...]:
    """Responses from a CSV file. Raises ConfigError with a located line for each mistake."""
    table = CsvTable(path)
    if form_of(table) != "responses":
        said = f"expected a file of responses, with the columns {', '.join(COLUMNS['responses'])}"
        raise ConfigError([Located(str(path), table.header_line, 1, "", said)])
    out = []
    for n, row in enumerate(table.rows, 1):
        if not row.cells["place"]:
            table.wrong(row, "place", "the place that was struck")
        strength = table.number(row, "strength") if row.cells.get("strength") else 1.0
        delay = table.number(row, "delay_days") if row.cells.get("delay_days") else None
        out.append(
            Response(
                id=f"R{n}",
                source=_source(table, row),
                date=table.moment(row, "date"),
                place=table.place(row, "place") or "unknown",
                target=_target(table, row),
                strength=strength,
                delay_days=delay,
            )
        )
    table.check()
    return tuple(out)


def _target(table: CsvTable, row: Row) -> Target:
    """A class of target, or several in equal shares."""
    classes = [x.strip() for x in row.cells["target"].lower().split("+")]
    if not set(classes) <= set(TARGETS) or len(set(classes)) < len(classes):
        table.wrong(row, "target", f"one of {', '.join(TARGETS)}, or several joined by +")
        return Target(infrastructure=1.0)
    return Target(**{x: 1.0 / len(classes) for x in classes})


def _windows(table: CsvTable) -> list[CountWindow]:
    """Rows of one start and end are one window: its total (place empty) and its counts by place."""
    groups: dict[tuple[dt.datetime, dt.datetime], list[Row]] = {}
    for row in table.rows:
        start, end = table.moment(row, "start"), table.moment(row, "end")
        if end <= start:
            table.wrong(row, "end", f"an end after the start {row.cells['start']}")
        groups.setdefault((start, end), []).append(row)
    out = []
    for n, ((start, end), rows) in enumerate(sorted(groups.items()), 1):
        by_place: dict[str, int] = {}
        total: int | None = None
        for row in rows:
            place, count = table.place(row, "place"), table.count(row, "count")
            if (place is None and total is not None) or place in by_place:
                table.wrong(row, "place" if "place" in table.header else "start", "each window and place once")
            elif place is None:
                total = count
            else:
                by_place[place] = count
        split = sum(by_place.values())
        if total is not None and split > total:
            table.wrong(rows[0], "count", f"places that sum to at most the window's {total}, which sum to {split}")
            by_place = {}
        bounds = [table.choice(row, "bound", ("exact", "at-least")) for row in rows]
        out.append(
            CountWindow(
                id=f"W{n}",
                source=_source(table, rows[0]),
                start=start,
                end=end,
                count=split if total is None else total,
                by_place=by_place,
                bound="at-least" if "at-least" in bounds else "exact",
            )
        )
    return out


def _cumulative(table: CsvTable) -> tuple[list[CountWindow], tuple[PlaceTotal, ...]]:
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
            CountWindow(id=f"W{n}", source=_source(table, row), start=start, end=end, count=max(after - before, 0))
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
        if sum(by_place.values()) != sum(w.count for w in inside):
            table.wrong(row, "total", f"places that sum to the total, as they do on line {rows[a][2].line}")
        elif len(inside) == 1:
            windows[a] = inside[0].model_copy(update={"by_place": by_place})
        else:
            ids = tuple(w.id for w in inside)
            totals.append(PlaceTotal(id=f"P{b}", source=_source(table, row), windows=ids, by_place=by_place))
    return windows, tuple(totals)


def _column_place(table: CsvTable, column: str) -> str:
    """The place that a column is named for."""
    row = Row(table.header_line, {column: column})
    return table.place(row, column) or "place"


def _events(table: CsvTable) -> tuple[list[CountWindow], tuple[Casualties, ...]]:
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
        source = f"{table.path.name}, rows dated {start:%Y-%m-%d}" + (" on" if step == WEEK else "")
        windows.append(
            CountWindow(
                id=f"W{n}",
                source=source,
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
                    source=source,
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


def _source(table: CsvTable, row: Row) -> str:
    return f"{table.path.name}, line {row.line}"


def _record_name(path: Path) -> str:
    """The file's name without its ending, as a name that configs take."""
    text = "".join(x if x.isascii() and (x.isalnum() or x in "-_") else "-" for x in path.stem)[:59]
    return text if text[:1].isalpha() else f"r{text}"
