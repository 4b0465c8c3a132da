"""The tree of a config file: every value with the file, line and column that it was written at."""

from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import Located
from sim.scenario.text import clean, shortened

if TYPE_CHECKING:
    from sim.scenario.scalars import Scalar

Path = tuple[str | int, ...]


class Spot(NamedTuple):
    """A place in a file; line and column count from 1."""

    path: str
    line: int
    column: int


class Node:
    """A value and where it stands. ``value`` is a dict or a list of nodes, or a scalar; ``text`` is a scalar as written."""

    __slots__ = ("key", "spot", "text", "value")

    def __init__(self, value: "dict[str, Node] | list[Node] | Scalar", spot: Spot, text: str = "") -> None:
        self.value = value
        self.spot = spot
        self.key = spot  # where its key stands, for a member of a mapping
        self.text = text

    def child(self, part: str | int) -> "Node | None":
        """The member of a mapping or item of a list; None if there is none."""
        if isinstance(self.value, dict):
            return self.value.get(part) if isinstance(part, str) else None
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def find(self, path: Path) -> "Node | None":
        """The node at a path; None if there is none."""
        node: Node | None = self
        for part in path:
            node = node.child(part) if node is not None else None
        return node

    def nearest(self, path: Path) -> "Node":
        """The node at a path, or the deepest one on the way to it."""
        node = self
        for part in path:
            below = node.child(part)
            if below is None:
                return node
            node = below
        return node

    def plain(self) -> Any:
        """The value as Python's own dicts, tuples and scalars."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return tuple(node.plain() for node in self.value)
        return self.value


def dotted(path: Path) -> str:
    """A path as people write it.

    >>> dotted(("groups", 1, "weight"))
    'groups[1].weight'
    """
    parts = (f"[{x}]" if isinstance(x, int) else f".{shortened(x)}" for x in path)
    return clean("".join(parts).removeprefix("."))


def at(node: Node, path: Path, message: str) -> Located:
    """A mistake at the value of a path; where nothing is written, at its key or that of the block around it."""
    found = node.find(path)
    written = found is not None and (found.value is not None or found.text)
    spot = node.nearest(path).spot if written else node.nearest(path).key
    return Located(*spot, dotted(path), message)


def at_key(node: Node, path: Path, message: str) -> Located:
    """A mistake at the key of a path."""
    return Located(*node.nearest(path).key, dotted(path), message)
