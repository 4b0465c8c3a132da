"""A study by itself: nothing is named twice, and what is compared against is among what is compared."""

from collections.abc import Iterator

from sim.errors import Located
from sim.scenario.checks.common import once
from sim.scenario.lookup import stranger
from sim.scenario.study import MEASURES, Study
from sim.scenario.text import one_of
from sim.scenario.tree import Node, at_key


def check(s: Study, tree: Node) -> Iterator[Located]:
    """The mistakes in one study file, without the files that it names."""
    for field, what in (
        ("evidence", "item"),
        ("hypotheses", "hypothesis"),
        ("policies", "policy"),
        ("against", "policy"),
    ):
        yield from once(((x, (field, i)) for i, x in enumerate(getattr(s, field))), tree, what)
    for i, name in enumerate(s.against):
        yield from stranger(name, ("against", i), s.policies, tree)
    for name in s.precision:
        if name not in MEASURES:
            yield at_key(tree, ("precision", name), one_of(name, MEASURES, "a measure", most=20))
