"""A sweep and what it names: paths that lead to something, and points that can be run."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.errors import Located
from sim.scenario.checks.across import check_policy, last_day
from sim.scenario.checks.parameters import declared, range_of
from sim.scenario.checks.policy import check as check_levers
from sim.scenario.checks.settings import check as check_settings
from sim.scenario.checks.sweep import varied_at
from sim.scenario.common import days_between
from sim.scenario.sweeps.config import Axis, Sweep, Values
from sim.scenario.sweeps.design import Points, axes, plain
from sim.scenario.sweeps.paths import Target, mistake, parse
from sim.scenario.sweeps.variants import Refused, Variants
from sim.scenario.text import listed, one_of, quoted
from sim.scenario.translate import translate
from sim.scenario.tree import Node, Path, Spot, at, at_key

if TYPE_CHECKING:
    from sim.scenario.study_files import StudyFiles
    from sim.scenario.sweeps.files import SweepFiles

MOST_CHECKED = 20_000
"""Points of a larger design: evenly chosen ones are checked before it starts, each as it runs."""


def check_across(s: Sweep, files: "StudyFiles", tree: Node) -> Iterator[Located]:
    """The mistakes between a sweep and the files that it names, but for those of single points."""
    where = varied_at(s.design)
    settings = files.settings.model_dump(mode="json", exclude_none=True)
    for path, axis in axes(s.design).items():
        here = (*where, path)
        target = parse(path)
        shares = axis.simplex if isinstance(axis, Axis) and axis.simplex is not None else ()
        for name in ["", *shares]:
            whole = f"{path}.{name}" if name else path
            found = target if isinstance(target, str) else mistake(_below(target, name), whole, settings)
            if isinstance(found, str):
                yield at_key(tree, here, found) if not name else at(tree, (*here, "simplex"), found)
                break
        else:
            if isinstance(target, Target) and target.root == "assumptions":
                yield from _check_range(path, axis, here, tree)
                yield from _check_declared(path, files, here, tree)
            if path == "study.after_record":
                yield from _check_after(files, here, tree)
    for i, name in enumerate(s.runs.hypotheses):
        if name not in files.hypotheses:
            said = one_of(name, files.hypotheses, "a hypothesis of the study")
            yield at(tree, ("runs", "hypotheses", i), said)
    for label, policy in files.all_policies().items():
        yield from check_policy(policy, files.loaded[label].tree, files.settings)


def _check_declared(path: str, files: "StudyFiles", here: Path, tree: Node) -> Iterator[Located]:
    """A parameter that no hypothesis of the study has would be held nowhere."""
    name = path.removeprefix("assumptions.")
    known = {*files.settings.assumptions}
    for h in files.hypotheses.values():
        known |= {*h.parameters, *h.assumptions}
    if name not in known:
        yield at_key(
            tree,
            here,
            f"expected a parameter that a hypothesis of the study has, found {quoted(name)}, which none has",
        )


def _check_after(files: "StudyFiles", here: Path, tree: Node) -> Iterator[Located]:
    """Mobilisation after the record, in runs that end before it does."""
    recorded = days_between(files.study.start, last_day(files.record, files.study.readings))
    if files.study.horizon_days <= recorded + 1e-9:
        said = f"expected a study whose runs go past its record ({recorded:g} days), found one of {files.study.horizon_days:g}"
        yield at_key(tree, here, said)


def _below(target: Target, name: str) -> Target:
    return target._replace(parts=(*target.parts, name)) if name else target


def _check_range(path: str, axis: Values, here: Path, tree: Node) -> Iterator[Located]:
    """Values at which a parameter is held."""
    parameter = declared(path.removeprefix("assumptions."), common_effect=True)
    ends = [axis.low, axis.high] if isinstance(axis, Axis) else list(axis)
    for x in ends:
        number = isinstance(x, int | float) and not isinstance(x, bool)
        if parameter is not None and not (number and parameter.low <= float(x or 0.0) <= parameter.high):
            yield at(tree, here, f"expected numbers {range_of(parameter)}, found {plain(x)}")
            return


def check_points(files: "SweepFiles", tree: Node) -> Iterator[Located]:
    """The first point that can't be run, and why; what is wrong with one is mostly wrong with many."""
    points = files.points
    if points is None or not len(points):
        drawn = 0 if points is None else points.drawn
        yield at(
            tree,
            ("constraints",),
            f"expected constraints that leave at least one point, found none of {drawn:,}",
        )
        return
    variants = files.variants
    stride = max(1, -(-len(points) // MOST_CHECKED))
    for i in range(0, len(points), stride):
        said = _mistake_of(variants, points.row(i))
        if said is not None:
            alone = any(x.startswith("policy.target.") for x in axes(files.sweep.design))
            hint = (
                ": vary them together, «policy.target: {simplex: [fighters, …]}»"
                if "sum to 1" in said and alone
                else ""
            )
            named = said.partition(": ")[0]
            where = (
                (*varied_at(files.sweep.design), named) if named in axes(files.sweep.design) else ("design",)
            )
            yield at_key(tree, where, f"at point {i} ({_short(points, i)}): {said}{hint}")
            return


def _mistake_of(variants: Variants, point: Mapping[str, Any]) -> str | None:
    """What is wrong with a point, in a line."""
    nowhere = Spot("", 1, 1)
    try:
        variant = variants.of(point)
    except Refused as refused:
        lines = translate(refused.model, planted(refused.document, nowhere), refused.errors)
        return _said(lines[0], refused.root)
    for line in check_settings(variant.files.settings, planted({}, nowhere)):
        return _said(line, "settings")
    tree = planted({}, nowhere)
    for line in (
        *check_levers(variant.policy, tree),
        *check_policy(variant.policy, tree, variant.files.settings),
    ):
        return _said(line, "policy")
    return None


def _said(line: Located, root: str) -> str:
    return f"{root}.{line.field}: {line.message}" if line.field else f"{root}: {line.message}"


def _short(points: Points, i: int) -> str:
    return listed([f"{path} {value}" for path, value in points.row(i).items()], 4)


def planted(value: Any, spot: Spot) -> Node:
    """A tree of plain values that all stand at one place."""
    if isinstance(value, Mapping):
        return Node({str(k): planted(x, spot) for k, x in value.items()}, spot)
    if isinstance(value, list | tuple):
        return Node([planted(x, spot) for x in value], spot)
    return Node(value, spot, str(value))
