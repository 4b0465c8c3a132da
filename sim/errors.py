"""Every error that reaches a user.

DeterError
├── ConfigError   bad input or usage, one located line for each mistake   exit 2
├── RunError      failed while running                                    exit 1
└── CheckFailed   a check did not pass                                    exit 4
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

MOST_LINES = 20


class Located(NamedTuple):
    """One mistake and where it is: ``path:line:column: field: message``."""

    path: str
    line: int
    column: int
    field: str
    message: str

    def __str__(self) -> str:
        """The line that a user sees, without control characters."""
        where = f"{self.path}:{self.line}:{self.column}"
        text = f"{where}: {self.field}: {self.message}" if self.field else f"{where}: {self.message}"
        return one_line(text)

    def clean(self) -> "Located":
        """The same without control characters, for a document."""
        return self._replace(
            path=one_line(self.path), field=one_line(self.field), message=one_line(self.message)
        )


def one_line(text: str) -> str:
    """Text without control characters and ends of line.

    >>> one_line("two" + chr(10) + "lines")
    'two lines'
    """
    return "".join(x if x.isprintable() else " " for x in text)


class DeterError(Exception):
    """An error with a line for the user and an exit code."""

    exit_code = 1


class ConfigError(DeterError):
    """Mistakes in what the user wrote, in order of file and line."""

    exit_code = 2

    def __init__(self, mistakes: Sequence[Located] | str) -> None:
        """Take the mistakes, or one sentence where no place can be named."""
        super().__init__(mistakes)
        self.mistakes: tuple[Located, ...] = () if isinstance(mistakes, str) else tuple(mistakes)

    def lines(self) -> list[str]:
        """What is printed: a line for each mistake, at most 20; the last says how many more there are."""
        if not self.mistakes:
            return [one_line(str(self.args[0]))]
        shown = [str(x) for x in self.mistakes[:MOST_LINES]]
        left = len(self.mistakes) - len(shown)
        return [*shown[:-1], f"{shown[-1]} (and {left} more)"] if left else shown

    def __str__(self) -> str:
        """All lines."""
        return "\n".join(self.lines())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by what it was made of."""
        return (type(self), (self.args[0],))


class RunError(DeterError):
    """Something failed while running."""


class CheckFailed(DeterError):
    """A check did not pass."""

    exit_code = 4
