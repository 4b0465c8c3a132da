"""What a value is, in words, and what to write in its place."""

import datetime as dt
import re
from typing import Any

from sim.scenario import fieldtypes as types
from sim.scenario.scalars import Odd, resolve
from sim.scenario.text import clean, nearest, quoted
from sim.scenario.tree import Node

_YES, _NO = frozenset({"yes", "on", "y", "true"}), frozenset({"no", "off", "n", "false"})
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def found(node: Node | None) -> str:
    """What stands there.

    >>> from sim.scenario.tree import Spot
    >>> found(Node("no", Spot("x.yaml", 1, 1), "no"))
    "the text 'no'"
    """
    if node is None or node.value is None:
        return "nothing"
    value = node.value
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, Odd):
        return f"{clean(value.text[:40])} ({value.why})"
    if isinstance(value, str):
        return f"the text {quoted(value)}" if value else "an empty text"
    return clean(node.text[:40])


def write(kind: types.Type, node: Node | None) -> str:
    """What to write instead; empty where nothing better can be said than what was expected."""
    value = node.value if node is not None else None
    if node is None or value is None:
        return ""
    if (
        types.wants(kind, str)
        and not types.wants(kind, float, int, dt.date)
        and not isinstance(value, str | dict | list)
    ):
        return quoted(node.text) if re.match(kind.limit("pattern") or "", node.text) else ""
    if isinstance(value, Odd):
        return clean(value.write)
    words = types.allowed(kind)
    if words and isinstance(value, str) and (near := nearest(value, words)):
        return f"did you mean {quoted(near)}?"
    if types.wants(kind, bool):
        return _truth(value)
    if types.wants(kind, float, int):
        return _number(value, whole=not types.wants(kind, float))
    if types.wants(kind, dt.date):
        return _moment(value)
    is_list = types.in_words(kind).startswith("a list")
    return f"[{clean(node.text[:40])}]" if is_list and not isinstance(value, dict | list) else ""


def _truth(value: Any) -> str:
    word = str(value).lower()
    return "true" if word in _YES or value == 1 else "false" if word in _NO or value == 0 else ""


def _number(value: Any, *, whole: bool) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if whole and value.is_integer() else ""
    if not isinstance(value, str):
        return ""
    text = value.strip().replace("−", "-")
    if text.lower().lstrip("+-.") in _NOT_FINITE:
        return "a finite number"
    if text.lower() in _YES | _NO:
        return "1" if text.lower() in _YES else "0"
    if match := re.fullmatch(r"([0-9]{1,4}):([0-5][0-9])", text):
        return f"{int(match[1]) + int(match[2]) / 60:.6g} (hours)"
    if match := re.fullmatch(r"([0-9.]{1,15}) *%", text):
        return _if_number(match[1], 0.01)
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", text):
        return text.replace(",", "")
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", text):
        return text.replace(",", ".")
    if match := re.fullmatch(r"([-+]?[0-9.]+) *([A-Za-z/ ]{1,20})", text):
        known = _if_number(match[1])
        return f"{known} in the unit of the field" if known else ""
    return f"{_if_number(text)} without quotes" if _if_number(text) else ""


def _if_number(text: str, factor: float | None = None) -> str:
    number = resolve(text) if text else None
    if isinstance(number, bool) or not isinstance(number, int | float):
        return ""
    return text if factor is None else f"{number * factor:.6g}"


def _moment(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    text = value.strip().lower()
    if not isinstance(resolve(value.strip() or "x"), str | Odd):
        return f"{clean(value)} without quotes"
    if match := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", text):
        return _day(match[1], match[2], match[3])
    if match := re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text):
        return _day(match[3], match[2], match[1])
    if match := re.fullmatch(r"([0-9]{1,2}) ([a-z]{3})[a-z]* ([0-9]{4})", text):
        return _day(match[3], _month(match[2]), match[1])
    if match := re.fullmatch(r"([a-z]{3})[a-z]* ([0-9]{1,2}),? ([0-9]{4})", text):
        return _day(match[3], _month(match[1]), match[2])
    return ""


def _month(name: str) -> str:
    return str(_MONTHS.index(name) + 1) if name in _MONTHS else "0"


def _day(year: str, month: str, day: str) -> str:
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
