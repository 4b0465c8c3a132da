"""Background rate: the level μ, its share by place, mobilisation g(t) and its slow drift."""

from typing import Any

from sim.model.numbers import bounded_exp
from sim.model.spec import INF, Field, Mechanism, Parameter

MECHANISM = Mechanism(
    "background",
    "Attacks that no earlier attack set off: level, share by place, dated mobilisation and drift.",
    (
        Parameter(
            "base_rate", "μ", "attacks per day", 0.0, INF, 0.0, "background rate of all places at g = 1"
        ),
        Parameter(
            "mobilisation_drift", "d_g", "log rate", -5.0, 5.0, 0.0, "change of log g that the drift tends to"
        ),
        Parameter(
            "drift_days", "τ_g", "days", 1e-3, INF, 30.0, "time in which the drift goes 63% of its way"
        ),
    ),
    (
        Field("share", "place", 0.0, "share of the background rate in each place"),
        Field("mobilisation", "place", 1.0, "g(t) without its drift: dated pieces times host restraint"),
        Field("drift_from", "run", 0.0, "day from which the drift runs"),
    ),
)


def drift(s: Any, p: Any, t: float) -> float:
    """d_g · (1 - exp(-(t - t0)/τ_g)): log change of g since day t0; 0 before it."""
    if p.mobilisation_drift == 0.0 or t <= s.drift_from[0]:
        return 0.0
    return float(p.mobilisation_drift * (1.0 - bounded_exp(-(t - s.drift_from[0]) / p.drift_days)))


def backgrounds(s: Any, p: Any, c: int, t: float) -> tuple[float, float]:
    """g_c(t) · μ_c, attacks per day, before strike effects; and the most that it can be.

    The most is from t to the next dated piece: a rising drift is taken at its end.
    """
    level = s.mobilisation[c] * p.base_rate * s.share[c]
    if p.mobilisation_drift == 0.0:
        return level, level
    now = level * bounded_exp(drift(s, p, t))
    return now, level * bounded_exp(p.mobilisation_drift) if p.mobilisation_drift > 0.0 else now


def background(s: Any, p: Any, c: int, t: float) -> float:
    """g_c(t) · μ_c, attacks per day, before strike effects."""
    return backgrounds(s, p, c, t)[0]


def most_background(s: Any, p: Any, c: int, t: float) -> float:
    """The most that g · μ_c can be from t to the next dated piece."""
    return backgrounds(s, p, c, t)[1]


def mobilise(s: Any, c: int, level: float) -> bool:
    """Set g in a place from a dated piece; True if it changed."""
    if s.mobilisation[c] == level:
        return False
    s.mobilisation[c] = level
    return True
