"""Wrong usage of the command, in the words of every other mistake: what was expected, what was found."""

import re
from collections.abc import Sequence
from typing import Any

# What Typer says of a value that it refuses, and what it should have been.
_WANTED = (
    (r"Input should be a valid integer.*", "a whole number"),
    (r"Input should be greater than or equal to (\S+)", r"a whole number from \1 on"),
    (r"Input should be less than or equal to (\S+)", r"a whole number of at most \1"),
)


def usage(error: Any, given: Sequence[str]) -> str:
    """One sentence for an error of Typer's own; ``given`` are the words of the command line.

    Typer has a class for each kind, none of them public: they are told apart by what they carry.
    """
    said = str(getattr(error, "message", ""))
    option = str(getattr(error, "option_name", "") or "")
    names: list[str] = list(getattr(getattr(error, "param", None), "opts", None) or [])
    if names and not said:
        name = names[-1] if names[-1].startswith("-") else names[-1].upper()
        return f"{name}: expected this {'option' if name.startswith('-') else 'argument'}, found none"
    if names:
        for pattern, wanted in _WANTED:
            if re.fullmatch(pattern, said):
                return (
                    f"{names[-1]}: expected {re.sub(pattern, wanted, said)}, found {_after(names, given)!r}"
                )
    if option and said.endswith("requires an argument."):
        return f"{option}: expected a value after it, found none"
    if option and said.startswith("No such option"):
        near = list(getattr(error, "possibilities", None) or [])
        return f"expected a known option, found {option!r}" + (f": did you mean {near[0]!r}?" if near else "")
    if found := re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", said):
        return f"expected nothing more, found {found[1]!r}"
    if found := re.match(r"No such command '([^']*)'\.?(?: Did you mean (.*)\?)?", said):
        return f"expected a command, found {found[1]!r}" + (f": did you mean {found[2]}?" if found[2] else "")
    return str(error.format_message())


def _after(names: Sequence[str], given: Sequence[str]) -> str:
    """The value that the command line gives an option, the last one if it is given twice."""
    found = ""
    for i, word in enumerate(given):
        name, equals, value = word.partition("=")
        if name in names:
            found = value if equals else given[i + 1] if i + 1 < len(given) else ""
    return found
