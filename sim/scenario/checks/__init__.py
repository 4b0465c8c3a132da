"""What a config's types can't say: names that must exist, sums, order, ranges.

Each kind has a module with ``check(model, tree) -> Iterator[Located]`` for what one file says by itself;
``across`` has what a study's files must agree on.
"""

from collections.abc import Iterator

from sim.errors import Located
from sim.scenario.checks import hypothesis, imports, policy, record, settings, study, sweep
from sim.scenario.common import Document
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.imports import Import
from sim.scenario.policy import Policy
from sim.scenario.record import Record
from sim.scenario.settings import Settings
from sim.scenario.study import Study
from sim.scenario.sweeps.config import Sweep
from sim.scenario.tree import Node


def check(document: Document, tree: Node) -> Iterator[Located]:
    """The mistakes in one file."""
    if isinstance(document, Settings):
        yield from settings.check(document, tree)
    elif isinstance(document, Hypothesis):
        yield from hypothesis.check(document, tree)
    elif isinstance(document, Policy):
        yield from policy.check(document, tree)
    elif isinstance(document, Record):
        yield from record.check(document, tree)
    elif isinstance(document, Import):
        yield from imports.check(document, tree)
    elif isinstance(document, Study):
        yield from study.check(document, tree)
    elif isinstance(document, Sweep):
        yield from sweep.check(document, tree)
