"""A study by itself: nothing is named twice, and what is compared against is among what is compared."""

from collections.abc import Iterator
from pathlib import PurePath

from sim.errors import Located
from sim.scenario.checks.common import once
from sim.scenario.names import is_path
from sim.scenario.study import MEASURES, Study
from sim.scenario.text import one_of
from sim.scenario.tree import Node, at, at_key


def policy_names(s: Study) -> list[str]:
    """The policies' names as far as the study itself tells them: a path stands for its file's name."""
    return [PurePath(x).stem if is_path(x) else x for x in s.policies]


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
        if name not in s.policies and name not in policy_names(s):
            yield at(tree, ("against", i), one_of(name, policy_names(s), "one of the study's policies"))
    for name in s.precision:
        if name not in MEASURES:
            yield at_key(tree, ("precision", name), one_of(name, MEASURES, "a measure", most=20))
