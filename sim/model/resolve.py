"""Resolve r: emboldened by attacks left unanswered and by success, worn down by cost."""

from typing import Any

from sim.model.effects import jump
from sim.model.numbers import decayed, soft_limit
from sim.model.spec import INF, NEVER, Field, Mechanism, Parameter

MECHANISM = Mechanism(
    "resolve",
    "Slow willingness to attack: up for each quiet window with unanswered attacks and for a success, down with cost.",
    (
        Parameter(
            "resolve_unanswered",
            "e_un",
            "log rate",
            0.0,
            5.0,
            0.0,
            "rise for a window that leaves attacks unanswered",
        ),
        Parameter(
            "answer_window_days",
            "W",
            "days",
            1e-3,
            INF,
            7.0,
            "an attack is answered by a strike within this time",
        ),
        Parameter("resolve_success", "e_hit", "log rate", 0.0, 5.0, 0.0, "rise after an attack that hurts"),
        Parameter("resolve_cost", "e_cost", "log rate", 0.0, 5.0, 0.0, "fall at a strike of strength 1"),
        Parameter("resolve_days", "τ_r", "days", 1e-3, INF, 60.0, "decay of resolve"),
        Parameter("resolve_limit", "R", "log rate", 1e-3, 50.0, 1.3862943611198906, "soft limit of resolve"),
    ),
    (
        Field("resolve", "run", 0.0, "r at its last jump"),
        Field("resolve_since", "run", 0.0, "day of that jump"),
        Field("unanswered_since", "run", NEVER, "day of the first attack that no strike has answered yet"),
    ),
)


def resolves(s: Any, p: Any, t: float) -> tuple[float, float]:
    """R(r(t)), log rate, and R(max(r, 0)), the most that it can be until the next jump."""
    r = soft_limit(decayed(s.resolve[0], s.resolve_since[0], t, p.resolve_days), p.resolve_limit)
    return r, max(0.0, r)


def resolve(s: Any, p: Any, t: float) -> float:
    """R(r(t)), log rate."""
    return resolves(s, p, t)[0]


def most_resolve(s: Any, p: Any, t: float) -> float:
    """R(max(r, 0)): the most it can be until the next jump."""
    return resolves(s, p, t)[1]


def change_resolve(s: Any, p: Any, t: float, amount: float) -> bool:
    """r += amount; True if it moved."""
    return jump(s.resolve, s.resolve_since, 0, t, p.resolve_days, amount)


def leave_unanswered(s: Any, p: Any, t: float) -> bool:
    """Note an attack. True if it opens a window of W days, at whose end ``embolden`` is due."""
    if p.resolve_unanswered == 0.0 or s.unanswered_since[0] != NEVER:
        return False
    s.unanswered_since[0] = t
    return True


def answer(s: Any) -> None:
    """A strike anywhere answers every attack of the open window."""
    s.unanswered_since[0] = NEVER


def embolden(s: Any, p: Any, t: float, opened: float) -> bool:
    """End of a window opened at ``opened``: r += e_un if no strike answered it; True if it moved."""
    if s.unanswered_since[0] != opened:
        return False
    s.unanswered_since[0] = NEVER
    return change_resolve(s, p, t, p.resolve_unanswered)
