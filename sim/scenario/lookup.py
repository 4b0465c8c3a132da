"""Names in a config that has other mistakes: looked up all the same, so that every mistake is told at once."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from sim.errors import Located
from sim.scenario.names import find, is_path
from sim.scenario.text import one_of
from sim.scenario.tree import Node, at, dotted
from sim.scenario.tree import Path as Field

NAMED: dict[str, dict[str, str]] = {
    "study": {"settings": "settings", "record": "record", "hypotheses": "hypothesis", "policies": "policy"},
    "policy": {"replay": "record", "then": "policy"},
    "sweep": {"study": "study", "policy": "policy", "against": "policy"},
}
"""Kind of what each field of a kind of config names."""


def not_found(kind: str, tree: Node) -> Iterator[Located]:
    """The names in a config, checked or not, that no file bears."""
    for name, what in NAMED.get(kind, {}).items():
        for field, node in _texts(tree, name):
            found = find(str(node.value), what, Path(node.spot.path).parent, node, dotted(field))
            if isinstance(found, Located):
                yield found
    if kind == "study":
        policies = [str(x.value) for field, x in _texts(tree, "policies") if len(field) > 1]
        against = [(field, str(x.value)) for field, x in _texts(tree, "against") if len(field) > 1]
        for field, name in against if policies else ():
            yield from stranger(name, field, policies, tree)


def stranger(name: str, field: Field, policies: Sequence[str], tree: Node) -> Iterator[Located]:
    """A policy to compare with that is none of those compared; a path stands for its file's name too."""
    names = [PurePath(x).stem if is_path(x) else x for x in policies]
    if name not in policies and name not in names:
        yield at(tree, field, one_of(name, names, "one of the study's policies"))


def _texts(tree: Node, name: str) -> Iterator[tuple[Field, Node]]:
    """A field that is a text, or each text of one that is a list."""
    node = tree.child(name)
    if node is None:
        return
    below = enumerate(node.value) if isinstance(node.value, list) else ()
    for field, x in [((name,), node), *(((name, i), x) for i, x in below)]:
        if isinstance(x.value, str) and x.value:
            yield field, x
