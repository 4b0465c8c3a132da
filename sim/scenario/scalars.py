"""What a plain YAML scalar means: YAML 1.2, narrowed until no reader can take it for something else."""

import datetime as dt
import math
import re
from typing import NamedTuple

LARGEST = 2**53  # beyond it a number is not exact in every reader

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_PADDED = re.compile(r"([-+]?)0+([0-9][0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)?)", re.ASCII)
_UNDERSCORED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?", re.ASCII)
_BASED = re.compile(r"[-+]?0([xX][0-9a-fA-F]{1,13}|[oO][0-7]{1,17}|[bB][01]{1,53})", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]+([0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)(.*)", re.ASCII)


class Odd(NamedTuple):
    """A scalar that readers of YAML disagree on, or that means no finite number or day: an error wherever it stands."""

    text: str
    why: str
    write: str


Scalar = None | bool | int | float | str | dt.date | Odd


def resolve(text: str) -> Scalar:
    """The value of a plain scalar.

    >>> resolve("1e3"), resolve("no"), resolve("12:30")
    (1000.0, 'no', '12:30')
    >>> resolve("017").write
    '17'
    """
    if text in NULLS:
        return None
    if text in TRUTHS:
        return TRUTHS[text]
    if text[0] in "-+.0123456789":
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if _NUMBER.fullmatch(text):
        return _finite(text)
    if _DAY.fullmatch(text) or _TIME.fullmatch(text):
        return _moment(text)
    if _NOT_FINITE.fullmatch(text):
        return Odd(text, "not a finite number", "a finite number")
    if match := _PADDED.fullmatch(text):
        return Odd(text, "base 8 to some readers", match[1] + match[2])
    if _UNDERSCORED.fullmatch(text):
        return Odd(text, "text to some readers", text.replace("_", ""))
    if _BASED.fullmatch(text):
        return Odd(text, "a number only to some readers", str(int(text, 0)))
    return text


def _finite(text: str) -> Scalar:
    if _INTEGER.fullmatch(text):
        if len(text) > 17 or abs(int(text)) > LARGEST:
            return Odd(text, "too large to be exact", f"a number up to {LARGEST}")
        return int(text)
    number = float(text)
    if not math.isfinite(number) or abs(number) > LARGEST:
        return Odd(text, "too large to be exact", f"a number up to {LARGEST}")
    if number == 0.0 and re.search("[1-9]", re.split("[eE]", text)[0]):
        return Odd(text, "too small to tell from 0", "0")
    return number


def _moment(text: str) -> Scalar:
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
        match = _TIME.fullmatch(text)
        if match is None or match[4]:
            return Odd(
                text, "not a local time to the second", f"it without «{match[4].strip()}»" if match else ""
            )
        return dt.datetime.fromisoformat(
            f"{match[1]}T{match[2]:0>5}" if not match[3] else f"{match[1]}T{match[2]:0>8}"
        )
    except ValueError:
        return Odd(text, "not a day or time that exists", "a day of the calendar, such as 2023-10-17")
