"""Plain CSV records: windows, cumulative counts, events, and responses, each known by its header.

windows     start,end,place,count,bound            place may be empty; bound is exact or at-least
cumulative  date,total,PLACE…                      counts up to a date; the first row is the base
events      date,place[,weapon,injured,killed]     an attack a row
responses   date,place,target,strength,delay_days  target: a class, or several joined by + in equal shares
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from calibration.history.dates import Order
from calibration.history.forms import NO_DATE, source
from calibration.history.ledger import Ledger
from calibration.history.table import CsvTable, Row
from sim.errors import ConfigError, Located
from sim.model.spec import TARGETS
from sim.scenario.policy import Target
from sim.scenario.record import Response, RowsRead
from sim.scenario.text import nearest, one_of, quoted
from sim.scenario.tree import Spot

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
DATES: dict[Form, tuple[str, ...]] = {
    "windows": ("start", "end"),
    "cumulative": ("date",),
    "events": ("date",),
    "responses": ("date",),
}


def form_of(table: CsvTable) -> Form:
    """Which form a plain file has. Raises a located ConfigError for a header that is none."""
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
        found = ",".join(table.header)[:200]
        said = (
            f"expected one of the headers {known}, or that of an ACLED, UCDP GED or GTD export; found {found}"
        )
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    for name in NEEDED[form]:
        if name not in header:
            table.mistake(table.header_line, 1, name, f"expected this column in a file of {form}, found none")
    for i, name in enumerate(table.header):
        if name not in COLUMNS[form] and form != "cumulative":
            said = f"expected columns {', '.join(COLUMNS[form])} in a file of {form}"
            table.mistake(table.header_line, i + 1, name, said)
    table.check()
    return form


def read_responses(path: Path, places: Sequence[str] = ()) -> tuple[Response, ...]:
    """Responses from a CSV file; ``places`` are those that there are, any if none is given.

    Raises ConfigError with a located line for each mistake.
    """
    return responses_of(CsvTable(path), places)[0]


def responses_of(
    table: CsvTable, places: Sequence[str] = (), order: Order | None = None
) -> tuple[tuple[Response, ...], RowsRead, dict[str, Spot]]:
    """The responses of a table, what became of its rows, and where each place was first written."""
    if table.export is not None or form_of(table) != "responses":
        said = f"expected a file of responses, with the columns {', '.join(COLUMNS['responses'])}"
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    table.settle_dates(DATES["responses"], order)
    ledger = Ledger(table)
    out: list[Response] = []
    at: dict[str, Spot] = {}
    for row in table.rows:
        if not table.text(row, "date"):
            ledger.drop(row, NO_DATE)
            continue
        ledger.keep(row)
        place = table.place(row, "place")
        if place is None:
            table.wrong(row, "place", "the place that was struck")
        elif places and place not in places and not table.has_mistake(row):
            table.unknown(row, "place", one_of(place, places, "one of the settings' places"))
        at.setdefault(place or "unknown", table.spot(row, "place"))
        strength = table.number(row, "strength") if table.text(row, "strength") else 1.0
        delay = table.number(row, "delay_days") if table.text(row, "delay_days") else None
        out.append(
            Response(
                id=f"R{len(out) + 1}",
                source=source(table, row),
                date=table.moment(row, "date"),
                place=place or "unknown",
                target=_target(table, row),
                strength=strength,
                delay_days=delay,
            )
        )
    table.check()
    return tuple(out), ledger.settled(), at


def _target(table: CsvTable, row: Row) -> Target:
    """A class of target, or several in equal shares."""
    classes = [x.strip() for x in table.text(row, "target").lower().split("+")]
    strange = next((x for x in classes if x not in TARGETS), None)
    if strange is not None or len(set(classes)) < len(classes):
        several = f"one of {', '.join(TARGETS)}, or several joined by +"
        near = nearest(strange, TARGETS) if strange is not None else None
        found = table.text(row, "target") or "nothing"
        hint = f": did you mean {quoted(near)}?" if near is not None else ""
        table.unknown(row, "target", f"expected {several}, found {found}{hint}")
        return Target(infrastructure=1.0)
    return Target(**{x: 1.0 / len(classes) for x in classes})
