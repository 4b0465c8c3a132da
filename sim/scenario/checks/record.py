"""A record: ids are unique and exist where they are named, windows run forward, readings fit their items."""

from collections.abc import Iterator

from pydantic import ValidationError

from sim.errors import Located
from sim.model.registry import PARAMETERS
from sim.scenario.checks.common import once, start_before_end
from sim.scenario.checks.parameters import range_of
from sim.scenario.evidence import GROUPS, items, reread
from sim.scenario.record import Casualties, CountWindow, Item, PlaceTotal, Record, Response
from sim.scenario.text import one_of, quoted
from sim.scenario.translate import translate
from sim.scenario.tree import Node, Path, at, at_key, dotted


def check(r: Record, tree: Node) -> Iterator[Located]:
    """The mistakes in one record file."""
    placed = [(item, (group, i)) for group in GROUPS for i, item in enumerate(getattr(r, group))]
    yield from once(((item.id, (*path, "id")) for item, path in placed), tree, "id")
    known = items(r)
    for name, ids in r.sections.items():
        if name in known:
            yield at_key(
                tree, ("sections", name), f"expected a name that no item has, found the id {quoted(name)}"
            )
        for i, x in enumerate(ids):
            if x not in known:
                yield at(tree, ("sections", name, i), one_of(x, known, "an item's id"))
    yield from _check_plausible(r, tree)
    yield from _check_combinations(r, tree)
    yield from _check_truth(r, tree)
    for i, x in enumerate(r.other_records):
        if x == r.name or x in r.other_records[:i]:
            yield at(tree, ("other_records", i), f"expected each other record once, found {quoted(x)}")
    for item, path in placed:
        for i, x in enumerate(item.shares_attacks_with):
            if x not in known or x == item.id:
                yield at(
                    tree,
                    (*path, "shares_attacks_with", i),
                    one_of(x, set(known) - {item.id}, "another item's id"),
                )
        yield from _check_item(item, path, r, tree)
        yield from _check_readings(item, path, r, tree)


def _check_combinations(r: Record, tree: Node) -> Iterator[Located]:
    known = items(r)
    counted = [x.id for x in (*r.windows, *r.place_totals)]
    for n, c in enumerate(r.combinations):
        here = ("combinations", n)
        for i, x in enumerate(c.admits):
            if x not in counted:
                yield at(tree, (*here, "admits", i), one_of(x, counted, "the id of a window or place total"))
        for x, reading in c.readings.items():
            if x not in known:
                yield at_key(tree, (*here, "readings", x), one_of(x, known, "an item's id"))
            elif reading not in known[x].readings:
                said = one_of(reading, known[x].readings, f"a reading of {x}")
                yield at(tree, (*here, "readings", x), said)


def _check_truth(r: Record, tree: Node) -> Iterator[Located]:
    if r.truth is None:
        return
    for name, x in r.truth.parameters.items():
        here, known = ("truth", "parameters", name), PARAMETERS.get(name)
        if known is None:
            yield at_key(tree, here, one_of(name, PARAMETERS, "a parameter of the model"))
        elif not known.low <= x <= known.high:
            yield at(tree, here, f"expected a number {range_of(known)}, found {x:g}")
    if set(r.truth.place_shares) != set(r.places) or abs(sum(r.truth.place_shares.values()) - 1.0) > 1e-9:
        said = f"expected a share for each of {', '.join(r.places)}, together 1"
        found = ", ".join(f"{k} {v:g}" for k, v in r.truth.place_shares.items())
        yield at_key(tree, ("truth", "place_shares"), f"{said}, found {found or 'none'}")


def _check_plausible(r: Record, tree: Node) -> Iterator[Located]:
    p = r.plausible
    if p is None:
        return
    yield from start_before_end(p.start, p.end, ("plausible",), tree)
    if p.most < p.fewest:
        yield at(tree, ("plausible", "most"), f"expected at least the fewest, {p.fewest}, found {p.most}")
    ids = [x.id for x in r.responses]
    for i, x in enumerate(p.responses):
        if x not in ids:
            yield at(tree, ("plausible", "responses", i), one_of(x, ids, "the id of a response"))


def _check_item(item: Item, path: Path, r: Record, tree: Node) -> Iterator[Located]:
    if isinstance(item, CountWindow | Casualties):
        yield from start_before_end(item.start, item.end, path, tree)
    if isinstance(item, Casualties):
        if item.brain_injured is not None and item.brain_injured > item.injured:
            said = f"expected at most the {item.injured} injured, found {item.brain_injured}"
            yield at(tree, (*path, "brain_injured"), said)
        if item.attacks == 0 and item.injured > 0:
            yield at(
                tree, (*path, "attacks"), f"expected at least one attack that injured {item.injured}, found 0"
            )
    if isinstance(item, PlaceTotal):
        windows = [w.id for w in r.windows]
        for i, x in enumerate(item.windows):
            if x not in windows:
                yield at(tree, (*path, "windows", i), one_of(x, windows, "the id of a window"))
    if isinstance(item, CountWindow | Response) and item.place is not None and item.place not in r.places:
        yield at(tree, (*path, "place"), one_of(item.place, r.places, "one of the record's places"))
    if isinstance(item, CountWindow | PlaceTotal):
        for name in item.by_place:
            if name not in r.places:
                yield at_key(
                    tree, (*path, "by_place", name), one_of(name, r.places, "one of the record's places")
                )


def _check_readings(item: Item, path: Path, r: Record, tree: Node) -> Iterator[Located]:
    """Each reading must make a good item of the one that it rereads."""
    own = {line.message for line in _check_item(item, path, r, tree)}
    for name, fields in item.readings.items():
        here = (*path, "readings", name)
        fixed = [x for x in ("id", "readings") if x in fields]
        for x in fixed:
            yield at_key(tree, (*here, x), f"expected a field that a reading may change, found {quoted(x)}")
        if not fields:
            yield at_key(tree, here, "expected at least one field that the reading changes, found none")
        node = tree.find(here)
        if fixed or not fields or node is None:
            continue
        try:
            reading = reread(item, name)
        except ValidationError as error:
            for line in translate(type(item), node, error.errors(include_url=False)):
                yield line._replace(field=f"{dotted(here)}.{line.field}".removesuffix("."))
        else:
            yield from (x for x in _check_item(reading, here, r, tree) if x.message not in own)
