"""From a file, or an import that names one, to a record: the rows that it rests on, and where each part was written."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from calibration.history import plain
from calibration.history.asked import check_filters, check_import, form_of, refuse, title
from calibration.history.counting import midnight
from calibration.history.events import Events, counted_events, struck_rows
from calibration.history.forms import Counted, Span, counted_windows, running_total
from calibration.history.layouts import TITLES
from calibration.history.ledger import Ledger
from calibration.history.select import Patterns
from calibration.history.sources import SOURCES
from calibration.history.table import CsvTable
from sim.errors import ConfigError, Located
from sim.scenario.common import Moment
from sim.scenario.imports import FILTERS, Import, RowFilter
from sim.scenario.record import Record, Response, RowsRead
from sim.scenario.text import quoted
from sim.scenario.tree import Node, Spot, at, at_key
from sim.scenario.tree import Path as Field


class Reading(NamedTuple):
    """A record, where its windows and places were written, and the hashes of the files that were read."""

    record: Record
    tree: Node
    sha256: tuple[str, ...]


def read_table(path: Path, shown: str | None = None) -> Reading:
    """A record from a CSV file by itself. Raises ConfigError with a located line for each mistake."""
    table = CsvTable(path, shown)
    form = form_of(table)
    how = Import(kind="import", version=1, name=_record_name(path), file=path.name, source=title(form))
    return _Maker(how, Node({}, Spot(table.shown, 1, 1)), table, form).reading(f"{path.name}, {title(form)}")


def read_import(how: Import, tree: Node) -> Reading:
    """A record as an import says; ``tree`` is the import's own. Raises ConfigError."""
    table = _named(tree, ("file",), how.file)
    form = form_of(table, how.format)
    said = [f"{how.source}, from {how.file}, {title(form)}"]
    if how.accessed is not None:
        said.append(f"accessed {how.accessed:%Y-%m-%d}")
    if how.attribution is not None:
        said.append(how.attribution)
    return _Maker(how, tree, table, form).reading("; ".join(said))


class _Maker:
    """One record in the making."""

    def __init__(self, how: Import, tree: Node, table: CsvTable, form: str) -> None:
        self.how, self.tree, self.table, self.form = how, tree, table, form
        self.notes: list[str] = []
        self.rows: list[RowsRead] = []
        self.hashes = [table.sha256]
        self.struck: set[int] = set()
        self.struck_at: dict[str, Spot] = {}
        self.events: Events | None = None
        check_import(how, tree, form)
        if not table.rows:
            table.check()
            said = "expected rows below the header, found none"
            raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])

    def reading(self, provenance: str) -> Reading:
        """The whole of it."""
        if self.form in SOURCES:
            self.events = Events(self.table, SOURCES[self.form], self.how)
        responses = self._responses() if self.how.responses is not None else ()
        found = self._counted()
        self._say_notes(found)
        places = sorted({*found.places, *self.struck_at, *self.how.places})
        record = Record(
            kind="record",
            version=1,
            name=self.how.name,
            title=f"{TITLES.get(self.form, self.form)} of {self.table.name}",
            provenance=". ".join([provenance, *(x.line() for x in self.rows)]),
            start=min(w.start for w in found.windows),
            places=tuple(places),
            windows=tuple(found.windows),
            place_totals=found.totals,
            responses=tuple(responses),
            casualties=found.casualties,
            rows=tuple(self.rows),
            notes=tuple(self.notes),
        )
        return Reading(record, self._located(found, places), tuple(self.hashes))

    def _counted(self) -> Counted:
        ledger = Ledger(self.table)
        if self.events is not None:
            found = counted_events(self.events, ledger, self.struck, self._places_at())
        else:
            self.table.settle_dates(
                plain.DATES["windows" if self.form == "windows" else "cumulative"], self.how.dates
            )
            count = counted_windows if self.form == "windows" else running_total
            found = count(self.table, ledger, Span(_moment(self.how.start), _moment(self.how.end)))
            self.table.check()
            if not found.windows:
                said = f"expected rows that count, found none: {ledger.settled().line()}"
                raise ConfigError([Located(self.table.shown, self.table.header_line, 1, "", said)])
        self.rows.insert(0, ledger.settled())
        return found

    def _responses(self) -> Sequence[Response]:
        """The defender's strikes: from a file of responses, or by filter from a file of events."""
        asked = self.how.responses
        assert asked is not None  # noqa: S101  the caller asks only then
        own = asked.file is None
        table = self.table if asked.file is None else _named(self.tree, ("responses", "file"), asked.file)
        if not own:
            self.hashes.append(table.sha256)
        form = self.form if own else form_of(table, of_responses=True)
        if form == "responses":
            used = [x for x in ("target", "strength", *RowFilter.model_fields) if x in asked.model_fields_set]
            refuse(self.tree, ("responses",), used, "beside a file of responses, which says it itself")
            found, rows, self.struck_at = plain.responses_of(table, order=self.how.dates)
            self.rows.append(rows)
            return found
        if form not in SOURCES or asked.target is None:
            wanted = (
                "a target beside a file of events" if form in SOURCES else "a file of responses or events"
            )
            raise ConfigError([at_key(self.tree, ("responses",), f"expected {wanted}, found {title(form)}")])
        check_filters(asked, ("responses",), self.tree, form)
        events = self.events if own and self.events is not None else Events(table, SOURCES[form], self.how)
        ledger = Ledger(table, "responses")
        strikes, rows_by_place = struck_rows(events, asked, ledger)
        if own:
            self.struck = {row.line for rows in rows_by_place.values() for row in rows}
        self.struck_at = {p: table.spot(x[0], SOURCES[form].place) for p, x in rows_by_place.items()}
        self.rows.append(ledger.settled())
        self.notes += [f"responses: {x}" for x in events.unused(asked)]
        if not own:
            days = [r.date for r in strikes] or [midnight(dt.date(2000, 1, 1))]
            self.notes += SOURCES[form].notes(_day(min(days)), _day(max(days)))
        return strikes

    def _say_notes(self, found: Counted) -> None:
        if self.table.other_bytes:
            self.notes.append(f"{self.table.name} is no UTF-8 and was read as Windows-1252")
        if self.events is None:
            return
        start, end = _day(found.windows[0].start), _day(found.windows[-1].end)
        self.notes += self.events.layout.notes(start, end)
        self.notes += [f"attacks: {x}" for x in self.events.unused(self.how.attacks)]
        countries = {x.place for x in self.events.incidents}
        for name, place in self.how.places.items():
            for country in place.countries:
                if not Patterns([country]).match(countries):
                    self.notes.append(f"places: {name}: no row of the file lies in {country}")
        if self.form in TITLES and not any(getattr(self.how.attacks, x) for x in FILTERS):
            self.notes.append(
                f"every row of {self.table.name} is taken for an attack: an import file says which are "
                "(attackers, targets, event_types)"
            )

    def _places_at(self) -> dict[str, Spot]:
        return {p: self.tree.nearest(("places", p)).key for p in self.how.places}

    def _located(self, found: Counted, places: Iterable[str]) -> Node:
        """A tree with the places and windows of the record, each where it was written."""
        whole = Spot(self.table.shown, self.table.header_line, 1)
        at: Mapping[str, Spot] = {**self.struck_at, **found.places, **self._places_at()}
        named = [Node(p, at.get(p, whole), p) for p in places]
        return Node(
            {"places": Node(named, whole), "windows": Node([Node({}, x) for x in found.at], whole)}, whole
        )


def _named(tree: Node, field: Field, name: str) -> CsvTable:
    """The file that a field of an import names, from the folder of the file where that is written."""
    path = Path(tree.nearest(field).spot.path).parent / name
    if not path.exists():
        raise ConfigError([at(tree, field, f"expected a CSV file, found no file {quoted(name)}")])
    return CsvTable(path, str(path))


def _moment(moment: Moment | None) -> dt.datetime | None:
    return None if moment is None else midnight(_day(moment))


def _day(moment: Moment) -> dt.date:
    return dt.date(moment.year, moment.month, moment.day)


def _record_name(path: Path) -> str:
    """The file's name without its ending, as a name that configs take."""
    text = "".join(x if x.isascii() and (x.isalnum() or x in "-_") else "-" for x in path.stem)[:59]
    return text if text[:1].isalpha() else f"r{text}"
