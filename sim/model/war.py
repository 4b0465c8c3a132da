"""Wider war: a hazard that rises with deaths on either side and strikes on the sponsor. Recorded, no more."""

from typing import Any

from sim.model.effects import jump
from sim.model.numbers import decayed
from sim.model.spec import INF, Field, Mechanism, Parameter

MECHANISM = Mechanism(
    "war",
    "The event that the fighting widens; it changes nothing else in the run.",
    (
        Parameter("war_base", "h_w", "per day", 0.0, INF, 0.0, "hazard when nothing has happened lately"),
        Parameter(
            "war_death", "h_d", "per day per death", 0.0, INF, 0.0, "added by each death on either side"
        ),
        Parameter(
            "war_sponsor",
            "h_s",
            "per day per strength",
            0.0,
            INF,
            0.0,
            "added by a strike on the sponsor of strength 1",
        ),
        Parameter("war_days", "τ_w", "days", 1e-3, INF, 30.0, "decay of what deaths and strikes add"),
    ),
    (
        Field("tension", "run", 0.0, "added hazard at its last jump, per day"),
        Field("tension_since", "run", 0.0, "day of that jump"),
        Field("wider_war", "run", 0, "1 once it has come"),
    ),
)


def war_hazard(s: Any, p: Any, t: float) -> float:
    """h_w + tension(t), per day; 0 once it has come. It only falls between jumps, so it is its own bound."""
    if s.wider_war[0] == 1:
        return 0.0
    return float(p.war_base + decayed(s.tension[0], s.tension_since[0], t, p.war_days))


def raise_tension(s: Any, p: Any, t: float, deaths: int, sponsor_strength: float) -> bool:
    """tension += h_d · deaths + h_s · strength on the sponsor; True if it moved."""
    return jump(
        s.tension, s.tension_since, 0, t, p.war_days, p.war_death * deaths + p.war_sponsor * sponsor_strength
    )


def widen_war(s: Any) -> None:
    """The fighting widens: once, and for the rest of the run."""
    s.wider_war[0] = 1
