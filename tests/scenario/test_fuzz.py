"""Whatever the bytes, nothing but ConfigError comes out, with located lines that fit on one line."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ConfigError
from sim.scenario.check import check_file
from tests.scenario.places import FILES

GOOD = [x.read_bytes() for x in sorted(FILES.rglob("*.yaml"))]
SNIPPETS = [
    *(b"\n", b"  ", b"- ", b": ", b"{", b"}", b"[", b"]", b"'", b'"', b"|\n", b">", b"#", b"&a", b"*a", b"!!", b"? "),
    *(b"\t", b"\x00", b"\xff", b"\xe2\x80\xa8", b"null", b".nan", b"1e999", b"no", b"2023-02-31", b"0x1", b"---\n"),
    *(b"9" * 400, b"[" * 60, b"kind: study\n", b"base: x.yaml\n", b"<<: {}\n", b"\r", b"%YAML 1.1\n", b"\\", b"~"),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good file with some of its bytes deleted, doubled, swapped or replaced."""
    data = draw(st.sampled_from(GOOD))
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
    return data


def only_located_lines(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yaml"
        path.write_bytes(data)
        try:
            check_file(path)
        except ConfigError as error:
            assert error.mistakes
            assert 1 <= len(error.lines()) <= 20
            for line in error.lines():
                assert line.isprintable()
            for x in error.mistakes:
                assert x.line >= 1
                assert x.column >= 1


@settings(max_examples=300)
@given(mutated())
def test_mutated_files(data: bytes) -> None:
    only_located_lines(data)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    only_located_lines(data)


@given(st.text(max_size=100))
def test_any_text_as_a_value(text: str) -> None:
    only_located_lines(f"kind: policy\nversion: 1\nname: {text}\nsays: x\ntrigger: never\n".encode("utf-8", "surrogatepass"))
