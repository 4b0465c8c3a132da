"""Measures: plain functions of the events of one run, in one table.

A measure takes the run's events grouped by kind and the horizon in days, and gives one number.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

QUIET_DAYS = 14.0
WEEK_DAYS = 7.0
Grouped = dict[str, list[Any]]


class Measure(NamedTuple):
    """A measure: its function, unit, which way is better, and what it says."""

    function: Callable[[Grouped, float], float]
    unit: str
    better: Literal["lower", "higher"]
    says: str
    by_place: bool = False


def grouped(events: Iterable[Any]) -> Grouped:
    """Events by kind, in order."""
    out: Grouped = {}
    for e in events:
        out.setdefault(e.kind, []).append(e)
    return out


def only(events: Grouped, place: str) -> Grouped:
    """The events of one place."""
    return {kind: [e for e in found if e.place == place] for kind, found in events.items()}


def attacks(events: Grouped, horizon_days: float) -> float:
    """Attacks launched."""
    return float(len(events.get("attack launched", ())))


def attacks_per_day(events: Grouped, horizon_days: float) -> float:
    """Attacks launched over the horizon."""
    return attacks(events, horizon_days) / horizon_days


def attacks_reported(events: Grouped, horizon_days: float) -> float:
    """Attacks that the record would count."""
    return float(len(events.get("reported", ())))


def injuries(events: Grouped, horizon_days: float) -> float:
    """Injured, brain injuries among them."""
    return float(sum(e.injured for e in events.get("casualties", ())))


def tbi(events: Grouped, horizon_days: float) -> float:
    """Traumatic brain injuries."""
    return float(sum(e.brain_injured for e in events.get("casualties", ())))


def deaths(events: Grouped, horizon_days: float) -> float:
    """Direct deaths among the defender's people."""
    return float(sum(e.killed for e in events.get("casualties", ())))


def gaps(events: Grouped, horizon_days: float) -> list[tuple[float, float]]:
    """Stretches without an attack, as (first day, last day), the two ends of the run among them."""
    times = [0.0, *(e.time for e in events.get("attack launched", ())), horizon_days]
    return list(itertools.pairwise(times))


def quiet_fortnight_probability(events: Grouped, horizon_days: float) -> float:
    """1 if some 14 days within the horizon saw no attack; its mean is the probability."""
    return float(any(b - a >= QUIET_DAYS for a, b in gaps(events, horizon_days)))


def days_to_quiet_fortnight(events: Grouped, horizon_days: float) -> float:
    """Day on which the first 14 days without attack are complete; infinite if none are within the horizon."""
    return next((a + QUIET_DAYS for a, b in gaps(events, horizon_days) if b - a >= QUIET_DAYS), math.inf)


def longest_lull_days(events: Grouped, horizon_days: float) -> float:
    """Longest stretch without an attack."""
    return max(b - a for a, b in gaps(events, horizon_days))


def strikes(events: Grouped, horizon_days: float) -> float:
    """Strikes carried out."""
    return float(len(events.get("strike", ())))


def munitions(events: Grouped, horizon_days: float) -> float:
    """Munitions spent."""
    return float(sum(e.munitions for e in events.get("strike", ())))


def interceptors(events: Grouped, horizon_days: float) -> float:
    """Interceptors spent."""
    return float(sum(e.engaged for e in events.get("intercepted", ())))


def political_cost(events: Grouped, horizon_days: float) -> float:
    """Political cost of the strikes, added up."""
    return float(sum(e.political_cost for e in events.get("strike", ())))


def wider_war(events: Grouped, horizon_days: float) -> float:
    """1 if the fighting widened; its mean is the probability."""
    return float(bool(events.get("wider war")))


MEASURES: dict[str, Measure] = {
    "attacks": Measure(attacks, "attacks", "lower", "attacks launched", True),
    "attacks_per_day": Measure(attacks_per_day, "attacks per day", "lower", "attacks launched per day", True),
    "attacks_reported": Measure(
        attacks_reported, "attacks", "lower", "attacks that the record would count", True
    ),
    "injuries": Measure(injuries, "people", "lower", "injured", True),
    "tbi": Measure(tbi, "people", "lower", "traumatic brain injuries", True),
    "deaths": Measure(deaths, "people", "lower", "direct deaths among the defender's people", True),
    "quiet_fortnight_probability": Measure(
        quiet_fortnight_probability, "probability", "higher", "that some 14 days see no attack", True
    ),
    "days_to_quiet_fortnight": Measure(
        days_to_quiet_fortnight, "days", "lower", "until the first 14 days without attack are complete"
    ),
    "longest_lull_days": Measure(
        longest_lull_days, "days", "higher", "longest stretch without an attack", True
    ),
    "strikes": Measure(strikes, "strikes", "lower", "strikes carried out", True),
    "munitions": Measure(munitions, "munitions", "lower", "munitions spent"),
    "interceptors": Measure(interceptors, "interceptors", "lower", "interceptors spent", True),
    "political_cost": Measure(political_cost, "cost", "lower", "political cost of the strikes", True),
    "wider_war": Measure(wider_war, "probability", "lower", "that the fighting widens"),
}

AVERTED = "attacks_averted"
"""Attacks fewer than under the policy ``none``, run by run; higher is better. The comparison derives it."""


def measure(events: Sequence[Any], horizon_days: float, places: Sequence[str]) -> dict[str, float]:
    """Every measure of a run, and by place as ``measure[place]`` where that makes sense."""
    by_kind = grouped(events)
    out = {name: m.function(by_kind, horizon_days) for name, m in MEASURES.items()}
    for place in places:
        here = only(by_kind, place)
        for name, m in MEASURES.items():
            if m.by_place:
                out[f"{name}[{place}]"] = m.function(here, horizon_days)
    return out


def weekly_attacks(events: Sequence[Any], horizon_days: float) -> list[int]:
    """Attacks in each week of the run; the last week may be short."""
    weeks = [0] * math.ceil(horizon_days / WEEK_DAYS)
    for e in events:
        if e.kind == "attack launched":
            weeks[int(e.time // WEEK_DAYS)] += 1
    return weeks
