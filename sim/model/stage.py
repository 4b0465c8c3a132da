"""Stage of escalation: which weapons the attackers use, climbing with time and backlash."""

from typing import Any

from sim.model.effects import mean_backlash
from sim.model.numbers import bounded_exp
from sim.model.spec import INF, Field, Mechanism, Parameter

MECHANISM = Mechanism(
    "stage",
    "Weapons in use: each has a stage from which it is used; the stage climbs one step at a time.",
    (
        Parameter(
            "stage_hazard",
            "h_stage",
            "per day",
            0.0,
            INF,
            0.0,
            "hazard of climbing one stage without backlash",
        ),
    ),
    (
        Field("stage", "run", 0, "present stage"),
        Field("last_stage", "run", 0, "the highest stage that any weapon has"),
        Field("weapon_stage", "weapon", 0, "stage from which a weapon is used"),
        Field("weapon_weight", "weapon", 0.0, "weight of a weapon among those in use"),
        Field(
            "weapon_interception", "weapon", 0.0, "probability that one defence layer stops one of its rounds"
        ),
        Field("weapon_harm", "weapon", 1.0, "how much likelier than others to hurt when it gets through"),
    ),
)


def stage_hazard(s: Any, p: Any, t: float) -> float:
    """h_stage · exp(backlash); backlash only decays between jumps, so it is its own bound. 0 at the top."""
    if s.stage[0] >= s.last_stage[0]:
        return 0.0
    return float(p.stage_hazard * bounded_exp(mean_backlash(s, p, t)))


def climb_stage(s: Any) -> int:
    """One stage up; the new stage."""
    s.stage[0] = s.stage[0] + 1
    return int(s.stage[0])


def weights_in_use(s: Any) -> float:
    """Sum of the weights of the weapons of this stage or lower."""
    total = 0.0
    for w in range(len(s.weapon_weight)):
        if s.weapon_stage[w] <= s.stage[0]:
            total += s.weapon_weight[w]
    return total


def choose_weapon(s: Any, u: float) -> int:
    """Weapon by weight among those in use."""
    left = u * weights_in_use(s)
    chosen = 0
    for w in range(len(s.weapon_weight)):
        if s.weapon_stage[w] <= s.stage[0]:
            chosen = w
            left -= s.weapon_weight[w]
            if left < 0.0:
                break
    return chosen
