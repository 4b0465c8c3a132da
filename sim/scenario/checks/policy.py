"""A policy: its triggers can come, its rungs change something, and nothing that it says goes unread."""

from collections.abc import Iterator

from sim.errors import Located
from sim.scenario.policy import LeverSet, Policy, Trigger
from sim.scenario.text import quoted
from sim.scenario.tree import Node, Path, at_key


def check(p: Policy, tree: Node) -> Iterator[Located]:
    """The mistakes in one policy file."""
    if p.replay is not None:
        yield from _check_replay(p, tree)
    yield from _check_levers(p, (), tree)
    for i, rung in enumerate(p.ladder):
        path = ("ladder", i, "set")
        if not rung.set.model_fields_set:
            yield at_key(tree, path, "expected at least one lever that the rung changes, found none")
        yield from _check_levers(rung.set, path, tree)


def _check_replay(p: Policy, tree: Node) -> Iterator[Located]:
    """The record's own responses are replayed, so a lever beside them would be read by nothing."""
    for name in sorted({*LeverSet.model_fields, "ladder"} & p.model_fields_set):
        said = (
            f"expected no lever beside replay, found {quoted(name)}: write it in the policy that «then» names"
        )
        yield at_key(tree, (name,), said)


def _check_levers(x: LeverSet, path: Path, tree: Node) -> Iterator[Located]:
    if isinstance(x.trigger, Trigger):
        if not x.trigger.model_fields_set:
            conditions = ", ".join(Trigger.model_fields)
            yield at_key(
                tree,
                (*path, "trigger"),
                f"expected at least one of {conditions}, found none: write «never» for none",
            )
        elif x.trigger.first_day is not None and x.trigger.every_days is None:
            yield at_key(
                tree, (*path, "trigger", "first_day"), "expected every_days beside first_day, found none"
            )
    if x.stocks is not None and not x.stocks.model_fields_set:
        yield at_key(
            tree,
            (*path, "stocks"),
            "expected at least one of munitions_from, munitions, interceptors, found none",
        )
    if x.limits is not None and not x.limits.model_fields_set:
        yield at_key(
            tree, (*path, "limits"), "expected at least one of duration_days, political_cost, found none"
        )
