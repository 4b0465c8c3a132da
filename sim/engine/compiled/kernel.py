"""The loop of the compiled engine: what is next, by (time, rank, place, ordinal), and what it does.

It follows ``simpy_engine`` event by event; the rules are the same functions. An engine owns the clock, what
is due, the draws and the records; all else happens in ``sim.model``. The records of ``layout`` go through
every function: w the world, s the state, p the parameters, g the clocks and what waits, y the tally.
"""

from typing import Any

import numpy as np
from numba import njit

from sim.engine import events as ev
from sim.engine.compiled import rules  # noqa: F401  registers the rules
from sim.engine.compiled.jit import keep
from sim.engine.compiled.layout import CLIMB, FRONT, HAZARDS, LEVEL, REPLAY
from sim.engine.compiled.philox import block, three_blocks
from sim.engine.streams import FAR, OPENING_INDEX, STREAM_KEYS
from sim.model.attack import launch_attack
from sim.model.background import mobilise
from sim.model.defence import receive_interceptors, set_defence, surge_due
from sim.model.intensity import bound_under, intensity_under, pressures
from sim.model.numbers import exponential_quantile
from sim.model.permission import change_permission, permission_hazard
from sim.model.resolve import change_resolve, embolden
from sim.model.response import (
    HOLD,
    RESPOND,
    decide_response,
    decide_spontaneous,
    held_back,
    replay_strike,
    rung_due,
    triggered,
)
from sim.model.spec import ATTACKS, INF, NEVER, PERMISSION, STAGE, WAR
from sim.model.stage import climb_stage, stage_hazard
from sim.model.start import begin
from sim.model.stocks import receive_munitions
from sim.model.strike import Order, strike
from sim.model.tally import (
    close,
    count_attack,
    count_casualties,
    count_engaged,
    count_report,
    count_strike,
    count_wider_war,
    week_of,
)
from sim.model.war import war_hazard, widen_war

# Kinds of records in the log. The columns of a row are time, rank, kind, place, and the kind's own (`decode`).
(
    LAUNCHED, INTERCEPTED, HIT, CASUALTIES, REPORTED, DECIDED, HELD, STRUCK, DESTROYED, PERMITTED, SUPPLIED, CLIMBED,
    WIDENED, EMBOLDENED, MOBILISED, STEPPED, RAISED,
) = range(17)  # fmt: skip
CAUSE_ATTACK, CAUSE_SCHEDULE, CAUSE_SPONTANEOUS, CAUSE_RECORD = range(
    4
)  # from the last on: a response of the record
UNANSWERED_WINDOW = -1
SLACK = 1.0 + 1e-9  # a rate may exceed its bound by rounding, as on the SimPy engine

# Ranks of what happens at equal times.
CALENDAR, SURGED, SUPPLY, RECORD, STRIKE = ev.CALENDAR, ev.SURGE, ev.RESUPPLY, ev.REPLAY, ev.STRIKE
PATIENCE, SCHEDULE, FIRST_HAZARD, ATTACK = ev.PATIENCE, ev.SCHEDULE, ev.PERMISSION, ev.ATTACK

_CANDIDATE, _KIND, _HARM, _TRIGGER, _OUTCOME, _PERMISSION, _STAGE, _WAR, _OPENING = (
    np.uint64(STREAM_KEYS[x])
    for x in ("attack.candidate", "attack.kind", "attack.harm", "response.trigger", "strike.outcome",
              "sponsor.permission", "escalation.stage", "escalation.war", "opening.attack")
)  # fmt: skip
_ZERO, _ONE = np.uint64(0), np.uint64(1)


@njit(error_model="numpy")
def _put(g: Any, t: float, rank: int, kind: int, place: int, a: float, b: float) -> Any:
    """Begin a record among the recent ones: its row, or -1 where none are kept."""
    row = g.rows
    g.rows = row + 1
    if g.keep == 0:
        return -1
    g.recent[row, 0] = t
    g.recent[row, 1] = rank
    g.recent[row, 2] = kind
    g.recent[row, 3] = place
    g.recent[row, 4] = a
    g.recent[row, 5] = b
    return row


# Clocks: exponential budgets spent under a bound. Places come first, then permission, stage and wider war.


@njit(error_model="numpy")
def _wind(g: Any, i: int, t: float, bound: float) -> None:
    """Set a clock going under a bound, with what is left of its budget."""
    wait = g.budget[i] / bound if bound > 0.0 else INF
    g.start[i] = t
    g.bound[i] = bound
    g.due[i] = t + wait if wait < FAR else INF


@njit(error_model="numpy")
def _spend(g: Any, i: int, t: float) -> None:
    """A jump: what a clock has not spent of its budget is left to it."""
    g.budget[i] = max(0.0, g.budget[i] - g.bound[i] * (t - g.start[i]))


@njit(error_model="numpy")
def _take_candidate(g: Any, c: int, u: Any) -> None:
    """The next candidate of a place, by its draws."""
    g.budget[c] = exponential_quantile(u[0])
    g.accept[c] = u[1]


@njit(error_model="numpy")
def _next_hazard(g: Any, i: int, h: int) -> None:
    """Draw the next candidate of permission (0), stage (1) or wider war (2), whose clock is i."""
    u = block(g, _PERMISSION if h == 0 else (_STAGE if h == 1 else _WAR), _ZERO, g.index[i])
    g.budget[i] = exponential_quantile(u[0])
    g.accept[i] = u[1]
    g.extra[i] = u[2]


@njit(error_model="numpy")
def _hazard(s: Any, p: Any, h: int, t: float) -> Any:
    """The hazard of permission (0), stage (1) or wider war (2); each is its own bound."""
    if h == 0:
        return permission_hazard(s, p, t)
    return stage_hazard(s, p, t) if h == 1 else war_hazard(s, p, t)


@njit(error_model="numpy")
def _replan(w: Any, s: Any, p: Any, g: Any, ringing: int, t: float) -> None:
    """Wind anew every clock whose hazard was touched, but the one that is ringing (-1: none)."""
    if g.touched & ATTACKS:
        for c in range(w.places):
            if c != ringing:
                _spend(g, c, t)
                _wind(g, c, t, bound_under(s, p, c, t, pressures(s, p, c, t)[1]))
    if g.touched & (PERMISSION | STAGE | WAR):
        first = len(s.share)
        for h in range(HAZARDS):
            bit = PERMISSION if h == 0 else (STAGE if h == 1 else WAR)
            if g.touched & bit and ringing != first + h:
                _spend(g, first + h, t)
                _wind(g, first + h, t, _hazard(s, p, h, t))


# What the attackers do. What an event touches is gathered in g.touched.


@njit(error_model="numpy")
def _attack(w: Any, s: Any, p: Any, g: Any, y: Any, c: int, k: int, t: float) -> Any:
    """An attack in place c, with the marks of candidate k. The draws of the candidate after it."""
    kind, harm, after = three_blocks(g, w.place_keys[c], k, _KIND, k, _HARM, g.index[c] + 1, _CANDIDATE)
    a = launch_attack(s, p, c, t, kind, harm)
    g.attacks = g.attacks + 1
    n = g.attacks
    g.touched |= a.touched
    count_attack(y, c, t)
    row = _put(g, t, ATTACK, LAUNCHED, c, n, kind[0])
    if row >= 0:
        g.recent[row, 6] = a.weapon
        g.recent[row, 7] = a.rounds
    if a.engaged > 0:
        count_engaged(y, c, a.engaged)
        row = _put(g, t, ATTACK, INTERCEPTED, c, n, a.engaged)
        if row >= 0:
            g.recent[row, 6] = a.stopped
            g.recent[row, 7] = a.rounds
    if a.stopped < a.rounds:
        _put(g, t, ATTACK, HIT, c, n, a.rounds - a.stopped)
    if a.injured + a.killed > 0:
        count_casualties(y, c, a.injured, a.brain_injured, a.killed)
        row = _put(g, t, ATTACK, CASUALTIES, c, n, a.injured)
        if row >= 0:
            g.recent[row, 6] = a.brain_injured
            g.recent[row, 7] = a.killed
    if a.reported:
        count_report(y, c)
        _put(g, t, ATTACK, REPORTED, c, n, 0.0)
        _watch(w, s, p, g, c, k, a.weapon, t)
    return after


@njit(error_model="numpy")
def _place_of_opening(w: Any, s: Any, g: Any) -> Any:
    """Where the attack falls that opens a run: drawn by the places' shares of the background."""
    left = block(g, _OPENING, _ZERO, 0)[0]
    c = 0
    while c < w.places - 1 and left >= s.share[c]:
        left -= s.share[c]
        c += 1
    return c


# What the defender does.


@njit(error_model="numpy")
def _watch(w: Any, s: Any, p: Any, g: Any, c: int, k: int, weapon: int, t: float) -> None:
    """The defender sees a reported attack, climbs its ladder, and decides."""
    _climb(w, s, p, g, rung_due(s, w.climb), t)
    lv = w.levers[s.rung[0]]
    due = triggered(s, lv, t, weapon)
    if not due and lv.spontaneous <= 0.0:
        return
    u = block(g, _TRIGGER, w.place_keys[c], k)
    shot = decide_spontaneous(s, lv, c, t, u[3])
    if shot.what == RESPOND:
        fire = Order(0.0, 1.0, 0.0, 0.0, lv.strength, lv.care, lv.clarity, shot.delay)
        _decide(g, t, ATTACK, shot.place, shot.delay, fire, lv.stock, CAUSE_SPONTANEOUS)
    elif shot.what == HOLD:
        _put(g, t, ATTACK, HELD, c, 0, shot.reason)
    elif due:
        _decide_by_levers(s, lv, g, u, c, t, ATTACK, CAUSE_ATTACK)


@njit(error_model="numpy")
def _decide_by_levers(s: Any, lv: Any, g: Any, u: Any, c: int, t: float, rank: int, cause: int) -> None:
    """A trigger has come: a response by the levers in force, or none and why."""
    d = decide_response(s, lv, c, t, u)
    if d.what == HOLD:
        _put(g, t, rank, HELD, d.place, 0, d.reason)
        return
    order = Order(
        lv.infrastructure, lv.fighters, lv.sponsor, lv.leader, lv.strength, lv.care, lv.clarity, d.delay
    )
    _decide(g, t, rank, d.place, d.delay, order, lv.stock, cause)


@njit(error_model="numpy")
def _decide(g: Any, t: float, rank: int, c: int, delay: float, order: Any, stock: int, cause: int) -> None:
    """Record a decision; the response waits out its delay."""
    g.responses = g.responses + 1
    row = _put(g, t, rank, DECIDED, c, g.responses, t + delay)
    if row >= 0:
        g.recent[row, 6] = delay
        g.recent[row, 7] = cause
    i = g.waiting
    g.waiting = i + 1
    g.strike_due[i] = t + delay
    g.strike_place[i] = c
    g.strike_number[i] = g.responses
    g.strike_stock[i] = stock
    x = g.order[i]
    x.infrastructure, x.fighters, x.sponsor, x.leader = (
        order.infrastructure,
        order.fighters,
        order.sponsor,
        order.leader,
    )
    x.strength, x.care, x.clarity, x.delay = order.strength, order.care, order.clarity, order.delay  # fmt: skip


@njit(error_model="numpy")
def _next_response(g: Any) -> Any:
    """The pending response that is due first, by (time, place, number); -1 if there is none."""
    first = -1
    for i in range(g.waiting):
        if (
            first < 0
            or g.strike_due[i] < g.strike_due[first]
            or (
                g.strike_due[i] == g.strike_due[first]
                and (
                    g.strike_place[i] < g.strike_place[first]
                    or (
                        g.strike_place[i] == g.strike_place[first]
                        and g.strike_number[i] < g.strike_number[first]
                    )
                )
            )
        ):
            first = i
    return first


@njit(error_model="numpy")
def _ordered(x: Any) -> Any:
    """The order in a record."""
    return Order(x.infrastructure, x.fighters, x.sponsor, x.leader, x.strength, x.care, x.clarity, x.delay)


@njit(error_model="numpy")
def _respond(w: Any, s: Any, p: Any, g: Any, y: Any, i: int, t: float) -> None:
    """A pending response comes due: a strike, or held back. The last of those that wait takes its place."""
    c, n, stock, order = g.strike_place[i], g.strike_number[i], g.strike_stock[i], _ordered(g.order[i])
    last = g.waiting - 1
    g.waiting = last
    g.strike_due[i] = g.strike_due[last]
    g.strike_place[i] = g.strike_place[last]
    g.strike_number[i] = g.strike_number[last]
    g.strike_stock[i] = g.strike_stock[last]
    g.order[i] = g.order[last]
    reason = held_back(s, p, w.levers[s.rung[0]], stock, t, order.strength)
    if reason:
        _put(g, t, STRIKE, HELD, c, n, reason)
    else:
        _strike(s, p, g, y, n, c, order, stock, STRIKE, n, t)


@njit(error_model="numpy")
def _strike(
    s: Any, p: Any, g: Any, y: Any, n: int, c: int, order: Any, stock: int, rank: int, luck: int, t: float
) -> None:
    """Carry out a strike, with the draws of this index."""
    u = block(g, _OUTCOME, _ONE if rank == RECORD else _ZERO, luck)
    done = strike(s, p, c, t, order, stock, u)
    count_strike(y, c, done.munitions, done.political_cost)
    row = _put(g, t, rank, STRUCK, c, n, order.infrastructure)
    if row >= 0:
        g.recent[row, 6] = order.fighters
        g.recent[row, 7] = order.sponsor
        g.recent[row, 8] = order.leader
        g.recent[row, 9] = order.strength
        g.recent[row, 10] = order.clarity
        g.recent[row, 11] = done.munitions
        g.recent[row, 12] = done.political_cost
    row = _put(g, t, rank, DESTROYED, c, n, done.destroyed)
    if row >= 0:
        g.recent[row, 6] = done.killed
        g.recent[row, 7] = done.harmed
    g.touched |= done.touched


@njit(error_model="numpy")
def _climb(w: Any, s: Any, p: Any, g: Any, rung: int, t: float) -> None:
    """Climb the ladder of the policy."""
    if rung > s.rung[0]:
        s.rung[0] = rung
        _put(g, t, SURGED, STEPPED, -1, rung, 0.0)
        if t >= w.levers[rung].surge_day:
            _raise_defence(w, s, p, g, rung, t)


@njit(error_model="numpy")
def _raise_defence(w: Any, s: Any, p: Any, g: Any, rung: int, t: float) -> None:
    """Set a rung's level of defence and add its interceptors, once."""
    lv = w.levers[rung]
    if not surge_due(s, w.levers, rung):
        return
    if s.defence_level[0] == lv.defence_level and lv.surge_interceptors == 0:
        return
    moved = receive_interceptors(s, p, lv.surge_interceptors)
    moved |= set_defence(s, p, lv.defence_level)
    _put(g, t, SURGED, RAISED, -1, lv.defence_level, lv.surge_interceptors)
    g.touched |= ATTACKS if moved else 0


# What is dated, and what comes again and again.


@njit(error_model="numpy")
def _happen(w: Any, s: Any, p: Any, g: Any, y: Any, d: Any, t: float) -> None:
    """A dated event, but for an opening attack."""
    moved = False
    if d.what == LEVEL:
        moved = mobilise(s, d.place, d.level)
        _put(g, t, CALENDAR, MOBILISED, d.place, d.level, 0.0)
    elif d.what == FRONT:
        moved = change_resolve(s, p, t, p.resolve_success)
        _put(g, t, CALENDAR, EMBOLDENED, d.place, d.index, 0.0)
    elif d.what == CLIMB:
        _climb(w, s, p, g, d.index, t)
    elif d.what == REPLAY:
        replay_strike(s, t)
        g.responses = g.responses + 1
        row = _put(g, t, RECORD, DECIDED, d.place, g.responses, t)
        if row >= 0:
            g.recent[row, 6] = d.delay
            g.recent[row, 7] = CAUSE_RECORD + d.index
        _strike(s, p, g, y, g.responses, d.place, _ordered(d), -1, RECORD, d.index + 1, t)
    elif s.rung[0] == d.index:
        _raise_defence(w, s, p, g, d.index, t)
    g.touched |= ATTACKS if moved else 0


@njit(error_model="numpy")
def _deliver(d: Any, s: Any, p: Any, g: Any, t: float) -> None:
    """A delivery to a stock, on the rung that it belongs to (below 0: on any)."""
    if d.rung >= 0 and s.rung[0] != d.rung:
        return
    if d.stock < 0:
        if receive_interceptors(s, p, d.amount):
            g.touched |= ATTACKS
        level = s.interceptors[0]
    else:
        receive_munitions(s, d.stock, d.amount)
        level = s.munitions[d.stock]
    row = _put(g, t, SUPPLY, SUPPLIED, -1, d.stock, d.amount)
    if row >= 0:
        g.recent[row, 6] = level


@njit(error_model="numpy")
def _first(due: Any, n: int) -> Any:
    """Index of the earliest of the first n, the first of those that tie; -1 of none."""
    first = -1
    for i in range(n):
        if first < 0 or due[i] < due[first]:
            first = i
    return first


@njit(error_model="numpy")
def _soonest(w: Any, s: Any, p: Any, g: Any, supply: int, schedule: int, response: int, date: int) -> Any:
    """The least of (time, rank) of all but the candidates of attacks: time, rank, clock, and whether it is dated."""
    t, rank, clock = INF, ATTACK, -1
    first = len(s.share)
    for i in range(HAZARDS):
        h = HAZARDS - 1 - i
        if g.due[first + h] <= t:
            t, rank, clock = g.due[first + h], FIRST_HAZARD + h, first + h
    if g.schedule[schedule] <= t:
        t, rank, clock = g.schedule[schedule], SCHEDULE, -1
    if s.unanswered_since[0] != NEVER and s.unanswered_since[0] + p.answer_window_days <= t:
        t, rank, clock = s.unanswered_since[0] + p.answer_window_days, PATIENCE, -1
    if response >= 0 and g.strike_due[response] <= t:
        t, rank, clock = g.strike_due[response], STRIKE, -1
    if supply >= 0 and g.supply[supply] <= t:
        t, rank, clock = g.supply[supply], SUPPLY, -1
    if date < w.dates and (
        w.dated[date].time < t or (w.dated[date].time == t and w.dated[date].rank <= rank)
    ):
        return w.dated[date].time, w.dated[date].rank, -1, True
    return t, rank, clock, False


@njit(error_model="numpy")
def _ring(s: Any, p: Any, g: Any, y: Any, h: int, extra: float, t: float) -> None:
    """A candidate of permission (0), stage (1) or wider war (2) was accepted."""
    if h == 0:
        _put(g, t, FIRST_HAZARD, PERMITTED, -1, change_permission(s, p, t, extra), 0.0)
        g.touched |= ATTACKS
    elif h == 1:
        _put(g, t, FIRST_HAZARD + 1, CLIMBED, -1, climb_stage(s), 0.0)
        g.touched |= ATTACKS
    else:
        widen_war(s)
        count_wider_war(y)
        _put(g, t, FIRST_HAZARD + 2, WIDENED, -1, 0.0, 0.0)


@njit(error_model="numpy")
def _begin(w: Any, s: Any, p: Any, shares: Any, g: Any) -> None:
    """Time 0: the state as the run's parameters have it, and every clock going."""
    begin(s, p, shares)
    for c in range(w.places):
        g.index[c] = 0
        _take_candidate(g, c, block(g, _CANDIDATE, w.place_keys[c], 0))
        _wind(g, c, 0.0, bound_under(s, p, c, 0.0, pressures(s, p, c, 0.0)[1]))
    first = len(s.share)
    for h in range(HAZARDS):
        g.index[first + h] = 0
        _next_hazard(g, first + h, h)
        _wind(g, first + h, 0.0, _hazard(s, p, h, 0.0))
    for i in range(w.deliveries):
        g.supply[i] = 0.0 + w.delivery[i].every
    for i in range(w.rungs):
        g.turn[i] = 0
        g.schedule[i] = 0.0 + w.levers[i].schedule_first if w.levers[i].schedule_every > 0.0 else INF


@njit(error_model="numpy")
def run_one(w: Any, s: Any, p: Any, shares: Any, g: Any, y: Any, weeks: Any, log: Any) -> Any:
    """One run, from a furnished state to the horizon: how many records it left, or -1 at a broken bound.

    Records go to ``log`` while it has room.
    """
    _begin(w, s, p, shares, g)
    supply, schedule = _first(g.supply, w.deliveries), _first(g.schedule, w.rungs)
    response, date, left = -1, 0, 0
    soon, soon_rank, soon_clock, soon_dated, window, stale = INF, 0, -1, False, NEVER, True
    while True:
        # The least of (time, rank, place, ordinal). Attacks have the last rank; of places, the first goes first.
        if stale:
            soon, soon_rank, soon_clock, soon_dated = _soonest(w, s, p, g, supply, schedule, response, date)
            window, stale = s.unanswered_since[0], False
        clock, rank, is_dated = 0, ATTACK, False
        for c in range(1, w.places):
            if g.due[c] < g.due[clock]:
                clock = c
        t = g.due[clock]
        if soon <= t:
            t, rank, clock, is_dated = soon, soon_rank, soon_clock, soon_dated
        if not t < w.horizon:
            break
        g.touched = 0
        g.rows = 0
        attacks, decided = g.attacks, g.responses
        if rank == ATTACK:
            if is_dated:
                date += 1
                _attack(w, s, p, g, y, _place_of_opening(w, s, g), OPENING_INDEX, t)
                g.touched |= ATTACKS
            else:
                now, most = pressures(s, p, clock, t)
                rate = intensity_under(s, p, clock, t, now)
                if rate > g.bound[clock] * SLACK:
                    return -1
                if g.accept[clock] * g.bound[clock] < rate:
                    u = _attack(w, s, p, g, y, clock, g.index[clock], t)
                    if g.touched & ATTACKS:
                        most = pressures(s, p, clock, t)[1]
                else:
                    u = block(g, _CANDIDATE, w.place_keys[clock], g.index[clock] + 1)
                g.index[clock] += 1
                _take_candidate(g, clock, u)
                _wind(g, clock, t, bound_under(s, p, clock, t, most))
            if g.attacks != attacks:
                weeks[week_of(t, len(weeks))] += 1
        elif is_dated:
            _happen(w, s, p, g, y, w.dated[date], t)
            date += 1
        elif rank >= FIRST_HAZARD:
            h = rank - FIRST_HAZARD
            rate = _hazard(s, p, h, t)
            if rate > g.bound[clock] * SLACK:
                return -1
            if g.accept[clock] * g.bound[clock] < rate:
                _ring(s, p, g, y, h, g.extra[clock], t)
            g.index[clock] += 1
            _next_hazard(g, clock, h)
            _wind(g, clock, t, _hazard(s, p, h, t))
        elif rank == STRIKE:
            _respond(w, s, p, g, y, response, t)
            decided = -1
        elif rank == SUPPLY:
            _deliver(w.delivery[supply], s, p, g, t)
            g.supply[supply] = t + w.delivery[supply].every
            supply = _first(g.supply, w.deliveries)
        elif rank == SCHEDULE:
            lv = w.levers[schedule]
            if s.rung[0] == schedule and t >= lv.active_from:
                u = block(g, _TRIGGER, _ZERO, g.turn[schedule])
                _decide_by_levers(s, lv, g, u, -1, t, SCHEDULE, CAUSE_SCHEDULE)
            g.turn[schedule] += 1
            g.schedule[schedule] = t + lv.schedule_every
            schedule = _first(g.schedule, w.rungs)
        elif embolden(s, p, t, s.unanswered_since[0]):
            _put(g, t, PATIENCE, EMBOLDENED, -1, UNANSWERED_WINDOW, 0.0)
            g.touched |= ATTACKS
        if g.touched:
            _replan(w, s, p, g, clock, t)
        if g.responses != decided:
            response = _next_response(g)
        if (
            rank != ATTACK
            or is_dated
            or g.touched
            or g.responses != decided
            or s.unanswered_since[0] != window
        ):
            stale = True
        if g.keep:
            for row in range(g.rows):
                if left + row < log.shape[0]:
                    log[left + row, :] = g.recent[row, :]
        left += g.rows
    close(y, w.horizon)
    return left


@keep
@njit(nogil=True, error_model="numpy")
def run_many(
    world: Any, start: Any, params: Any, shares: Any, seed: Any, replications: Any, salt: Any,
    state: Any, clocks: Any, empty: Any, tallies: Any, weeks: Any, log: Any, rows: Any, first: int, last: int,
) -> None:  # fmt: skip
    """Runs ``first`` to ``last`` of a batch: fills ``tallies``, ``weeks`` and ``rows`` (-1 at a broken bound).

    ``state`` and ``clocks`` are room for one run; ``log`` has room for the records of one run, or none.
    """
    g = clocks[0]
    g.seed = seed
    g.salt = salt
    g.keep = 1 if log.shape[0] > 0 else 0
    for r in range(first, last):
        state[0] = start[0]
        tallies[r] = empty[0]
        g.replication = replications[r]
        g.waiting = 0
        g.attacks = 0
        g.responses = 0
        rows[r] = run_one(world[0], state[0], params[r], shares[r], g, tallies[r], weeks[r], log)
