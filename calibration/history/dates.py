"""Dates as other people write them; a form that can be read two ways is never guessed at."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

Order = Literal["day-first", "month-first"]
ORDERS: tuple[Order, Order] = ("day-first", "month-first")
YEARS = range(1900, 2101)
"""Years that a record may lie in: beyond them a date is a slip, and steps of days would leave the calendar."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

_CLOCK = r"(?:[T ]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:\.0+)?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<y>[0-9]{{4}})(?P<s>[-/.])(?P<m>[0-9]{{1,2}})(?P=s)(?P<d>[0-9]{{1,2}}){_CLOCK}"
)
_DAY_NAMED = re.compile(rf"(?P<d>[0-9]{{1,2}})[ -](?P<m>[A-Za-z]{{3,9}})\.?[ ,-]+(?P<y>[0-9]{{4}}){_CLOCK}")
_MONTH_NAMED = re.compile(rf"(?P<m>[A-Za-z]{{3,9}})\.? (?P<d>[0-9]{{1,2}}),? (?P<y>[0-9]{{4}}){_CLOCK}")
_YEAR_LAST = re.compile(rf"(?P<a>[0-9]{{1,2}})(?P<s>[-/.])(?P<b>[0-9]{{1,2}})(?P=s)(?P<y>[0-9]{{4}}){_CLOCK}")


class Cell(NamedTuple):
    """A date that was found, and where: line and number of the cell."""

    line: int
    column: int
    field: str
    text: str


@lru_cache(maxsize=10_000)  # the dates of a file come again and again
def moment(text: str, order: Order | None = None) -> dt.datetime:
    """A local date (its midnight) or time, in years 1900 to 2100. ``order`` is for 03/11/2023. Raises ValueError.

    >>> moment("02 January 2021"), moment("03/11/2023", "day-first")
    (datetime.datetime(2021, 1, 2, 0, 0), datetime.datetime(2023, 11, 3, 0, 0))
    """
    if found := _YEAR_LAST.fullmatch(text):
        readings = orders(text)
        if order is None and len({_numeric(found, x) for x in readings}) == 1:
            order = next(iter(readings))
        if order not in readings:
            raise ValueError(text)
        return _numeric(found, order)
    if found := _YEAR_FIRST.fullmatch(text):
        return _made(found["y"], int(found["m"]), int(found["d"]), found["clock"])
    if found := _DAY_NAMED.fullmatch(text) or _MONTH_NAMED.fullmatch(text):
        return _made(found["y"], _month(found["m"]), int(found["d"]), found["clock"])
    raise ValueError(text)


@lru_cache(maxsize=10_000)
def orders(text: str) -> frozenset[Order]:
    """The orders of day and month in which a date of the form 03/11/2023 makes sense; both for other forms.

    >>> sorted(orders("25/12/2023"))
    ['day-first']
    """
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return frozenset(ORDERS)
    out: set[Order] = set()
    for order in ORDERS:
        try:
            _numeric(found, order)
        except ValueError:
            continue
        out.add(order)
    return frozenset(out)


class Settled(NamedTuple):
    """In which order a file has day and month, and the cells that leave it open or contradict each other."""

    order: Order | None
    wrong: tuple[tuple[Cell, str], ...] = ()


def settle(cells: Iterable[Cell]) -> Settled:
    """The one order in which every date of a file can be read.

    Dates of other forms say nothing. If no date settles the order, or two contradict each other, the cells at fault
    come back with what is wrong.
    """
    first: dict[Order, Cell] = {}
    open_cell: Cell | None = None
    for cell in cells:
        possible = orders(cell.text)
        if len(possible) == 1:
            first.setdefault(next(iter(possible)), cell)
        elif possible and open_cell is None and _differs(cell.text):
            open_cell = cell
    if len(first) == 2:
        return Settled(None, tuple(_contradiction(first[x], first[y]) for x, y in (ORDERS, ORDERS[::-1])))
    if len(first) == 1:
        return Settled(next(iter(first)))
    if open_cell is None:
        return Settled(None)
    a, b = (moment(open_cell.text, x) for x in ORDERS)
    said = (
        f"expected dates that can be read in one way only, found {open_cell.text}: write it as {a:%Y-%m-%d} or "
        f"{b:%Y-%m-%d}, or say «dates: day-first» or «dates: month-first» in an import file"
    )
    return Settled(None, ((open_cell, said),))


def _contradiction(here: Cell, other: Cell) -> tuple[Cell, str]:
    said = (
        f"expected day and month in one order, found {here.text} beside {other.text} on line {other.line}: "
        "write dates as 2023-11-03"
    )
    return here, said


def _differs(text: str) -> bool:
    """Do the two orders give different days?"""
    return _YEAR_LAST.fullmatch(text) is not None and len({moment(text, x) for x in ORDERS}) == 2


def _numeric(found: re.Match[str], order: Order) -> dt.datetime:
    day, month = (found["a"], found["b"]) if order == "day-first" else (found["b"], found["a"])
    return _made(found["y"], int(month), int(day), found["clock"])


def _made(year: str, month: int, day: int, clock: str | None) -> dt.datetime:
    if int(year) not in YEARS:
        raise ValueError(year)
    hour, minute, second = ([int(x) for x in clock.split(":")] + [0, 0])[:3] if clock else (0, 0, 0)
    return dt.datetime(int(year), month, day, hour, minute, second)  # noqa: DTZ001  a record's times share one zone


def _month(name: str) -> int:
    word = name.lower()
    if word in MONTHS:
        return MONTHS.index(word) + 1
    if word == "sept":
        return 9
    return _FULL.index(word) + 1  # ValueError for anything else


def last_of_month(year: int, month: int) -> dt.date:
    """The last day of a month."""
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def cells_of(
    rows: Sequence[tuple[int, dict[str, str]]], header: Sequence[str], names: Sequence[str]
) -> Iterator[Cell]:
    """The cells of these columns that are filled, where the file has them."""
    at = [(name, header.index(name) + 1) for name in names if name in header]
    return (Cell(line, i, name, cells[name]) for line, cells in rows for name, i in at if name in cells)
