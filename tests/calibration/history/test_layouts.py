"""ACLED, UCDP GED and GTD exports with the quirks that they come with: each changes nothing, or says what is wrong."""

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from calibration.history import read_record
from calibration.history.layouts import UCDP_COLUMNS
from sim.errors import ConfigError
from sim.scenario.record import Record
from tests.calibration.history.exports import (
    ACLED_COLUMNS,
    GTD_COLUMNS,
    Fields,
    acled,
    an_import,
    gtd,
    text,
    ucdp,
    written,
)

DAYS = ("2023-01-02", "2023-01-02", "2023-01-05", "2023-01-11")
LAYOUTS: dict[str, tuple[Sequence[str], list[Fields]]] = {
    "acled": (ACLED_COLUMNS, acled(*({"event_date": x} for x in DAYS))),
    "ucdp-ged": (UCDP_COLUMNS, ucdp(*({"date_start": f"{x} 00:00:00.000"} for x in DAYS))),
    "gtd": (GTD_COLUMNS, gtd(*({"iyear": 2023, "imonth": 1, "iday": int(x[-2:])} for x in DAYS))),
}


def counts(record: Record) -> dict[dt.date, int]:
    """Attacks by the day on which a window opens, without the empty ones."""
    return {dt.date(w.start.year, w.start.month, w.start.day): w.count for w in record.windows if w.count}


def plain(folder: Path, name: str) -> Record:
    return read_record(written(folder, text(*LAYOUTS[name])))


EXPECTED = {dt.date(2023, 1, 2): 2, dt.date(2023, 1, 5): 1, dt.date(2023, 1, 11): 1}


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_export_is_known_by_its_columns_and_counted_by_day(name: str, tmp_path: Path) -> None:
    """Four rows over ten days: ten windows of a day, the first opened by its attacks, all in the country's place."""
    record = plain(tmp_path, name)
    assert counts(record) == EXPECTED
    assert len(record.windows) == 10
    assert record.windows[0].begins_at_attack
    assert record.places == ("eastland",)
    assert [(x.read, x.kept, x.dropped) for x in record.rows] == [(4, 4, {})]
    assert "4 rows read, 4 kept, 0 dropped" in record.provenance
    assert any("every row of export.csv is taken for an attack" in x for x in record.notes)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize(
    "quirk", ["bom", "upper", "shuffled", "semicolons", "tabs", "more columns", "rows permuted"]
)
def test_a_quirk_of_the_file_changes_no_count(quirk: str, name: str, tmp_path: Path) -> None:
    """Byte-order mark, capitals, order and number of columns, separators, order of rows."""
    columns, rows = LAYOUTS[name]
    mixed = random.Random(1)
    content = {
        "bom": lambda: "\ufeff" + text(columns, rows),
        "upper": lambda: text(columns, rows, upper=True),
        "shuffled": lambda: text(mixed.sample(columns, len(columns)), rows),
        "semicolons": lambda: text(columns, rows, delimiter=";"),
        "tabs": lambda: text(columns, rows, delimiter="\t"),
        "more columns": lambda: text([*columns, "mine", ""], rows),
        "rows permuted": lambda: text(columns, mixed.sample(rows, len(rows))),
    }[quirk]()
    own = plain(tmp_path, name)
    other = read_record(written(tmp_path, content, "other.csv"))
    assert [(w.start, w.end, w.count, w.by_place) for w in other.windows] == [
        (w.start, w.end, w.count, w.by_place) for w in own.windows
    ]


@pytest.mark.parametrize(
    "columns", [UCDP_COLUMNS, [x for x in UCDP_COLUMNS if x not in ("relid", "gwnoa", "gwnob")]]
)
def test_ucdp_releases_differ_in_columns(columns: list[str], tmp_path: Path) -> None:
    """49 columns or fewer: columns are known by name."""
    assert counts(read_record(written(tmp_path, text(columns, LAYOUTS["ucdp-ged"][1])))) == EXPECTED


def test_ucdp_without_a_header_gets_its_names(tmp_path: Path) -> None:
    """49 fields and data in the first row, as in Candidate 24.0.1: no row is taken for a header."""
    content = text(UCDP_COLUMNS, LAYOUTS["ucdp-ged"][1], header=False)
    record = read_record(written(tmp_path, content))
    assert counts(record) == EXPECTED
    assert record.rows[0].read == 4


def test_acled_text_with_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    """A note over two lines moves the line of every row after it, and errors still name the right one."""
    rows = acled({"event_date": "2023-01-02", "notes": 'They said "no",\nthen "yes"'}, {"event_date": "soon"})
    with pytest.raises(ConfigError) as error:
        read_record(written(tmp_path, text(ACLED_COLUMNS, rows)))
    (line,) = error.value.lines()
    assert line.endswith(
        "export.csv:4:2: event_date: expected a date as 2023-11-08, or a local time as 2023-11-08T14:18, found soon"
    )


@pytest.mark.parametrize(("inter", "kept"), [("3", 2), ("Political militia", 2), ("3.0", 2), ("8", 0)])
def test_acled_sorts_of_actors_are_codes_or_text(inter: str, kept: int, tmp_path: Path) -> None:
    """A filter by sort finds both. «-9» and 0 are nobody."""
    rows = acled(
        *({"event_date": x, "inter1": inter, "inter2": 0} for x in DAYS[:2]),
        {"event_date": DAYS[3], "inter1": "1", "inter2": "-9"},
    )
    written(tmp_path, text(ACLED_COLUMNS, rows))
    path = an_import(tmp_path, "attacks: {attackers: [political militia, State forces]}")
    rows_read = read_record(path).rows[0]
    assert (rows_read.kept, rows_read.dropped) == (
        kept + 1,
        {"by other actors": 2 - kept} if kept < 2 else {},
    )


def test_an_acled_code_that_is_none_is_located(tmp_path: Path) -> None:
    """9 is no sort of actor, 4 no precision of time, 0 none of place: every one has its line."""
    rows = acled({"event_date": "2023-01-02", "inter1": 9, "time_precision": 4, "geo_precision": 0})
    with pytest.raises(ConfigError) as error:
        read_record(written(tmp_path, text(ACLED_COLUMNS, rows)))
    assert [x.split("export.csv:")[1] for x in error.value.lines()] == [
        "2:4: time_precision: expected a whole number from 1 to 3, found 4",
        "2:10: inter1: expected a whole number from 0 to 8, found 9",
        "2:25: geo_precision: expected a whole number from 1 to 3, found 0",
    ]


def test_acled_either_side_may_have_attacked_unless_the_first_is_said_to(tmp_path: Path) -> None:
    """Two rows, one with the sides the other way round: a strike in return, or the same kind of attack."""
    other = {"actor1": "Coast Guard of Farland", "inter1": 8, "actor2": "River Front", "inter2": 3}
    written(tmp_path, text(ACLED_COLUMNS, acled({"event_date": DAYS[0]}, {"event_date": DAYS[2], **other})))
    either = read_record(an_import(tmp_path, "attacks: {attackers: [River*], targets: [Coast Guard*]}"))
    first = read_record(
        an_import(
            tmp_path, "attacks: {attackers: [River*], targets: [Coast Guard*], first_side_attacks: true}"
        )
    )
    assert [x.rows[0].kept for x in (either, first)] == [2, 1]
    assert first.rows[0].dropped == {"by other actors": 1}


def test_acled_associated_actors_count_one_by_one(tmp_path: Path) -> None:
    """A list with semicolons in one cell."""
    row = {"event_date": DAYS[0], "actor1": "Unidentified", "assoc_actor_1": "Youth of the Hill; River Front"}
    written(tmp_path, text(ACLED_COLUMNS, acled(row)))
    assert read_record(an_import(tmp_path, "attacks: {attackers: [River Front]}")).rows[0].kept == 1


def test_the_newest_row_of_an_event_counts_once(tmp_path: Path) -> None:
    """Two downloads in one file: the row with the later time stamp says on which day it was, in either order."""
    rows = acled({"event_date": "2023-01-02"}, {"event_date": "2023-01-05"}, {"event_date": "2023-01-03"})
    rows = [rows[0], rows[1], {**rows[2], "event_id_cnty": "EAS1", "timestamp": 1700000009}]
    for order in (rows, rows[::-1]):
        record = read_record(written(tmp_path, text(ACLED_COLUMNS, order)))
        assert counts(record) == {dt.date(2023, 1, 3): 1, dt.date(2023, 1, 5): 1}
        assert record.rows[0].dropped == {"with a repeated id": 1}


def test_dates_in_words_and_in_numbers(tmp_path: Path) -> None:
    """«02 January 2021» and its relatives; 25/12 settles that 03/11 is a day in November."""
    days = ("02 January 2023", "2-Jan-2023", "January 5, 2023", "11/01/2023", "13/01/2023")
    record = read_record(written(tmp_path, text(ACLED_COLUMNS, acled(*({"event_date": x} for x in days)))))
    assert counts(record) == {**EXPECTED, dt.date(2023, 1, 13): 1}


def test_dates_that_can_be_read_two_ways_are_refused_with_what_to_write(tmp_path: Path) -> None:
    """3 November or 11 March: never a guess; an import says which."""
    rows = acled({"event_date": "03/11/2023"}, {"event_date": "05/05/2023"})
    path = written(tmp_path, text(ACLED_COLUMNS, rows))
    with pytest.raises(ConfigError) as error:
        read_record(path)
    (line,) = error.value.lines()
    assert (
        "export.csv:2:2: event_date: expected dates that can be read in one way only, found 03/11/2023"
        in line
    )
    assert "write it as 2023-11-03 or 2023-03-11, or say «dates: day-first» or «dates: month-first»" in line
    for order, day in (("day-first", dt.date(2023, 11, 3)), ("month-first", dt.date(2023, 3, 11))):
        assert day in counts(read_record(an_import(tmp_path, f"dates: {order}", "count_by: day")))


def test_dates_in_both_orders_are_refused_at_both_places(tmp_path: Path) -> None:
    """25/12 and 12/25 in one file: each is located and names the other."""
    rows = acled(*({"event_date": x} for x in ("01/02/2023", "25/12/2023", "12/25/2023")))
    with pytest.raises(ConfigError) as error:
        read_record(written(tmp_path, text(ACLED_COLUMNS, rows)))
    first, second = error.value.lines()
    assert (
        "export.csv:3:2: event_date: expected day and month in one order, found 25/12/2023 beside 12/25/2023 on line 4"
        in first
    )
    assert "export.csv:4:2:" in second


def test_dates_against_the_order_that_the_import_gives_are_located(tmp_path: Path) -> None:
    """25/12 is no month-first date."""
    written(tmp_path, text(ACLED_COLUMNS, acled({"event_date": "25/12/2023"})))
    with pytest.raises(ConfigError, match=r"export\.csv:2:2: event_date: expected a date"):
        read_record(an_import(tmp_path, "dates: month-first"))


def test_a_plain_file_may_have_such_dates_too(tmp_path: Path) -> None:
    """The same rule for windows: 17.10. settles it."""
    record = read_record(written(tmp_path, "start;end;count\n17.10.2023;05.11.2023;19\n", "mine.csv"))
    assert record.windows[0].end == dt.datetime(2023, 11, 5)  # noqa: DTZ001


UNSURE: dict[str, tuple[Sequence[str], list[Fields]]] = {
    "acled": (ACLED_COLUMNS, acled({"event_date": "2023-01-12", "time_precision": 2}, {"event_date": "2023-01-20", "time_precision": 3})),
    "ucdp-ged": (
        UCDP_COLUMNS,
        ucdp(
            {"date_start": "2023-01-10", "date_end": "2023-01-13", "date_prec": 2},
            {"date_start": "2023-01-01", "date_end": "2023-01-31", "date_prec": 4},
        ),
    ),
    "gtd": (GTD_COLUMNS, gtd({"iyear": 2023, "imonth": 1, "iday": 0}, {"iyear": 2023, "imonth": 0, "iday": 0})),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "step", "kept"),
    [
        ("acled", 5, 0), ("acled", 31, 2), ("ucdp-ged", 5, 0), ("ucdp-ged", 7, 1), ("ucdp-ged", 31, 2), ("gtd", 7, 0),
        ("gtd", 31, 1), ("gtd", 365, 2),
    ],
)  # fmt: skip
def test_a_row_without_a_day_counts_where_one_window_holds_all_its_days(
    name: str, step: int, kept: int, tmp_path: Path
) -> None:
    """Week, month, range, or year of an event: it is counted if the window holds it whole, else dropped for a reason."""
    sure = LAYOUTS[name][1][0]
    columns, rows = UNSURE[name]
    unsure = [{**x, "event_id_cnty": f"U{i}", "id": 90 + i, "eventid": 90 + i} for i, x in enumerate(rows)]
    written(tmp_path, text(columns, [sure, *unsure]))
    record = read_record(an_import(tmp_path, "start: 2023-01-01", "end: 2024-01-01", f"count_by: {step}"))
    assert record.rows[0].kept == 1 + kept
    left = {"dated over a window's edge": 2 - kept} if kept < 2 else {}
    assert record.rows[0].dropped == left


def test_what_becomes_of_dates_that_are_not_precise(tmp_path: Path) -> None:
    """A limit in days drops more; «as-dated» counts a range on the day that it is filed under."""
    written(tmp_path, text(*UNSURE["ucdp-ged"]))
    span = ("start: 2023-01-01", "end: 2023-02-01")
    limited = read_record(an_import(tmp_path, *span, "count_by: 31", "date_precision_days: 7")).rows[0]
    assert (limited.kept, limited.dropped) == (1, {"dated too vaguely": 1})
    first = read_record(an_import(tmp_path, *span, "count_by: 5", "across_windows: as-dated"))
    assert counts(first) == {dt.date(2023, 1, 1): 1, dt.date(2023, 1, 6): 1}


def test_ucdp_a_code_coarser_than_the_range_is_believed(tmp_path: Path) -> None:
    """One day with date_prec 3 is a day of some week: it is not known to the day."""
    rows = ucdp({"date_start": "2023-01-10", "date_prec": 3}, {"date_start": "2023-01-20"})
    written(tmp_path, text(UCDP_COLUMNS, rows))
    record = read_record(an_import(tmp_path, "start: 2023-01-01", "end: 2023-01-31", "count_by: day"))
    assert record.rows[0].dropped == {"dated over a window's edge": 1}


def test_a_row_without_a_date_is_dropped_and_a_wrong_date_is_an_error(tmp_path: Path) -> None:
    """Missing is a reason; 31 February and a range that runs backwards are mistakes."""
    rows = gtd({"iyear": "-9"}, {}, {"iyear": 2015, "imonth": 2, "iday": 31})
    assert read_record(written(tmp_path, text(GTD_COLUMNS, rows[:2]))).rows[0].dropped == {
        "without a date": 1
    }
    with pytest.raises(
        ConfigError, match=r"export\.csv:4:4: iday: expected a day of month 2 of 2015, at most 28, found 31"
    ):
        read_record(written(tmp_path, text(GTD_COLUMNS, rows)))
    rows = ucdp({"date_start": "2023-01-10", "date_end": "2023-01-09"})
    with pytest.raises(
        ConfigError, match=r"export\.csv:2:40: date_end: expected a date not before date_start"
    ):
        read_record(written(tmp_path, text(UCDP_COLUMNS, rows)))


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8", "utf-8-sig"])
def test_gtd_in_another_encoding(encoding: str, tmp_path: Path) -> None:
    """«café» and a name with an accent are read; that the file is no UTF-8 is said."""
    rows = gtd({"gname": "Frente del Río"}, {"gname": "Other"})
    written(tmp_path, text(GTD_COLUMNS, rows).encode(encoding))
    record = read_record(an_import(tmp_path, 'attacks: {attackers: ["frente del río"]}'))
    assert record.rows[0].kept == 1
    assert any("Windows-1252" in x for x in record.notes) == (not encoding.startswith("utf"))


def test_bytes_that_windows_1252_lacks_are_read_all_the_same(tmp_path: Path) -> None:
    """0x81 is no character of Windows-1252; such a file is Latin-1."""
    content = text(GTD_COLUMNS, gtd({})).encode("latin-1").replace(b"at dawn", b"\x81\xe9")
    assert read_record(written(tmp_path, content)).rows[0].kept == 1


def test_gtd_numbers_that_passed_through_a_table_of_floats(tmp_path: Path) -> None:
    """5.0 is 5."""
    rows = gtd({"iyear": "2015.0", "imonth": "5.0", "iday": "4.0", "eventid": "201505040001.0"})
    assert counts(read_record(written(tmp_path, text(GTD_COLUMNS, rows)))) == {dt.date(2015, 5, 4): 1}


def test_gtd_says_which_breaks_a_record_crosses_and_where_the_data_end(tmp_path: Path) -> None:
    """1998, 2008-04 and 2012, where they lie inside; a note where windows go on after mid-2021."""
    written(tmp_path, text(GTD_COLUMNS, gtd({"iyear": 2010}, {"iyear": 2014, "iday": 5})))
    inside = read_record(an_import(tmp_path))
    assert any("changed how it collects on 2012-01-01:" in x for x in inside.notes)
    assert not any("June 2021" in x for x in inside.notes)
    beyond = read_record(an_import(tmp_path, "start: 2014-01-01", "end: 2022-01-01"))
    assert not any("changed how" in x for x in beyond.notes)
    assert any("June 2021" in x for x in beyond.notes)


def test_ucdp_says_that_it_has_deadly_events_alone_and_acled_its_terms(tmp_path: Path) -> None:
    """What must be known of a count is in the record's notes."""
    assert any("no event without a death" in x for x in plain(tmp_path, "ucdp-ged").notes)
    assert any("terms" in x for x in plain(tmp_path, "acled").notes)


BAD: dict[str, tuple[Any, str]] = {
    "a column that is needed": (
        lambda: text([x for x in ACLED_COLUMNS if x not in ("actor1", "country")], LAYOUTS["acled"][1]),
        "export.csv:1:1: expected the columns of ACLED (actor1, country are not there)",
    ),
    "a ragged row": (lambda: text(*LAYOUTS["acled"]) + "EAS9,2023-01-02\r\n", "export.csv:6:2: expected 31 cells, found 2"),
    "a country that is no name": (
        lambda: text(ACLED_COLUMNS, acled({"event_date": DAYS[0], "country": "(none)"})),
        "export.csv:2:18: country: expected a place's name",
    ),
    "a year": (
        lambda: text(GTD_COLUMNS, gtd({"iyear": 20155})), "export.csv:2:2: iyear: expected a whole number from 1900 to 2100",
    ),
    "utf-16": (lambda: text(*LAYOUTS["acled"]).encode("utf-16"), "export.csv:1:1: expected UTF-8 text, found UTF-16"),
    "binary": (lambda: text(*LAYOUTS["acled"]) + "\0", "export.csv:6:1: expected a text file, found binary data"),
    "too many windows": (
        lambda: text(GTD_COLUMNS, gtd({"iyear": 1901}, {"iyear": 2100})), "export.csv:1:1: expected at most 5000 windows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_export_is_one_located_line(case: str, tmp_path: Path) -> None:
    """Path, line, column, what was expected and what was found."""
    content, said = BAD[case]
    with pytest.raises(ConfigError) as error:
        read_record(written(tmp_path, content()))
    assert said in error.value.lines()[0], error.value.lines()


def test_at_most_twenty_of_many_mistakes_are_told(tmp_path: Path) -> None:
    """30 bad dates: 20 lines, and how many more."""
    rows = acled(*({"event_date": "soon"} for _ in range(30)))
    with pytest.raises(ConfigError) as error:
        read_record(written(tmp_path, text(ACLED_COLUMNS, rows)))
    assert len(error.value.lines()) == 20
    assert error.value.lines()[-1].endswith("(and 10 more)")


@pytest.mark.parametrize(("name", "filed"), [("acled", [12, 20]), ("ucdp-ged", [10, 1]), ("gtd", [1, 1])])
def test_as_dated_counts_a_row_on_the_day_that_it_is_filed_under(
    name: str, filed: list[int], tmp_path: Path
) -> None:
    """ACLED's event_date, UCDP's date_start, the first day that GTD leaves open."""
    written(tmp_path, text(*UNSURE[name]))
    record = read_record(
        an_import(
            tmp_path, "start: 2023-01-01", "end: 2023-02-01", "count_by: day", "across_windows: as-dated"
        )
    )
    assert counts(record) == {dt.date(2023, 1, x): filed.count(x) for x in filed}


def test_as_dated_a_row_may_open_the_first_window(tmp_path: Path) -> None:
    """Where no start is given, the first day under which a row is filed is where counting begins."""
    rows = acled({"event_date": "2023-01-10", "time_precision": 2}, {"event_date": "2023-01-12"})
    written(tmp_path, text(ACLED_COLUMNS, rows))
    record = read_record(an_import(tmp_path, "across_windows: as-dated"))
    assert [w.count for w in record.windows] == [1, 0, 1]
    assert [w.count for w in read_record(an_import(tmp_path)).windows] == [1]
