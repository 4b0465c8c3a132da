"""The intensity of attacks in a place, and the bound under which candidates are thinned."""

from typing import Any

from sim.model.background import backgrounds
from sim.model.capability import capability_factor
from sim.model.defence import denial
from sim.model.effects import strike_effects
from sim.model.excitation import excitation
from sim.model.numbers import bounded_exp
from sim.model.permission import permission
from sim.model.resolve import resolves


def pressures(s: Any, p: Any, c: int, t: float) -> tuple[float, float]:
    """g μ_c exp(R(r) + X(Σ x_j) - denial), and the most that it can be until the next jump.

    The most is g μ_c exp(R(max(r, 0)) + X(Σ max(x_j, 0)) - denial): suppression and negative resolve recover.
    """
    rate, most_rate = backgrounds(s, p, c, t)
    r, most_r = resolves(s, p, t)
    x, most_x = strike_effects(s, p, c, t)
    failure = denial(s, p)
    tilt, most_tilt = r + x - failure, most_r + most_x - failure
    factor = bounded_exp(tilt)
    most_factor = factor if most_tilt == tilt else bounded_exp(most_tilt)
    return rate * factor, most_rate * most_factor


def intensity_under(s: Any, p: Any, c: int, t: float, pressure: float) -> float:
    """p · K^κ · (pressure + y_c), attacks per day."""
    allowed = permission(s, p)
    if allowed == 0.0:
        return 0.0
    return allowed * capability_factor(s, p, c, t) * (pressure + excitation(s, p, c, t))


def bound_under(s: Any, p: Any, c: int, t: float, most_pressure: float) -> float:
    """p · (most pressure + y_c), with K at 1, attacks per day. 0 means never."""
    return permission(s, p) * (most_pressure + excitation(s, p, c, t))


def intensity(s: Any, p: Any, c: int, t: float) -> float:
    """λ_c(t) = p · K^κ · [g μ_c exp(R(r) + X(Σ x_j) - denial) + y_c], attacks per day."""
    return intensity_under(s, p, c, t, pressures(s, p, c, t)[0])


def intensity_bound(s: Any, p: Any, c: int, t: float) -> float:
    """The most that λ_c can be from t to the next jump, attacks per day.

    K recovers too and is taken at 1; everything else only decays. 0 means never.
    """
    return bound_under(s, p, c, t, pressures(s, p, c, t)[1])
