"""Measures: plain functions of the tally of runs, in one table.

A measure takes the tallies of any number of runs in columns, the element of the tally that it is asked for
(0 the whole run, c + 1 place c), and the horizon in days. It gives a number for each run.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from sim.model import tally
from sim.model.tally import QUIET_DAYS, WEEK_DAYS, Tally

Column = np.ndarray[Any, np.dtype[Any]]
Tallies = Mapping[str, Column]
"""The fields of ``Tally`` by name, each of shape (runs, 1 + places)."""


class Measure(NamedTuple):
    """A measure: its function, unit, which way is better, and what it says."""

    function: Callable[[Tallies, int, float], Column]
    unit: str
    better: Literal["lower", "higher"]
    says: str
    by_place: bool = False

    @property
    def whole(self) -> bool:
        """Whether a run's value is a whole number; of a probability it is 0 or 1."""
        return self.unit not in ("attacks per day", "days", "cost")


def attacks_per_day(y: Tallies, i: int, horizon_days: float) -> Column:
    """Attacks launched over the horizon."""
    return y["attacks"][:, i] / horizon_days


def quiet_fortnight_probability(y: Tallies, i: int, _horizon: float) -> Column:
    """1 if some 14 days within the horizon saw no attack; its mean is the probability."""
    return y["longest_lull"][:, i] >= QUIET_DAYS


def _field(name: str) -> Callable[[Tallies, int, float], Column]:
    """A measure that is a field of the tally."""
    return lambda y, i, _horizon: y[name][:, i]


# fmt: off
MEASURES: dict[str, Measure] = {
    "attacks": Measure(_field("attacks"), "attacks", "lower", "attacks launched", True),
    "attacks_per_day": Measure(attacks_per_day, "attacks per day", "lower", "attacks launched per day", True),
    "attacks_reported": Measure(_field("reported"), "attacks", "lower", "attacks that the record would count", True),
    "injuries": Measure(_field("injured"), "people", "lower", "injured", True),
    "tbi": Measure(_field("brain_injured"), "people", "lower", "traumatic brain injuries", True),
    "deaths": Measure(_field("killed"), "people", "lower", "direct deaths among the defender's people", True),
    "quiet_fortnight_probability": Measure(
        quiet_fortnight_probability, "probability", "higher", "that some 14 days see no attack", True
    ),
    "days_to_quiet_fortnight": Measure(
        _field("quiet_from"), "days", "lower", "until the first 14 days without attack are complete"
    ),
    "longest_lull_days": Measure(
        _field("longest_lull"), "days", "higher", "longest stretch without an attack", True
    ),
    "strikes": Measure(_field("strikes"), "strikes", "lower", "strikes carried out", True),
    "munitions": Measure(_field("munitions"), "munitions", "lower", "munitions spent"),
    "interceptors": Measure(_field("engaged"), "interceptors", "lower", "interceptors spent", True),
    "political_cost": Measure(_field("political_cost"), "cost", "lower", "political cost of the strikes", True),
    "wider_war": Measure(_field("wider_war"), "probability", "lower", "that the fighting widens"),
}
# fmt: on

AVERTED = "attacks_averted"
"""Attacks fewer than under the policy ``none``, run by run; higher is better. The comparison derives it."""


def columns(places: Sequence[str]) -> list[tuple[str, str, int]]:
    """Every column of a table of measures: its name, the measure, and the element of the tally."""
    out = [(name, name, 0) for name in MEASURES]
    for c, place in enumerate(places):
        out += [(f"{name}[{place}]", name, c + 1) for name, m in MEASURES.items() if m.by_place]
    return out


def table(y: Tallies, horizon_days: float, places: Sequence[str]) -> Column:
    """Every measure, and by place as ``measure[place]`` where that makes sense: shape (runs, columns)."""
    runs = len(y["attacks"])
    wanted = columns(places)
    out = np.empty((runs, len(wanted)))
    for j, (_, name, i) in enumerate(wanted):
        out[:, j] = MEASURES[name].function(y, i, horizon_days)
    return out


def tallied(events: Iterable[Any], horizon_days: float, places: Sequence[str]) -> Tally:
    """What the records of one run add up to."""
    y = tally.empty_tally(len(places))
    index = {place: c for c, place in enumerate(places)}
    for e in events:
        match e.kind:
            case "attack launched":
                tally.count_attack(y, index[e.place], e.time)
            case "intercepted":
                tally.count_engaged(y, index[e.place], e.engaged)
            case "casualties":
                tally.count_casualties(y, index[e.place], e.injured, e.brain_injured, e.killed)
            case "reported":
                tally.count_report(y, index[e.place])
            case "strike":
                tally.count_strike(y, index[e.place], e.munitions, e.political_cost)
            case "wider war":
                tally.count_wider_war(y)
    tally.close(y, horizon_days)
    return y


def in_columns(runs: Iterable[Tally]) -> Tallies:
    """Tallies of runs as columns."""
    return {name: np.array(x) for name, x in zip(Tally._fields, zip(*runs, strict=True), strict=True)}


def measure(events: Iterable[Any], horizon_days: float, places: Sequence[str]) -> dict[str, float]:
    """Every measure of one run, by name.

    >>> measure([], 36.0, ["north"])["longest_lull_days"]
    36.0
    """
    row = table(in_columns([tallied(events, horizon_days, places)]), horizon_days, places)[0]
    return {name: float(x) for (name, _, _), x in zip(columns(places), row, strict=True)}


def weekly_attacks(events: Iterable[Any], horizon_days: float) -> list[int]:
    """Attacks in each week of the run; the last week may be short."""
    weeks = [0] * week_count(horizon_days)
    for e in events:
        if e.kind == "attack launched":
            weeks[tally.week_of(e.time, len(weeks))] += 1
    return weeks


def week_count(horizon_days: float) -> int:
    """Weeks of a run, the last of them perhaps short."""
    return math.ceil(horizon_days / WEEK_DAYS)
