"""Plain CSV records and responses: what they mean, and every mistake by row and column."""

from pathlib import Path

import pytest

from calibration.evidence import admit
from calibration.history import read_record, read_responses
from sim.errors import ConfigError
from tests.calibration.builders import some_settings


def written(folder: Path, text: str, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_windows_of_one_stretch_are_a_total_and_its_places(tmp_path: Path) -> None:
    """Rows with a place split the window; the row without one is its total, so one attack here has no place."""
    path = written(
        tmp_path,
        "start,end,place,count,bound\n"
        "2023-11-12T14:18,2023-11-21,,15,at-least\n2023-11-12T14:18,2023-11-21,Iraq,9,\n2023-11-12T14:18,2023-11-21,syria,5,\n"
        "2023-10-17,2023-10-26,,19,exact\n",
    )
    record = read_record(path)
    a, b = record.windows
    assert (a.id, a.count, a.by_place, a.bound) == ("W1", 19, {}, "exact")
    assert (b.id, b.count, b.by_place, b.bound) == ("W2", 15, {"iraq": 9, "syria": 5}, "at-least")
    assert (record.start, record.name) == (a.start, "mine")
    e = admit(record, some_settings())
    assert [(w.start, w.end) for w in e.windows] == [(0.0, 9.0), (pytest.approx(26.5958, abs=1e-4), 35.0)]


def test_places_alone_sum_to_the_window(tmp_path: Path) -> None:
    """Without a total the window holds what its places hold."""
    path = written(
        tmp_path, "start,end,place,count\n2023-01-01,2023-01-08,iraq,4\n2023-01-01,2023-01-08,syria,3\n"
    )
    (w,) = read_record(path).windows
    assert (w.count, w.by_place) == (7, {"iraq": 4, "syria": 3})


def test_cumulative_counts_are_differences_and_splits_reach_over_rows_without_places(tmp_path: Path) -> None:
    """13, 19, 23, 27 with places at the first, third and fourth: windows of 6, 4, 4; a total over the first two."""
    path = written(
        tmp_path,
        "date,total,iraq,syria\n2023-10-24,13,10,3\n2023-10-26,19,,\n2023-10-30,23,14,9\n2023-10-31,27,16,11\n",
    )
    record = read_record(path)
    assert [w.count for w in record.windows] == [6, 4, 4]
    assert record.windows[2].by_place == {"iraq": 2, "syria": 2}
    (total,) = record.place_totals
    assert (total.windows, total.by_place) == (("W1", "W2"), {"iraq": 4, "syria": 6})
    e = admit(record, some_settings())
    assert e.attacks == 14


def test_events_are_counted_by_day_from_the_first_attack(tmp_path: Path) -> None:
    """Three days, the middle one quiet; a place may be missing; casualties of a day whose attacks all state them."""
    path = written(
        tmp_path,
        "date,place,weapon,injured,killed\n"
        "2023-10-19T08:00,iraq,drone,2,0\n2023-10-17,iraq,rocket,0,0\n2023-10-17,,rocket,3,0\n2023-10-19,syria,,,\n",
    )
    record = read_record(path)
    assert [(w.count, w.by_place) for w in record.windows] == [
        (2, {"iraq": 1}),
        (0, {}),
        (2, {"iraq": 1, "syria": 1}),
    ]
    assert [w.begins_at_attack for w in record.windows] == [True, False, False]
    (hurt,) = record.casualties
    assert (hurt.attacks, hurt.injured, hurt.killed) == (2, 3, 0)


def test_events_over_more_than_two_months_are_counted_by_week(tmp_path: Path) -> None:
    """61 days apart: nine weeks, the attacks in the first and the last."""
    record = read_record(written(tmp_path, "date,place\n2023-01-01,iraq\n2023-03-03,iraq\n"))
    assert [w.count for w in record.windows] == [1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_responses_have_shares_of_targets_strength_and_delay(tmp_path: Path) -> None:
    """a+b are equal shares; an empty strength is 1, an empty delay unknown; they go into the record."""
    path = written(
        tmp_path,
        "date,place,target,strength,delay_days\n2023-10-26T21:30,syria,infrastructure,,\n"
        "2023-11-12,Syria,infrastructure+fighters,1.5,2\n",
        "strikes.csv",
    )
    first, second = read_responses(path)
    assert (first.target.infrastructure, first.strength, first.delay_days, first.place) == (
        1.0,
        1.0,
        None,
        "syria",
    )
    assert (second.target.infrastructure, second.target.fighters, second.strength, second.delay_days) == (
        0.5,
        0.5,
        1.5,
        2.0,
    )
    record = read_record(written(tmp_path, "start,end,count\n2023-10-17,2023-11-22,68\n"), (first, second))
    assert record.responses == (first, second)
    assert record.places == ("syria",)


def test_a_spreadsheets_habits_are_tolerated(tmp_path: Path) -> None:
    """Byte-order mark, semicolons, decimal commas, capitals in the header, blank lines, quotes."""
    path = tmp_path / "2023 strikes.csv"
    path.write_bytes(
        '\ufeffDate;Place;Target;Strength;Delay_Days\r\n\r\n2023-10-26;"Syria";fighters;0,5;1,25\r\n'.encode()
    )
    (r,) = read_responses(path)
    assert (r.strength, r.delay_days, r.place) == (0.5, 1.25, "syria")
    path = tmp_path / "2023 attacks.csv"
    path.write_bytes("\ufeffSTART\tEND\tCOUNT\n2023-10-17\t2023-11-22\t68\n".encode())
    assert read_record(path).name == "r2023-attacks"


MISTAKES = {
    "no known header": ("foo,bar\n1,2\n", "1:1: expected one of the headers"),
    "unknown column": ("start,end,count,colour\n2023-01-01,2023-01-02,1,red\n", "1:4: colour: expected columns start"),
    "missing column": ("date,weapon\n2023-01-01,drone\n", "1:1: place: expected this column in a file of events"),
    "not a date": ("start,end,count\n2023-01-01,tomorrow,4\n", "2:2: end: expected a date as 2023-11-08"),
    "a zone": ("date,place\n2023-01-01T00:00+02:00,iraq\n", "2:1: date: expected a date"),
    "not a count": ("start,end,count\n2023-01-01,2023-01-02,4.5\n", "2:3: count: expected a whole number"),
    "negative": ("start,end,count\n2023-01-01,2023-01-02,-4\n", "2:3: count: expected a whole number"),
    "backwards": ("start,end,count\n2023-01-05,2023-01-02,4\n", "2:2: end: expected an end after the start"),
    "bound": ("start,end,count,bound\n2023-01-01,2023-01-02,4,about\n", "2:4: bound: expected one of exact, at-least"),
    "twice": ("start,end,place,count\n2023-01-01,2023-01-02,iraq,4\n2023-01-01,2023-01-02,iraq,5\n", "3:3: place: expected each"),
    "split too large": (
        "start,end,place,count\n2023-01-01,2023-01-02,,4\n2023-01-01,2023-01-02,iraq,5\n",
        "2:4: count: expected places that sum to at most",
    ),
    "place": ("date,place\n2023-01-01,12th street\n", "2:2: place: expected a place's name"),
    "ragged": ("date,place\n2023-01-01\n", "2:1: expected 2 cells, found 1"),
    "falling total": ("date,total\n2023-01-01,5\n2023-01-02,4\n", "3:2: total: expected a total of at least the 5"),
    "a date twice": ("date,total\n2023-01-02,4\n2023-01-02,5\n", "3:1: date: expected each date once, with line 2"),
    "one date": ("date,total\n2023-01-02,4\n", "1:1: date: expected at least two dates"),
    "falling place": (
        "date,total,iraq,syria\n2023-01-01,5,3,2\n2023-01-02,6,5,1\n", "3:4: syria: expected a count that does not fall",
    ),
    "places off the total": (
        "date,total,iraq,syria\n2023-01-01,5,3,2\n2023-01-02,7,4,2\n", "3:2: total: expected places that sum to the total",
    ),
    "responses as a record": ("date,place,target\n2023-01-01,iraq,fighters\n", "1:1: expected windows, cumulative counts"),
    "nothing": ("", "1:1: expected a header and rows"),
    "no rows": ("start,end,count\n", "1:1: expected rows below the header"),
    "open quote": ('start,end,count\n"2023-01-01,2023-01-02,4\n', "2:1: expected a CSV file"),
    "column twice": ("start,end,count,count\n2023-01-01,2023-01-02,4,5\n", "1:3: count: expected each column once"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line_with_its_row_and_column(case: str, tmp_path: Path) -> None:
    """Path, line and number of the cell, what was expected and what was found."""
    text, said = MISTAKES[case]
    with pytest.raises(ConfigError) as error:
        read_record(written(tmp_path, text))
    line = error.value.lines()[0]
    assert line.startswith(f"{tmp_path / 'mine.csv'}:{said}"), error.value.lines()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "2023-01-01,iraq,bridges,1,",
            "2:3: target: expected one of infrastructure, fighters, sponsor, leader",
        ),
        ("2023-01-01,iraq,fighters+fighters,1,", "2:3: target: expected one of"),
        ("2023-01-01,iraq,fighters,strong,", "2:4: strength: expected a number"),
        ("2023-01-01,iraq,fighters,1,-2", "2:5: delay_days: expected a number"),
        ("2023-01-01,iraq,fighters,inf,", "2:4: strength: expected a number"),
        ("2023-01-01,,fighters,1,", "2:2: place: expected the place"),
    ],
)
def test_a_mistake_in_a_response_is_located_too(row: str, said: str, tmp_path: Path) -> None:
    """The same for files of responses."""
    with pytest.raises(ConfigError) as error:
        read_responses(written(tmp_path, f"date,place,target,strength,delay_days\n{row}\n"))
    assert error.value.lines()[0].startswith(f"{tmp_path / 'mine.csv'}:{said}"), error.value.lines()


def test_all_mistakes_come_at_once_in_order_of_line(tmp_path: Path) -> None:
    """Two bad rows, two lines."""
    with pytest.raises(ConfigError) as error:
        read_record(written(tmp_path, "start,end,count\n2023-01-01,2023-01-02,x\n2023-01-02,?,4\n"))
    assert [x.split(":")[1] for x in error.value.lines()] == ["2", "3"]


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """Missing, or not text."""
    with pytest.raises(ConfigError, match="expected a file of kind record, found no file"):
        read_record(tmp_path / "none.csv")
    path = tmp_path / "binary.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="expected UTF-8 text"):
        read_record(path)
