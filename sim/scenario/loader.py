"""From a file to a checked config that knows where each of its values was written."""

import hashlib
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import ConfigError, Located
from sim.scenario.base import merge
from sim.scenario.checks import check
from sim.scenario.common import Document
from sim.scenario.hints import found
from sim.scenario.imports import Import
from sim.scenario.kinds import KINDS
from sim.scenario.lookup import not_found
from sim.scenario.names import find, shown
from sim.scenario.source import mistake
from sim.scenario.text import listed, one_of, quoted
from sim.scenario.translate import translate
from sim.scenario.tree import Node, Spot, at
from sim.scenario.tree import Path as Field
from sim.scenario.yaml import read

READER = "calibration.history"  # by name, because it lies in a room that imports this one


@dataclass(frozen=True)
class Loaded:
    """A config as checked, and where each value of it comes from."""

    model: Document
    path: Path
    kind: str
    tree: Node
    sha256: str  # of the file's bytes, followed by those of its base
    base: Path | None = None
    made: bool = False  # a record that a reader made of rows: the tree has its windows and places alone

    def locate(self, field: Field) -> Spot:
        """Path, line and column of a field's value, or of the nearest block around it where it has a default."""
        return self.tree.nearest(field).spot

    @cached_property
    def origin(self) -> dict[Field, Spot]:
        """Where each value that was written down stands, by field."""
        out: dict[Field, Spot] = {}
        left: list[tuple[Field, Node]] = [((), self.tree)]
        while left:
            field, node = left.pop()
            if isinstance(node.value, dict):
                left += [((*field, name), below) for name, below in node.value.items()]
            elif isinstance(node.value, list):
                left += [((*field, i), below) for i, below in enumerate(node.value)]
            if field and not (isinstance(node.value, dict | list) and node.value):
                out[field] = node.spot
        return out


def load(path: Path | str, kind: str | None = None) -> Loaded:
    """Read and check one config file, with the base that it names.

    ``kind`` is the kind that is wanted; any if it is not given. Where it is a record, a CSV file will do, and an import,
    which stands for the record that is made of it. Raises ConfigError with every mistake, each with file, line
    and column.
    """
    path = Path(path)
    return load_as(path, shown(path) if path.is_absolute() else str(path), kind)


def load_as(path: Path, name: str, kind: str | None) -> Loaded:
    """``load`` for a file that errors call by another name."""
    if path.suffix.lower() == ".csv":
        if kind not in (None, "record"):
            said = f"expected a file of kind {kind}, found a CSV file, which is a record"
            raise mistake(name, 1, 1, "", said)
        return _made(importlib.import_module(READER).read_table(path, name), path)
    own, data = read(path, name)
    its_kind = _kind(own, kind)
    digest = hashlib.sha256(data)
    base = None
    tree = own
    if "base" in (own.value if isinstance(own.value, dict) else ()):
        base, below, more = _base(own, its_kind, path)
        digest.update(more)
        tree = merge(below, own)
    model = KINDS[its_kind]
    try:
        document = model.model_validate(tree.plain())
    except ValidationError as error:
        wrong = translate(model, tree, error.errors(include_url=False))
        raise in_order([*wrong, *not_found(its_kind, tree)], name) from None
    mistakes = list(check(document, tree))
    if mistakes:
        raise in_order([*mistakes, *not_found(its_kind, tree)], name)
    loaded = Loaded(document, path, its_kind, tree, digest.hexdigest(), base)
    return as_record(loaded) if kind == "record" else loaded


def as_record(loaded: Loaded) -> Loaded:
    """The record that is made as an import says; any other config as it is. Raises ConfigError."""
    if not isinstance(loaded.model, Import):
        return loaded
    reading = importlib.import_module(READER).read_import(loaded.model, loaded.tree)
    return _made(reading, loaded.path, loaded.sha256)


def _made(reading: Any, path: Path, *hashes: str) -> Loaded:
    """A record that a reader made of rows, checked as every record is. Its hash is that of all that was read."""
    if mistakes := list(check(reading.record, reading.tree)):
        raise in_order(mistakes, reading.tree.spot.path)
    read = (*hashes, *reading.sha256)
    digest = read[0] if len(read) == 1 else hashlib.sha256("".join(read).encode()).hexdigest()
    return Loaded(reading.record, path, "record", reading.tree, digest, made=True)


def in_order(mistakes: Iterable[Located], *first: str) -> ConfigError:
    """The error for these mistakes, each once: by file (the ones named come first), line and column."""
    once = list(dict.fromkeys(mistakes))
    files = list(dict.fromkeys([*first, *(x.path for x in once)]))
    return ConfigError(sorted(once, key=lambda x: (files.index(x.path), x.line, x.column)))


def _kind(tree: Node, wanted: str | None) -> str:
    node = tree.child("kind")
    if node is None:
        raise _wrong(tree, "kind", f"expected one of {listed(KINDS)}, found nothing: write «kind: …» first")
    if not isinstance(node.value, str):
        raise _wrong(tree, "kind", f"expected one of {listed(KINDS)}, found {found(node)}")
    if node.value not in KINDS:
        raise _wrong(tree, "kind", one_of(node.value, KINDS, "a kind"))
    if wanted not in (None, node.value) and (wanted, node.value) != ("record", "import"):
        raise _wrong(tree, "kind", f"expected a file of kind {wanted}, found {quoted(node.value)}")
    return node.value


def _base(own: Node, kind: str, path: Path) -> tuple[Path, Node, bytes]:
    """The file that a config is based on: of the same kind, and based on nothing itself."""
    node = own.child("base")
    if node is None or not isinstance(node.value, str) or not node.value:
        raise _wrong(
            own, "base", "expected the path of a file, found no text: write the path or leave base out"
        )
    base = find(node.value, kind, path.parent, node, "base")
    if isinstance(base, Located):
        raise ConfigError([base])
    name = quoted(node.value)
    if _same(base, path):
        raise _wrong(own, "base", f"expected another file, found this one: {name}")
    below, data = read(base, shown(base))
    its_kind = below.child("kind")
    if its_kind is None or its_kind.value != kind:
        said = found(its_kind).removeprefix("the text ")
        raise _wrong(own, "base", f"expected a file of kind {kind}, found kind {said} in {name}")
    if (deeper := below.child("base")) is not None:
        said = f"found one on line {deeper.key.line} of {name}"
        raise _wrong(own, "base", f"expected a base without a base (one level), {said}")
    return base, below, data


def _wrong(tree: Node, field: str, message: str) -> ConfigError:
    return ConfigError([at(tree, (field,), message)])


def _same(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        return False
