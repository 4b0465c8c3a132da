"""A strike: what it destroys, whom it kills, what it costs, and what it does to the attackers."""

from typing import Any, NamedTuple

from sim.model.capability import destroy_capability
from sim.model.effects import jump
from sim.model.expectation import learn, surprise
from sim.model.numbers import bounded_exp, poisson_quantile
from sim.model.permission import strike_sponsor
from sim.model.resolve import answer, change_resolve
from sim.model.spec import ATTACKS, PERMISSION, STAGE, TARGETS, WAR, Mechanism, Parameter
from sim.model.stocks import munitions_for, pay_politically, spend_munitions
from sim.model.war import raise_tension

MOST_KILLED = 200
MOST_STRENGTH = 1e6

MECHANISM = Mechanism(
    "strike",
    "Marks of a strike, by class of target.",
    (
        *(
            Parameter(
                f"killed_{x}",
                f"m_{x}",
                "people",
                0.0,
                50.0,
                0.0,
                f"mean killed by a strike of strength 1 on {x}",
            )
            for x in TARGETS
        ),
        *(
            Parameter(
                f"harm_{x}",
                f"c_{x}",
                "probability",
                0.0,
                1.0,
                0.0,
                f"that a careless strike on {x} harms civilians",
            )
            for x in TARGETS
        ),
    ),
)


class Order(NamedTuple):
    """A strike as ordered: shares of targets, strength (1 is the unit strike), care, clarity, delay (below 0 unknown)."""

    infrastructure: float
    fighters: float
    sponsor: float
    leader: float
    strength: float
    care: float
    clarity: float
    delay: float


class Strike(NamedTuple):
    """What one strike did."""

    munitions: int
    political_cost: float
    destroyed: float
    killed: int
    harmed: bool
    touched: int


def mixed(o: Order, infrastructure: float, fighters: float, sponsor: float, leader: float) -> float:
    """Mean of a figure over the shares of targets."""
    return o.infrastructure * infrastructure + o.fighters * fighters + o.sponsor * sponsor + o.leader * leader


def power(strength: float, exponent: float) -> float:
    """strength^γ; 0 at strength 0, whatever the exponent. Strength counts up to 1e6, so that nothing overflows."""
    return 0.0 if strength <= 0.0 else float(min(MOST_STRENGTH, strength) ** exponent)


def suppression_jump(s: Any, p: Any, o: Order, t: float, munitions: int) -> float:
    """σ · strength^γ · (1 + surprise) · (1 + ω (clarity - 1/2)) · exp(-delay/τ_D); an unknown delay discounts nothing."""
    sigma = mixed(
        o, p.suppression_infrastructure, p.suppression_fighters, p.suppression_sponsor, p.suppression_leader
    )
    if sigma == 0.0:
        return 0.0
    said = 1.0 + p.clarity_weight * (o.clarity - 0.5)
    late = bounded_exp(-o.delay / p.attribution_days) if o.delay > 0.0 else 1.0
    surprised = 1.0 + surprise(s, p, t, o.strength, munitions)
    return float(sigma * power(o.strength, p.strength_exponent) * surprised * said * late)


def backlash_jump(p: Any, o: Order, harmed: bool) -> float:
    """β · strength^γ + χ · civilian harm."""
    beta = mixed(o, p.backlash_infrastructure, p.backlash_fighters, p.backlash_sponsor, p.backlash_leader)
    return float(beta * power(o.strength, p.strength_exponent) + (p.harm_backlash if harmed else 0.0))


def net_jump(p: Any, o: Order) -> float:
    """A · strength^γ: the whole effect under M3 and M4."""
    amplitude = mixed(o, p.effect_infrastructure, p.effect_fighters, p.effect_sponsor, p.effect_leader)
    return amplitude * power(o.strength, p.strength_exponent)


def affect(s: Any, p: Any, c: int, t: float, net: float, down: float, up: float) -> bool:
    """Add the jumps in the place struck, and their spilled share everywhere else; True if anything moved."""
    moved = False
    for d in range(len(s.share)):
        part = 1.0 if d == c else p.spill
        moved |= jump(s.net, s.net_since, d, t, p.effect_days, net * part)
        moved |= jump(s.suppression, s.suppression_since, d, t, p.suppression_days, down * part)
        moved |= jump(s.backlash, s.backlash_since, d, t, p.backlash_days, up * part)
    return moved


def strike(s: Any, p: Any, c: int, t: float, o: Order, stock: int, u: tuple[float, ...]) -> Strike:
    """Carry out a strike in place c: writes the state, says what happened.

    ``stock`` is the owner of the munitions, or -1 for a strike of the record: what that took, by the same rule, is
    recorded as its cost and comes out of no stock. ``u`` holds uniforms for the killed and for civilian harm.
    """
    munitions = munitions_for(p, o.strength)
    in_stock = s.munitions[max(stock, 0)]
    if stock >= 0:
        spend_munitions(s, stock, munitions)
    cost = pay_politically(s, p, c, t, o.strength)
    mean_killed = o.strength * mixed(
        o, p.killed_infrastructure, p.killed_fighters, p.killed_sponsor, p.killed_leader
    )
    killed = poisson_quantile(u[0], min(50.0, mean_killed), MOST_KILLED)
    careless = mixed(o, p.harm_infrastructure, p.harm_fighters, p.harm_sponsor, p.harm_leader)
    harmed = o.strength > 0.0 and u[1] < careless * (1.0 - o.care)
    down = suppression_jump(s, p, o, t, in_stock)
    touched = 0
    if affect(s, p, c, t, net_jump(p, o), down, backlash_jump(p, o, harmed)):
        touched |= ATTACKS | STAGE
    loss = o.strength * mixed(
        o, p.attrition_infrastructure, p.attrition_fighters, p.attrition_sponsor, p.attrition_leader
    )
    destroyed = destroy_capability(s, p, c, t, loss)
    if change_resolve(s, p, t, -p.resolve_cost * o.strength):
        touched |= ATTACKS
    if o.strength > 0.0:  # a strike of no strength teaches nothing and answers nothing
        learn(s, p, t, o.strength)
        answer(s)
    if o.sponsor * o.strength > 0.0 and strike_sponsor(s, p, t, o.sponsor):
        touched |= PERMISSION
    if raise_tension(s, p, t, killed, o.sponsor * o.strength):
        touched |= WAR
    return Strike(munitions, cost, destroyed, killed, bool(harmed), touched)
