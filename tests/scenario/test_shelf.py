"""Parsed files that ship are kept; what comes off the shelf is what would be parsed."""

from pathlib import Path

import pytest

from sim.data import records_folder, scenarios_folder
from sim.scenario import shelf
from sim.scenario.tree import Node
from sim.scenario.yaml import parse, read

SHIPPED = sorted([*scenarios_folder().rglob("*.yaml"), *records_folder().glob("*.yaml")])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf of the test's own."""
    monkeypatch.setenv("DETER_CACHE", str(tmp_path))
    return tmp_path / "configs"


def flat(node: Node) -> object:
    """A tree as plain values, with the places of values and keys."""
    value = node.value
    below = (
        {k: flat(x) for k, x in value.items()}
        if isinstance(value, dict)
        else [flat(x) for x in value]
        if isinstance(value, list)
        else (type(value).__name__, value)
    )
    return node.spot, node.key, node.text, below


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_tree_from_the_shelf_is_the_parsed_one(path: Path, folder: Path) -> None:
    """Values, types, texts and places; under whatever name the file is called by."""
    expected = flat(parse(path.read_bytes(), "called"))

    assert flat(read(path, "first")[0]) != expected  # another name, so nothing is taken from memory
    assert len(list(folder.iterdir())) == 1
    assert flat(read(path, "called")[0]) == expected


def test_a_corrupt_entry_is_made_anew(folder: Path) -> None:
    """Whatever stands there: the file is parsed again, and kept again."""
    expected = flat(read(SHIPPED[0], "x")[0])
    (entry,) = folder.iterdir()
    for rubbish in (b"", b"{", b"[]", b"[[1,2,3],{}]", b"null", b"\xff"):
        entry.write_bytes(rubbish)
        assert flat(read(SHIPPED[0], "x")[0]) == expected
        assert len(entry.read_bytes()) > 100


def test_a_shelf_that_cannot_be_written_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file in the place of the folder: parsed as ever."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DETER_CACHE", str(tmp_path / "file"))

    assert read(SHIPPED[0], "x")[0].value


def test_other_bytes_or_other_code_have_entries_of_their_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing on the shelf is ever out of date."""
    data = SHIPPED[0].read_bytes()
    shelf.put(data, parse(data, "x"))
    assert shelf.taken(data, "x", lambda text, spot, _: Node(text, spot)) is not None
    assert shelf.taken(data + b"\n", "x", lambda text, spot, _: Node(text, spot)) is None
    monkeypatch.setattr(shelf, "_code", lambda: b"other code")
    assert shelf.taken(data, "x", lambda text, spot, _: Node(text, spot)) is None


def test_a_users_own_file_is_not_kept(tmp_path: Path, folder: Path) -> None:
    """It changes as it is edited."""
    path = tmp_path / "mine.yaml"
    path.write_text("kind: policy\n")
    read(path, "mine.yaml")

    assert not folder.exists()


def test_a_shipped_file_is_known_by_a_relative_path_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a user in the checkout names it."""
    monkeypatch.chdir(scenarios_folder())

    assert shelf.ships(Path("policies/none.yaml"))
    assert shelf.ships(Path("policies/../delay.yaml"))
    assert not shelf.ships(Path("../README.md"))
