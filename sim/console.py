"""Talking to people: tables on stdout, progress and remarks on stderr."""

import os
import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

EVERY_SECONDS = 10.0  # between lines of a long step where no bar moves
PIPE_COLUMNS = 160  # a pipe has no width; tables in files and logs should not be cut to a terminal's


def _console(*, stderr: bool) -> Console:
    """Colour and moving bars only where a person looks: rich minds NO_COLOR and TERM=dumb, we mind pipes."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPE_COLUMNS
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False, emoji=False)


def out_console() -> Console:
    """Where tables go when they are the result."""
    return _console(stderr=False)


def error_console() -> Console:
    """Where progress and remarks go."""
    return _console(stderr=True)


class Progress:
    """What is being done, on stderr: a bar on a terminal, a line for each step elsewhere.

    >>> with Progress() as progress:
    ...     progress.tick("posterior", 10, 100)
    """

    def __init__(self) -> None:
        self._console = error_console()
        self._moving = self._console.is_terminal and not self._console.is_dumb_terminal
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._moving,
        )
        self._task = self._bar.add_task("", total=None, visible=False)
        self._said = ""
        self._again = 0.0

    def __enter__(self) -> Self:
        """Begin."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Leave the terminal as it was, whatever happened."""
        self._bar.stop()

    def say(self, what: str) -> None:
        """A step begins whose length is not known."""
        self._show(what)
        self._bar.update(self._task, total=None, completed=0)

    def tick(self, what: str, done: int, of: int) -> None:
        """``done`` of ``of`` runs of a step are done."""
        self._show(what)
        self._bar.update(self._task, total=of, completed=done)

    def rate(self, what: str, done: int, of: int) -> None:
        """A long step that tells its own rate and time left: a line every so often where no bar moves."""
        self._bar.update(self._task, description=what, total=of, completed=done, visible=True)
        now = time.monotonic()
        if not self._moving and (now >= self._again or done == of):
            self._console.print(f"deter: {what}", markup=False, soft_wrap=True)
            self._again = now + EVERY_SECONDS

    def _show(self, what: str) -> None:
        if what != self._said and not self._moving:
            self._console.print(f"deter: {what}", markup=False, soft_wrap=True)
        self._said = what
        self._bar.update(self._task, description=what, visible=True)
