"""Checks that several kinds share."""

from collections.abc import Iterable, Iterator, Sequence

from sim.errors import Located
from sim.scenario.common import Moment, days_between
from sim.scenario.text import quoted
from sim.scenario.tree import Node, Path, at


def once(names: Iterable[tuple[str, Path]], tree: Node, what: str) -> Iterator[Located]:
    """Names that must differ, each with the path of where it is given."""
    seen: dict[str, Path] = {}
    for name, path in names:
        if name in seen:
            first = tree.nearest(seen[name]).spot
            yield at(
                tree, path, f"expected each {what} once, found {quoted(name)} again: line {first.line} has it"
            )
        seen.setdefault(name, path)


def rising(dates: Sequence[Moment], paths: Sequence[Path], tree: Node) -> Iterator[Located]:
    """Dates that must be in order, none twice."""
    for i in range(1, len(dates)):
        if days_between(dates[i - 1], dates[i]) <= 0.0:
            found = tree.nearest(paths[i]).text or dates[i]
            yield at(
                tree, paths[i], f"expected a date after the one before it ({dates[i - 1]}), found {found}"
            )


def start_before_end(start: Moment, end: Moment, path: Path, tree: Node) -> Iterator[Located]:
    """A window of time that must not be empty."""
    if days_between(start, end) <= 0.0:
        yield at(tree, (*path, "end"), f"expected an end after the start ({start}), found {end}")
