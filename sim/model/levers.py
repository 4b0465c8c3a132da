"""The levers of a policy, as the numbers that the rules read: one set for each rung of its ladder."""

from typing import NamedTuple

from sim.model.spec import INF

FIXED, LOGNORMAL, UNIFORM, EXPONENTIAL = 0, 1, 2, 3


class Levers(NamedTuple):
    """Every lever of DESIGN 2 on one rung. 0 (or -1 for a weapon) switches a trigger off."""

    active_from: float = 0.0  # day before which nothing triggers a response
    trigger_attacks: int = 0  # reported attacks since the last response
    trigger_casualties: int = 0  # injured since the last response
    trigger_weapon: int = -1  # index of a weapon that triggers by itself
    schedule_first: float = 0.0  # day of the first scheduled response
    schedule_every: float = 0.0  # days between scheduled responses
    delay_form: int = FIXED
    delay_a: float = 0.0  # days: fixed value, median, low end, or mean
    delay_b: float = 0.0  # sigma of a log-normal, high end of a uniform
    min_gap: float = 0.0  # shortest gap between strikes, days
    window_most: int = 0  # most strikes in a window; 0 is no limit
    window_days: float = 0.0
    answered_share: float = 1.0  # share of triggers that are answered
    infrastructure: float = 1.0  # shares of targets, together 1
    fighters: float = 0.0
    sponsor: float = 0.0
    leader: float = 0.0
    strength: float = 1.0  # 1 is the unit strike of the record
    care: float = 0.0  # share of civilian harm avoided
    clarity: float = 0.5
    places_allowed: int = 0  # bit c is set where a strike is allowed
    spontaneous: float = 0.0  # probability that an airborne asset answers from the point of origin
    spontaneous_days: float = 0.0
    duration_limit: float = INF  # days for which responses may go on
    political_limit: float = INF  # felt political cost above which a response is held back
    stock: int = 0  # owner of the munitions
    defence_level: float = 1.0
    surge_day: float = 0.0  # day from which the defence level and the added interceptors hold
    surge_interceptors: int = 0


class Rung(NamedTuple):
    """What makes a policy climb to a rung; infinite where a condition is not set."""

    attacks: float = INF
    injuries: float = INF
    deaths: float = INF
    day: float = INF
