"""Trees of the files that ship, kept as JSON: parsing YAML is a third of the time that a check takes.

An entry stands under the hash of the file and of the code that parses it, so that none is ever out of date. One that
is missing or corrupt is made anew; a folder that can't be written is no failure.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from sim.data import records_folder, scenarios_folder
from sim.folders import user_folder
from sim.scenario.tree import Node, Spot

PARSERS = ("yaml.py", "scalars.py", "source.py", "tree.py", "shelf.py")
Scalar = Callable[[str, Spot, bool], Node]
"""A node from a scalar's text, its place, and whether it stands in quotes."""


def ships(path: Path) -> bool:
    """Is it one of our own files? A user's change as they are edited, and would fill the shelf."""
    above = Path(os.path.abspath(path)).parents  # noqa: PTH100  resolve() would ask the disk about every part
    return any(folder in above for folder in (scenarios_folder(), records_folder()))


def taken(data: bytes, shown: str, scalar: Scalar) -> Node | None:
    """The tree of a file's bytes, if it is on the shelf."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, IndexError):
        return _node(json.loads(_path(data).read_bytes()), shown, scalar)
    return None


def put(data: bytes, tree: Node) -> None:
    """Keep a tree, whole or not at all."""
    path = _path(data)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_text(json.dumps(_plain(tree)), encoding="utf-8")
        new.replace(path)


def _path(data: bytes) -> Path:
    return user_folder() / "configs" / f"{hashlib.sha256(_code() + data).hexdigest()}.json"


@cache
def _code() -> bytes:
    """The code that parses: other code, other entries."""
    return b"\0".join((Path(__file__).parent / name).read_bytes() for name in PARSERS)


def _plain(node: Node) -> list[Any]:
    """A node as JSON: line and column of its value and its key, and what it holds."""
    at = [node.spot.line, node.spot.column, node.key.line, node.key.column]
    if isinstance(node.value, dict):
        return [at, {name: _plain(x) for name, x in node.value.items()}]
    if isinstance(node.value, list):
        return [at, [_plain(x) for x in node.value]]
    in_quotes = isinstance(node.value, str) and node.value != node.text
    return [at, node.value if in_quotes else node.text, in_quotes]


def _node(plain: list[Any], shown: str, scalar: Scalar) -> Node:
    (line, column, key_line, key_column), value = plain[0], plain[1]
    spot = Spot(shown, line, column)
    if isinstance(value, dict):
        node = Node({name: _node(x, shown, scalar) for name, x in value.items()}, spot)
    elif isinstance(value, list):
        node = Node([_node(x, shown, scalar) for x in value], spot)
    else:
        node = scalar(value, spot, plain[2])
    node.key = Spot(shown, key_line, key_column)
    return node
