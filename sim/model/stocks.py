"""Stocks of munitions and political cost: what strikes spend."""

import math
from typing import Any

from sim.model.numbers import decayed
from sim.model.spec import INF, Field, Mechanism, Parameter

MECHANISM = Mechanism(
    "stocks",
    "Munitions, whole numbers by owner, and political cost where the host government is sensitive.",
    (
        Parameter(
            "munitions_per_strength",
            "b",
            "munitions",
            0.0,
            INF,
            0.0,
            "munitions that a strike of strength 1 takes",
        ),
        Parameter(
            "political_days", "τ_pol", "days", 1e-3, INF, 60.0, "decay of political cost as the host feels it"
        ),
    ),
    (
        Field("munitions", "stock", 0, "munitions in stock, by owner"),
        Field("munitions_used", "stock", 0, "munitions spent so far"),
        Field("munitions_received", "stock", 0, "munitions delivered so far, the first stock among them"),
        Field("sensitivity", "place", 0.0, "political cost of a strike of strength 1, by place"),
        Field("political_cost", "run", 0.0, "cost as the host feels it at its last jump"),
        Field("political_since", "run", 0.0, "day of that jump"),
    ),
)


def munitions_for(p: Any, strength: float) -> int:
    """Whole munitions that a strike takes: ceil(strength · munitions_per_strength)."""
    needed: float = strength * p.munitions_per_strength
    return math.ceil(needed - 1e-9)


def political_cost(s: Any, p: Any, t: float) -> float:
    """Cost as the host feels it on day t."""
    return decayed(s.political_cost[0], s.political_since[0], t, p.political_days)


def spend_munitions(s: Any, owner: int, amount: int) -> None:
    """Take munitions out of an owner's stock."""
    s.munitions[owner] = s.munitions[owner] - amount
    s.munitions_used[owner] = s.munitions_used[owner] + amount


def receive_munitions(s: Any, owner: int, amount: int) -> None:
    """Put a delivery in an owner's stock."""
    s.munitions[owner] = s.munitions[owner] + amount
    s.munitions_received[owner] = s.munitions_received[owner] + amount


def pay_politically(s: Any, p: Any, c: int, t: float, strength: float) -> float:
    """Add the cost of a strike in place c; the cost added."""
    cost = float(s.sensitivity[c] * strength)
    if cost != 0.0:
        s.political_cost[0] = political_cost(s, p, t) + cost
        s.political_since[0] = t
    return cost
