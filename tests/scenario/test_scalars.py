"""What a plain scalar means."""

import datetime as dt
from typing import Any

import pytest

from sim.scenario.scalars import Odd, resolve

at = dt.datetime.fromisoformat

# By hand from the core schema of YAML 1.2.2, 10.3.2, and the dates of the timestamp type.
CORE = [
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("nULL", "nULL"),
    ("true", True),
    ("False", False),
    ("TRUE", True),
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("off", "off"),
    ("n", "n"),
    ("0", 0),
    ("-19", -19),
    ("+12", 12),
    ("0.", 0.0),
    ("-0.0", 0.0),
    (".5", 0.5),
    ("+.5", 0.5),
    ("+12e03", 12000.0),
    ("-2E+05", -200000.0),
    ("1e3", 1000.0),
    ("1.0e3", 1000.0),
    ("1e", "1e"),
    (".", "."),
    ("-", "-"),
    ("1.2.3", "1.2.3"),
    ("1,000", "1,000"),
    ("12:30", "12:30"),
    ("12:30:45", "12:30:45"),
    ("١٢", "١٢"),
    ("2023-10-17", dt.date(2023, 10, 17)),
    ("2023-10-17T14:30", at("2023-10-17T14:30:00")),
    ("2023-10-17 4:30", at("2023-10-17T04:30:00")),
    ("2023-10-17T14:30:15", at("2023-10-17T14:30:15")),
    ("2023-1-5", "2023-1-5"),
    ("9007199254740992", 2**53),
]


@pytest.mark.parametrize(("text", "value"), CORE)
def test_core_schema(text: str, value: Any) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "write"),
    [
        ("017", "17"),
        ("08", "8"),
        ("-007", "-7"),
        ("00.5", "0.5"),
        ("00", "0"),
        ("1_000", "1000"),
        ("1__0", "10"),
        ("1_000.5", "1000.5"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("0b11", "3"),
        (".nan", "a finite number"),
        (".NaN", "a finite number"),
        ("-.inf", "a finite number"),
        ("1e400", "a number up to 9007199254740992"),
        ("9007199254740993", "a number up to 9007199254740992"),
        ("9" * 5000, "a number up to 9007199254740992"),
        ("1e-400", "0"),
        ("2023-02-30", "a day of the calendar, such as 2023-10-17"),
        ("2024-13-45", "a day of the calendar, such as 2023-10-17"),
        ("2023-10-17T25:00", "a day of the calendar, such as 2023-10-17"),
        ("2023-10-17T12:00Z", "it without «Z»"),
        ("2023-10-17 12:00:00 +3", "it without «+3»"),
        ("2023-10-17T12:00:00.5", "it without «.5»"),
    ],
)
def test_what_readers_disagree_on(text: str, write: str) -> None:
    """Text that another reader of YAML takes for something else is refused, with what to write."""
    found = resolve(text)
    assert isinstance(found, Odd)
    assert found.write == write
