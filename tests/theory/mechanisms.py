"""Worlds in which one mechanism is strongly on, for the time-rescaling tests.

``off`` names the parameters that switch the mechanism off again: the compensator without them is the
control that must fail, which shows that the test could see the mechanism.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sim.model.levers import LOGNORMAL, UNIFORM, Rung
from sim.model.world import Dated, Delivery, World
from tests.worlds import EVERYWHERE, a_world, order, pieces, strikes


class Mechanism(NamedTuple):
    """A world, the parameters that are on in it, and those that switch the mechanism off."""

    world: World
    on: Mapping[str, float]
    off: Mapping[str, float]


BASE = {"base_rate": 2.0}
ANSWER = EVERYWHERE._replace(
    trigger_attacks=6, delay_form=LOGNORMAL, delay_a=1.0, delay_b=0.6, infrastructure=0.0
)
FIGHTERS = ANSWER._replace(fighters=1.0)
MIXED = ANSWER._replace(fighters=0.5, sponsor=0.3, leader=0.2, strength=1.5, clarity=0.9)

PER_CLASS = {"infrastructure": 0.3, "fighters": 1.1, "sponsor": 0.6, "leader": 0.2}


def by_class(name: str, factor: float = 1.0) -> dict[str, float]:
    """A different number for each class of target."""
    return {f"{name}_{x}": factor * value for x, value in PER_CLASS.items()}


def none_of(name: str) -> dict[str, float]:
    return by_class(name, 0.0)


SUPPRESS = {
    **by_class("suppression"),
    "suppression_days": 8.0,
    "clarity_weight": 1.5,
    "attribution_days": 2.0,
}
BACKLASH = {**by_class("backlash", 0.8), "backlash_days": 15.0, "harm_backlash": 0.5, **by_class("harm", 0.5)}
HAWKES = {"branching_ratio": 0.5, "excitation_days": 3.0}
USE = {"capability_exponent": 0.9, "attack_use": 0.05, "resupply_days": 12.0, **by_class("attrition", 0.5)}
RESOLVE = {"resolve_unanswered": 0.5, "answer_window_days": 3.0, "resolve_cost": 0.3, "resolve_success": 0.4,
           "resolve_days": 15.0, "injuring_share": 0.15, "injury_scale": 2.0}  # fmt: skip
RESTRAINT = {"restraint_base": 0.08, "restraint_sponsor": 0.3, "restraint_death": 0.4, "restraint_days": 6.0,
             "fatal_share": 0.05, "permission_amber": 0.3, "permission_red": 0.05}  # fmt: skip
DENIAL = {"value_of_failure": 3.0, "salvo_extra": 0.6}
SURPRISE = {"surprise_weight": 1.0, "expected_strength": 0.6, "expectation_days": 12.0, "expectation_weight": 0.7,
            "capacity_weight": 0.5, "munitions_needed": 60.0, "munitions_per_strength": 4.0}  # fmt: skip
LADDER = (
    EVERYWHERE,
    EVERYWHERE._replace(defence_level=3.0, surge_interceptors=20, surge_day=10.0),
    EVERYWHERE._replace(defence_level=0.5),
)
SHORT_STOCK = {
    "interceptors": 15,
    "deliveries": (Delivery(0, -1, 7.0, 6), Delivery(1, -1, 5.0, 10)),
    "ladder": LADDER,
    "rungs": (Rung(), Rung(attacks=10), Rung(attacks=60)),
}
RISING = pieces((5.0, 0, 0.2), (5.0, 1, 1.8), (11.0, 0, 1.5), (20.0, 1, 0.1), (26.0, 0, 0.0), (31.0, 0, 1.0))
MANY_PIECES = pieces(*((0.05 * i, i % 2, 0.3 + (7 * i % 10) / 5) for i in range(1, 240)))

MECHANISMS: dict[str, Mechanism] = {
    "constant rate": Mechanism(a_world(), BASE, {"base_rate": 2.2}),
    "self-excitation": Mechanism(a_world(), BASE | HAWKES, {"branching_ratio": 0.0}),
    "excited before": Mechanism(
        a_world(days=8.0), BASE | HAWKES | {"excitation_at_start": 1.0}, {"excitation_at_start": 0.0}
    ),
    "net strike effect": Mechanism(
        a_world(MIXED), BASE | by_class("effect", -1.0) | {"effect_days": 8.0}, none_of("effect")
    ),
    "net effect up": Mechanism(a_world(MIXED), BASE | by_class("effect"), {"effect_limit": 50.0}),
    "suppression": Mechanism(a_world(FIGHTERS), BASE | SUPPRESS | {"spill": 0.3}, {"spill": 1.0}),
    "delay and clarity": Mechanism(a_world(MIXED), BASE | SUPPRESS | {"attribution_days": 0.8}, {"attribution_days": 1e9}),
    "backlash and harm": Mechanism(
        a_world(MIXED._replace(min_gap=6.0)), BASE | BACKLASH | {"harm_backlash": 1.5, "spill": 0.2}, {"harm_backlash": 0.0}
    ),
    "suppression against backlash": Mechanism(a_world(MIXED), BASE | SUPPRESS | BACKLASH, none_of("backlash")),
    "surprise": Mechanism(a_world(MIXED._replace(min_gap=5.0, strength=2.5)), BASE | SUPPRESS | SURPRISE, {"surprise_weight": 0.0}),
    "capability used": Mechanism(
        a_world(), BASE | HAWKES | USE | {"attack_use": 0.2, "capability_exponent": 1.5}, {"attack_use": 0.0}
    ),
    "capability destroyed": Mechanism(a_world(FIGHTERS), BASE | USE | {"attack_use": 0.0}, none_of("attrition")),
    "resolve": Mechanism(a_world(FIGHTERS), BASE | RESOLVE, {"resolve_unanswered": 0.0}),
    "resolve after success": Mechanism(a_world(), BASE | RESOLVE, {"resolve_success": 0.0}),
    "resolve worn down": Mechanism(a_world(FIGHTERS), BASE | RESOLVE, {"resolve_cost": 0.0}),
    "another front": Mechanism(
        a_world(calendar=(Dated(4.0, -1, None, "front"), Dated(9.0, -1, None, "front"))),
        BASE | {"resolve_success": 0.7, "resolve_days": 20.0}, {"resolve_success": 0.0},
    ),
    "permission": Mechanism(a_world(MIXED), BASE | HAWKES | RESTRAINT, {"permission_amber": 1.0}),
    "mobilisation": Mechanism(a_world(calendar=RISING), BASE, {"base_rate": 2.3}),
    "many pieces": Mechanism(
        a_world(days=12.0, calendar=MANY_PIECES), {"base_rate": 9.0} | HAWKES, {"branching_ratio": 0.3}
    ),
    "drift up": Mechanism(
        a_world(drift_from=6.0), {"base_rate": 1.0, "mobilisation_drift": 1.2, "drift_days": 9.0}, {"mobilisation_drift": 0.0}
    ),
    "drift down": Mechanism(
        a_world(drift_from=-4.0, calendar=RISING), BASE | {"mobilisation_drift": -1.0, "drift_days": 9.0}, {"drift_days": 30.0}
    ),
    "denial": Mechanism(a_world(**SHORT_STOCK), BASE | DENIAL, {"value_of_failure": 0.0}),
    "host restraint": Mechanism(
        a_world(calendar=pieces((8.0, 0, 0.4), (22.0, 0, 1.0))), BASE | HAWKES, {"excitation_days": 12.0}
    ),
    "spontaneous fire": Mechanism(
        a_world(EVERYWHERE._replace(spontaneous=0.15, spontaneous_days=0.1)),
        BASE | {"effect_fighters": -0.6, "effect_days": 5.0}, {"effect_fighters": 0.0},
    ),
    "struck every 0.05 day": Mechanism(
        a_world(days=12.0, replay=strikes(*((0.05 * i, i % 2, order("fighters")) for i in range(1, 240)))),
        {"base_rate": 9.0, **HAWKES, "effect_fighters": -0.03, "spill": 0.4, "effect_days": 4.0}, {"spill": 0.0},
    ),
    "everything": Mechanism(
        a_world(
            MIXED._replace(delay_form=UNIFORM, delay_a=0.2, delay_b=2.0, spontaneous=0.05, spontaneous_days=0.1),
            calendar=RISING, interceptors=40, deliveries=(Delivery(0, -1, 4.0, 8),), drift_from=3.0,
        ),
        {"base_rate": 3.0, "excitation_at_start": 0.7, "mobilisation_drift": 0.8, "drift_days": 10.0, "stage_hazard": 0.05}
        | HAWKES | SUPPRESS | BACKLASH | USE | RESOLVE | RESTRAINT | DENIAL | SURPRISE
        | by_class("effect", -0.3) | {"spill": 0.6}, {"branching_ratio": 0.25},
    ),
}  # fmt: skip


def defaults() -> Mapping[str, float]:
    """Every parameter at its default."""
    from tests.worlds import params

    return dict(params()._asdict())
