"""Self-excitation: each attack raises the rate for a while (Hawkes process)."""

from typing import Any

from sim.model.background import background
from sim.model.numbers import decayed
from sim.model.spec import INF, Field, Mechanism, Parameter

MECHANISM = Mechanism(
    "excitation",
    "Hawkes self-excitation with an exponential kernel: branching ratio n, mean age of offspring 1/β.",
    (
        Parameter(
            "branching_ratio",
            "n",
            "attacks per attack",
            0.0,
            0.999,
            0.0,
            "offspring that one attack sets off",
        ),
        Parameter("excitation_days", "1/β", "days", 1e-3, INF, 5.0, "mean age of an offspring"),
        Parameter(
            "excitation_at_start",
            "v_0",
            "share",
            0.0,
            1.0,
            0.0,
            "excitation on day 0, as a share of its stationary level",
        ),
    ),
    (
        Field("excitation", "place", 0.0, "y_c at its last jump, attacks per day"),
        Field("excitation_since", "place", 0.0, "day of that jump"),
    ),
)


def excitation(s: Any, p: Any, c: int, t: float) -> float:
    """y_c(t) = y · exp(-β (t - since)), attacks per day."""
    return decayed(s.excitation[c], s.excitation_since[c], t, p.excitation_days)


def stationary_excitation(s: Any, p: Any, c: int, t: float) -> float:
    """n/(1 - n) · g_c(t) · μ_c, attacks per day: the mean of y_c where that background has lasted for long."""
    return float(p.branching_ratio / (1.0 - p.branching_ratio) * background(s, p, c, t))


def begin_excited(s: Any, p: Any, c: int) -> None:
    """y_c(0) = v · n/(1 - n) · g_c(0) · μ_c: what attacks before day 0 have left."""
    if p.excitation_at_start == 0.0 or p.branching_ratio == 0.0:
        return
    s.excitation[c] = p.excitation_at_start * stationary_excitation(s, p, c, 0.0)
    s.excitation_since[c] = 0.0


def excite(s: Any, p: Any, c: int, t: float) -> None:
    """y_c += n·β at an attack."""
    if p.branching_ratio == 0.0:
        return
    s.excitation[c] = excitation(s, p, c, t) + p.branching_ratio / p.excitation_days
    s.excitation_since[c] = t
