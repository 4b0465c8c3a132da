"""Plain CSV records: windows, cumulative counts, events, and responses, each known by its header.

windows     start,end,place,count,bound            place may be empty; bound is exact or at-least
cumulative  date,total,PLACE…                      counts up to a date; the first row is the base
events      date,place[,weapon,injured,killed]     an attack a row
responses   date,place,target,strength,delay_days  target: a class, or several joined by + in equal shares
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from calibration.csvforms import counted_windows, dated_events, running_total, source
from calibration.csvtable import CsvTable, Row
from sim.errors import ConfigError, Located
from sim.model.spec import TARGETS
from sim.scenario.policy import Target
from sim.scenario.record import Casualties, PlaceTotal, Record, Response
from sim.scenario.text import nearest, one_of, quoted

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
        raise ConfigError(
            [Located(str(path), table.header_line, 1, "", "expected rows below the header, found none")]
        )
    casualties: tuple[Casualties, ...] = ()
    totals: tuple[PlaceTotal, ...] = ()
    if form == "windows":
        windows = counted_windows(table)
    elif form == "cumulative":
        windows, totals = running_total(table)
    else:
        windows, casualties = dated_events(table)
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


def read_responses(path: Path, places: Sequence[str] = ()) -> tuple[Response, ...]:
    """Responses from a CSV file; ``places`` are those that there are, any if none is given.

    Raises ConfigError with a located line for each mistake.
    """
    table = CsvTable(path)
    if form_of(table) != "responses":
        said = f"expected a file of responses, with the columns {', '.join(COLUMNS['responses'])}"
        raise ConfigError([Located(str(path), table.header_line, 1, "", said)])
    out = []
    for n, row in enumerate(table.rows, 1):
        place = table.place(row, "place")
        if place is None:
            table.wrong(row, "place", "the place that was struck")
        elif places and place not in places and not table.has_mistake(row):
            table.unknown(row, "place", one_of(place, places, "one of the settings' places"))
        strength = table.number(row, "strength") if row.cells.get("strength") else 1.0
        delay = table.number(row, "delay_days") if row.cells.get("delay_days") else None
        out.append(
            Response(
                id=f"R{n}",
                source=source(table, row),
                date=table.moment(row, "date"),
                place=place or "unknown",
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
    strange = next((x for x in classes if x not in TARGETS), None)
    if strange is not None or len(set(classes)) < len(classes):
        several = f"one of {', '.join(TARGETS)}, or several joined by +"
        near = nearest(strange, TARGETS) if strange is not None else None
        found = row.cells["target"] or "nothing"
        hint = f": did you mean {quoted(near)}?" if near is not None else ""
        table.unknown(row, "target", f"expected {several}, found {found}{hint}")
        return Target(infrastructure=1.0)
    return Target(**{x: 1.0 / len(classes) for x in classes})


def _record_name(path: Path) -> str:
    """The file's name without its ending, as a name that configs take."""
    text = "".join(x if x.isascii() and (x.isalnum() or x in "-_") else "-" for x in path.stem)[:59]
    return text if text[:1].isalpha() else f"r{text}"
