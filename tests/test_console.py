"""Progress and tables for people."""

import io
import sys

import pytest
from rich.table import Table

from sim.console import PIPE_COLUMNS, Progress, error_console, out_console


def test_progress_in_a_log_is_a_line_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    """No bar, no colour, nothing on stdout, and each step once."""
    with Progress() as progress:
        progress.say("reading [the] record")
        for done in range(3):
            progress.tick("runs", done, 3)
        progress.say("writing")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "deter: reading [the] record\ndeter: runs\ndeter: writing\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_leaves_it_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar is drawn, and gone at the end even when the work fails: the cursor is shown again."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TTY_COMPATIBLE", raising=False)

    def fail() -> None:
        with Progress() as progress:
            progress.tick("runs", 1, 3)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    text = screen.getvalue()
    assert "runs" in text
    assert "1/3" in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colour_where_it_is_not_wanted(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    out_console().print("red", style="red")
    assert screen.getvalue() == "red\n"


def test_tables_in_a_pipe_are_not_cut_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row of 150 characters stays on one line."""
    monkeypatch.delenv("COLUMNS", raising=False)
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stdout", pipe)
    table = Table(box=None, show_header=False)
    table.add_row("x" * 150)
    out_console().print(table)
    assert "x" * 150 in pipe.getvalue()
    assert error_console().width == PIPE_COLUMNS
