"""The code knows no conflict: places, ids, dates and counts of the one that ships first are in its data files alone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(x for room in ("sim", "calibration") for x in (ROOT / room).rglob("*.py"))
TEMPLATES = sorted((ROOT / "sim").rglob("*.j2"))
KNOWS = re.compile(
    r"iraq|syria|baghdad|\biran|houthi|pentagon|jinsa|\bthe brief\b|\bU\.S\.|\b[A-EH][1-9]\b|\b2023-?\d\d|\b(october|november) 2023",
    re.I,
)
"""Its places and people, the ids of its record's items, and its dates. «C1» as a name in code is upper case only."""
A_DATE = re.compile(r"(such as|as|\"|')\s?2023-\d\d-\d\d(T\d\d:\d\d)?")
"""A date as an example of how dates are written: «a date such as …». It says nothing of a conflict."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every string, number and comment-free name of a source with its line; docstrings of prose among them."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
            yield node.lineno, str(node.value)
        elif isinstance(node, ast.Name) and node.id.isupper():
            yield node.lineno, node.id


def knows(text: str) -> list[str]:
    """What a text knows of the conflict."""
    return [
        x.group()
        for x in KNOWS.finditer(A_DATE.sub("", text))
        if not x.group().islower() or len(x.group()) > 2
    ]


def test_no_source_knows_the_conflict() -> None:
    """Every string, docstring and number of sim/ and calibration/, dates that show a format apart."""
    found = [f"{p.relative_to(ROOT)}:{n}: {x}" for p in SOURCES for n, t in texts(p) for x in knows(t)]
    assert found == []


def test_no_template_knows_the_conflict() -> None:
    """The words of the report are those of any conflict."""
    assert [x for p in TEMPLATES for x in knows(p.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "text",
    ["iraq-syria-2023", "C4", "20231122", "in units of C1", "2023-10-17", "the brief's own", "A1 to A5"],
)
def test_what_it_would_find(text: str) -> None:
    """The test itself can fail: each of these stood in the code once."""
    assert knows(text)
