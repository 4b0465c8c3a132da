"""Denial: interception by layers of defence, interceptors that run out, and what failure is worth."""

import math
from typing import Any

from sim.model.levers import Levers
from sim.model.numbers import bounded_exp
from sim.model.spec import Field, Mechanism, Parameter
from sim.model.stage import weights_in_use

MECHANISM = Mechanism(
    "defence",
    "Rounds are engaged one interceptor each while the stock lasts; attacks that fail are worth less.",
    (
        Parameter(
            "salvo_extra",
            "ε",
            "rounds",
            0.0,
            50.0,
            0.0,
            "mean number of rounds in an attack beyond the first",
        ),
        Parameter(
            "value_of_failure",
            "v",
            "log rate",
            0.0,
            10.0,
            0.0,
            "fall of log background if all attacks were stopped",
        ),
    ),
    (
        Field("defence_level", "run", 1.0, "layers of defence; 1 as the record had it"),
        Field("surged", "run", -1, "rung of the policy whose denial is in force; -1 before any"),
        Field("interceptors", "run", 0, "interceptors in stock"),
        Field("interceptors_used", "run", 0, "interceptors spent so far"),
        Field("interceptors_received", "run", 0, "interceptors delivered so far, the first stock among them"),
    ),
)


def interception(s: Any, w: int, level: float) -> float:
    """1 - (1 - q_w)^level: probability that a round of weapon w is stopped by ``level`` independent layers."""
    q = s.weapon_interception[w]
    if q <= 0.0 or level <= 0.0:
        return 0.0
    if q >= 1.0 or level == 1.0:
        return float(q)
    return 1.0 - bounded_exp(level * math.log(1.0 - q))


def share_stopped(s: Any, p: Any, level: float) -> float:
    """Share of attacks all of whose rounds are stopped: Σ_w weight_w · q_w · exp(-ε (1 - q_w))."""
    total = 0.0
    for w in range(len(s.weapon_weight)):
        if s.weapon_stage[w] <= s.stage[0]:
            q = interception(s, w, level)
            total += s.weapon_weight[w] * q * bounded_exp(-p.salvo_extra * (1.0 - q))
    return total / weights_in_use(s)


def denial(s: Any, p: Any) -> float:
    """v · (share stopped now - share stopped at level 1): fall of the log background; below 0 out of stock."""
    if p.value_of_failure == 0.0:
        return 0.0
    level = s.defence_level[0] if s.interceptors[0] > 0 else 0.0
    if level == 1.0:
        return 0.0
    return float(p.value_of_failure * (share_stopped(s, p, level) - share_stopped(s, p, 1.0)))


def spend_interceptors(s: Any, rounds: int) -> int:
    """Engage as many rounds as the stock allows; the number engaged."""
    engaged = min(rounds, s.interceptors[0])
    s.interceptors[0] = s.interceptors[0] - engaged
    s.interceptors_used[0] = s.interceptors_used[0] + engaged
    return int(engaged)


def receive_interceptors(s: Any, p: Any, amount: int) -> bool:
    """Put a delivery in stock; True if the background may have moved (the stock was empty)."""
    if amount == 0:
        return False
    was_empty = s.interceptors[0] == 0
    s.interceptors[0] = s.interceptors[0] + amount
    s.interceptors_received[0] = s.interceptors_received[0] + amount
    return bool(was_empty and p.value_of_failure != 0.0)


def surge_due(s: Any, ladder: tuple[Levers, ...], rung: int) -> bool:
    """Note that a rung's denial comes into force. False if it is the one in force already: it arrives once."""
    before, s.surged[0] = s.surged[0], rung
    if before < 0:
        return True
    old, new = ladder[before], ladder[rung]
    return bool(
        old.defence_level != new.defence_level
        or old.surge_day != new.surge_day
        or old.surge_interceptors != new.surge_interceptors
    )


def set_defence(s: Any, p: Any, level: float) -> bool:
    """Set the level of defence; True if the background may have moved."""
    if s.defence_level[0] == level:
        return False
    s.defence_level[0] = level
    return bool(p.value_of_failure != 0.0)
