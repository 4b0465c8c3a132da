"""A sweep by itself: paths that can be read, axes that fit their design, constraints over what is varied."""

from collections.abc import Iterator

from sim.errors import Located
from sim.scenario.checks.common import once
from sim.scenario.hints import found
from sim.scenario.scalars import Odd
from sim.scenario.study import MEASURES
from sim.scenario.sweeps.config import MOST_POINTS, Axis, Design, Sweep, Values
from sim.scenario.sweeps.constraints import parse as parse_constraint
from sim.scenario.sweeps.design import axes, column_names, size
from sim.scenario.sweeps.paths import POLICY, Target, parse
from sim.scenario.text import listed, nearest, one_of, quoted
from sim.scenario.tree import Node, Path, at, at_key

MAIN = "attacks"


def check(s: Sweep, tree: Node) -> Iterator[Located]:
    """The mistakes in one sweep file, without the files that it names."""
    where = varied_at(s.design)
    yield from once(((x, ("against", i)) for i, x in enumerate(s.against)), tree, "policy")
    yield from once(
        ((x, ("runs", "hypotheses", i)) for i, x in enumerate(s.runs.hypotheses)), tree, "hypothesis"
    )
    for i, name in enumerate(s.measures):
        if name not in MEASURES:
            yield at(tree, ("measures", i), one_of(name, MEASURES, "a measure", most=20))
    yield from once(((x, ("measures", i)) for i, x in enumerate(s.measures)), tree, "measure")
    if s.measures and MAIN not in s.measures:
        yield at(
            tree, ("measures",), f"expected {MAIN} among the measures, found none: the report rests on them"
        )
    yield from _check_values(tree, ("design",))
    yield from _check_list(s.design, tree)
    varied = axes(s.design)
    for path, axis in varied.items():
        here = (*where, path)
        target = parse(path)
        if isinstance(target, str):
            yield at_key(tree, here, target)
        else:
            yield from _check_axis(s.design, path, axis, target, here, tree)
    yield from _check_overlaps(list(varied), where, tree)
    if (s.policy is None) == (POLICY not in varied):
        said = (
            "expected policy, the policy that is varied, found nothing: write «policy: …»"
            if s.policy is None
            else "expected policy once, found it here and in the design: leave it out here"
        )
        yield at(tree, ("policy",), said)
    yield from _check_size(s.design, where, tree)
    yield from _check_constraints(s, tree)


def varied_at(design: Design) -> Path:
    """Where in the file the paths of a design stand: in a list, at its first point."""
    form = next(iter(design.model_fields_set))
    return ("design", form, *({"list": (0,), "grid": ()}.get(form, ("over",))))


def _check_values(tree: Node, path: Path) -> Iterator[Located]:
    """Values that a config can't hold, wherever they stand in the design."""
    node = tree.find(path)
    below = node.value if node is not None else None
    if isinstance(below, dict):
        for name in below:
            yield from _check_values(tree, (*path, name))
    elif isinstance(below, list):
        for i in range(len(below)):
            yield from _check_values(tree, (*path, i))
    elif node is not None and (isinstance(below, Odd) or below is None):
        yield at(tree, path, f"expected a number, a text or a mapping, found {found(node)}")


def _check_list(design: Design, tree: Node) -> Iterator[Located]:
    first = design.list[0] if design.list is not None else {}
    if design.list is not None and not first:
        yield at(
            tree, ("design", "list", 0), "expected a value for at least one path, found an empty mapping"
        )
    for i, row in enumerate(design.list or ()):
        for path in first:
            if path not in row and nearest(path, row) is None:
                yield at_key(
                    tree,
                    ("design", "list", i),
                    f"expected the same paths in each point, found no {quoted(path)}",
                )
        for path in row:
            if path not in first:
                near = nearest(path, first)
                hint = f": did you mean {quoted(near)}?" if near is not None else ""
                yield at_key(
                    tree,
                    ("design", "list", i, path),
                    f"expected the paths of the first point ({listed(first)}), found {quoted(path)}{hint}",
                )


def _check_axis(
    design: Design, path: str, axis: Values, target: Target, here: Path, tree: Node
) -> Iterator[Located]:
    if not isinstance(axis, Axis):
        if not axis:
            yield at(tree, here, "expected a list of at least 1 value, found an empty list")
        return
    if design.grid is not None and axis.steps is None:
        yield at(
            tree, here, "expected steps, how many values the grid has here, found nothing: write «steps: …»"
        )
    if design.grid is not None and axis.simplex is None and axis.steps == 1:
        yield at(tree, (*here, "steps"), "expected at least 2 steps from low to high, found 1")
    if design.grid is None and axis.steps is not None:
        yield at_key(tree, (*here, "steps"), "expected no steps where points are sampled: leave it out")
    if axis.simplex is not None and (target.root == "assumptions" or not target.parts):
        yield at_key(tree, here, f"expected a path of a block of shares, found {quoted(path)}")
    if axis.simplex is None and not target.parts:
        yield at_key(tree, here, "expected a list of names of policies, found low and high")


def _check_overlaps(paths: list[str], where: Path, tree: Node) -> Iterator[Located]:
    """Two paths of which one lies in the other: which of the two values would hold?"""
    for path in paths:
        for other in paths:
            if path != other and path.startswith((f"{other}.", f"{other}[")) and other != POLICY:
                yield at_key(
                    tree,
                    (*where, path),
                    f"expected paths apart from each other, found this in {quoted(other)}",
                )


def _check_size(design: Design, where: Path, tree: Node) -> Iterator[Located]:
    n = size(design)
    if n > MOST_POINTS:
        yield at_key(tree, where, f"expected at most {MOST_POINTS:,} points, found {n:,}")
    if design.sobol is not None and design.sobol.points & (design.sobol.points - 1):
        above = 1 << design.sobol.points.bit_length()
        said = f"expected a power of 2, found {design.sobol.points}: write {above // 2} or {above}"
        yield at(tree, ("design", "sobol", "points"), said)


def _check_constraints(s: Sweep, tree: Node) -> Iterator[Located]:
    names = column_names(s.design)
    texts = {
        name
        for name, axis in axes(s.design).items()
        if isinstance(axis, tuple) and not all(isinstance(x, int | float) for x in axis)
    }
    for i, text in enumerate(s.constraints):
        read = parse_constraint(text)
        if isinstance(read, str):
            yield at(tree, ("constraints", i), read)
            continue
        for path in read.terms:
            if path not in names:
                said = one_of(path, names, "a path of the design")
                yield at(tree, ("constraints", i), said)
            elif path in texts:
                yield at(tree, ("constraints", i), f"expected paths of numbers, found {quoted(path)}")
