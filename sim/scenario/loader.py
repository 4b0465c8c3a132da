"""From a file to a checked config that knows where each of its values was written."""

import hashlib
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from sim.errors import ConfigError, Located
from sim.scenario.base import merge
from sim.scenario.checks import check
from sim.scenario.common import Document
from sim.scenario.hints import found
from sim.scenario.kinds import KINDS
from sim.scenario.lookup import not_found
from sim.scenario.names import find, shown
from sim.scenario.source import mistake, read_bytes
from sim.scenario.text import listed, one_of, quoted
from sim.scenario.translate import translate
from sim.scenario.tree import Node, Spot, at
from sim.scenario.tree import Path as Field
from sim.scenario.yaml import read

# Records that are no YAML, by the file's ending: module and function that read them. By name, because the reader
# lies in a room that imports this one.
READERS = {".csv": ("calibration.history", "read_record")}


@dataclass(frozen=True)
class Loaded:
    """A config as checked, and where each value of it comes from."""

    model: Document
    path: Path
    kind: str
    tree: Node
    sha256: str  # of the file's bytes, followed by those of its base
    base: Path | None = None

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

    ``kind`` is the kind that is wanted; any if it is not given. Raises ConfigError with every mistake, each
    with file, line and column.
    """
    path = Path(path)
    return load_as(path, shown(path) if path.is_absolute() else str(path), kind)


def load_as(path: Path, name: str, kind: str | None) -> Loaded:
    """``load`` for a file that errors call by another name."""
    if path.suffix.lower() in READERS:
        return _foreign(path, name, kind)
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
    return Loaded(document, path, its_kind, tree, digest.hexdigest(), base)


def _foreign(path: Path, name: str, kind: str | None) -> Loaded:
    """A record that is no YAML: checked as a record, but nothing in it has a position of its own."""
    if kind not in (None, "record"):
        raise mistake(
            name, 1, 1, "", f"expected a file of kind {kind}, found a {path.suffix} file, which is a record"
        )
    data = read_bytes(path, name)
    module, function = READERS[path.suffix.lower()]
    record: Document = getattr(importlib.import_module(module), function)(path)
    tree = Node({}, Spot(name, 1, 1))
    if mistakes := list(check(record, tree)):
        raise in_order(mistakes, name)
    return Loaded(record, path, "record", tree, hashlib.sha256(data).hexdigest())


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
    if wanted is not None and node.value != wanted:
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
