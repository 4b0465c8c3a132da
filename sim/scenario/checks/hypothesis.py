"""A hypothesis: its parameters are the model's, each is given once, and pooling names those that are there."""

from collections.abc import Iterator

from sim.errors import Located
from sim.model.spec import TARGETS
from sim.scenario.checks.common import once
from sim.scenario.checks.parameters import check_block
from sim.scenario.hypothesis import COMMON_EFFECT, Hypothesis
from sim.scenario.text import one_of, quoted
from sim.scenario.tree import Node, at, at_key


def check(h: Hypothesis, tree: Node) -> Iterator[Located]:
    """The mistakes in one hypothesis file."""
    yield from check_block(h.parameters, ("parameters",), tree, common_effect=True, fitted=True)
    yield from check_block(h.assumptions, ("assumptions",), tree, common_effect=True, fitted=False)
    if "base_rate" not in h.parameters:
        said = "expected a prior of the rate of attacks, found none: write «base_rate: …» under parameters"
        yield at(tree, ("parameters", "base_rate"), said)
    for name in h.assumptions:
        if name in h.parameters:
            line = tree.nearest(("parameters", name)).key.line
            said = f"expected each parameter once, found {quoted(name)} again: line {line} has it under parameters"
            yield at_key(tree, ("assumptions", name), said)
    yield from _check_common_effect(h, tree)
    yield from _check_pooling(h, tree)


def _check_common_effect(h: Hypothesis, tree: Node) -> Iterator[Located]:
    given = {**h.parameters, **h.assumptions}
    if COMMON_EFFECT not in given:
        return
    for block, names in (("parameters", h.parameters), ("assumptions", h.assumptions)):
        for target in TARGETS:
            name = f"effect_{target}"
            if name in names:
                said = f"expected either {COMMON_EFFECT} or an effect for each target, found {quoted(name)} beside it"
                yield at_key(tree, (block, name), said)


def _check_pooling(h: Hypothesis, tree: Node) -> Iterator[Located]:
    places = [
        (name, ("pooling", i, "parameters", j))
        for i, x in enumerate(h.pooling)
        for j, name in enumerate(x.parameters)
    ]
    yield from once(places, tree, "pooled parameter")
    for name, path in places:
        if name not in h.parameters:
            yield at(tree, path, one_of(name, h.parameters, "one of this hypothesis' parameters"))
    for i, x in enumerate(h.pooling):
        if x.correlation >= 1.0:
            said = f"expected a correlation below 1, found {x.correlation:g}: write one parameter for what is one number"
            yield at(tree, ("pooling", i, "correlation"), said)
