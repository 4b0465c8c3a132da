"""No row is lost in silence: over generated files of every form, kept + dropped = read, or every mistake is located."""

import datetime as dt
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.history import read_record
from calibration.history.layouts import UCDP_COLUMNS
from sim.errors import ConfigError
from tests.calibration.history.exports import (
    ACLED,
    ACLED_COLUMNS,
    GTD,
    GTD_COLUMNS,
    UCDP,
    Fields,
    an_import,
    text,
    written,
)

DATES = st.dates(dt.date(2023, 1, 1), dt.date(2023, 3, 31)).map(str)
SOME_DATES = st.one_of(
    DATES, DATES, DATES, st.sampled_from(["", "2 March 2023", "13/02/2023", "2023-01-09 00:00:00.000"])
)
IDS = st.sampled_from(["", "A1", "A2", "A3", "A4", "A5", "A6", "A7"])
COUNTRY = st.sampled_from(["Eastland", "Westland", "Farland", ""])
NAMES = st.sampled_from(["River Front", "Coast Guard of Farland", "", "Unknown; Others"])
NUMBERS = st.sampled_from(["0", "1", "2", "3", "17", ""])
BAD = st.sampled_from(
    ["soon", "-4", "99999999999", "31/31/2023", "2023-02-30", "NaN", "∞", '"', "x\ny", "1e5", "0000-00-00"]
)
EVENTS_COLUMNS = ("date", "place", "weapon", "injured", "killed")
WINDOWS_COLUMNS = ("start", "end", "place", "count", "bound")
TOTAL_COLUMNS = ("date", "total", "iraq", "syria")

CELLS: dict[str, tuple[Sequence[str], dict[str, object], dict[str, st.SearchStrategy[Any]]]] = {
    "acled": (ACLED_COLUMNS, ACLED, {
        "event_id_cnty": IDS, "event_date": SOME_DATES, "time_precision": st.sampled_from([1, 1, 2, 3, ""]), "actor1": NAMES,
        "inter1": st.sampled_from([0, 3, 8, "Rioters", ""]), "country": COUNTRY, "timestamp": NUMBERS,
        "event_type": st.sampled_from(["Protests", "Battles", "Explosions/Remote violence"]),
    }),
    "ucdp-ged": (UCDP_COLUMNS, UCDP, {
        "id": IDS, "date_start": SOME_DATES, "date_end": SOME_DATES, "date_prec": st.sampled_from([1, 2, 3, 4, 5, ""]),
        "side_a": NAMES, "country": COUNTRY, "type_of_violence": st.sampled_from([1, 2, 3]), "where_prec": st.sampled_from([1, 6]),
    }),
    "gtd": (GTD_COLUMNS, GTD, {
        "eventid": IDS, "iyear": st.sampled_from([2023, 2023, 2023, "-9", ""]), "imonth": st.integers(0, 3), "iday": st.integers(0, 28),
        "gname": NAMES, "country_txt": COUNTRY, "weaptype1_txt": st.sampled_from(["Firearms", "Explosives", ""]),
    }),
    "events": (EVENTS_COLUMNS, {}, {
        "date": SOME_DATES, "place": COUNTRY, "weapon": st.sampled_from(["drone", "rocket", ""]), "injured": NUMBERS, "killed": NUMBERS,
    }),
    "windows": (WINDOWS_COLUMNS, {}, {
        "start": DATES, "end": SOME_DATES, "place": st.sampled_from(["", "iraq", "Syria"]), "count": NUMBERS,
        "bound": st.sampled_from(["", "exact", "at-least"]),
    }),
    "cumulative": (TOTAL_COLUMNS, {}, {"date": SOME_DATES, "total": NUMBERS, "iraq": NUMBERS, "syria": NUMBERS}),
}  # fmt: skip
OF_EVENTS = ("acled", "ucdp-ged", "gtd", "events")
LINES = {
    "acled": st.sampled_from(["attacks: {attackers: [River*]}", "attacks: {event_types: [Battles, Protests]}", "place_precision: 2"]),
    "ucdp-ged": st.sampled_from(["attacks: {targets: [River Front], event_types: [state-based]}", "place_precision: 5"]),
    "gtd": st.sampled_from(["attacks: {weapons: [Fire*]}", "attacks: {attackers: ['*']}"]),
    "events": st.sampled_from(["attacks: {weapons: [drone]}"]),
}  # fmt: skip
PLACES = "places: {iraq: {countries: [Eastland]}, syria: {countries: [Westland, Farland]}}"
COUNTING = st.sampled_from(
    ["count_by: day", "count_by: week", "count_by: 31", "date_precision_days: 7", "across_windows: as-dated"]
)


@st.composite
def files(draw: st.DrawFn, form: str, *, bad: bool = True) -> tuple[Sequence[str], list[Fields]]:
    """A file of a form: columns in any order, and rows of which some may be malformed."""
    columns, fixed, cells = CELLS[form]
    rows = draw(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=8))
    out: list[dict[str, object]] = [{**fixed, **x} for x in rows]
    if draw(st.integers(0, 7)):
        tidy(form, out)
    if bad and draw(st.integers(0, 3)) == 0:
        out[draw(st.integers(0, len(out) - 1))][draw(st.sampled_from(sorted(cells)))] = draw(BAD)
    return draw(st.permutations(columns)), [x for x in out if any(str(v).strip() for v in x.values())]


def tidy(form: str, rows: list[dict[str, object]]) -> None:
    """Make sense of a file: windows and ranges that run forward; totals that grow, with all their places."""
    start = dt.date(2023, 1, 1)
    for i, row in enumerate(rows):
        day = start + dt.timedelta(days=9 * i)
        if form == "windows":
            row |= {"start": str(day), "end": str(day + dt.timedelta(days=5))}
        elif form == "ucdp-ged":
            row["date_end"] = str(dt.date(2023, 4, 9)) if row["date_prec"] == 5 else row["date_start"]
        elif form == "cumulative":
            split = {"iraq": 2 * i, "syria": i} if row["iraq"] != "" else {"iraq": "", "syria": ""}
            row |= {
                "date": str(day) if row["date"] != "" else "",
                "total": 3 * i if row["total"] != "" else "",
                **split,
            }


@st.composite
def imports(draw: st.DrawFn, form: str) -> list[str]:
    """Lines of an import for a file of a form; none for the file by itself."""
    lines = draw(
        st.lists(st.sampled_from(["start: 2023-01-15", "end: 2023-03-01", "dates: day-first"]), unique=True)
    )
    if form in OF_EVENTS:
        lines += [x for x in (draw(LINES[form]), PLACES, draw(COUNTING)) if draw(st.booleans())]
    return lines


def read_all(
    folder: Path, columns: Sequence[str], rows: Sequence[Fields], lines: Sequence[str], **how: Any
) -> Any:
    """The record, or the error."""
    path = written(folder, text(columns, rows, **how))
    try:
        return read_record(an_import(folder, *lines) if lines else path)
    except ConfigError as error:
        return error


@pytest.mark.parametrize("form", CELLS)
def test_kept_and_dropped_are_what_was_read(form: str) -> None:
    """A record says of every row what became of it, and its counts are the kept rows; else each mistake has a place.

    Some of the files must make a record (a third do), or the test would say nothing.
    """
    made = []

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(files(form), imports(form), st.sampled_from([{}, {"upper": True}, {"delimiter": ";"}]))
    def check(file: tuple[Sequence[str], list[Fields]], lines: list[str], how: dict[str, Any]) -> None:
        columns, rows = file
        with tempfile.TemporaryDirectory() as name:
            found = read_all(Path(name), columns, rows, lines, **how)
        if isinstance(found, ConfigError):
            assert all(x.line >= 1 and x.column >= 1 and "expected" in x.message for x in found.mistakes)
            assert found.mistakes
            assert len(found.lines()) <= 20
            return
        made.append(found)
        (ledger,) = found.rows
        assert ledger.read == len(rows)
        assert ledger.kept + sum(ledger.dropped.values()) == len(rows)
        assert ledger.line() in found.provenance
        counted = sum(w.count for w in found.windows)
        if form in OF_EVENTS:
            assert counted == ledger.kept
        assert all(sum(w.by_place.values()) <= w.count for w in found.windows)

    check()
    assert made


@pytest.mark.parametrize("form", CELLS)
def test_the_order_of_rows_and_columns_and_a_mark_change_no_count(form: str) -> None:
    """The same windows, or mistakes, from the rows in another order, other columns first, capitals, a byte-order mark."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(files(form, bad=False), imports(form), st.integers(0, 2**16))
    def check(file: tuple[Sequence[str], list[Fields]], lines: list[str], seed: int) -> None:
        columns, rows = file
        mixed = random.Random(seed)
        with tempfile.TemporaryDirectory() as name:
            one = read_all(Path(name), columns, rows, lines)
            other = read_all(
                Path(name), mixed.sample(columns, len(columns)),
                mixed.sample(rows, len(rows)), lines, upper=True,
            )  # fmt: skip
        assert isinstance(one, ConfigError) == isinstance(other, ConfigError)
        if not isinstance(one, ConfigError):
            as_counts = [
                [(w.start, w.end, w.count, w.by_place, w.bound) for w in x.windows] for x in (one, other)
            ]
            assert as_counts[0] == as_counts[1]
            assert one.rows == other.rows

    check()


@pytest.mark.parametrize("form", CELLS)
def test_a_garbled_file_is_a_located_mistake_or_a_record(form: str) -> None:
    """Bytes put in, taken out or cut off anywhere: never another exception."""

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        files(form),
        st.lists(
            st.tuples(st.floats(0.0, 1.0), st.integers(0, 6), st.binary(max_size=4)), min_size=1, max_size=4
        ),
    )
    def check(file: tuple[Sequence[str], list[Fields]], changes: list[tuple[float, int, bytes]]) -> None:
        data = text(*file).encode()
        for at, cut, put in changes:
            i = int(at * len(data))
            data = data[:i] + put + data[i + cut :]
        with tempfile.TemporaryDirectory() as name:
            try:
                record = read_record(written(Path(name), data))
            except ConfigError as error:
                assert error.mistakes  # noqa: PT017  a record will do as well
                return
        assert all(x.kept + sum(x.dropped.values()) == x.read for x in record.rows)

    check()
