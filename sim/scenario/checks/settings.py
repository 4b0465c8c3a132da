"""Settings: groups and places fit together, weapons can be used, dates are in order."""

from collections.abc import Iterator

from sim.errors import Located
from sim.scenario.checks.common import once, rising
from sim.scenario.checks.parameters import check_block
from sim.scenario.settings import Settings
from sim.scenario.text import one_of, quoted
from sim.scenario.tree import Node, at, at_key


def check(s: Settings, tree: Node) -> Iterator[Located]:
    """The mistakes in one settings file."""
    yield from _check_places(s, tree)
    yield from _check_weapons(s, tree)
    pieces = [("mobilisation", i, "date") for i in range(len(s.mobilisation))]
    yield from rising([m.date for m in s.mobilisation], pieces, tree)
    for i, m in enumerate(s.mobilisation):
        if m.uncertain is not None and m.uncertain.value is not None:
            said = "expected a prior, found a value: write it as the level if it is held"
            yield at(tree, ("mobilisation", i, "uncertain", "value"), said)
    yield from check_block(s.assumptions, ("assumptions",), tree, common_effect=False, fitted=False)


def _check_places(s: Settings, tree: Node) -> Iterator[Located]:
    yield from once(((g.name, ("groups", i, "name")) for i, g in enumerate(s.groups)), tree, "group")
    named = [(g.place, ("groups", i, "place")) for i, g in enumerate(s.groups)]
    named += [(r.place, ("host_restraint", i, "place")) for i, r in enumerate(s.host_restraint)]
    for place, path in named:
        if place not in s.places:
            yield at(tree, path, one_of(place, s.places, "one of the places"))
    for place in s.places:
        if all(g.place != place for g in s.groups):
            said = f"expected at least one group in every place, found none in {quoted(place)}: write a group with place: {place}"
            yield at_key(tree, ("places", place), said)


def _check_weapons(s: Settings, tree: Node) -> Iterator[Located]:
    yield from once(((w.name, ("weapons", i, "name")) for i, w in enumerate(s.weapons)), tree, "weapon")
    stages = [w.from_stage for w in s.weapons]
    if s.stage < min(stages):
        said = f"expected a stage at which some weapon is in use (from {min(stages)}), found {s.stage}"
        yield at(tree, ("stage",), said)
    elif s.stage > max(stages):
        said = f"expected a stage that some weapon has (at most {max(stages)}), found {s.stage}"
        yield at(tree, ("stage",), said)
