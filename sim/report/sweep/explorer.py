"""What the explorer holds: every text that it can show, by point, worked out here so that the script only looks it up."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup, escape

from sim.report.parts import clean
from sim.report.rounding import MISSING, number, probability
from sim.report.sections.grid import heading
from sim.report.sweep.axes import Axis
from sim.report.sweep.embed import embedded
from sim.report.sweep.picture import Marks, Picture, marks, picture
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.rows import Row, difference, most, moved, over_best, records, spread
from sim.report.sweep.setting import outer

MOST = 5000  # points in a page
ConfigOf = Callable[[int], str]
Indices = np.ndarray[Any, np.dtype[np.int64]]


class Shown(NamedTuple):
    """A text that depends on the point: its column, and what it says of the first point shown."""

    column: int
    text: str


class Lever(NamedTuple):
    """A control: its axis, the step it begins at, and the text of the point's own value."""

    axis: Axis
    step: int
    has: Shown

    @property
    def match(self) -> str:
        """Whether the first point shown has what the slider says."""
        return "yes" if self.axis.steps[self.step] == self.has.text else "to within a step"


class Reference(NamedTuple):
    """What is shown of the contrast with one reference."""

    name: str
    difference: Shown
    interval: Shown
    runs: Shown
    on_average: Shown
    a_run: Shown
    moved: Shown


class Measured(NamedTuple):
    """What is shown of a measure."""

    title: str
    note: str
    mean: Shown
    spread: Shown
    difference: Shown
    label: Shown


class Alone(NamedTuple):
    """What is shown of one hypothesis by itself."""

    name: str
    note: str
    mean: Shown
    difference: Shown | None  # None where nothing is compared


class Explorer(NamedTuple):
    """The explorer as the template lays it out."""

    point: Shown
    status: Shown
    levers: list[Lever]
    references: list[Reference]
    measures: list[Measured]  # attacks first
    alone: list[Alone]
    picture: Picture
    marks: Marks  # of the first point shown
    config: Markup
    data: Markup
    embedded: int
    points: int


class Columns:
    """Texts by point: a column for each place of the page that changes with the point."""

    def __init__(self, start: int) -> None:
        self.start, self.all = start, list[list[str]]()

    def add(self, texts: Sequence[str]) -> Shown:
        """A column more."""
        self.all.append([clean(x) for x in texts])
        return Shown(len(self.all) - 1, self.all[-1][self.start])


def explorer(sweep: Sweep, axes: Sequence[Axis], config_of: ConfigOf) -> Explorer:
    """Everything that the explorer can show; it begins at the point with the fewest expected attacks."""
    means = sweep.attacks["mean"].to_numpy(dtype=np.float64)
    kept = chosen(means)
    points = [int(x) for x in sweep.design.index[kept]]
    found = records(sweep.attacks.iloc[kept])
    first = sweep.against[0] if sweep.against else ""
    columns = Columns(int(means[kept].argmin()))
    levers = [
        Lever(a, int(np.floor(a.at[kept[columns.start]] + 0.5)), columns.add([a.words[i] for i in kept]))
        for a in axes
    ]
    best = "the best of its setting" if outer(axes) else "the best"
    status = columns.add([_status(p, r, first, best) for p, r in zip(points, found, strict=True)])
    point = columns.add([f"Point {p}" for p in points])
    references = [_reference(sweep, x, kept, columns) for x in sweep.against]
    measures = [
        _measured(sweep, m, kept, columns) for m in [ATTACKS, *(m for m in sweep.measures if m != ATTACKS)]
    ]
    alone = [
        Alone(
            h, "" if h in sweep.fitted else "not averaged", columns.add([number(r.get(f"mean[{h}]")) for r in found]),
            columns.add([_difference(r, f"[{h}]") for r in found]) if first else None,
        )
        for h in sweep.alone
    ]  # fmt: skip
    drawn = picture(found, (float(means.min()), float(means.max())))
    configs = [config_lines(config_of(p)) for p in points]
    lines = {x: i for i, x in enumerate(dict.fromkeys(x for c in configs for x in c))}
    data = {
        "start": columns.start,
        "status": status.column,
        "columns": columns.all,
        "levers": [_lever(x, kept) for x in levers],
        "picture": drawn.points,
        # most lines of a config are the same at every point: each once, and each config a list of their numbers
        "lines": list(lines),
        "configs": [[lines[x] for x in c] for c in configs],
    }
    return Explorer(
        point, status, levers, references, measures, alone, drawn, marks(drawn.points[columns.start]),
        escape("\n".join(configs[columns.start])), embedded(data), len(points), len(means),
    )  # fmt: skip


def chosen(means: Any) -> Indices:
    """Indices of the points that are in the page: all, or ``MOST`` at an even stride and the best."""
    even = np.linspace(0, len(means) - 1, min(len(means), MOST)).round().astype(np.int64)
    return np.union1d(even, [int(means.argmin())])


def config_lines(text: str) -> list[str]:
    """Lines of a config, indents kept, without control characters."""
    return ["".join(x if x.isprintable() else " " for x in line) for line in text.rstrip("\n").split("\n")]


def _lever(x: Lever, kept: Indices) -> dict[str, Any]:
    """A lever as the script reads it."""
    a = x.axis
    return {
        "steps": a.steps, "at": [float(v) for v in a.at[kept]], "span": a.span, "choice": not a.numeric, "has": x.has.column,
    }  # fmt: skip


def _difference(r: Row, of: str = "", end: float = math.inf) -> str:
    """A difference with its interval, where that is known."""
    if r.get(f"difference{of}") is None:
        return MISSING
    e = difference(r, of, end)
    return e.mean if r.get(f"difference_low{of}") is None else str(e)


def _status(point: int, r: Row, against: str, best: str) -> str:
    """The point in a sentence, as it is read aloud."""
    cell = spread(r, ATTACKS, 0.0)
    said = f"Point {point}: {cell.text} attacks expected ({cell.small[0]})"
    if against and r.get("difference") is not None:
        said += f", {difference(r)} against “{clean(against)}”, {r['label']}"
    if r.get("over_best") is not None:
        over = over_best(r)
        said += f"; {over.mean} ({over.interval}) from {best}" if r["over_best"] else ""
    return f"{said}."


def _measured(sweep: Sweep, measure: str, kept: Indices, columns: Columns) -> Measured:
    rows = records(sweep.rows(measure).iloc[kept])
    horizon = float(sweep.plan["horizon_days"])
    cells = [spread(r, measure, horizon) for r in rows]
    head = heading(measure)
    return Measured(
        head.title,
        head.note,
        columns.add([c.text for c in cells]),
        columns.add(["; ".join(c.small) for c in cells]),
        columns.add([_difference(r, end=most(measure, horizon)) for r in rows]),
        columns.add([r["label"] or MISSING for r in rows]),
    )


def _reference(sweep: Sweep, against: str, kept: Indices, columns: Columns) -> Reference:
    rows = records(sweep.rows(ATTACKS, against).iloc[kept])

    def beside(after: str, before: str) -> list[str]:
        return [
            MISSING if r.get(after) is None else f"{probability(r[after])} ({probability(r.get(before))} before any data)"
            for r in rows
        ]  # fmt: skip

    return Reference(
        against,
        columns.add([difference(r).mean for r in rows]),
        columns.add([difference(r).interval for r in rows]),
        columns.add(
            [f"{number(r.get('difference_q05'))} to {number(r.get('difference_q95'))}" for r in rows]
        ),
        columns.add(beside("probability_mean_better", "prior_probability_mean_better")),
        columns.add(beside("probability_better", "prior_probability_better")),
        columns.add([_sentence(moved(r)) for r in rows]),
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
