"""The defender's decision: is a response due, when and where, and what holds it back."""

from typing import Any, NamedTuple

from sim.model.levers import EXPONENTIAL, FIXED, LOGNORMAL, Levers, Rung
from sim.model.numbers import exponential_quantile, lognormal_quantile
from sim.model.spec import INF, NEVER, Field, Mechanism
from sim.model.stocks import munitions_for, political_cost

REMEMBERED = 64  # planned strikes that the tempo looks back on, and the most that can be pending
SLACK = 1e-9  # days; a gap that is short by rounding alone (4.1 - 2.1 < 2) is not too short

MECHANISM = Mechanism(
    "response",
    "Triggers, tempo, consistency, and what holds a response back.",
    (),
    (
        Field("planned", "window", NEVER, "days of the latest strikes planned, in no order"),
        Field("remembered", "run", 0, "how many of them there are"),
        Field("first_strike", "run", INF, "day of the first strike planned"),
        Field("pending", "run", 0, "responses decided and not yet carried out or held back"),
        Field("rung", "run", 0, "rung of the policy's ladder"),
    ),
)

NOTHING, RESPOND, HOLD = 0, 1, 2
UNANSWERED, TEMPO, STOCK, POLITICS, DURATION, PLACE = 1, 2, 3, 4, 5, 6
REASONS = ("", "not answered", "tempo", "stock", "politics", "duration", "place")


class Decision(NamedTuple):
    """What the defender decided."""

    what: int
    reason: int
    delay: float
    place: int


_NOTHING = Decision(NOTHING, 0, 0.0, -1)


def triggered(s: Any, lv: Levers, t: float, weapon: int) -> bool:
    """Is a response due after a reported attack?"""
    if t < lv.active_from:
        return False
    return bool(
        (lv.trigger_attacks > 0 and s.attacks_since[0] >= lv.trigger_attacks)
        or (lv.trigger_casualties > 0 and s.injuries_since[0] >= lv.trigger_casualties)
        or (lv.trigger_weapon >= 0 and weapon == lv.trigger_weapon)
    )


def delay_days(lv: Levers, u: float) -> float:
    """Days from trigger to strike, by the lever's distribution."""
    if lv.delay_form == FIXED:
        return lv.delay_a
    if lv.delay_form == LOGNORMAL:
        return lognormal_quantile(u, lv.delay_a, lv.delay_b)
    if lv.delay_form == EXPONENTIAL:
        return lv.delay_a * exponential_quantile(u)
    return lv.delay_a + (lv.delay_b - lv.delay_a) * u


def place_to_strike(lv: Levers, c: int, places: int, u: float) -> int:
    """The attack's own place where strikes are allowed there, else one of those allowed; -1 if there is none."""
    if c >= 0 and lv.places_allowed >> c & 1:
        return c
    allowed = 0
    for d in range(places):
        allowed += lv.places_allowed >> d & 1
    left = int(u * allowed)
    for d in range(places):
        if lv.places_allowed >> d & 1:
            if left == 0:
                return d
            left -= 1
    return -1


def planned_near(s: Any, due: float, days: float) -> int:
    """Strikes planned less than so many days before or after a day, among the latest 64."""
    n = 0
    for i in range(s.remembered[0]):
        if abs(due - s.planned[i]) < days - SLACK:
            n += 1
    return n


def nearest_planned(s: Any, due: float) -> float:
    """Days between a day and the nearest strike planned, before or after it."""
    nearest = INF
    for i in range(s.remembered[0]):
        nearest = min(nearest, abs(due - s.planned[i]))
    return nearest


def tempo_allows(s: Any, lv: Levers, due: float) -> bool:
    """Shortest gap, most strikes in a window, and room among the pending responses."""
    if s.pending[0] >= REMEMBERED - 1 or nearest_planned(s, due) < lv.min_gap - SLACK:
        return False
    return lv.window_most == 0 or planned_near(s, due, lv.window_days) < lv.window_most


def decide_response(s: Any, lv: Levers, c: int, t: float, u: tuple[float, ...]) -> Decision:
    """A trigger has come: respond, or hold back and why.

    ``u`` holds uniforms for consistency, delay and place. A trigger held back by place, duration or tempo
    stays due; one that could be answered is answered with the share asked for, and spent either way. (Were
    consistency asked first, a trigger that tempo holds back would have to pass it again at each attack.)
    """
    delay = delay_days(lv, u[1])
    place = place_to_strike(lv, c, len(s.share), u[2])
    if place < 0:
        return Decision(HOLD, PLACE, 0.0, c)
    if t + delay - s.first_strike[0] > lv.duration_limit + SLACK:
        return Decision(HOLD, DURATION, 0.0, place)
    if not tempo_allows(s, lv, t + delay):
        return Decision(HOLD, TEMPO, 0.0, place)
    _forget(s)
    if u[0] >= lv.answered_share:
        return Decision(HOLD, UNANSWERED, 0.0, c)
    plan_strike(s, t + delay)
    return Decision(RESPOND, 0, delay, place)


def decide_spontaneous(s: Any, lv: Levers, c: int, t: float, u: float) -> Decision:
    """Does an airborne asset return fire at the point of origin? It waits for no tempo.

    Its place must be allowed, and the limit on how long responses go on holds for it too [E12].
    """
    if t < lv.active_from or u >= lv.spontaneous or not lv.places_allowed >> c & 1:
        return _NOTHING
    if t + lv.spontaneous_days - s.first_strike[0] > lv.duration_limit + SLACK:
        return Decision(HOLD, DURATION, 0.0, c)
    if s.pending[0] >= REMEMBERED - 1:
        return Decision(HOLD, TEMPO, 0.0, c)
    plan_strike(s, t + lv.spontaneous_days)
    _forget(s)
    return Decision(RESPOND, 0, lv.spontaneous_days, c)


def plan_strike(s: Any, due: float) -> None:
    """Note a strike planned for a day in place of the earliest, which is never one still pending."""
    slot = 0
    if s.remembered[0] < REMEMBERED:
        slot = s.remembered[0]
        s.remembered[0] = slot + 1
    else:
        for i in range(1, REMEMBERED):
            if s.planned[i] < s.planned[slot]:
                slot = i
    s.planned[slot] = due
    s.pending[0] = s.pending[0] + 1
    s.first_strike[0] = min(s.first_strike[0], due)


def _forget(s: Any) -> None:
    """Attacks and injuries count anew from here."""
    s.attacks_since[0] = 0
    s.injuries_since[0] = 0


def replay_strike(s: Any, t: float) -> None:
    """A strike of the record: decided and carried out as it was, whatever holds others back."""
    plan_strike(s, t)
    s.pending[0] = s.pending[0] - 1
    _forget(s)


def held_back(s: Any, p: Any, lv: Levers, stock: int, t: float, strength: float) -> int:
    """Why a planned strike can't be carried out now; 0 if it can. The plan is spent either way.

    ``lv`` are the levers now in force, ``stock`` the owner of the munitions when it was decided.
    """
    s.pending[0] = s.pending[0] - 1
    if s.munitions[stock] < munitions_for(p, strength):
        return STOCK
    if political_cost(s, p, t) > lv.political_limit:
        return POLITICS
    return 0


def rung_due(s: Any, rungs: tuple[Rung, ...]) -> int:
    """The highest rung whose count has been reached; the present one if none is higher."""
    due = s.rung[0]
    for i in range(s.rung[0] + 1, len(rungs)):
        r = rungs[i]
        if s.attacks_seen[0] >= r.attacks or s.injuries_seen[0] >= r.injuries or s.deaths_seen[0] >= r.deaths:
            due = i
    return int(due)
