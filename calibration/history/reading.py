"""From a file, or an import that names one, to a record: the rows that it rests on, and where each part was written."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from calibration.history import plain
from calibration.history.counting import midnight
from calibration.history.events import Events, counted_events, struck_rows
from calibration.history.forms import Counted, Span, counted_windows, running_total
from calibration.history.layouts import SIGNATURES, TITLES, Export
from calibration.history.ledger import Ledger
from calibration.history.select import Patterns
from calibration.history.sources import SOURCES
from calibration.history.table import CsvTable
from sim.errors import ConfigError, Located
from sim.scenario.common import Moment
from sim.scenario.imports import Import, RowFilter
from sim.scenario.record import Record, Response, RowsRead
from sim.scenario.text import listed, quoted
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
    form = _form(table, "auto")
    how = Import(kind="import", version=1, name=_record_name(path), file=path.name, source=_title(form))
    return _Maker(how, Node({}, Spot(table.shown, 1, 1)), table, form).reading(f"{path.name}, {_title(form)}")


def read_import(how: Import, tree: Node) -> Reading:
    """A record as an import says; ``tree`` is the import's own. Raises ConfigError."""
    table = _named(tree, ("file",), how.file)
    form = _form(table, how.format)
    said = [f"{how.source}, from {how.file}, {_title(form)}"]
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
        self.events: Events | None = None
        if form in SOURCES:
            _check_place_code(how, tree, form)
        _check_filters(how, how.attacks, ("attacks",), tree, form)
        if form not in SOURCES:
            _refuse_filters_of_events(how, tree, form)
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
        struck_at = {r.place for r in responses}
        places = sorted(set(found.places) | struck_at | set(self.how.places))
        record = Record(
            kind="record",
            version=1,
            name=self.how.name,
            title=f"{_title(self.form).removeprefix('a CSV file of ')} of {self.table.name}",
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
        form = self.form if own else table.export or plain.form_of(table)
        if form == "responses":
            used = [x for x in ("target", "strength", *RowFilter.model_fields) if x in asked.model_fields_set]
            _refuse(self.tree, ("responses",), used, "beside a file of responses, which says it itself")
            found, rows = plain.responses_of(table)
            self.rows.append(rows)
            return found
        if form not in SOURCES or asked.target is None:
            wanted = (
                "a target beside a file of events" if form in SOURCES else "a file of responses or events"
            )
            raise ConfigError([at_key(self.tree, ("responses",), f"expected {wanted}, found {_title(form)}")])
        _check_filters(self.how, asked, ("responses",), self.tree, form)
        events = self.events if own and self.events is not None else Events(table, SOURCES[form], self.how)
        ledger = Ledger(table, "responses")
        strikes, lines = struck_rows(events, asked, ledger)
        if own:
            self.struck = lines
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
        if self.form in TITLES and not any(getattr(self.how.attacks, x) for x in RowFilter.model_fields):
            self.notes.append(
                f"every row of {self.table.name} is taken for an attack: an import file says which are "
                "(attackers, targets, event_types)"
            )

    def _places_at(self) -> dict[str, Spot]:
        return {p: self.tree.nearest(("places", p)).key for p in self.how.places}

    def _located(self, found: Counted, places: Iterable[str]) -> Node:
        """A tree with the places and windows of the record, each where it was written."""
        whole = Spot(self.table.shown, self.table.header_line, 1)
        at: Mapping[str, Spot] = {**found.places, **self._places_at()}
        named = [Node(p, at.get(p, whole), p) for p in places]
        return Node(
            {"places": Node(named, whole), "windows": Node([Node({}, x) for x in found.at], whole)}, whole
        )


def _named(tree: Node, field: Field, name: str) -> CsvTable:
    """The file that a field of an import names, from the folder of the file where that is written."""
    path = Path(tree.nearest(field).spot.path).parent / name
    if not path.exists():
        raise ConfigError([at(tree, field, f"expected a CSV file, found no file {quoted(str(path))}")])
    return CsvTable(path, str(path))


def _form(table: CsvTable, asked: str) -> str:
    """The form of a file, which must be the one asked for unless that is auto."""
    if asked in SIGNATURES or (asked == "auto" and table.export is not None):
        export: Export = asked if asked != "auto" else table.export  # type: ignore[assignment]
        missing = [x for x in SIGNATURES[export] if x not in table.header]
        if missing:
            found = listed(table.header)
            said = f"expected the columns of {TITLES[export]} ({', '.join(missing)} are not there), found {found}"
            raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
        return export
    if table.export is not None:
        said = f"expected a file of {asked}, found an export of {TITLES[table.export]}"
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    form = plain.form_of(table)
    if form == "responses":
        said = (
            "expected windows, cumulative counts or events; responses are given beside them (--responses, or "
            "«responses: {file: …}» in an import file)"
        )
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    if asked not in ("auto", form):
        said = f"expected a file of {asked}, found one of {form}"
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    return form


def _title(form: str) -> str:
    return SOURCES[form].title if form in SOURCES else f"a CSV file of {form}"


def _check_filters(how: Import, rows: RowFilter, block: tuple[str, ...], tree: Node, form: str) -> None:
    """A filter on what the file has no column for would drop every row."""
    has = SOURCES[form].filters if form in SOURCES else ()
    used = [x for x in RowFilter.model_fields if getattr(rows, x) and x not in has]
    _refuse(tree, block, used, f"for {_title(form)}, which has no such column")


def _refuse_filters_of_events(how: Import, tree: Node, form: str) -> None:
    fields = ("count_by", "date_precision_days", "across_windows", "place_precision", "places")
    _refuse(
        tree,
        (),
        [x for x in fields if x in how.model_fields_set],
        f"for {_title(form)}, which counts already",
    )


def _check_place_code(how: Import, tree: Node, form: str) -> None:
    most = SOURCES[form].least_precise_place
    if how.place_precision is not None and (most is None or how.place_precision > most):
        wanted = (
            f"at most {most}, the least precise place"
            if most is not None
            else "none, as it has no such column,"
        )
        said = f"expected {wanted} in {_title(form)}, found {how.place_precision}"
        raise ConfigError([at_key(tree, ("place_precision",), said)])


def _refuse(tree: Node, block: tuple[str, ...], fields: Iterable[str], why: str) -> None:
    wrong = [at_key(tree, (*block, x), f"expected no {x} {why}") for x in fields]
    if wrong:
        raise ConfigError(wrong)


def _moment(moment: Moment | None) -> dt.datetime | None:
    return None if moment is None else midnight(_day(moment))


def _day(moment: Moment) -> dt.date:
    return dt.date(moment.year, moment.month, moment.day)


def _record_name(path: Path) -> str:
    """The file's name without its ending, as a name that configs take."""
    text = "".join(x if x.isascii() and (x.isalnum() or x in "-_") else "-" for x in path.stem)[:59]
    return text if text[:1].isalpha() else f"r{text}"
