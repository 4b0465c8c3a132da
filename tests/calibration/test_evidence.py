"""What of a record is admitted: by name, in days, none counted twice."""

from typing import Any

import pytest

from calibration.evidence import admit, admitted_ids, with_readings
from sim.errors import ConfigError
from tests.calibration.builders import a_record, day, some_evidence, some_settings, strike, windows

TOTAL = {"id": "T", "source": "test", "windows": ("W1", "W2"), "by_place": {"iraq": 4, "syria": 6}}


def test_times_are_days_from_the_start_of_the_record_and_places_go_by_name() -> None:
    """Windows, strikes and pieces of g all count from day 0; levels are in the order of the places' names."""
    settings = some_settings(
        places=("syria", "iraq"), mobilisation=((-30.0, 0.1), (2.0, 1.0)), restraint=((3.0, "syria", 0.5),)
    )
    e = some_evidence(windows((0.5, 4.0, 7), (4.0, 9.25, 3)), [strike(4.0)], settings=settings)
    assert [(w.start, w.end, w.attacks) for w in e.windows] == [(0.5, 4.0, 7), (4.0, 9.25, 3)]
    assert (e.strikes[0].time, e.strikes[0].shares) == (4.0, (1.0, 0.0, 0.0, 0.0))
    assert e.places == ("iraq", "syria")
    assert [e.levels(t) for t in (-99.0, 0.0, 2.0, 3.0)] == [(0.1, 0.1), (0.1, 0.1), (1.0, 1.0), (1.0, 0.5)]


def test_section_a_is_the_default_and_without_it_every_window() -> None:
    """No evidence named: section A if there is one, else all windows and totals."""
    sections = {"A": ("W1",), "D": ("W2",)}
    assert admitted_ids(a_record(windows((0, 1, 2), (1, 2, 3)), sections=sections), ()) == ("W1",)
    assert admitted_ids(a_record(windows((0, 1, 2), (1, 2, 3))), ()) == ("W1", "W2")
    assert admitted_ids(a_record(windows((0, 1, 2), (1, 2, 3)), sections=sections), ("D", "W1", "W2")) == (
        "W2",
        "W1",
    )


def test_items_that_share_attacks_are_one_located_error_that_names_both() -> None:
    """Admitting both is refused at the second one's place in the file; a total may go with its own windows."""
    counted = windows((0, 1, 4), (1, 2, 6), (5, 6, 3))
    counted[2]["shares_attacks_with"] = ("W1",)
    record = a_record(counted, place_totals=(TOTAL | {"shares_attacks_with": ("W1", "W2")},))

    def locate(field: tuple[str | int, ...]) -> tuple[str, int, int]:
        assert field == ("windows", 2)
        return ("record.yaml", 12, 5)

    with pytest.raises(ConfigError) as error:
        admit(record, some_settings(), ("W1", "W3"), locate)
    assert error.value.lines() == [
        "record.yaml:12:5: evidence: W1 and W3 count the same attacks: admit one of them"
    ]
    assert admit(record, some_settings(), ("W1", "W2", "T")).totals[0].windows == (0, 1)


def test_windows_that_overlap_count_the_same_attacks() -> None:
    """Undeclared, but plain from their dates: refused, with both names."""
    with pytest.raises(ConfigError, match=r"W1 and W2 overlap by 2 days"):
        some_evidence(windows((0, 5, 4), (3, 9, 6)))


def test_windows_of_two_readings_may_touch_and_it_is_noted() -> None:
    """Up to a day of overlap: the later window starts where the earlier ends, and a note says so."""
    e = some_evidence(windows((0, 5, 4), (4.75, 9, 6)))
    assert (e.windows[1].start, e.windows[1].end) == (5.0, 9.0)
    assert "W2 overlaps W1" in e.notes[0]


@pytest.mark.parametrize(
    ("counted", "more", "names", "said"),
    [
        (windows((0, 1, 4)), {}, ("X",), "sections or items of the record (W1), found X"),
        (
            windows((0, 1, 4), (1, 2, 5)),
            {"place_totals": (TOTAL,)},
            (),
            "sum to the 9 attacks of its windows, found 10",
        ),
        (
            windows((0, 1, 4), (1, 2, 6)),
            {"place_totals": (TOTAL,)},
            ("W1", "T"),
            "T needs its windows: expected W2",
        ),
        (windows((1, 1, 4)), {}, (), "W1: expected an end after its start"),
        (
            windows((0, 1, 0), begins_at_attack=True),
            {},
            (),
            "begins at an attack: expected a count of at least 1",
        ),
        (
            windows((0, 1, 4), by_place={"jordan": 1}),
            {},
            (),
            "places of the settings (iraq, syria), found jordan",
        ),
        (windows((0, 1, 4), place="iraq"), {}, (), "W1 counts iraq alone"),
    ],
)
def test_evidence_that_does_not_fit_together_is_one_line(
    counted: tuple[dict[str, Any], ...], more: dict[str, Any], names: tuple[str, ...], said: str
) -> None:
    """Each mistake is one line that says what was expected and what was found."""
    with pytest.raises(ConfigError) as error:
        admit(a_record(counted, **more), some_settings(), names)
    assert len(error.value.lines()) == 1
    assert said in error.value.lines()[0]


def test_a_reading_takes_the_place_of_the_items_own_fields() -> None:
    """Count and end change as the reading says; what it leaves out stays."""
    record = a_record(windows((0, 5, 4), readings={"late": {"count": 6, "end": day(6)}}))
    w = admit(with_readings(record, {"W1": "late"}), some_settings()).windows[0]
    assert (w.start, w.end, w.attacks) == (0.0, 6.0, 6)


@pytest.mark.parametrize(
    ("readings", "said"), [({"W9": "late"}, "found W9"), ({"W1": "early"}, "expected one of late for W1")]
)
def test_a_reading_that_is_not_there_is_an_error(readings: dict[str, str], said: str) -> None:
    """The items and readings that there are are listed."""
    with pytest.raises(ConfigError, match=said):
        with_readings(a_record(windows((0, 5, 4), readings={"late": {"count": 6}})), readings)


def test_strikes_long_before_the_first_window_are_forgotten() -> None:
    """A strike 400 days before has decayed; one 100 days before counts, and the process begins with it."""
    e = some_evidence(windows((0, 5, 4)), [strike(-400.0, "C1"), strike(-100.0, "C2"), strike(7.0, "C3")])
    assert [s.id for s in e.strikes] == ["C2"]
    assert e.origin == -100.0
