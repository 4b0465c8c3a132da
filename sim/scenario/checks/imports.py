"""An import by itself: its dates are midnights in order, its strikes have a target."""

import datetime as dt
from collections.abc import Iterator

from sim.errors import Located
from sim.scenario.checks.common import start_before_end
from sim.scenario.imports import FILTERS, Import
from sim.scenario.tree import Node, at, at_key


def check(x: Import, tree: Node) -> Iterator[Located]:
    """The mistakes in one import file, without the file that it reads."""
    for field in ("start", "end"):
        moment = getattr(x, field)
        if moment is not None and not _in_calendar(moment.year):
            yield at(tree, (field,), f"expected a date from 1900 to 2100, found {moment}")
        elif isinstance(moment, dt.datetime) and moment.time() != dt.time():
            yield at(
                tree, (field,), f"expected a day, whose midnight is a window's edge, found the time {moment}"
            )
    if x.start is not None and x.end is not None:
        yield from start_before_end(x.start, x.end, (), tree)
    r = x.responses
    if r is not None and r.target is None and r.file is None:
        yield at_key(
            tree,
            ("responses",),
            "expected a target for the strikes, found none: write «target: {fighters: 1.0}»",
        )
    if r is not None and r.file is None and not any(getattr(r, f) for f in FILTERS):
        yield at_key(
            tree, ("responses",), "expected a filter, found none: without one every row would be a strike"
        )


def _in_calendar(year: int) -> bool:
    """The years that the readers take."""
    return 1900 <= year <= 2100
