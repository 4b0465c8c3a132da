"""A CSV file as rows of cells that know where they stand."""

import csv
import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from sim.errors import ConfigError, Located

T = TypeVar("T")
DELIMITERS = ",;\t"


class Row(NamedTuple):
    """A row: its line in the file, and its cells by column."""

    line: int
    cells: dict[str, str]


class CsvTable:
    """The rows of a file, and the mistakes found in them so far; ``check`` raises them together.

    A byte-order mark, semicolons or tabs between cells, and a comma for the decimal point among semicolons, are
    tolerated. Columns are known by their header, in any case.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mistakes: list[Located] = []
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as e:
            raise ConfigError(f"{path}: expected a readable file: {e.strerror}") from e
        except UnicodeDecodeError as e:
            raise ConfigError([Located(str(path), 1, 1, "", "expected UTF-8 text, found other bytes")]) from e
        lines = text.splitlines()
        first = next((x for x in lines if x.strip()), "")
        self.delimiter = max(DELIMITERS, key=first.count)
        try:
            rows = list(_rows(lines, self.delimiter))
        except csv.Error as e:
            raise ConfigError([Located(str(path), 1, 1, "", f"expected a CSV file: {e}")]) from e
        if not rows:
            raise ConfigError([Located(str(path), 1, 1, "", "expected a header and rows, found nothing")])
        self.header_line, header = rows[0]
        self.header = [x.strip().lower() for x in header]
        self.rows: list[Row] = []
        for line, cells in rows[1:]:
            if len(cells) != len(self.header):
                self.mistake(line, len(cells), "", f"expected {len(self.header)} cells, found {len(cells)}")
            else:
                self.rows.append(Row(line, {n: x.strip() for n, x in zip(self.header, cells, strict=True)}))
        for name in {x for x in self.header if self.header.count(x) > 1}:
            self.mistake(self.header_line, self.header.index(name) + 1, name, "expected each column once")

    def mistake(self, line: int, column: int, field: str, message: str) -> None:
        """Note a mistake at a line and the number of a cell in it."""
        self._mistakes.append(Located(str(self.path), line, column, field, message))

    def wrong(self, row: Row, name: str, expected: str) -> None:
        """Note that a cell holds something else than expected."""
        found = row.cells.get(name, "") or "nothing"
        self.mistake(row.line, self.header.index(name) + 1, name, f"expected {expected}, found {found}")

    def unknown(self, row: Row, name: str, message: str) -> None:
        """Note that a cell holds a name that is none of those known."""
        self.mistake(row.line, self.header.index(name) + 1, name, message)

    def has_mistake(self, row: Row) -> bool:
        """Whether a mistake was found in a row, so that nothing more can be said of it."""
        return any(x.line == row.line for x in self._mistakes)

    def check(self) -> None:
        """Raise every mistake found so far, in order of line."""
        if self._mistakes:
            raise ConfigError(sorted(self._mistakes, key=lambda x: (x.line, x.column)))

    def _parsed(self, row: Row, name: str, parse: Callable[[str], T], expected: str, default: T) -> T:
        try:
            return parse(row.cells[name])
        except ValueError:
            self.wrong(row, name, expected)
            return default

    def count(self, row: Row, name: str) -> int:
        """A whole number ≥ 0."""
        return self._parsed(row, name, _count, "a whole number from 0 on", 0)

    def number(self, row: Row, name: str) -> float:
        """A finite number ≥ 0."""
        return self._parsed(row, name, self._number, "a number from 0 on", 0.0)

    def moment(self, row: Row, name: str) -> dt.datetime:
        """A date (its midnight) or a local date and time."""
        expected = "a date as 2023-11-08, or a local time as 2023-11-08T14:18"
        return self._parsed(row, name, _moment, expected, dt.datetime(2000, 1, 1))  # noqa: DTZ001  local time

    def place(self, row: Row, name: str) -> str | None:
        """A place's name in lower case; None for an empty cell."""
        text = row.cells.get(name, "")
        return self._parsed(row, name, place_name, "a place's name, letters first", "place") if text else None

    def choice(self, row: Row, name: str, choices: Sequence[str]) -> str:
        """One of a few words; the first for an empty cell."""
        text = row.cells.get(name, "") or choices[0]
        if text not in choices:
            self.wrong(row, name, f"one of {', '.join(choices)}")
            return choices[0]
        return text

    def _number(self, text: str) -> float:
        value = float(text.replace(",", ".") if self.delimiter == ";" else text)
        if not 0.0 <= value < 1e300:
            raise ValueError(text)
        return value


def place_name(text: str) -> str:
    """A name that configs take: lower case, hyphens for spaces. Raises ValueError for anything else.

    >>> place_name("Northern Coast")
    'northern-coast'
    """
    name = "-".join(text.lower().split())
    if not (name[:1].isalpha() and name.isascii() and name.replace("-", "").replace("_", "").isalnum()):
        raise ValueError(text)
    return name


def _rows(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    return [(reader.line_num, cells) for cells in reader if any(x.strip() for x in cells)]


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(text)
    return int(text)


def _moment(text: str) -> dt.datetime:
    value = dt.datetime.fromisoformat(text)
    if value.tzinfo is not None:
        raise ValueError(text)
    return value
