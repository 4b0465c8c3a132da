"""Strike effects: decaying components of the log background rate, signed.

M3 and M4 have one net component; M5 has suppression (down) and backlash (up) apart.
"""

from typing import Any

from sim.model.numbers import decayed, soft_limit
from sim.model.spec import INF, TARGETS, Field, Mechanism, Parameter

MECHANISM = Mechanism(
    "effects",
    "What a strike does to the log background rate, by class of target, decaying, spilling to other places.",
    (
        *(
            Parameter(
                f"effect_{x}",
                f"A_{x}",
                "log rate",
                -10.0,
                10.0,
                0.0,
                f"net jump at a strike of strength 1 on {x}",
            )
            for x in TARGETS
        ),
        *(
            Parameter(
                f"suppression_{x}",
                f"σ_{x}",
                "log rate",
                0.0,
                10.0,
                0.0,
                f"drop at a strike of strength 1 on {x}",
            )
            for x in TARGETS
        ),
        *(
            Parameter(
                f"backlash_{x}",
                f"β_{x}",
                "log rate",
                0.0,
                10.0,
                0.0,
                f"rise at a strike of strength 1 on {x}",
            )
            for x in TARGETS
        ),
        Parameter("effect_days", "τ", "days", 1e-3, INF, 10.0, "decay of the net effect"),
        Parameter("suppression_days", "τ_s", "days", 1e-3, INF, 6.0, "decay of suppression"),
        Parameter("backlash_days", "τ_b", "days", 1e-3, INF, 30.0, "decay of backlash"),
        Parameter("strength_exponent", "γ", "", 0.0, 5.0, 1.0, "effect goes with strength to this power"),
        Parameter("spill", "s", "share", 0.0, 1.0, 1.0, "share of an effect that every other place feels"),
        Parameter(
            "effect_limit",
            "X",
            "log rate",
            1e-3,
            50.0,
            1.3862943611198906,
            "soft limit of all effects together",
        ),
        Parameter(
            "harm_backlash",
            "χ",
            "log rate",
            0.0,
            10.0,
            0.0,
            "further rise after a strike that harms civilians",
        ),
        Parameter("clarity_weight", "ω", "", 0.0, 2.0, 0.0, "suppression goes with 1 + ω (clarity - 1/2)"),
        Parameter(
            "attribution_days",
            "τ_D",
            "days",
            1e-3,
            INF,
            INF,
            "suppression fades with the delay of the strike",
        ),
    ),
    (
        Field("net", "place", 0.0, "net component at its last jump"),
        Field("net_since", "place", 0.0, "day of that jump"),
        Field("suppression", "place", 0.0, "suppression at its last jump"),
        Field("suppression_since", "place", 0.0, "day of that jump"),
        Field("backlash", "place", 0.0, "backlash at its last jump"),
        Field("backlash_since", "place", 0.0, "day of that jump"),
    ),
)


def strike_effects(s: Any, p: Any, c: int, t: float) -> tuple[float, float]:
    """X(Σ_j x_j) and X(Σ_j max(x_j, 0)): change of log background rate now, and the most until the next jump.

    What holds down only fades, what drives up only decays.
    """
    net = decayed(s.net[c], s.net_since[c], t, p.effect_days)
    up = decayed(s.backlash[c], s.backlash_since[c], t, p.backlash_days)
    down = decayed(s.suppression[c], s.suppression_since[c], t, p.suppression_days)
    x, most = net + up - down, max(0.0, net) + up
    now = soft_limit(x, p.effect_limit)
    return now, now if most == x else soft_limit(most, p.effect_limit)


def strike_effect(s: Any, p: Any, c: int, t: float) -> float:
    """X(Σ_j x_j): change of log background rate from all strikes so far, softly limited."""
    return strike_effects(s, p, c, t)[0]


def most_strike_effect(s: Any, p: Any, c: int, t: float) -> float:
    """X(Σ_j max(x_j, 0)): the most it can be until the next jump."""
    return strike_effects(s, p, c, t)[1]


def mean_backlash(s: Any, p: Any, t: float) -> float:
    """Rising components over places, weighted by their share of the background, softly limited."""
    x = 0.0
    for c in range(len(s.share)):
        x += s.share[c] * most_strike_effect(s, p, c, t)
    return x


def jump(values: Any, since: Any, c: int, t: float, days: float, amount: float) -> bool:
    """Add to a decaying component and re-base it; a jump of exactly 0 writes nothing."""
    if amount == 0.0:
        return False
    values[c] = decayed(values[c], since[c], t, days) + amount
    since[c] = t
    return True
