"""Every bad config gives the lines that it must give, through the command, and nothing else."""

import re
from pathlib import Path

import pytest

from sim.cli import main
from tests.scenario.places import BAD

NAMES = sorted(x.stem for x in BAD.glob("*.yaml"))
HEADER = "# expect: "
PLACE = re.compile(r"((?:[^: ]+:)?)([0-9]+):([0-9]+) ?(.*)")


def expected(path: Path) -> list[str]:
    """The lines that a file's header, or a file beside it, asks for: `line:column field: text`."""
    beside = path.with_suffix(".expect")
    text = (beside if beside.exists() else path).read_text(encoding="utf-8")
    out = []
    for line in text.splitlines():
        if not line.startswith(HEADER):
            break
        match = PLACE.fullmatch(line.removeprefix(HEADER))
        assert match is not None, line
        file, row, column, rest = match.groups()
        out.append(f"{file or path.name + ':'}{row}:{column}: {rest}")
    return out


def test_there_are_many() -> None:
    assert len(NAMES) >= 70


@pytest.mark.parametrize("name", NAMES)
def test_bad_config(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, the expected lines on stderr in order, nothing on stdout."""
    monkeypatch.chdir(BAD)
    path = Path(f"{name}.yaml")
    lines = expected(path)
    assert lines, "a bad config says what it expects"
    assert main(["check", str(path)]) == 2
    told = capsys.readouterr()
    assert told.err.splitlines() == lines
    assert told.out == ""


@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_one_printable_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However odd the file: text without control characters, and short enough to read."""
    monkeypatch.chdir(BAD)
    for line in expected(Path(f"{name}.yaml")):
        assert line.isprintable()
        assert len(line) <= 330
