"""The sponsor's permission p: a Markov chain over green, amber and red."""

from typing import Any

from sim.model.spec import INF, NEVER, Field, Mechanism, Parameter

GREEN, AMBER, RED = 0, 1, 2
NAMES = ("green", "amber", "red")
SPONSOR_STRIKE_DAYS = 14.0
DEATH_DAYS = 7.0

MECHANISM = Mechanism(
    "permission",
    "How far the sponsor lets its partners attack; strikes on it, and a defender's death, make it hold them back.",
    (
        Parameter("permission_amber", "p_amber", "share", 0.0, 1.0, 0.4, "permission in amber"),
        Parameter("permission_red", "p_red", "share", 0.0, 1.0, 0.02, "permission in red"),
        Parameter("restraint_base", "h0", "per day", 0.0, INF, 0.0, "hazard of one step toward red"),
        Parameter(
            "restraint_sponsor",
            "hS",
            "per day",
            0.0,
            INF,
            0.0,
            "added for 14 days after a strike on the sponsor alone; in proportion to its share of a mix",
        ),
        Parameter(
            "restraint_death",
            "hF",
            "per day",
            0.0,
            INF,
            0.0,
            "added for 7 days after a defender's direct death",
        ),
        Parameter(
            "restraint_days", "D", "days", 1e-3, INF, 60.0, "mean stay before one step back toward green"
        ),
    ),
    (
        Field("permission", "run", GREEN, "0 green, 1 amber, 2 red"),
        Field("sponsor_struck", "run", NEVER, "day of the last strike on the sponsor"),
        Field("sponsor_share", "run", 0.0, "share of that strike that was on the sponsor"),
        Field("defender_died", "run", NEVER, "day of the last direct death among the defenders"),
    ),
)


def permission(s: Any, p: Any) -> float:
    """p(t): 1 in green, p_amber, p_red."""
    if s.permission[0] == GREEN:
        return 1.0
    return float(p.permission_amber if s.permission[0] == AMBER else p.permission_red)


def restraint_hazard(s: Any, p: Any, t: float) -> float:
    """h0 + hS·q·1[strike with a share q on the sponsor ≤ 14 d old] + hF·1[direct death ≤ 7 d old], per day; 0 in red."""
    if s.permission[0] == RED:
        return 0.0
    hazard = p.restraint_base
    if t - s.sponsor_struck[0] <= SPONSOR_STRIKE_DAYS:
        hazard += p.restraint_sponsor * s.sponsor_share[0]
    if t - s.defender_died[0] <= DEATH_DAYS:
        hazard += p.restraint_death
    return float(hazard)


def release_hazard(s: Any, p: Any) -> float:
    """1/D, per day; 0 in green."""
    return 0.0 if s.permission[0] == GREEN else float(1.0 / p.restraint_days)


def permission_hazard(s: Any, p: Any, t: float) -> float:
    """Hazard of leaving the present state; it only falls between jumps, so it is its own bound."""
    return restraint_hazard(s, p, t) + release_hazard(s, p)


def change_permission(s: Any, p: Any, t: float, u: float) -> int:
    """One step: toward red with probability restraint/(restraint + release), else toward green. The new state."""
    tighten = restraint_hazard(s, p, t)
    step = 1 if u * (tighten + release_hazard(s, p)) < tighten else -1
    s.permission[0] = s.permission[0] + step
    return int(s.permission[0])


def strike_sponsor(s: Any, p: Any, t: float, share: float) -> bool:
    """Remember a strike of which a share fell on the sponsor's own people; True if the hazard may have moved.

    The latest counts: a smaller share takes the place of a larger one.
    """
    s.sponsor_struck[0] = t
    s.sponsor_share[0] = share
    return bool(p.restraint_sponsor != 0.0)


def lose_defender(s: Any, p: Any, t: float) -> bool:
    """Remember a direct death among the defenders; True if the hazard may have moved."""
    s.defender_died[0] = t
    return bool(p.restraint_death != 0.0)
