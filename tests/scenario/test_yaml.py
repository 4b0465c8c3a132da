"""Reading files: positions, limits, and nothing but ConfigError for what can't be read."""

import contextlib
import os
import time
from pathlib import Path

import pytest

from sim.errors import ConfigError
from sim.scenario.source import LARGEST_FILE
from sim.scenario.tree import Node
from sim.scenario.yaml import parse, read

TEXT = b"""\
# a comment
kind: settings
groups:
  - {name: a, weight: 2}
  - name: "b"
    weight:
note: |
  two
  lines
"""


def at(node: Node | None) -> tuple[int, int]:
    assert node is not None
    return node.spot.line, node.spot.column


def test_positions_count_from_one() -> None:
    """Lines and columns as an editor shows them, counted by hand in the text above."""
    tree = parse(TEXT, "x.yaml")
    assert at(tree) == (2, 1)
    assert at(tree.find(("kind",))) == (2, 7)
    assert at(tree.find(("groups", 0, "weight"))) == (4, 23)
    assert at(tree.find(("groups", 1, "name"))) == (5, 11)
    weight = tree.find(("groups", 0, "weight"))
    assert weight is not None
    assert (weight.key.line, weight.key.column) == (4, 15)
    assert tree.plain() == {
        "kind": "settings",
        "groups": ({"name": "a", "weight": 2}, {"name": "b", "weight": None}),
        "note": "two\nlines\n",
    }


def test_windows_line_ends_change_no_position() -> None:
    unix = parse(TEXT, "x.yaml")
    windows = parse(TEXT.replace(b"\n", b"\r\n"), "x.yaml")
    path = ("groups", 1, "name")
    assert at(windows.find(path)) == at(unix.find(path))


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as error:
        read(path, "x.yaml")
    (line,) = error.value.lines()
    return line


def test_file_too_large(tmp_path: Path) -> None:
    """256 KiB are read, one byte more is not."""
    path = tmp_path / "x.yaml"
    path.write_bytes(b"kind: study\n".ljust(LARGEST_FILE, b"#"))
    read(path, "x.yaml")
    path.write_bytes(b"kind: study\n".ljust(LARGEST_FILE + 1, b"#"))
    assert refused(path) == "x.yaml:1:1: expected at most 256 KiB, found more"


def test_too_many_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mapping, its key, the list and its items: with a limit of 100, 97 items are read and 98 are not."""
    monkeypatch.setattr("sim.scenario.yaml.MOST_NODES", 100)
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: [" + b"1," * 97 + b"]")
    read(path, "x.yaml")
    path.write_bytes(b"a: [" + b"1," * 98 + b"]")
    assert "expected at most 100 values in a file, found more" in refused(path)


def test_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == "x.yaml:1:1: expected a YAML file, found a folder"


def test_missing_file(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.yaml") == "x.yaml:1:1: expected a YAML file, found no file of that name"


def test_pipe_does_not_wait(tmp_path: Path) -> None:
    """Nobody writes to the pipe: opening it would wait for ever."""
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    assert refused(path) == "x.yaml:1:1: expected a YAML file, found something that is no plain file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("kind: study\n")
    path.chmod(0)
    assert refused(path) == "x.yaml:1:1: expected a YAML file that can be read, found: Permission denied"


def test_system_error_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system says when a file is opened, permission denied among it."""

    def deny(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "x.yaml"
    path.write_text("kind: study\n")
    monkeypatch.setattr(Path, "open", deny)
    assert refused(path) == "x.yaml:1:1: expected a YAML file that can be read, found: Permission denied"


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    """A null character, a name that is too long, and a file where a folder should be."""
    (tmp_path / "x").write_text("")
    for name in ("a\0b.yaml", "a" * 5000, "x/y.yaml"):
        assert refused(tmp_path / name).startswith("x.yaml:1:1: expected a YAML file")


N = LARGEST_FILE - 8
HOSTILE = {
    "words": b"a: " + b"x " * (N // 2),
    "list": b"a: [" + b"1," * (N // 2 - 3) + b"1]",
    "quoted": b'a: "' + b"x " * (N // 2 - 4) + b'"',
    "quoted lines": b'a: "' + b"x\n " * (N // 3 - 4) + b'"',
    "keys": b"".join(b"k%d: 1\n" % i for i in range(N // 9)),
    "dashes": b"- " * (N // 2),
    "questions": b"? " * (N // 2),
    "colons": b": " * (N // 2),
    "comment": b"#" * N,
    "comments": b"#\n" * (N // 2),
    "block": b"a: |\n" + b"  x\n" * (N // 4),
    "folded": b"a: >\n" + b"  x\n\n" * (N // 5),
    "blank lines": b"a: 1" + b"\n" * (N - 8) + b"b: 1",
    "deep blocks": b"".join(b" " * i + b"a:\n" for i in range(700)),
    "open lists": b"[" * N,
    "open maps": b"{" * N,
    "open lists with keys": b"[" * 49 + b"a," * 100_000,
    "anchors": b"&" * N,
    "aliases": b"*" * N,
    "tags": b"a: !<" + b"%41" * 80_000 + b">",
    "escapes": b'a: "' + b"\\x41" * 60_000 + b'"',
    "quotes": b"'" * N,
    "digits": b"a: " + b"9" * 200_000,
    "underscores": b"a: " + b"1_" * 100_000,
    "long key": b"a" * 200_000 + b": 1",
    "empty lists": b"a: [" + b"[]," * 40_000 + b"]",
    "documents": b"---\n" * 50_000,
}


SLOWEST = {"list", "open lists with keys", "empty lists"}  # as «keys», which every run has
BY_TIME = [pytest.param(x, marks=pytest.mark.nightly) if x in SLOWEST else x for x in HOSTILE]


@pytest.mark.parametrize("name", BY_TIME)
def test_hostile_file_costs_little(name: str) -> None:
    """No file of the greatest size takes longer than a few seconds of one processor, or raises anything of its own."""
    started = time.process_time()
    with contextlib.suppress(ConfigError):
        parse(HOSTILE[name], "x.yaml")
    assert (
        time.process_time() - started < 10.0
    )  # 1.1 s where it was measured; the margin is for slow machines
