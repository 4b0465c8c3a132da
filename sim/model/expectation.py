"""Expected severity E: what the attackers reckon with, so that only more than that surprises them."""

import math
from typing import Any

from sim.model.numbers import relaxed
from sim.model.spec import INF, Field, Mechanism, Parameter

MOST_SURPRISE = math.log(5.0)
LEAST = 1e-9  # keeps E above 0, however small a strike was suffered

MECHANISM = Mechanism(
    "expectation",
    "Severity that the attackers expect; surprise strengthens suppression.",
    (
        Parameter(
            "expected_strength",
            "E0",
            "strength",
            1e-3,
            INF,
            1.0,
            "severity expected when nothing has happened",
        ),
        Parameter(
            "expectation_days", "τ_E", "days", 1e-3, INF, 90.0, "time in which expectation returns to E0"
        ),
        Parameter(
            "expectation_weight",
            "w",
            "share",
            0.0,
            1.0,
            1.0,
            "how far a strike moves expectation to its strength",
        ),
        Parameter(
            "capacity_weight", "v_E", "", 0.0, 5.0, 0.0, "rise of expectation with the defender's full stock"
        ),
        Parameter(
            "surprise_weight", "v_s", "", 0.0, 1.0, 0.0, "1 where surprise is modelled, 0 where it is not"
        ),
        Parameter(
            "munitions_needed", "need", "munitions", 1.0, INF, 100.0, "stock that a long war is held to need"
        ),
    ),
    (
        Field("expectation", "run", 0.0, "E at its last jump; set to E0 at the start"),
        Field("expectation_since", "run", 0.0, "day of that jump"),
    ),
)


def expectation(s: Any, p: Any, t: float, munitions: int) -> float:
    """E(t) · (1 + v_E · min(1, stock/need)), a strength."""
    e = relaxed(s.expectation[0], p.expected_strength, s.expectation_since[0], t, p.expectation_days)
    return float(e * (1.0 + p.capacity_weight * min(1.0, munitions / p.munitions_needed)))


def surprise(s: Any, p: Any, t: float, strength: float, munitions: int) -> float:
    """min(log 5, max(0, log(strength/E))). Domain: strength ≥ 0; a strike of strength 0 surprises nobody."""
    if p.surprise_weight == 0.0:
        return 0.0
    expected = expectation(s, p, t, munitions)
    if strength <= expected:
        return 0.0
    return float(p.surprise_weight * min(MOST_SURPRISE, math.log(strength / expected)))


def learn(s: Any, p: Any, t: float, strength: float) -> None:
    """E moves the share w of the way to the strength just suffered. Domain: strength > 0."""
    e = relaxed(s.expectation[0], p.expected_strength, s.expectation_since[0], t, p.expectation_days)
    if p.surprise_weight == 0.0 or strength == e:
        return
    s.expectation[0] = max(LEAST, (1.0 - p.expectation_weight) * e + p.expectation_weight * strength)
    s.expectation_since[0] = t
