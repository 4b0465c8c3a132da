"""What a report is made of: tables and figures, as plain values that the template lays out."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup


def clean(text: object) -> str:
    r"""Text on one line without control characters, direction marks or lone surrogates.

    >>> clean("two\nlines\x00")
    'two lines'
    """
    return " ".join("".join(x if x.isprintable() else " " for x in str(text)).split())


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a list in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', 'none')
    """
    if len(words) < 2:
        return words[0] if words else "none"
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


class Cell(NamedTuple):
    """A cell: its text, smaller lines under it, and a label that is drawn as one."""

    text: str
    small: tuple[str, ...] = ()
    label: str = ""


class Column(NamedTuple):
    """A column: its heading, what it means in a few words, and whether it holds numbers."""

    title: str
    note: str = ""
    numeric: bool = True


Rows = list[list[Cell | str]]


class Table(NamedTuple):
    """A table whose first column heads its rows."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | str]]


class Figure(NamedTuple):
    """A picture: SVG, its title, a sentence with its numbers in place of the picture, and the data behind it."""

    id: str
    svg: Markup
    title: str
    says: str
    note: str
    table: Table
    narrow: bool = False  # drawn for a narrow page, and no wider than that on a wide one


def cell(x: Cell | str) -> Cell:
    """A cell of plain text, or the cell itself."""
    return Cell(x) if isinstance(x, str) else x
