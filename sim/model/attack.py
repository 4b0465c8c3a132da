"""Launching an attack: weapon, salvo, interception, harm, and whether it is reported."""

from typing import Any, NamedTuple

from sim.model.capability import use_capability
from sim.model.defence import interception, spend_interceptors
from sim.model.excitation import excite
from sim.model.numbers import binomial_quantile, bounded_exp, heavy_tail_quantile, poisson_quantile
from sim.model.permission import lose_defender
from sim.model.resolve import change_resolve, leave_unanswered
from sim.model.spec import ATTACKS, PERMISSION, WAR, Field, Mechanism, Parameter
from sim.model.stage import choose_weapon
from sim.model.war import raise_tension

MOST_ROUNDS = 30
MOST_HURT = 500

MECHANISM = Mechanism(
    "attack",
    "Marks of an attack. Shares are per attack at the defences of the record, and are scaled to those in force.",
    (
        Parameter(
            "injuring_share",
            "π",
            "share",
            0.0,
            1.0,
            0.0,
            "share of attacks that injure, at the recorded defences",
        ),
        Parameter(
            "injury_scale", "k", "people", 0.0, 1e3, 1.0, "scale of the number injured, a discretised Lomax"
        ),
        Parameter("injury_tail", "α", "", 0.1, 50.0, 1.5, "tail of the number injured"),
        Parameter("tbi_share", "π_b", "share", 0.0, 1.0, 0.0, "share of injuries that are brain injuries"),
        Parameter(
            "fatal_share",
            "π_d",
            "share",
            0.0,
            1.0,
            0.0,
            "share of attacks with a direct death, at the recorded defences",
        ),
        Parameter("fatality_tail", "α_d", "", 0.1, 50.0, 2.3, "tail of the number of direct deaths"),
        Parameter("completeness", "d", "share", 0.0, 1.0, 1.0, "probability that an attack is reported"),
    ),
    (
        Field(
            "hit_share",
            "run",
            1.0,
            "share of attacks that get through at the recorded defences, weighted by harm",
        ),
        Field("attacks_seen", "run", 0, "attacks reported so far"),
        Field("attacks_since", "run", 0, "attacks reported since the last response was decided"),
        Field("injuries_seen", "run", 0, "injured so far"),
        Field("injuries_since", "run", 0, "injured since the last response was decided"),
        Field("deaths_seen", "run", 0, "direct deaths so far"),
    ),
)


class Attack(NamedTuple):
    """What one attack did."""

    weapon: int
    rounds: int
    engaged: int
    stopped: int
    injured: int
    brain_injured: int
    killed: int
    reported: bool
    opened_window: bool
    touched: int


def recorded_hit_share(s: Any, p: Any) -> float:
    """Σ_w weight_w · harm_w · P(a salvo of w gets through one layer) over the weapons in use at the start."""
    total = 0.0
    weights = 0.0
    for w in range(len(s.weapon_weight)):
        if s.weapon_stage[w] <= s.stage[0]:
            q = interception(s, w, 1.0)
            through = 1.0 - q * bounded_exp(-p.salvo_extra * (1.0 - q))
            total += s.weapon_weight[w] * s.weapon_harm[w] * through
            weights += s.weapon_weight[w]
    return total / weights


def harm_probability(s: Any, w: int, share: float) -> float:
    """min(1, share · harm_w / recorded hit share): probability of harm, given that weapon w got through."""
    return float(min(1.0, share * s.weapon_harm[w] / s.hit_share[0]))


def launch_attack(
    s: Any, p: Any, c: int, t: float, kind: tuple[float, ...], harm: tuple[float, ...]
) -> Attack:
    """An attack in place c: writes the state, says what happened.

    One that nobody reports hurts nobody: what hurts is reported, and the record's shares are of reported attacks.
    ``kind`` holds uniforms for group (the engine's), weapon, rounds, report; ``harm`` for interception,
    injuries, brain injuries, deaths.
    """
    excite(s, p, c, t)
    use_capability(s, p, c, t)
    weapon = choose_weapon(s, kind[1])
    rounds = 1 + poisson_quantile(kind[2], p.salvo_extra, MOST_ROUNDS - 1)
    engaged = spend_interceptors(s, rounds)
    touched = ATTACKS if p.value_of_failure != 0.0 and engaged > 0 and s.interceptors[0] == 0 else 0
    stopped = binomial_quantile(harm[0], engaged, interception(s, weapon, s.defence_level[0]))
    reported = kind[3] < p.completeness
    injured, brain_injured, killed = 0, 0, 0
    if stopped < rounds and reported:
        injuring = harm_probability(s, weapon, p.injuring_share)
        if harm[1] < injuring:
            injured = heavy_tail_quantile(harm[1] / injuring, p.injury_scale, p.injury_tail, MOST_HURT)
            brain_injured = binomial_quantile(harm[2], injured, p.tbi_share)
        fatal = harm_probability(s, weapon, p.fatal_share)
        if harm[3] < fatal:
            killed = heavy_tail_quantile(harm[3] / fatal, 1.0, p.fatality_tail, MOST_HURT)
    if injured + killed > 0 and change_resolve(s, p, t, p.resolve_success):
        touched |= ATTACKS
    if killed > 0:
        if lose_defender(s, p, t):
            touched |= PERMISSION
        if raise_tension(s, p, t, killed, 0.0):
            touched |= WAR
    _count(s, reported, injured, killed)
    opened = leave_unanswered(s, p, t)
    return Attack(weapon, rounds, engaged, stopped, injured, brain_injured, killed, reported, opened, touched)


def _count(s: Any, reported: bool, injured: int, killed: int) -> None:
    """What the defender counts: reported attacks, and everyone hurt."""
    if reported:
        s.attacks_seen[0] = s.attacks_seen[0] + 1
        s.attacks_since[0] = s.attacks_since[0] + 1
    s.injuries_seen[0] = s.injuries_seen[0] + injured
    s.injuries_since[0] = s.injuries_since[0] + injured
    s.deaths_seen[0] = s.deaths_seen[0] + killed
