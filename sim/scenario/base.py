"""One-level inheritance: a file with ``base:`` says only what it changes."""

from sim.scenario.tree import Node, Path

# Choices of which a file makes one: naming one drops the base's other. By the path's last names, * standing for any.
_FORMS = ({"normal"}, {"lognormal"}, {"half_normal"}, {"beta"}, {"gamma"}, {"uniform"}, {"exponential"})
_CHOICES: tuple[tuple[tuple[str, ...], tuple[set[str], ...]], ...] = (
    (("prior",), _FORMS),
    (("delay_days",), _FORMS),
    (("lognormal",), ({"sigma"}, {"low", "high"})),
    (("parameters", "*"), ({"prior"}, {"value"})),
    (("assumptions", "*"), ({"prior"}, {"value"})),
)
# Blocks of shares that sum to 1: only together do they mean anything.
_WHOLE = frozenset({"target"})


def merge(base: Node, own: Node, path: Path = ()) -> Node:
    """The base's tree with this file's changes: mappings merge, all else is replaced, ``null`` takes a key away.

    A choice (the form of a prior or delay, prior or value) and a ``target`` are replaced whole.
    """
    if not (isinstance(base.value, dict) and isinstance(own.value, dict)) or (path and path[-1] in _WHOLE):
        return own
    members = dict(base.value)
    for name in _dropped(path, set(own.value), set(base.value)):
        del members[name]
    for name, node in own.value.items():
        inherited = members.get(name)
        if inherited is not None and node.value is None:
            del members[name]
        else:
            members[name] = merge(inherited, node, (*path, name)) if inherited is not None else node
    merged = Node(members, own.spot)
    merged.key = own.key
    return merged


def _dropped(path: Path, own: set[str], base: set[str]) -> set[str]:
    for pattern, sets in _CHOICES:
        end = path[-len(pattern) :]
        if len(end) == len(pattern) and all(p in ("*", x) for p, x in zip(pattern, end, strict=True)):
            chosen = [s for s in sets if s & own]
            others: set[str] = set().union(*(s for s in sets if not s & own))
            return others & base if chosen else set()
    return set()
