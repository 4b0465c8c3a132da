"""The small picture of attacks in the explorer: where things stand on one axis for all points, in percent of its width."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.ticker import MaxNLocator

from sim.report.rounding import number
from sim.report.sweep.rows import Row

MARGIN = 4.0  # percent at each end, for the numbers under the outer ticks
Places = tuple[float | None, ...]


class Picture(NamedTuple):
    """The axis, the range of the means of all points, and where each point's marks stand."""

    ticks: list[tuple[float, str]]
    low: float
    width: float
    points: list[Places]  # of each: mean, ends of its interval, 5% and 95% of runs, mean of the reference


class Marks(NamedTuple):
    """The marks of one point, as attributes; what isn't known stands outside the picture."""

    mean: str
    low: str
    high: str
    q05: str
    q95: str
    reference: str


def picture(rows: Sequence[Row], means: tuple[float, float]) -> Picture:
    """One axis for all points; ``means`` are the least and the most of all, those left out of the page among them."""
    raw = [_values(r) for r in rows]
    known = [*means, *(x for r in raw for x in r if x is not None)]
    ticks = [float(x) for x in MaxNLocator(5).tick_values(min(known), max(known))]
    first, last = ticks[0], ticks[-1]

    def percent(x: float) -> float:
        return round(MARGIN + (100.0 - 2.0 * MARGIN) * (x - first) / (last - first), 2)

    low, high = percent(means[0]), percent(means[1])
    return Picture(
        [(percent(x), number(x)) for x in ticks],
        low,
        round(high - low, 2),
        [tuple(None if x is None else percent(x) for x in r) for r in raw],
    )


def marks(places: Places) -> Marks:
    """Positions as attributes, as the script writes them too."""
    return Marks(*("-100%" if x is None else f"{x:g}%" for x in places))


def _values(r: Row) -> Places:
    difference = r.get("difference")
    ends = (r["mean"] if r[k] is None else r[k] for k in ("mean_low", "mean_high", "q05", "q95"))
    return (r["mean"], *ends, None if difference is None else r["mean"] - difference)
