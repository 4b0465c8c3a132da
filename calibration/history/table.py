"""A CSV file as rows of cells that know where they stand."""

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from calibration.history.dates import Order, cells_of, moment, settle
from calibration.history.layouts import layout_of, without_header
from sim.errors import ConfigError, Located
from sim.scenario.source import read_bytes
from sim.scenario.text import shortened
from sim.scenario.tree import Spot

T = TypeVar("T")
DELIMITERS = ",;\t"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LARGEST_TABLE = 1024 * 1024 * 1024  # bytes; UCDP GED, the largest that is read here, has some 250 MB
SHORT = 60  # characters of a cell that is likely to come again: names and codes, not notes
LONGEST_CELL = 16 * 1024 * 1024  # characters; notes and lists of sources pass the csv module's 128 KiB
A_DATE = "a date as 2023-11-08, or a local time as 2023-11-08T14:18"
_NEVER = dt.datetime(2000, 1, 1)  # noqa: DTZ001  local time; stands for a date that is an error


class Row(NamedTuple):
    """A row: its line in the file, and its cells by column, those that are filled."""

    line: int
    cells: dict[str, str]


class CsvTable:
    """The rows of a file, and the mistakes found in them so far; ``check`` raises them together.

    A byte-order mark, semicolons or tabs between cells, and a comma for the decimal point among semicolons, are
    tolerated. Columns are known by their header, in any case and order. ``shown`` is how errors call the file.
    Exports may be in Windows-1252; a plain file is UTF-8.
    """

    def __init__(self, path: Path, shown: str | None = None) -> None:
        self.path = path
        self.shown = str(path) if shown is None else shown
        self.order: Order | None = None
        self._mistakes: list[Located] = []
        self._wrong_lines: set[int] = set()
        data = read_bytes(path, self.shown, LARGEST_TABLE, "CSV")
        self.sha256 = hashlib.sha256(data).hexdigest()
        data = data.removeprefix(BYTE_ORDER_MARK)
        encoding, self._odd_line = self._encoding(data)
        self.delimiter = _delimiter(_lines(data, encoding))
        rows = self._parsed_rows(_lines(data, encoding))
        first = next(rows, None)
        if first is None:
            raise self._refused(1, "expected a header and rows, found nothing")
        names = without_header(first[1])
        self.header_line = first[0]
        self.header = [x.strip().lower() for x in (names or first[1])]
        self.export = layout_of(self.header)
        if self._odd_line is not None and self.export is None:
            raise self._refused(self._odd_line, "expected UTF-8 text, found other bytes")
        self.rows: list[Row] = []
        self._same: dict[str, str] = {}  # one string for equal cells: an export repeats most of them
        self.read = 0
        if names is not None:
            self._take(*first)
        for line, cells in rows:
            self._take(line, cells)
        for name in {x for x in self.header if x and self.header.count(x) > 1}:
            self.mistake(self.header_line, self.header.index(name) + 1, name, "expected each column once")

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.name

    @property
    def other_bytes(self) -> bool:
        """Whether the file was no UTF-8 and was read as Windows-1252."""
        return self._odd_line is not None

    def _encoding(self, data: bytes) -> tuple[str, int | None]:
        """How the text is encoded, and the first line that is no UTF-8."""
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise self._refused(1, "expected UTF-8 text, found UTF-16: save the file as UTF-8")
        if (at := data.find(b"\0")) >= 0:
            raise self._refused(data[:at].count(b"\n") + 1, "expected a text file, found binary data")
        line = None
        for encoding in ("utf-8", "cp1252"):
            try:
                data.decode(encoding)
            except UnicodeDecodeError as e:
                line = data[: e.start].count(b"\n") + 1 if line is None else line
            else:
                return encoding, line
        return "latin-1", line

    def _parsed_rows(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """Rows with the line that each begins on; one that is all empty is none."""
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as e:
                raise self._refused(line, f"expected a CSV file: {e}") from e
            if cells is None:
                return
            if any(x.strip() for x in cells):
                yield line, cells

    def _take(self, line: int, cells: list[str]) -> None:
        self.read += 1
        if len(cells) != len(self.header):
            self.mistake(line, len(cells), "", f"expected {len(self.header)} cells, found {len(cells)}")
        else:
            filled = {
                n: self._same.setdefault(x, x) if len(x) < SHORT else x
                for n, text in zip(self.header, cells, strict=True)
                if (x := text.strip())
            }
            self.rows.append(Row(line, filled))

    def _refused(self, line: int, message: str) -> ConfigError:
        return ConfigError([Located(self.shown, line, 1, "", message)])

    def spot(self, row: Row, name: str) -> Spot:
        """Where a cell stands."""
        return Spot(self.shown, row.line, self.header.index(name) + 1 if name in self.header else 1)

    def mistake(self, line: int, column: int, field: str, message: str) -> None:
        """Note a mistake at a line and the number of a cell in it."""
        self._mistakes.append(Located(self.shown, line, column, field, message))
        self._wrong_lines.add(line)

    def wrong(self, row: Row, name: str, expected: str) -> None:
        """Note that a cell holds something else than expected."""
        found = shortened(self.text(row, name)) or "nothing"
        self.unknown(row, name, f"expected {expected}, found {found}")

    def unknown(self, row: Row, name: str, message: str) -> None:
        """Note that a cell holds a name that is none of those known."""
        self.mistake(row.line, self.header.index(name) + 1, name, message)

    def has_mistake(self, row: Row) -> bool:
        """Whether a mistake was found in a row, so that nothing more can be said of it."""
        return row.line in self._wrong_lines

    def check(self) -> None:
        """Raise every mistake found so far, in order of line."""
        if self._mistakes:
            raise ConfigError(sorted(dict.fromkeys(self._mistakes), key=lambda x: (x.line, x.column)))

    def settle_dates(self, names: Sequence[str], given: Order | None) -> None:
        """Find the order of day and month in these columns, unless it is given; a mistake where it stays open."""
        self.order = given
        if given is None:
            found = settle(cells_of(self.rows, self.header, names))
            self.order = found.order
            for cell, said in found.wrong:
                self.mistake(cell.line, cell.column, cell.field, said)
            if found.wrong:
                self.check()

    def _parsed(self, row: Row, name: str, parse: Callable[[str], T], expected: str, default: T) -> T:
        try:
            return parse(self.text(row, name))
        except ValueError:
            self.wrong(row, name, expected)
            return default

    def text(self, row: Row, name: str) -> str:
        """A cell's text; empty for an empty cell, and for a column that the file doesn't have."""
        return row.cells.get(name, "")

    def count(self, row: Row, name: str) -> int:
        """A whole number ≥ 0."""
        return self._parsed(row, name, _count, "a whole number from 0 on", 0)

    def number(self, row: Row, name: str) -> float:
        """A finite number ≥ 0."""
        return self._parsed(row, name, self._number, "a number from 0 on", 0.0)

    def code(self, row: Row, name: str, lowest: int, highest: int, missing: Sequence[str] = ()) -> int | None:
        """A whole number of a range, written as 3 or 3.0; None for an empty cell, and for what stands for one."""
        text = self.text(row, name)
        if not text or text in missing:
            return None
        whole = text.removesuffix(".0")
        if not (whole.isascii() and whole.isdigit() and len(whole) < 10 and lowest <= int(whole) <= highest):
            self.wrong(row, name, f"a whole number from {lowest} to {highest}")
            return None
        return int(whole)

    def moment(self, row: Row, name: str) -> dt.datetime:
        """A date (its midnight) or a local date and time."""
        return self._parsed(row, name, lambda x: moment(x, self.order), A_DATE, _NEVER)

    def place(self, row: Row, name: str) -> str | None:
        """A place's name in lower case; None for an empty cell."""
        text = self.text(row, name)
        return self._parsed(row, name, place_name, "a place's name, letters first", "place") if text else None

    def choice(self, row: Row, name: str, choices: Sequence[str]) -> str:
        """One of a few words; the first for an empty cell."""
        text = self.text(row, name) or choices[0]
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
    plain = name.replace("-", "").replace("_", "").isalnum()
    if not (name[:1].isalpha() and name.isascii() and plain and len(name) <= 60):
        raise ValueError(text)
    return name


def _lines(data: bytes, encoding: str) -> Iterable[str]:
    """Lines with the ends that they have: a cell may hold some. Decoded one by one, for files of hundreds of MB."""
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _delimiter(lines: Iterable[str]) -> str:
    """What stands between the cells of the first row: that which makes the most of them."""
    first = next((x for x in lines if x.strip()), "")

    def cells(delimiter: str) -> int:
        return len(next(csv.reader([first], delimiter=delimiter), []))

    return max(DELIMITERS, key=cells)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(text)
    return int(text)
