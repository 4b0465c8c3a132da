"""The tally of a run: what its records add up to, kept for the whole run and for each place.

Every field is a list whose element 0 is the whole run and whose element c + 1 is place c. Measures are
functions of it; both engines fill it by these functions, one call for each record.
"""

from typing import Any, NamedTuple

from sim.model.spec import INF

QUIET_DAYS = 14.0
WEEK_DAYS = 7.0


class Tally(NamedTuple):
    """Sums of a run's records. Counts are whole numbers, days and costs are not."""

    attacks: Any
    reported: Any
    injured: Any
    brain_injured: Any
    killed: Any
    engaged: Any  # interceptors spent
    strikes: Any
    munitions: Any
    wider_war: Any
    political_cost: Any
    last_attack: Any  # day of the last attack; 0 before any
    longest_lull: Any  # days
    quiet_from: Any  # day on which the first 14 days without attack were complete; infinite before


WHOLE = Tally._fields[:9]
"""Fields that count in whole numbers."""


def empty_tally(places: int) -> Tally:
    """The tally of a run in which nothing has happened, of Python lists."""
    size = places + 1
    fields: dict[str, list[float]] = {name: [0 if name in WHOLE else 0.0] * size for name in Tally._fields}
    fields["quiet_from"] = [INF] * size
    return Tally(**fields)


def lull(y: Any, i: int, t: float) -> None:
    """The stretch without attacks since the last one ends on day t."""
    gap = t - y.last_attack[i]
    y.longest_lull[i] = max(y.longest_lull[i], gap)
    if gap >= QUIET_DAYS and y.quiet_from[i] == INF:
        y.quiet_from[i] = y.last_attack[i] + QUIET_DAYS


def count_attack(y: Any, c: int, t: float) -> None:
    """An attack launched in place c on day t."""
    for i in (0, c + 1):
        y.attacks[i] += 1
        lull(y, i, t)
        y.last_attack[i] = t


def week_of(t: float, weeks: int) -> int:
    """The week in which day t lies, of so many; the horizon's last instant may round up to the next."""
    return min(weeks - 1, int(t / WEEK_DAYS))


def count_report(y: Any, c: int) -> None:
    """An attack reported."""
    for i in (0, c + 1):
        y.reported[i] += 1


def count_casualties(y: Any, c: int, injured: int, brain_injured: int, killed: int) -> None:
    """People hurt by an attack."""
    for i in (0, c + 1):
        y.injured[i] += injured
        y.brain_injured[i] += brain_injured
        y.killed[i] += killed


def count_engaged(y: Any, c: int, engaged: int) -> None:
    """Interceptors spent on an attack."""
    for i in (0, c + 1):
        y.engaged[i] += engaged


def count_strike(y: Any, c: int, munitions: int, cost: float) -> None:
    """A strike carried out in place c."""
    for i in (0, c + 1):
        y.strikes[i] += 1
        y.munitions[i] += munitions
        y.political_cost[i] += cost


def count_wider_war(y: Any) -> None:
    """The fighting widened."""
    y.wider_war[0] = 1


def close(y: Any, horizon_days: float) -> None:
    """The run ends: the last stretches without attacks end with it."""
    for i in range(len(y.attacks)):
        lull(y, i, horizon_days)
