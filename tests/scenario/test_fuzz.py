"""Whatever the bytes, nothing but ConfigError comes out, with located lines that fit on one line."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ConfigError
from sim.scenario.check import check_file
from tests.scenario.places import FILES

GOOD = {x.relative_to(FILES): x.read_bytes() for x in sorted(FILES.rglob("*.yaml"))}
SNIPPETS = [
    *(b"\n", b"  ", b"- ", b": ", b"{", b"}", b"[", b"]", b"'", b'"', b"|\n", b">", b"#", b"&a", b"*a", b"!!"),
    *(b"? ", b"\t", b"\x00", b"\xff", b"\xe2\x80\xa8", b"null", b".nan", b"1e999", b"no", b"2023-02-31", b"0x1"),
    *(b"---\n", b"9" * 400, b"[" * 60, b"kind: study\n", b"base: x.yaml\n", b"<<: {}\n", b"\r"),
    *(b"%YAML 1.1\n", b"\\", b"~"),
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Path, bytes]:
    """A good file with some of its bytes deleted, doubled, moved or replaced, and which file it is."""
    name = draw(st.sampled_from(sorted(GOOD)))
    data = GOOD[name]
    for _ in range(draw(st.integers(1, 6))):
        a = draw(st.integers(0, len(data)))
        b = min(len(data), a + draw(st.sampled_from([0, 1, 2, 5, 20, 100])))
        kind = draw(st.sampled_from(["delete", "double", "insert", "move", "bytes"]))
        if kind == "delete":
            data = data[:a] + data[b:]
        elif kind == "double":
            data = data[:b] + data[a:b] + data[b:]
        elif kind == "insert":
            data = data[:a] + draw(st.sampled_from(SNIPPETS)) + data[a:]
        elif kind == "bytes":
            data = data[:a] + draw(st.binary(max_size=4)) + data[b:]
        else:
            rest = data[:a] + data[b:]
            c = draw(st.integers(0, len(rest)))
            data = rest[:c] + data[a:b] + rest[c:]
    return name, data


def refusal(path: Path) -> ConfigError | None:
    """What the checker says of a file; None if it is right. Nothing else may come out of it."""
    try:
        check_file(path)
    except ConfigError as error:
        return error
    return None


def only_located_lines(path: Path) -> None:
    error = refusal(path)
    if error is None:
        return
    assert error.mistakes
    assert 1 <= len(error.lines()) <= 20
    assert all(line.isprintable() for line in error.lines())
    assert all(x.line >= 1 and x.column >= 1 for x in error.mistakes)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(FILES, tmp_path_factory.mktemp("fuzz") / "files"))


@settings(max_examples=max(300, settings.default.max_examples if settings.default else 0))
@given(mutated())
def test_mutated_files(folder: Path, change: tuple[Path, bytes]) -> None:
    """A file of a study is changed; the file and the study are checked."""
    name, data = change
    (folder / name).write_bytes(data)
    try:
        only_located_lines(folder / name)
        only_located_lines(folder / "study.yaml")
    finally:
        (folder / name).write_bytes(GOOD[name])


@given(st.binary(max_size=200))
def test_any_bytes(folder: Path, data: bytes) -> None:
    (folder / "x.yaml").write_bytes(data)
    only_located_lines(folder / "x.yaml")


@given(st.text(max_size=100))
def test_any_text_as_a_value(folder: Path, text: str) -> None:
    data = f"kind: policy\nversion: 1\nname: {text}\nsays: x\ntrigger: never\n"
    (folder / "x.yaml").write_bytes(data.encode("utf-8", "surrogatepass"))
    only_located_lines(folder / "x.yaml")
