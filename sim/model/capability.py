"""Capability K in (0, 1]: launch teams and weapons, used by attacks, destroyed by strikes, resupplied."""

import math
from typing import Any

from sim.model.numbers import bounded_exp, relaxed
from sim.model.spec import INF, TARGETS, Field, Mechanism, Parameter

LEAST = bounded_exp(-50.0)  # keeps K above 0 and its logarithm finite, whatever strikes it

MECHANISM = Mechanism(
    "capability",
    "Launch teams and weapons relative to their balance at the recorded rate; the sponsor resupplies.",
    (
        Parameter("capability_exponent", "κ", "", 0.0, 5.0, 0.0, "rate goes with K to this power"),
        Parameter("attack_use", "u", "share", 0.0, 0.5, 0.0, "share of capability that one attack uses up"),
        Parameter(
            "resupply_days",
            "τ_K",
            "days",
            1e-3,
            INF,
            30.0,
            "time in which the sponsor makes good 63% of a loss",
        ),
        *(
            Parameter(
                f"attrition_{x}",
                f"a_{x}",
                "log capability",
                0.0,
                5.0,
                0.0,
                f"loss to a strike of strength 1 on {x}",
            )
            for x in TARGETS
        ),
    ),
    (
        Field("capability", "place", 1.0, "K_c at its last jump"),
        Field("capability_since", "place", 0.0, "day of that jump"),
    ),
)


def capability_target(s: Any, p: Any, c: int) -> float:
    """1 + u · τ_K · μ_c/(1 - n): where resupply alone would take K, so that K = 1 balances the recorded rate."""
    return float(1.0 + p.attack_use * p.resupply_days * p.base_rate * s.share[c] / (1.0 - p.branching_ratio))


def capability(s: Any, p: Any, c: int, t: float) -> float:
    """K_c(t): return toward its target with τ_K, capped at 1."""
    if s.capability[c] == 1.0:
        return 1.0
    return min(
        1.0, relaxed(s.capability[c], capability_target(s, p, c), s.capability_since[c], t, p.resupply_days)
    )


def capability_factor(s: Any, p: Any, c: int, t: float) -> float:
    """K_c(t)^κ."""
    if p.capability_exponent == 0.0:
        return 1.0
    k = capability(s, p, c, t)
    return 1.0 if k == 1.0 else bounded_exp(p.capability_exponent * math.log(k))


def use_capability(s: Any, p: Any, c: int, t: float) -> None:
    """K_c → K_c · (1 - u) at an attack."""
    if p.attack_use == 0.0:
        return
    s.capability[c] = max(LEAST, capability(s, p, c, t) * (1.0 - p.attack_use))
    s.capability_since[c] = t


def destroy_capability(s: Any, p: Any, c: int, t: float, loss: float) -> float:
    """K_c → K_c · exp(-loss): the share destroyed, 1 - exp(-loss); K stays above 0."""
    if loss == 0.0:
        return 0.0
    s.capability[c] = max(LEAST, capability(s, p, c, t) * bounded_exp(-loss))
    s.capability_since[c] = t
    return 1.0 - bounded_exp(-loss)
