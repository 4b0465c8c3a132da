"""The intensity of attacks in a place, and the bound under which candidates are thinned."""

from typing import Any

from sim.model.background import background, most_background
from sim.model.capability import capability_factor
from sim.model.defence import denial
from sim.model.effects import most_strike_effect, strike_effect
from sim.model.excitation import excitation
from sim.model.numbers import bounded_exp
from sim.model.permission import permission
from sim.model.resolve import most_resolve, resolve


def intensity(s: Any, p: Any, c: int, t: float) -> float:
    """λ_c(t) = p · K^κ · [g μ_c exp(R(r) + X(Σ x_j) - denial) + y_c], attacks per day."""
    allowed = permission(s, p)
    if allowed == 0.0:
        return 0.0
    tilt = resolve(s, p, t) + strike_effect(s, p, c, t) - denial(s, p)
    return (
        allowed
        * capability_factor(s, p, c, t)
        * (background(s, p, c, t) * bounded_exp(tilt) + excitation(s, p, c, t))
    )


def intensity_bound(s: Any, p: Any, c: int, t: float) -> float:
    """The most that λ_c can be from t to the next jump, attacks per day.

    p · [g μ_c exp(R(max(r, 0)) + X(Σ max(x_j, 0)) - denial) + y_c], with K at 1: suppression, K and
    negative resolve recover, everything else only decays. 0 means never.
    """
    allowed = permission(s, p)
    if allowed == 0.0:
        return 0.0
    tilt = most_resolve(s, p, t) + most_strike_effect(s, p, c, t) - denial(s, p)
    return allowed * (most_background(s, p, c, t) * bounded_exp(tilt) + excitation(s, p, c, t))
