"""An import: which rows count, how they are counted, what it says of the rest, and where its mistakes stand."""

import datetime as dt
from pathlib import Path

import pytest

from calibration.history import read_record, with_strikes
from calibration.history.layouts import UCDP_COLUMNS
from sim.commands.check import check
from sim.errors import ConfigError
from sim.scenario.check import check_file
from sim.scenario.explain import explain
from sim.scenario.loader import load
from sim.scenario.records import load_record
from sim.scenario.study_files import load_study
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

PLACES = "places: {iraq: {countries: [Eastland]}, syria: {countries: [Westland], admin1: [South*]}}"
ATTACKS = (
    "attacks: {attackers: [River*], targets: [Coast Guard*], event_types: [Air/drone strike, Shelling*]}"
)
STRIKES = (
    "responses: {attackers: [Coast Guard*], first_side_attacks: true, target: {fighters: 1.0}, strength: 0.5}"
)
STRUCK = {"actor1": "Coast Guard of Farland", "inter1": 8, "actor2": "River Front", "inter2": 3}
ROWS = acled(
    {"event_date": "2023-01-02"},
    {"event_date": "2023-01-05", "country": "Westland", "admin1": "South Reach"},
    {"event_date": "2023-01-05", "country": "Westland", "admin1": "North"},
    {"event_date": "2023-01-06", "country": "Farland"},
    {"event_date": "2023-01-06", "country": ""},
    {"event_date": "2023-01-07", "actor1": "Herders", "inter1": 4},
    {"event_date": "2023-01-07", "actor2": "Herders", "inter2": 4},
    {"event_date": "2023-01-08", "event_type": "Battles", "sub_event_type": "Armed clash"},
    {"event_date": "2022-12-31"},
    {"event_date": "2023-01-29"},
    {"event_date": ""},
    {"event_date": "2023-01-09", **STRUCK},
    {"event_date": "2023-01-09", **STRUCK, "notes": "the second of that day"},
    {"event_date": "2023-01-10", **STRUCK, "country": "Farland"},
)


def acled_file(folder: Path, rows: list[Fields] = ROWS) -> Path:
    return written(folder, text(ACLED_COLUMNS, rows))


def lines_of(path: Path) -> list[str]:
    """The lines of the error that a record gives, from the file's name on."""
    with pytest.raises(ConfigError) as error:
        read_record(path)
    return [x.split("/")[-1] for x in error.value.lines()]


def test_every_row_is_kept_or_has_its_reason(tmp_path: Path) -> None:
    """Fourteen rows: two attacks, twelve dropped for one reason each; the windows are those that were asked for."""
    acled_file(tmp_path)
    span = ("start: 2023-01-01", "end: 2023-01-29", "count_by: 10")
    record = read_record(an_import(tmp_path, *span, PLACES, ATTACKS, STRIKES))
    attacks, strikes = record.rows
    assert (attacks.read, attacks.kept) == (14, 2)
    assert sum(attacks.dropped.values()) == 12
    assert (strikes.file, strikes.read, strikes.kept) == ("export.csv (responses)", 14, 2)
    days = [dt.datetime(2023, 1, x) for x in (1, 11, 21, 29)]  # noqa: DTZ001
    assert [(w.start, w.end, w.count) for w in record.windows] == list(
        zip(days, days[1:], (2, 0, 0), strict=False)
    )
    assert record.windows[0].by_place == {"iraq": 1, "syria": 1}
    assert not record.windows[0].begins_at_attack
    assert record.places == ("iraq", "syria")


def test_reasons_are_counted_by_hand(tmp_path: Path) -> None:
    """Each reason of the file above, and the sentence that the user reads."""
    acled_file(tmp_path)
    record = read_record(
        an_import(
            tmp_path,
            "start: 2023-01-01",
            "end: 2023-01-29",
            PLACES,
            ATTACKS.replace("]}", "], first_side_attacks: true}"),
            STRIKES,
        )
    )
    assert record.rows[0].line() == (
        "export.csv: 14 rows read, 2 kept, 12 dropped: 2 by other actors, 2 in other places, 2 outside the dates, "
        "2 taken for responses, 1 of other event types, 1 on other targets, 1 without a date, 1 without a place"
    )  # fmt: skip
    assert record.rows[1].line() == (
        "export.csv (responses): 14 rows read, 2 kept, 12 dropped: 10 by other actors, 1 in other places, 1 without a date"
    )


def test_strikes_of_one_day_and_place_are_one_response(tmp_path: Path) -> None:
    """Two rows of 9 January in Eastland: one response there at midnight, of the target and strength that the import says."""
    acled_file(tmp_path)
    (r,) = read_record(an_import(tmp_path, PLACES, ATTACKS, STRIKES)).responses
    assert (r.date, r.place, r.target.fighters, r.strength) == (dt.datetime(2023, 1, 9), "iraq", 1.0, 0.5)  # noqa: DTZ001


def test_a_row_that_passes_as_attack_and_as_response_is_a_response_and_said_to_be(tmp_path: Path) -> None:
    """Where either side may have attacked, the defender's strikes look like attacks: the ledger says how many."""
    acled_file(tmp_path)
    dropped = read_record(an_import(tmp_path, PLACES, ATTACKS, STRIKES)).rows[0].dropped
    assert dropped["that pass as attacks too but are taken for responses"] == 2


def test_responses_from_a_file_of_their_own(tmp_path: Path) -> None:
    """A file of responses says all itself; an export is filtered. The rows of both are accounted for."""
    acled_file(tmp_path)
    written(tmp_path, "date,place,target\n04/01/2023,iraq,fighters\n,iraq,leader\n", "strikes.csv")
    record = read_record(
        an_import(tmp_path, PLACES, ATTACKS, "dates: day-first", "responses: {file: strikes.csv}")
    )
    assert record.responses[0].date == dt.datetime(2023, 1, 4)  # noqa: DTZ001
    assert [x.target.fighters for x in record.responses] == [1.0]
    assert record.rows[1].line() == "strikes.csv: 2 rows read, 1 kept, 1 dropped: 1 without a date"
    events = ucdp({"date_start": "2023-01-04"}, {"date_start": "2023-01-05", "date_end": "2023-01-06"})
    written(tmp_path, text(UCDP_COLUMNS, events), "ged.csv")
    asked = "responses: {file: ged.csv, attackers: [Government of Farland], target: {leader: 1.0}}"
    record = read_record(an_import(tmp_path, PLACES, ATTACKS, asked))
    assert (
        record.rows[1].line() == "ged.csv (responses): 2 rows read, 1 kept, 1 dropped: 1 not dated to the day"
    )
    assert any("no event without a death" in x for x in record.notes)


def test_responses_given_beside_a_record_are_accounted_for(tmp_path: Path) -> None:
    """The file of --responses has its line too."""
    acled_file(tmp_path)
    record = read_record(an_import(tmp_path, PLACES, ATTACKS))
    path = written(tmp_path, "date,place,target\n2023-01-04,iraq,fighters\n", "strikes.csv")
    assert with_strikes(record, path).rows[-1].line() == "strikes.csv: 1 row read, 1 kept, 0 dropped"


def test_gtd_filters_by_group_target_kind_and_weapon(tmp_path: Path) -> None:
    """The groups and the targets are in up to three columns each; nationality and type are names of a target too."""
    rows = gtd(
        {"iday": 1}, {"iday": 2, "gname": "Others", "gname2": "River Front"}, {"iday": 3, "natlty1_txt": "Eastland"},
        {"iday": 4, "weaptype1_txt": "Firearms"}, {"iday": 5, "attacktype1_txt": "Hijacking"}, {"iday": 6, "specificity": 5},
    )  # fmt: skip
    written(tmp_path, text(GTD_COLUMNS, rows))
    filters = (
        "attacks: {attackers: [river front], targets: [Farland], weapons: [Explosives], event_types: [Bomb*]}"
    )
    ledger = read_record(an_import(tmp_path, filters, "place_precision: 3")).rows[0]
    assert (ledger.kept, ledger.dropped) == (
        2, {"on other targets": 1, "with other weapons": 1, "of other event types": 1, "placed too vaguely": 1},
    )  # fmt: skip


def test_plain_events_may_be_filtered_too(tmp_path: Path) -> None:
    """By weapon, date and place, and counted by days that the import sets; casualties go by the same windows."""
    written(
        tmp_path,
        "date,place,weapon,injured\n2023-01-01,Baghdad,drone,1\n2023-01-02,Basra,rocket,2\n2023-01-03,Basra,drone,4\n",
        "mine.csv",
    )
    lines = ("attacks: {weapons: [drone]}", "places: {iraq: {countries: [Ba*]}}", "count_by: 3")
    record = read_record(an_import(tmp_path, *lines, file="mine.csv"))
    assert [(w.count, w.by_place) for w in record.windows] == [(2, {"iraq": 2})]
    assert [(x.attacks, x.injured) for x in record.casualties] == [(2, 5)]


def test_windows_and_totals_are_cut_to_the_dates_of_an_import(tmp_path: Path) -> None:
    """A window that reaches out of them is dropped; a total within them is a base or an edge."""
    written(
        tmp_path,
        "start,end,count\n2023-01-01,2023-01-08,3\n2023-01-08,2023-01-15,4\n2023-01-15,2023-01-22,\n",
        "w.csv",
    )
    w = read_record(an_import(tmp_path, "start: 2023-01-02", file="w.csv"))
    assert (w.rows[0].kept, w.rows[0].dropped) == (1, {"outside the dates": 1, "without a count": 1})
    written(tmp_path, "date,total\n2023-01-15,9\n2023-01-08,7\n2023-01-01,3\n,11\n", "t.csv")
    t = read_record(an_import(tmp_path, "end: 2023-01-08", file="t.csv"))
    assert ([x.count for x in t.windows], t.rows[0].dropped) == (
        [4],
        {"outside the dates": 1, "without a date": 1},
    )


def test_a_name_that_no_row_has_is_told_with_what_is_near(tmp_path: Path) -> None:
    """A misspelt filter drops everything in silence; here it is said."""
    acled_file(tmp_path)
    places = PLACES.replace("[Westland]", "[Westland, Nowhere]")
    record = read_record(an_import(tmp_path, places, "attacks: {attackers: [River Front, Rivver Front]}"))
    assert "attacks: attackers: 'Rivver Front' is in no row of the file, but 'River Front' is" in record.notes
    assert "places: syria: no row of the file lies in Nowhere" in record.notes


WRONG = {
    "no row counts": (
        ["attacks: {attackers: [Nobody]}"],
        "export.csv:1:1: expected rows that count, found none: export.csv: 14 rows read, 0 kept, 14 dropped: 13 by other "
        "actors, 1 without a date",
    ),
    "a place twice": (
        ["places: {iraq: {countries: [Eastland]}, syria: {countries: ['East*']}}"],
        "export.csv:2:18: country: expected one of the import's places, found iraq and syria for Eastland",
    ),
    "a filter without a column": (
        ["attacks:", "  weapons: [drone]"], "import.yaml:7:3: attacks.weapons: expected no weapons for an ACLED export",
    ),
    "a code that there is not": (
        ["place_precision: 4"], "import.yaml:6:1: place_precision: expected at most 3, the least precise place in an ACLED export",
    ),
    "no dates in words": (
        ["format: gtd", "dates: day-first"], "export.csv:1:1: expected the columns of GTD",
    ),
    "another format": (["format: gtd"], "export.csv:1:1: expected the columns of GTD (iyear, imonth, iday"),
    "a plain format": (["format: events"], "export.csv:1:1: expected a file of events, found an export of ACLED"),
    "responses in no file": (
        ["responses:", "  file: none.csv"], "import.yaml:7:9: responses.file: expected a CSV file, found no file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_where_it_stands(case: str, tmp_path: Path) -> None:
    """In the import, or in the file."""
    lines, said = WRONG[case]
    acled_file(tmp_path)
    (line, *_) = lines_of(an_import(tmp_path, *lines))
    assert line.startswith(said), line


def test_fields_that_mean_nothing_for_counts_are_refused(tmp_path: Path) -> None:
    """A file of windows counts already: count_by and filters of events would be read by nothing."""
    written(tmp_path, "start,end,count\n2023-01-01,2023-01-08,3\n", "w.csv")
    assert lines_of(an_import(tmp_path, "count_by: day", PLACES, file="w.csv")) == [
        "import.yaml:6:1: count_by: expected no count_by for a CSV file of windows, which counts already",
        "import.yaml:7:1: places: expected no places for a CSV file of windows, which counts already",
    ]
    (line,) = lines_of(
        an_import(tmp_path, "responses: {target: {leader: 1.0}, attackers: [x]}", file="w.csv")
    )
    assert "expected a file of responses or events, found a CSV file of windows" in line


def test_an_import_may_have_a_base(tmp_path: Path) -> None:
    """One level, as every config: this one changes the dates alone, and four of the six that pass are later."""
    acled_file(tmp_path)
    an_import(tmp_path, PLACES, ATTACKS)
    path = tmp_path / "later.yaml"
    path.write_text("kind: import\nversion: 1\nbase: import.yaml\nname: later\nstart: 2023-01-04\n")
    record = read_record(path)
    assert (record.name, record.rows[0].kept) == ("later", 4)


def test_provenance_says_who_when_and_what_was_left_out(tmp_path: Path) -> None:
    """Source, date of access, attribution and the line of rows."""
    acled_file(tmp_path)
    said = read_record(
        an_import(tmp_path, "accessed: 2024-01-10", "attribution: by the test", ATTACKS)
    ).provenance
    assert said.startswith(
        "invented for a test, from export.csv, an ACLED export; accessed 2024-01-10; by the test. export.csv: 14 rows read"
    )


STUDY = """kind: study
version: 1
name: own
question: Which?
settings: settings/iraq-syria-2023.yaml
record: RECORD
hypotheses: [M0]
start: 2023-01-01
horizon_days: 5
after_record: 1.0
policies: [none]
seed: 1
"""


def a_study(folder: Path, record: str) -> Path:
    path = folder / "study.yaml"
    path.write_text(STUDY.replace("RECORD", record))
    return path


def test_a_study_may_name_an_import_by_path_or_by_name(tmp_path: Path) -> None:
    """The record is made of its rows; the import and the file together are what is hashed."""
    acled_file(tmp_path)
    an_import(tmp_path, PLACES, ATTACKS)
    found = [load_study(a_study(tmp_path, x)).loaded["record"] for x in ("import.yaml", "import")]
    assert found[0].sha256 == found[1].sha256
    assert found[0].model.rows[0].kept == 6  # type: ignore[attr-defined]
    acled_file(tmp_path, ROWS[:2])
    assert load_study(a_study(tmp_path, "import")).loaded["record"].sha256 != found[0].sha256


def test_check_reads_the_file_that_an_import_names(tmp_path: Path) -> None:
    """A bad row is a mistake of the import's check; explain shows the record beside the import."""
    acled_file(tmp_path)
    path = an_import(tmp_path, PLACES, ATTACKS)
    assert {label: x.kind for label, x in check_file(path).items()} == {
        "import": "import",
        "record": "record",
    }
    rows = {x.field: x for x in explain(str(path))["record"]}
    assert rows["windows[0].count"].line == 10
    acled_file(tmp_path, acled({"event_date": "soon"}))
    with pytest.raises(ConfigError, match=r"export\.csv:2:2: event_date"):
        check_file(path)


def test_the_command_says_what_became_of_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``deter check`` too, on stderr."""
    acled_file(tmp_path)
    check([an_import(tmp_path, PLACES, ATTACKS)])
    assert "export.csv: 14 rows read, 6 kept, 8 dropped: " in capsys.readouterr().err


def test_a_record_is_wanted_and_an_import_stands_for_it(tmp_path: Path) -> None:
    """«load» of a record makes it; of an import, or of anything, leaves the import as it is."""
    acled_file(tmp_path)
    path = an_import(tmp_path, PLACES, ATTACKS)
    assert [load(path, x).kind for x in ("record", "import", None)] == ["record", "import", "import"]


@pytest.mark.parametrize(
    ("content", "at"),
    [
        ("start,end,place,count\n2023-01-01,2023-01-08,iraq,4\n2023-01-01,2023-01-08,siria,3\n", "3:3"),
        ("date,total,iraq,siria\n2023-01-01,4,2,2\n2023-01-09,6,3,3\n", "1:4"),
        ("date,place\n2023-01-01,iraq\n2023-01-02,siria\n", "3:2"),
    ],
)
def test_a_wrong_place_in_a_csv_is_located_at_its_row_and_column(
    content: str, at: str, tmp_path: Path
) -> None:
    """In a study, for each plain form."""
    written(tmp_path, content, "mine.csv")
    with pytest.raises(ConfigError) as error:
        load_study(a_study(tmp_path, "mine.csv"))
    (line,) = error.value.lines()
    assert line.endswith(
        f"mine.csv:{at}: place: expected one of the settings' places (iraq, syria), found 'siria': did you mean 'syria'?"
    )


def test_a_wrong_place_of_an_import_is_located_in_the_import(tmp_path: Path) -> None:
    """The model's places are written there, not in the file."""
    acled_file(tmp_path)
    an_import(tmp_path, "places:", "  irak: {countries: [Eastland]}")
    with pytest.raises(ConfigError, match=r"import\.yaml:7:3: place: expected one of .* found 'irak'"):
        load_study(a_study(tmp_path, "import.yaml"))


def test_windows_that_overlap_are_located_at_their_row(tmp_path: Path) -> None:
    """Whatever admission finds wrong with a window of a CSV file is told at its row."""
    path = written(tmp_path, "start,end,count\n2023-01-01,2023-01-08,3\n2023-01-04,2023-01-15,4\n", "w.csv")
    assert load_record(path).locate(("windows", 1))[1:] == (3, 1)
