"""What the explorer holds: every text that it can show, by point, worked out here so that the script only looks it up."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from base64 import b64encode
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup, escape
from matplotlib.ticker import MaxNLocator

from sim.report.parts import clean
from sim.report.rounding import MISSING, number, probability
from sim.report.sections.grid import heading
from sim.report.sweep.axes import Axis
from sim.report.sweep.reader import ATTACKS, Sweep
from sim.report.sweep.rows import difference, moved, records, spread

_HERE = Path(__file__).resolve().parent
MOST = 5000  # points in a page
ConfigOf = Callable[[int], str]


class Shown(NamedTuple):
    """A text that depends on the point: its column, and what it says of the first point shown."""

    column: int
    text: str


class Lever(NamedTuple):
    """A control: its axis, the step it begins at, and the text of the point's own value."""

    axis: Axis
    step: int
    has: Shown


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


class Picture(NamedTuple):
    """The small picture of attacks: positions in percent of its width."""

    ticks: list[tuple[float, str]]
    range: tuple[float, float]  # of the means of all points
    reference: str
    start: dict[str, float | None]  # of the first point shown


class Explorer(NamedTuple):
    """The explorer as the template lays it out."""

    point: Shown
    status: Shown
    levers: list[Lever]
    attacks: Measured
    references: list[Reference]
    measures: list[Measured]
    picture: Picture
    config: Markup
    data: Markup
    embedded: int
    points: int


class _Columns:
    """Texts by point: a column for each place of the page that changes with the point."""

    def __init__(self, start: int) -> None:
        self.start, self.all = start, list[list[str]]()

    def add(self, texts: Sequence[str]) -> Shown:
        self.all.append([clean(x) for x in texts])
        return Shown(len(self.all) - 1, self.all[-1][self.start])


def explorer(sweep: Sweep, axes: Sequence[Axis], config_of: ConfigOf) -> Explorer:
    """Everything that the explorer can show, for at most ``MOST`` points at an even stride; it begins at the best."""
    every = len(sweep.design)
    kept = np.unique(np.linspace(0, every - 1, min(every, MOST)).round().astype(np.int64))
    points = [int(x) for x in sweep.design.index[kept]]
    attacks = sweep.attacks.iloc[kept]
    start = int(np.nanargmin(attacks["mean"].to_numpy(dtype=np.float64)))
    columns = _Columns(start)
    found = records(attacks)
    first = sweep.against[0] if sweep.against else ""
    levers = [
        Lever(a, int(np.floor(a.at[kept[start]] + 0.5)), columns.add([a.words[i] for i in kept])) for a in axes
    ]
    configs = [_config_lines(config_of(p)) for p in points]
    lines = list(dict.fromkeys(x for c in configs for x in c))
    order = {x: i for i, x in enumerate(lines)}
    picture, positions = _picture(sweep, found, first)
    out = {
        "point": columns.add([f"Point {p}" for p in points]),
        "status": columns.add([_status(p, r, first) for p, r in zip(points, found, strict=True)]),
        "attacks": _measured(sweep, ATTACKS, kept, columns),
        "references": [_reference(sweep, x, kept, columns) for x in sweep.against],
        "measures": [_measured(sweep, m, kept, columns) for m in sweep.measures if m != ATTACKS],
    }
    data = {
        "start": start,
        "status": out["status"].column,
        "columns": columns.all,
        "levers": [
            {"steps": a.steps, "at": [round(float(a.at[i]), 3) for i in kept], "span": a.span, "choice": not a.numeric}
            for a in axes
        ],
        "picture": positions,
        "lines": lines,
        "configs": [[order[x] for x in c] for c in configs],
    }
    return Explorer(
        **out, levers=levers, picture=picture._replace(start=_named(positions[start])),
        config=escape("\n".join(configs[start])), data=embedded(data), embedded=len(points), points=every,
    )  # fmt: skip


def embedded(data: Any) -> Markup:
    """JSON that may stand inside a script element: no character of it can end the element or a line.

    >>> str(embedded({"x": "</script>"}))
    '{"x":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for x in "<>&\u2028\u2029":
        text = text.replace(x, f"\\u{ord(x):04x}")
    return Markup(text)  # noqa: S704  what could end the element was escaped in the lines above


@cache
def script() -> Markup:
    """The one script of the page."""
    text = (_HERE / "explorer.js").read_text("utf-8")
    if "</" in text or "<!--" in text:
        raise AssertionError("the script would end its own element")
    return Markup(text)  # noqa: S704  our own file


@cache
def sheet() -> Markup:
    """The style sheet of the explorer, beside the one that all pages share."""
    return Markup((_HERE / "explorer.css").read_text("utf-8"))  # noqa: S704  our own file


@cache
def script_hash() -> str:
    """What the page's policy lets run: this script and no other."""
    return f"sha256-{b64encode(sha256(str(script()).encode()).digest()).decode()}"


def _config_lines(text: str) -> list[str]:
    """Lines of a config, indents kept, without control characters."""
    return ["".join(x if x.isprintable() else " " for x in line) for line in text.rstrip("\n").split("\n")]


def _status(point: int, r: dict[str, Any], against: str) -> str:
    """The point in a sentence, as it is read aloud."""
    cell = spread(r, ATTACKS, 0.0)
    said = f"Point {point}: {cell.text} attacks expected ({cell.small[0]})"
    if against and r.get("difference") is not None:
        said += f", {difference(r)} against “{clean(against)}”, {r['label']}"
    return f"{said}."


def _measured(sweep: Sweep, measure: str, kept: Any, columns: _Columns) -> Measured:
    rows = records(sweep.rows(measure).iloc[kept])
    cells = [spread(r, measure, float(sweep.plan["horizon_days"])) for r in rows]
    head = heading(measure)
    return Measured(
        head.title,
        head.note,
        columns.add([c.text for c in cells]),
        columns.add(["; ".join(c.small) for c in cells]),
        columns.add([str(difference(r)) if r.get("difference") is not None else MISSING for r in rows]),
        columns.add([r["label"] or MISSING for r in rows]),
    )


def _reference(sweep: Sweep, against: str, kept: Any, columns: _Columns) -> Reference:
    rows = records(sweep.rows(ATTACKS, against).iloc[kept])

    def beside(after: str, before: str) -> list[str]:
        return [
            MISSING if r.get(after) is None
            else f"{probability(r[after])} ({probability(r.get(before))} before any data)" for r in rows
        ]  # fmt: skip

    return Reference(
        against,
        columns.add([difference(r).mean for r in rows]),
        columns.add([difference(r).interval for r in rows]),
        columns.add([f"{number(r.get('difference_q05'))} to {number(r.get('difference_q95'))}" for r in rows]),
        columns.add(beside("probability_mean_better", "prior_probability_mean_better")),
        columns.add(beside("probability_better", "prior_probability_better")),
        columns.add([_sentence(moved(r)) for r in rows]),
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


PLACES = ("mean", "low", "high", "q05", "q95", "reference")


def _named(places: Sequence[float | None]) -> dict[str, float | None]:
    return dict(zip(PLACES, places, strict=True))


def _picture(sweep: Sweep, found: list[dict[str, Any]], against: str) -> tuple[Picture, list[list[float | None]]]:
    """Where each point's mean, its interval, its runs and its reference stand, on one axis for all."""

    def places(r: dict[str, Any]) -> list[float | None]:
        d = r.get("difference")
        ends = [r["mean"] if r[k] is None else r[k] for k in ("mean_low", "mean_high", "q05", "q95")]
        return [r["mean"], *ends, r["mean"] - d if against and d is not None else None]

    raw = [places(r) for r in found]
    known = [x for r in raw for x in r if x is not None]
    ticks = [float(x) for x in MaxNLocator(5).tick_values(min(known), max(known))]
    low, high = ticks[0], ticks[-1]

    def percent(x: float | None) -> float | None:
        return None if x is None else round(4.0 + 92.0 * (x - low) / (high - low), 2)

    means = sweep.attacks["mean"]
    span = (percent(float(means.min())) or 0.0, percent(float(means.max())) or 0.0)
    marks = [(percent(x) or 0.0, number(x)) for x in ticks]
    return Picture(marks, span, against, {}), [[percent(x) for x in r] for r in raw]
