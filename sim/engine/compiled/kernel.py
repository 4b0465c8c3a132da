"""The loop of the compiled engine: what is next, by (time, rank, place, ordinal), and what it does.

It follows ``simpy_engine`` event by event; the rules are the same functions. An engine owns the clock, what
is due, the draws and the records; all else happens in ``sim.model``.
"""

from typing import Any

import numpy as np
from numba import njit

from sim.engine.compiled import rules  # noqa: F401  registers the rules
from sim.engine.compiled.jit import keep
from sim.engine.compiled.layout import CLIMB, FRONT, HAZARDS, LEVEL, OPENING, REPLAY
from sim.engine.compiled.philox import block
from sim.engine.events import (
    ATTACK,
    CALENDAR,
    PATIENCE,
    RESUPPLY,
    SCHEDULE,
    STRIKE,
    SURGE,
)
from sim.engine.events import PERMISSION as PERMISSION_RANK
from sim.engine.events import REPLAY as REPLAY_RANK
from sim.engine.events import STAGE as STAGE_RANK
from sim.engine.events import WAR as WAR_RANK
from sim.engine.streams import FAR, OPENING_INDEX, STREAM_KEYS
from sim.model.attack import launch_attack
from sim.model.background import mobilise
from sim.model.defence import receive_interceptors, set_defence, surge_due
from sim.model.intensity import intensity, intensity_bound
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
    WEEK_DAYS,
    close,
    count_attack,
    count_casualties,
    count_engaged,
    count_report,
    count_strike,
    count_wider_war,
)
from sim.model.war import war_hazard, widen_war

# Records in the log: a row of numbers each, read by `decode`. The numbers of a kind stand in that module.
WIDTH = 13
(
    LAUNCHED, INTERCEPTED, HIT, CASUALTIES, REPORTED, DECIDED, HELD, STRUCK, DESTROYED, PERMITTED, SUPPLIED, CLIMBED,
    WIDENED, EMBOLDENED, MOBILISED, STEPPED, RAISED,
) = range(17)  # fmt: skip
CAUSE_ATTACK, CAUSE_SCHEDULE, CAUSE_SPONTANEOUS, CAUSE_RECORD = range(
    4
)  # from the last on: a response of the record
UNANSWERED_WINDOW = -1
SLACK = 1.0 + 1e-9  # a rate may exceed its bound by rounding, as on the SimPy engine

_CANDIDATE = np.uint64(STREAM_KEYS["attack.candidate"])
_KIND = np.uint64(STREAM_KEYS["attack.kind"])
_HARM = np.uint64(STREAM_KEYS["attack.harm"])
_TRIGGER = np.uint64(STREAM_KEYS["response.trigger"])
_OUTCOME = np.uint64(STREAM_KEYS["strike.outcome"])
_PERMISSION = np.uint64(STREAM_KEYS["sponsor.permission"])
_STAGE = np.uint64(STREAM_KEYS["escalation.stage"])
_WAR = np.uint64(STREAM_KEYS["escalation.war"])
_OPENING = np.uint64(STREAM_KEYS["opening.attack"])
_ZERO = np.uint64(0)
_ONE = np.uint64(1)


@njit
def _put(log: Any, g: Any, t: float, rank: int, kind: int, place: int, a: float, b: float) -> Any:
    """Begin a record: its row, or -1 where none is kept. Rows past the room are counted, not written."""
    row = g.rows
    g.rows = row + 1
    if row >= log.shape[0]:
        return -1
    log[row, 0] = t
    log[row, 1] = rank
    log[row, 2] = kind
    log[row, 3] = place
    log[row, 4] = a
    log[row, 5] = b
    return row


# Clocks: exponential budgets spent under a bound.


@njit
def _wind(s: Any, p: Any, g: Any, room: int, i: int, t: float) -> None:
    """Set a clock going under the bound of now, with what is left of its budget."""
    if i < room:
        bound = intensity_bound(s, p, i, t)
    elif i == room:
        bound = permission_hazard(s, p, t)
    elif i == room + 1:
        bound = stage_hazard(s, p, t)
    else:
        bound = war_hazard(s, p, t)
    wait = g.budget[i] / bound if bound > 0.0 else INF
    g.start[i] = t
    g.bound[i] = bound
    g.due[i] = t + wait if wait < FAR else INF


@njit
def _draw(w: Any, s: Any, p: Any, g: Any, room: int, address: Any, i: int, t: float) -> None:
    """The next candidate of a clock."""
    if i < room:
        u = block(address, _CANDIDATE, w.place_keys[i], g.index[i])
    elif i == room:
        u = block(address, _PERMISSION, _ZERO, g.index[i])
    elif i == room + 1:
        u = block(address, _STAGE, _ZERO, g.index[i])
    else:
        u = block(address, _WAR, _ZERO, g.index[i])
    g.budget[i] = exponential_quantile(u[0])
    g.accept[i] = u[1]
    g.extra[i] = u[2]
    _wind(s, p, g, room, i, t)


@njit
def _rewind(s: Any, p: Any, g: Any, room: int, i: int, t: float) -> None:
    """A jump: the unspent remainder of a clock's budget goes on under the bound of now."""
    g.budget[i] = max(0.0, g.budget[i] - g.bound[i] * (t - g.start[i]))
    _wind(s, p, g, room, i, t)


@njit
def _replan(w: Any, s: Any, p: Any, g: Any, room: int, touched: int, ringing: int, t: float) -> None:
    """Rewind every clock whose hazard was touched, but the one that is ringing (-1: none)."""
    if touched & ATTACKS:
        for c in range(w.places):
            if c != ringing:
                _rewind(s, p, g, room, c, t)
    if touched & PERMISSION and ringing != room:
        _rewind(s, p, g, room, room, t)
    if touched & STAGE and ringing != room + 1:
        _rewind(s, p, g, room, room + 1, t)
    if touched & WAR and ringing != room + 2:
        _rewind(s, p, g, room, room + 2, t)


# What the attackers do.


@njit
def _attack(
    w: Any, levers: Any, rungs: Any, s: Any, p: Any, g: Any, y: Any, weeks: Any, log: Any, address: Any,
    c: int, k: int, t: float,
) -> Any:  # fmt: skip
    """An attack in place c, with the marks of candidate k; what it touched."""
    kind = block(address, _KIND, w.place_keys[c], k)
    a = launch_attack(s, p, c, t, kind, block(address, _HARM, w.place_keys[c], k))
    g.attacks = g.attacks + 1
    n = g.attacks
    touched = a.touched
    count_attack(y, c, t)
    weeks[int(t // WEEK_DAYS)] += 1
    row = _put(log, g, t, ATTACK, LAUNCHED, c, n, kind[0])
    if row >= 0:
        log[row, 6] = a.weapon
        log[row, 7] = a.rounds
    if a.engaged > 0:
        count_engaged(y, c, a.engaged)
        row = _put(log, g, t, ATTACK, INTERCEPTED, c, n, a.engaged)
        if row >= 0:
            log[row, 6] = a.stopped
            log[row, 7] = a.rounds
    if a.stopped < a.rounds:
        _put(log, g, t, ATTACK, HIT, c, n, a.rounds - a.stopped)
    if a.injured + a.killed > 0:
        count_casualties(y, c, a.injured, a.brain_injured, a.killed)
        row = _put(log, g, t, ATTACK, CASUALTIES, c, n, a.injured)
        if row >= 0:
            log[row, 6] = a.brain_injured
            log[row, 7] = a.killed
    if a.reported:
        count_report(y, c)
        _put(log, g, t, ATTACK, REPORTED, c, n, 0.0)
        touched |= _watch(w, levers, rungs, s, p, g, log, address, c, k, a.weapon, t)
    return touched


@njit
def _open_with_attack(
    w: Any, levers: Any, rungs: Any, s: Any, p: Any, g: Any, y: Any, weeks: Any, log: Any, address: Any,
) -> Any:  # fmt: skip
    """The run opens with an attack, in a place drawn by its share of the background; what it touched."""
    left = block(address, _OPENING, _ZERO, 0)[0]
    c = 0
    while c < w.places - 1 and left >= s.share[c]:
        left -= s.share[c]
        c += 1
    return ATTACKS | _attack(w, levers, rungs, s, p, g, y, weeks, log, address, c, OPENING_INDEX, 0.0)


# What the defender does.


@njit
def _watch(
    w: Any, levers: Any, rungs: Any, s: Any, p: Any, g: Any, log: Any, address: Any, c: int, k: int, weapon: int, t: float,
) -> Any:  # fmt: skip
    """The defender sees a reported attack, climbs its ladder, and decides; what that touched."""
    touched = _climb(levers, s, p, g, log, rung_due(s, rungs), t)
    lv = levers[s.rung[0]]
    due = triggered(s, lv, t, weapon)
    if not due and lv.spontaneous <= 0.0:
        return touched
    u = block(address, _TRIGGER, w.place_keys[c], k)
    shot = decide_spontaneous(s, lv, c, t, u[3])
    if shot.what == RESPOND:
        fire = Order(0.0, 1.0, 0.0, 0.0, lv.strength, lv.care, lv.clarity, shot.delay)
        _decide(g, log, t, ATTACK, shot.place, shot.delay, fire, lv.stock, CAUSE_SPONTANEOUS)
    elif shot.what == HOLD:
        _put(log, g, t, ATTACK, HELD, c, 0, shot.reason)
    elif due:
        _decide_by_levers(s, lv, g, log, u, c, t, ATTACK, CAUSE_ATTACK)
    return touched


@njit
def _decide_by_levers(
    s: Any, lv: Any, g: Any, log: Any, u: Any, c: int, t: float, rank: int, cause: int
) -> None:
    """A trigger has come: a response by the levers in force, or none and why."""
    d = decide_response(s, lv, c, t, u)
    if d.what == HOLD:
        _put(log, g, t, rank, HELD, d.place, 0, d.reason)
        return
    order = Order(
        lv.infrastructure, lv.fighters, lv.sponsor, lv.leader, lv.strength, lv.care, lv.clarity, d.delay
    )
    _decide(g, log, t, rank, d.place, d.delay, order, lv.stock, cause)


@njit
def _decide(
    g: Any, log: Any, t: float, rank: int, c: int, delay: float, order: Any, stock: int, cause: int
) -> None:
    """Record a decision; the response waits out its delay."""
    g.responses = g.responses + 1
    row = _put(log, g, t, rank, DECIDED, c, g.responses, t + delay)
    if row >= 0:
        log[row, 6] = delay
        log[row, 7] = cause
    i = g.waiting
    g.waiting = i + 1
    g.strike_due[i] = t + delay
    g.strike_place[i] = c
    g.strike_number[i] = g.responses
    g.strike_stock[i] = stock
    g.infrastructure[i] = order.infrastructure
    g.fighters[i] = order.fighters
    g.sponsor[i] = order.sponsor
    g.leader[i] = order.leader
    g.strength[i] = order.strength
    g.care[i] = order.care
    g.clarity[i] = order.clarity
    g.delay[i] = order.delay


@njit
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


@njit
def _respond(levers: Any, s: Any, p: Any, g: Any, y: Any, log: Any, address: Any, i: int, t: float) -> Any:
    """A pending response comes due: a strike, or held back; what it touched."""
    c, n, stock = g.strike_place[i], g.strike_number[i], g.strike_stock[i]
    order = Order(
        g.infrastructure[i], g.fighters[i], g.sponsor[i], g.leader[i], g.strength[i], g.care[i], g.clarity[i], g.delay[i]
    )  # fmt: skip
    last = g.waiting - 1
    g.waiting = last
    if i != last:
        g.strike_due[i] = g.strike_due[last]
        g.strike_place[i] = g.strike_place[last]
        g.strike_number[i] = g.strike_number[last]
        g.strike_stock[i] = g.strike_stock[last]
        g.infrastructure[i] = g.infrastructure[last]
        g.fighters[i] = g.fighters[last]
        g.sponsor[i] = g.sponsor[last]
        g.leader[i] = g.leader[last]
        g.strength[i] = g.strength[last]
        g.care[i] = g.care[last]
        g.clarity[i] = g.clarity[last]
        g.delay[i] = g.delay[last]
    reason = held_back(s, p, levers[s.rung[0]], stock, t, order.strength)
    if reason:
        _put(log, g, t, STRIKE, HELD, c, n, reason)
        return 0
    return _strike(s, p, g, y, log, address, n, c, order, stock, STRIKE, t)


@njit
def _strike(
    s: Any, p: Any, g: Any, y: Any, log: Any, address: Any, n: int, c: int, order: Any, stock: int, rank: int, t: float
) -> Any:  # fmt: skip
    """Carry out a strike; what it touched."""
    u = block(address, _OUTCOME, _ONE if rank == REPLAY_RANK else _ZERO, n)
    done = strike(s, p, c, t, order, stock, u)
    count_strike(y, c, done.munitions, done.political_cost)
    row = _put(log, g, t, rank, STRUCK, c, n, order.infrastructure)
    if row >= 0:
        log[row, 6] = order.fighters
        log[row, 7] = order.sponsor
        log[row, 8] = order.leader
        log[row, 9] = order.strength
        log[row, 10] = order.clarity
        log[row, 11] = done.munitions
        log[row, 12] = done.political_cost
    row = _put(log, g, t, rank, DESTROYED, c, n, done.destroyed)
    if row >= 0:
        log[row, 6] = done.killed
        log[row, 7] = done.harmed
    return int(done.touched)


@njit
def _climb(levers: Any, s: Any, p: Any, g: Any, log: Any, rung: int, t: float) -> Any:
    """Climb the ladder of the policy; what that touched."""
    if rung <= s.rung[0]:
        return 0
    s.rung[0] = rung
    _put(log, g, t, SURGE, STEPPED, -1, rung, 0.0)
    return _raise_defence(levers, s, p, g, log, rung, t) if t >= levers[rung].surge_day else 0


@njit
def _raise_defence(levers: Any, s: Any, p: Any, g: Any, log: Any, rung: int, t: float) -> Any:
    """Set a rung's level of defence and add its interceptors, once; what that touched."""
    lv = levers[rung]
    if not surge_due(s, levers, rung):
        return 0
    if s.defence_level[0] == lv.defence_level and lv.surge_interceptors == 0:
        return 0
    moved = receive_interceptors(s, p, lv.surge_interceptors)
    moved |= set_defence(s, p, lv.defence_level)
    _put(log, g, t, SURGE, RAISED, -1, lv.defence_level, lv.surge_interceptors)
    return ATTACKS if moved else 0


# What is dated, and what comes again and again.


@njit
def _happen(
    w: Any, levers: Any, rungs: Any, d: Any, s: Any, p: Any, g: Any, y: Any, weeks: Any, log: Any, address: Any, t: float,
) -> Any:  # fmt: skip
    """A dated event; what it touched."""
    if d.what == LEVEL:
        moved = mobilise(s, d.place, d.level)
        _put(log, g, t, CALENDAR, MOBILISED, d.place, d.level, 0.0)
        return ATTACKS if moved else 0
    if d.what == FRONT:
        moved = change_resolve(s, p, t, p.resolve_success)
        _put(log, g, t, CALENDAR, EMBOLDENED, d.place, d.index, 0.0)
        return ATTACKS if moved else 0
    if d.what == CLIMB:
        return _climb(levers, s, p, g, log, d.index, t)
    if d.what == REPLAY:
        replay_strike(s, t)
        g.responses = g.responses + 1
        row = _put(log, g, t, REPLAY_RANK, DECIDED, d.place, g.responses, t)
        if row >= 0:
            log[row, 6] = d.delay
            log[row, 7] = CAUSE_RECORD + d.index
        order = Order(
            d.infrastructure, d.fighters, d.sponsor, d.leader, d.strength, d.care, d.clarity, d.delay
        )
        return _strike(s, p, g, y, log, address, g.responses, d.place, order, -1, REPLAY_RANK, t)
    if d.what == OPENING:
        return _open_with_attack(w, levers, rungs, s, p, g, y, weeks, log, address)
    return _raise_defence(levers, s, p, g, log, d.index, t) if s.rung[0] == d.index else 0


@njit
def _deliver(d: Any, s: Any, p: Any, g: Any, log: Any, t: float) -> Any:
    """A delivery to a stock, on the rung that it belongs to (below 0: on any); what it touched."""
    if d.rung >= 0 and s.rung[0] != d.rung:
        return 0
    if d.stock < 0:
        moved = receive_interceptors(s, p, d.amount)
        row = _put(log, g, t, RESUPPLY, SUPPLIED, -1, d.stock, d.amount)
        if row >= 0:
            log[row, 6] = s.interceptors[0]
        return ATTACKS if moved else 0
    receive_munitions(s, d.stock, d.amount)
    row = _put(log, g, t, RESUPPLY, SUPPLIED, -1, d.stock, d.amount)
    if row >= 0:
        log[row, 6] = s.munitions[d.stock]
    return 0


@njit
def _first(due: Any) -> Any:
    """Index of the earliest, the first of those that tie; -1 of none."""
    first = -1
    for i in range(due.shape[0]):
        if first < 0 or due[i] < due[first]:
            first = i
    return first


@njit
def _ring_hazard(s: Any, p: Any, g: Any, y: Any, log: Any, room: int, i: int, t: float) -> Any:
    """A candidate of permission, stage or wider war was accepted; what it touched."""
    if i == room:
        _put(log, g, t, PERMISSION_RANK, PERMITTED, -1, change_permission(s, p, t, g.extra[i]), 0.0)
        return ATTACKS
    if i == room + 1:
        _put(log, g, t, STAGE_RANK, CLIMBED, -1, climb_stage(s), 0.0)
        return ATTACKS
    widen_war(s)
    count_wider_war(y)
    _put(log, g, t, WAR_RANK, WIDENED, -1, 0.0, 0.0)
    return 0


@njit
def _rate(s: Any, p: Any, room: int, i: int, t: float) -> Any:
    """The hazard of a clock now."""
    if i < room:
        return intensity(s, p, i, t)
    if i == room:
        return permission_hazard(s, p, t)
    return stage_hazard(s, p, t) if i == room + 1 else war_hazard(s, p, t)


@njit
def run_one(
    w: Any, levers: Any, rungs: Any, dated: Any, deliveries: Any, supply: Any, schedule: Any, turn: Any,
    s: Any, p: Any, shares: Any, g: Any, y: Any, weeks: Any, log: Any, address: Any,
) -> None:  # fmt: skip
    """One run, from a furnished state to the horizon. ``supply``, ``schedule`` and ``turn`` are room to work in."""
    room = len(s.share)
    begin(s, p, shares)
    for i in range(room + HAZARDS):
        g.index[i] = 0
        g.due[i] = INF
        if i < w.places or i >= room:
            _draw(w, s, p, g, room, address, i, 0.0)
    for i in range(deliveries.shape[0]):
        supply[i] = 0.0 + deliveries[i].every
    for i in range(levers.shape[0]):
        turn[i] = 0
        schedule[i] = 0.0 + levers[i].schedule_first if levers[i].schedule_every > 0.0 else INF
    next_supply, next_schedule, next_strike, next_dated = _first(supply), _first(schedule), -1, 0
    while True:
        # The least of (time, rank, place, ordinal), from the last rank to the first; of places, the first.
        ringing, rank = 0, ATTACK
        for c in range(1, w.places):
            if g.due[c] < g.due[ringing]:
                ringing = c
        t = g.due[ringing]
        for i in range(HAZARDS):
            h = room + HAZARDS - 1 - i
            if g.due[h] <= t:
                t, rank, ringing = g.due[h], WAR_RANK - i, h
        if schedule[next_schedule] <= t:
            t, rank = schedule[next_schedule], SCHEDULE
        if s.unanswered_since[0] != NEVER:
            due = s.unanswered_since[0] + p.answer_window_days
            if due <= t:
                t, rank = due, PATIENCE
        if next_strike >= 0 and g.strike_due[next_strike] <= t:
            t, rank = g.strike_due[next_strike], STRIKE
        if next_supply >= 0 and supply[next_supply] <= t:
            t, rank = supply[next_supply], RESUPPLY
        is_dated = False
        if next_dated < dated.shape[0]:
            d = dated[next_dated]
            if d.time < t or (d.time == t and d.rank <= rank):
                t, is_dated = d.time, True
        if not t < w.horizon:
            break
        waiting, decided = g.waiting, g.responses
        if is_dated:
            touched = _happen(w, levers, rungs, dated[next_dated], s, p, g, y, weeks, log, address, t)
            next_dated += 1
            _replan(w, s, p, g, room, touched, -1, t)
        elif rank >= PERMISSION_RANK:
            k = g.index[ringing]
            rate = _rate(s, p, room, ringing, t)
            if rate > g.bound[ringing] * SLACK:
                g.fault = 1
                break
            if g.accept[ringing] * g.bound[ringing] < rate:
                if rank == ATTACK:
                    touched = _attack(w, levers, rungs, s, p, g, y, weeks, log, address, ringing, k, t)
                else:
                    touched = _ring_hazard(s, p, g, y, log, room, ringing, t)
                _replan(w, s, p, g, room, touched, ringing, t)
            g.index[ringing] = k + 1
            _draw(w, s, p, g, room, address, ringing, t)
        elif rank == STRIKE:
            _replan(w, s, p, g, room, _respond(levers, s, p, g, y, log, address, next_strike, t), -1, t)
        elif rank == RESUPPLY:
            touched = _deliver(deliveries[next_supply], s, p, g, log, t)
            supply[next_supply] = t + deliveries[next_supply].every
            next_supply = _first(supply)
            _replan(w, s, p, g, room, touched, -1, t)
        elif rank == SCHEDULE:
            i = next_schedule
            lv = levers[i]
            if s.rung[0] == i and t >= lv.active_from:
                _decide_by_levers(s, lv, g, log, block(address, _TRIGGER, _ZERO, turn[i]), -1, t, SCHEDULE, CAUSE_SCHEDULE)  # fmt: skip
            turn[i] += 1
            schedule[i] = t + lv.schedule_every
            next_schedule = _first(schedule)
        else:
            if embolden(s, p, t, s.unanswered_since[0]):
                _put(log, g, t, PATIENCE, EMBOLDENED, -1, UNANSWERED_WINDOW, 0.0)
                _replan(w, s, p, g, room, ATTACKS, -1, t)
        if g.waiting != waiting or g.responses != decided:
            next_strike = _next_response(g)
    close(y, w.horizon)


@keep
@njit(nogil=True)
def run_many(
    w: Any, levers: Any, rungs: Any, dated: Any, deliveries: Any, start: Any, state: Any, clocks: Any,
    empty: Any, params: Any, shares: Any, seed: Any, replications: Any, salt: Any, tallies: Any, weeks: Any, log: Any,
    rows: Any, first: int, last: int,
) -> None:  # fmt: skip
    """Runs ``first`` to ``last`` of a batch: fills ``tallies``, ``weeks`` and ``rows`` (-1 at a broken bound).

    ``state`` and ``clocks`` are one record of room each; ``log`` has room for the records of one run, or none.
    """
    supply = np.empty(deliveries.shape[0])
    schedule = np.empty(levers.shape[0])
    turn = np.empty(levers.shape[0], np.int64)
    for r in range(first, last):
        state[0] = start[0]
        tallies[r] = empty[0]
        g = clocks[0]
        g.waiting = 0
        g.attacks = 0
        g.responses = 0
        g.rows = 0
        g.fault = 0
        address = (seed, replications[r], salt)
        run_one(
            w[0], levers, rungs, dated, deliveries, supply, schedule, turn,
            state[0], params[r], shares[r], g, tallies[r], weeks[r], log, address,
        )  # fmt: skip
        rows[r] = -1 if g.fault else g.rows
