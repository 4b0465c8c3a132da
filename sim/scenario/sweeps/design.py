"""The points of a design: every combination, a list, or a space-filling sample, less what the constraints leave out."""

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.scenario.sweeps.config import Axis, Design, Sampled, Sweep, Values
from sim.scenario.sweeps.constraints import Constraint, parse

Value = Any  # a number, a text, a truth value or a mapping, as in the config
DIGITS = 6  # significant digits of a sampled value: a config that is copied from a table stays readable
SHARE_STEP = 1e-6  # shares are whole numbers of these, so that they sum to 1


class Points(NamedTuple):
    """A design's points in columns, by path; a simplex has a column for each share."""

    columns: dict[str, list[Value]]
    drawn: int  # before constraints, and before points that came twice were left out

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def row(self, i: int) -> dict[str, Value]:
        """One point: its values by column."""
        return {name: column[i] for name, column in self.columns.items()}


def axes(design: Design) -> dict[str, Values]:
    """What is varied, by path. A list's paths have the values that they take in it."""
    if design.grid is not None:
        return design.grid
    if design.list is not None:
        return {path: tuple(x[path] for x in design.list if path in x) for path in design.list[0]}
    sampled = design.sobol or design.latin_hypercube
    return sampled.over if sampled is not None else {}


def column_names(design: Design) -> list[str]:
    """Names of the columns of a design."""
    return [name for path, axis in axes(design).items() for name in _names(path, axis)]


def simplexes(design: Design) -> tuple[str, ...]:
    """Paths of blocks of shares."""
    return tuple(p for p, x in axes(design).items() if isinstance(x, Axis) and x.simplex is not None)


def size(design: Design) -> int:
    """How many points there are before constraints, without making them."""
    if design.grid is not None:
        return math.prod(_steps(x) for x in design.grid.values())
    if design.list is not None:
        return len(design.list)
    sampled = design.sobol or design.latin_hypercube
    return sampled.points if sampled is not None else 0


def points_of(sweep: Sweep) -> Points:
    """The points of a sweep's design, in its order: in a grid the last path varies fastest."""
    rows: Iterable[Sequence[Value]]
    design = sweep.design
    names = column_names(design)
    if design.grid is not None:
        levels = [_levels(x) for x in design.grid.values()]
        rows = (tuple(itertools.chain.from_iterable(x)) for x in itertools.product(*levels))
    elif design.list is not None:
        rows = [tuple(plain(x[p]) for p in names) for x in design.list]
    else:
        rows = _sampled(design)
    made = [list(x) for x in rows]
    columns = {name: [x[j] for x in made] for j, name in enumerate(names)}
    constraints = [c for x in sweep.constraints if isinstance(c := parse(x), Constraint)]
    kept = [
        i for i, x in enumerate(made) if all(c.holds(dict(zip(names, x, strict=True))) for c in constraints)
    ]
    once: dict[str, int] = {}
    for i in kept:
        once.setdefault(json.dumps([_alike(columns[name][i]) for name in names], sort_keys=True), i)
    chosen = list(once.values())
    return Points({name: [x[i] for i in chosen] for name, x in columns.items()}, len(made))


def _alike(value: Value) -> Value:
    """A value as runs see it: 1 and 1.0 are one."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _names(path: str, axis: Values) -> list[str]:
    shares = axis.simplex if isinstance(axis, Axis) else None
    return [path] if shares is None else [f"{path}.{x}" for x in shares]


def _steps(axis: Values) -> int:
    """Levels of an axis of a grid."""
    if not isinstance(axis, Axis):
        return len(axis)
    steps = axis.steps or 1
    return steps if axis.simplex is None else math.comb(steps + len(axis.simplex) - 1, steps)


def _levels(axis: Values) -> list[tuple[Value, ...]]:
    """Levels of an axis of a grid, each with a value for each of its columns."""
    if not isinstance(axis, Axis):
        return [(plain(x),) for x in axis]
    steps = axis.steps or 1
    if axis.simplex is not None:
        return [tuple(k / steps for k in parts) for parts in _compositions(steps, len(axis.simplex))]
    return [(x,) for x in dict.fromkeys(_between(axis, u) for u in _evenly(steps))]


def _evenly(n: int) -> Iterable[float]:
    """So many numbers from 0 to 1."""
    return (k / (n - 1) for k in range(n))


def _compositions(total: int, parts: int) -> Iterable[tuple[int, ...]]:
    """Every way to write a number as a sum of so many numbers, in order, 0 among them."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total, -1, -1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def _sampled(design: Design) -> Iterable[Sequence[Value]]:
    """Points of a space-filling design, from the unit cube to each axis's values."""
    sampled = design.sobol or design.latin_hypercube
    if sampled is None:
        return
    for u in _cube(design, sampled, sum(_dimensions(x) for x in sampled.over.values())):
        row: list[Value] = []
        at = 0
        for axis in sampled.over.values():
            width = _dimensions(axis)
            row += _at(axis, u[at : at + width])
            at += width
        yield row


def _cube(design: Design, sampled: Sampled, dimensions: int) -> list[list[float]]:
    """Points in the unit cube."""
    import numpy as np  # neither is needed to check a grid, and they take a second to load
    from scipy.stats import qmc

    rng = np.random.default_rng(sampled.seed)
    engine: Any = qmc.Sobol if design.sobol is not None else qmc.LatinHypercube
    found: list[list[float]] = engine(dimensions, rng=rng).random(sampled.points).tolist()
    return found


def _dimensions(axis: Values) -> int:
    """How many numbers from 0 to 1 a value of the axis takes."""
    shares = axis.simplex if isinstance(axis, Axis) else None
    return 1 if shares is None else len(shares) - 1


def _at(axis: Values, u: Sequence[float]) -> list[Value]:
    """The value of an axis at numbers from 0 to 1."""
    if not isinstance(axis, Axis):
        return [plain(axis[min(len(axis) - 1, int(u[0] * len(axis)))])]
    if axis.simplex is not None:
        return list(uniform_shares(u))
    return [_between(axis, u[0])]


def _between(axis: Axis, u: float) -> float | int:
    """The value at u between the ends of an axis."""
    low, high = axis.low or 0.0, axis.high or 0.0
    whole = axis.whole and axis.steps is None  # each whole number has the part of the scale up to the next
    end = high + 1.0 if whole else high
    value = low * (end / low) ** u if axis.scale == "log" else low + u * (end - low)
    if whole:
        return int(min(high, math.floor(value)))
    return round(value) if axis.whole else float(f"{value:.{DIGITS}g}")


def uniform_shares(u: Sequence[float]) -> tuple[float, ...]:
    """Shares that sum to 1, uniform on the simplex if u is uniform on the cube: a stick broken k - 1 times.

    Of what is left for j shares, the first takes 1 - (1 - u)^(1/(j - 1)): Beta(1, j - 1).

    >>> uniform_shares([0.5])
    (0.5, 0.5)
    """
    left, out = 1.0, []
    for i, x in enumerate(u):
        taken = _share(left * (1.0 - (1.0 - x) ** (1.0 / (len(u) - i))))
        out.append(taken)
        left -= taken
    return (*out, max(0.0, _share(left)))


def _share(x: float) -> float:
    return round(round(x / SHARE_STEP) * SHARE_STEP, 6)


def plain(value: Any) -> Value:
    """A value of a config without what JSON can't say: dates become text."""
    if isinstance(value, Mapping):
        return {str(k): plain(x) for k, x in value.items()}
    if isinstance(value, tuple | list):
        return [plain(x) for x in value]
    return value if isinstance(value, str | bool | int | float) else str(value)
