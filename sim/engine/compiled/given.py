"""Runs in which the reported attacks of some windows are given in number: a particle filter through the engine's own rules.

In a window of length L with n reported attacks their times are drawn uniformly, in order; unreported ones come as they do in
any run, at (1 - d)λ; all else (strikes, mobilisation, permission, resolve, resupply) happens as it does in any run. A
particle's weight is

    L^n/n! · Π_j d λ_{c_j}(t_j)/q_j(c_j) · exp(-d ∫ Σ_c λ_c)

with q_j the law by which the place of an attack is drawn: λ_c, times what is left of the count that its place is known to
have. The mean weight is an unbiased estimate of the likelihood under the full model. After the last window a run goes on
freely: a forecast that knows the past. Source: Chen, Kwan & Stindl (arXiv 2401.11075).
"""

import math
from typing import Any

import numpy as np
from numba import njit

from sim.engine.compiled.jit import keep
from sim.engine.compiled.kernel import (
    _CANDIDATE,
    _HARM,
    _KIND,
    _ONE,
    _TRIGGER,
    _ZERO,
    ATTACK,
    CAUSE_SCHEDULE,
    FIRST_HAZARD,
    SCHEDULE,
    STRIKE,
    SUPPLY,
    _attack,
    _begin,
    _decide_by_levers,
    _deliver,
    _first,
    _happen,
    _hazard,
    _next_hazard,
    _next_response,
    _respond,
    _ring,
    _soonest,
    _spend,
    _take_candidate,
    _wind,
)
from sim.engine.compiled.layout import HAZARDS
from sim.engine.compiled.particle import choose, drawn, fall, weight_of_all
from sim.engine.compiled.philox import block, three_blocks
from sim.engine.course import FREE, GIVEN
from sim.engine.streams import OPENING_INDEX, STREAM_KEYS
from sim.model.attack import launch_attack
from sim.model.intensity import bound_under, intensity, pressures
from sim.model.resolve import embolden
from sim.model.spec import ATTACKS, INF, PERMISSION, STAGE, WAR

PANEL_DAYS, PANELS = 0.5, 400
"""Longest step of the integral of the rate, two nodes a panel: half a day, in a long stretch a 400th of it."""
NODE = 0.5 / math.sqrt(3.0)
_GIVEN, _PARTICLE = (np.uint64(STREAM_KEYS[x]) for x in ("given.attack", "given.particle"))
TINY, HUGE = 1e-200, 1e200


@njit(error_model="numpy")
def _rates(w: Any, s: Any, p: Any, t: float) -> float:
    """Σ_c λ_c(t), attacks per day."""
    total = 0.0
    for c in range(w.places):
        total += intensity(s, p, c, t)
    return total


@njit(error_model="numpy")
def _expected(w: Any, s: Any, p: Any, start: float, end: float, longest: float) -> float:
    """∫ Σ_c λ_c from start to end, nothing happening between, by panels no longer than ``longest``."""
    if not end > start:
        return 0.0
    count = int(math.ceil((end - start) / longest))  # noqa: RUF046  a float under Numba
    width = (end - start) / count
    total = 0.0
    for i in range(count):
        middle = start + (i + 0.5) * width
        total += _rates(w, s, p, middle - NODE * width) + _rates(w, s, p, middle + NODE * width)
    return 0.5 * width * total


@njit(error_model="numpy")
def _wind_all(w: Any, s: Any, p: Any, g: Any, t: float, share: float, ringing: int) -> None:
    """Wind the clocks of attacks anew, at a share of the rate; all but the one that rings have time to spend."""
    for c in range(w.places):
        if c != ringing:
            _spend(g, c, t)
        _wind(g, c, t, share * bound_under(s, p, c, t, pressures(s, p, c, t)[1]) if share > 0.0 else 0.0)


@njit(error_model="numpy")
def _wind_hazards(s: Any, p: Any, g: Any, t: float, ringing: int) -> None:
    """Wind the clocks of permission, stage and wider war anew: one that did not move runs on unchanged."""
    first = len(s.share)
    for h in range(HAZARDS):
        if ringing != first + h:
            _spend(g, first + h, t)
            _wind(g, first + h, t, _hazard(s, p, h, t))


@njit(error_model="numpy")
def _set_going(w: Any, s: Any, p: Any, g: Any, replication: Any, t: float, share: float) -> None:
    """Fresh budgets for every clock: what is left of an exponential one is exponential again."""
    g.replication = replication
    first = len(s.share)
    for c in range(w.places):
        g.index[c] = 0
        _take_candidate(g, c, block(g, _CANDIDATE, w.place_keys[c], 0))
        _wind(g, c, t, share * bound_under(s, p, c, t, pressures(s, p, c, t)[1]) if share > 0.0 else 0.0)
    for h in range(HAZARDS):
        g.index[first + h] = 0
        _next_hazard(g, first + h, h)
        _wind(g, first + h, t, _hazard(s, p, h, t))


@njit(error_model="numpy")
def _times(g: Any, times: Any, n: int, start: float, end: float, fixed: Any) -> None:
    """n ordered times of (start, end): those that are fixed, and uniforms, by exponential spacings."""
    free = n - len(fixed)
    total = 0.0
    for j in range(free + 1):
        total -= math.log(block(g, _GIVEN, _ZERO, j)[0])
        if j < free:
            times[j] = total
    for j in range(free):
        times[j] = start + (end - start) * times[j] / total
    for i in range(len(fixed)):
        j = free + i
        while j > 0 and times[j - 1] > fixed[i]:
            times[j] = times[j - 1]
            j -= 1
        times[j] = fixed[i]


@njit(error_model="numpy")
def _launch(w: Any, s: Any, p: Any, g: Any, c: int, index: int, t: float, reported: bool) -> None:
    """An attack that is known to be reported, or not to be; the defender does nothing of its own in a given window."""
    kind, harm, _ = three_blocks(g, w.place_keys[c], index, _KIND, index, _HARM, index, _CANDIDATE)
    a = launch_attack(s, p, c, t, (kind[0], kind[1], kind[2], 0.0 if reported else 1.0), harm)
    g.attacks = g.attacks + 1
    g.touched |= a.touched


@njit(error_model="numpy")
def _opening(w: Any, s: Any, p: Any, g: Any, left: Any, b: int, weights: Any, t: float) -> float:
    """The attack that opens a window, placed by the background's shares: the log weight of where it fell."""
    total = 0.0
    for c in range(w.places):
        weights[c] = left[b, c] if b >= 0 else s.share[c]
        total += weights[c]
    c = drawn(weights, total, block(g, _PARTICLE, _ONE, 0)[0])
    factor = 1.0
    if b >= 0:
        factor = s.share[c] * total / left[b, c]
        left[b, c] -= 1.0
    _launch(w, s, p, g, c, OPENING_INDEX, t, True)
    return math.log(factor) if factor > 0.0 else -INF


@njit(error_model="numpy")
def _impose(w: Any, s: Any, p: Any, g: Any, left: Any, b: int, weights: Any, j: int, t: float) -> float:
    """The j-th given attack, on day t: its factor of the weight, but for the chance of being reported."""
    total = 0.0
    for c in range(w.places):
        weights[c] = intensity(s, p, c, t)
        if b >= 0:
            weights[c] *= left[b, c] / (s.share[c] if s.share[c] > 0.0 else 1.0)
        total += weights[c]
    if not total > 0.0:
        return 0.0
    c = drawn(weights, total, block(g, _GIVEN, _ZERO, j)[1])
    factor = total
    if b >= 0:
        factor *= (s.share[c] if s.share[c] > 0.0 else 1.0) / left[b, c]
        left[b, c] -= 1.0
    _launch(w, s, p, g, c, OPENING_INDEX + 1 + j, t, True)
    return float(factor)


@njit(error_model="numpy")
def _walk(
    w: Any,
    course: Any,
    k: int,
    s: Any,
    p: Any,
    g: Any,
    y: Any,
    left: Any,
    times: Any,
    weights: Any,
    reported: Any,
) -> float:
    """Take one particle through stretch k; its log weight. ``reported`` [C] counts what is reported in a free stretch."""
    start, end, kind, b, n = course.start[k], course.end[k], course.kind[k], course.block[k], course.given[k]
    given = kind == GIVEN
    reports = p.completeness * course.share[k]
    share = 1.0 if kind == FREE else (1.0 - reports if given else 0.0)
    log_weight, product = 0.0, 1.0
    longest = max(PANEL_DAYS, (end - start) / PANELS)
    g.touched = 0
    for j in range(n):
        log_weight += math.log((end - start) / (j + 1.0))
    fixed = course.trigger[course.triggers[k] : course.triggers[k + 1]]
    if n < len(fixed):
        return -INF
    _times(g, times, n, start, end, fixed)
    if course.opened[k] == 1:
        log_weight += _opening(w, s, p, g, left, b, weights, start)
    _set_going(w, s, p, g, g.replication, start, share)
    supply, schedule = _first(g.supply, w.deliveries), _first(g.schedule, w.rungs)
    response, date, j, t = _next_response(g), 0, 0, start
    while date < w.dates and w.dated[date].time < start:
        date += 1
    while True:
        then, rank, clock, is_dated = _soonest(w, s, p, g, supply, schedule, response, date)
        candidate = 0
        for c in range(1, w.places):
            if g.due[c] < g.due[candidate]:
                candidate = c
        if g.due[candidate] < then:
            then, rank, clock, is_dated = g.due[candidate], ATTACK, candidate, False
        imposed = j < n and times[j] <= min(then, end)
        if imposed:
            then = times[j]
        until = min(then, end)
        if given:
            log_weight -= reports * _expected(w, s, p, t, until, longest)
        t = until
        if not imposed and not then < end:
            break
        g.touched = 0
        g.rows = 0
        ringing = -1
        if imposed:
            product *= reports * _impose(w, s, p, g, left, b, weights, j, t)
            if not (TINY < product < HUGE):
                log_weight += math.log(product) if product > 0.0 else -INF
                product = 1.0
            g.touched |= ATTACKS
            j += 1
        elif rank == ATTACK:
            rate = share * intensity(s, p, clock, t)
            u = block(g, _CANDIDATE, w.place_keys[clock], g.index[clock] + 1)
            if g.accept[clock] * g.bound[clock] < rate:
                if given:
                    _launch(w, s, p, g, clock, g.index[clock], t, False)
                else:
                    before = y.reported[clock + 1]
                    _attack(w, s, p, g, y, clock, g.index[clock], t)
                    reported[clock] += y.reported[clock + 1] - before
                    response = _next_response(g)
            g.index[clock] += 1
            _take_candidate(g, clock, u)
            g.touched |= ATTACKS
            ringing = clock
        elif is_dated:
            if w.dated[date].rank != ATTACK:
                _happen(w, s, p, g, y, w.dated[date], t)
            date += 1
        elif rank >= FIRST_HAZARD:
            h = rank - FIRST_HAZARD
            if g.accept[clock] * g.bound[clock] < _hazard(s, p, h, t):
                _ring(s, p, g, y, h, g.extra[clock], t)
            g.index[clock] += 1
            _next_hazard(g, clock, h)
            _wind(g, clock, t, _hazard(s, p, h, t))
            ringing = clock
        elif rank == STRIKE:
            _respond(w, s, p, g, y, response, t)
        elif rank == SUPPLY:
            _deliver(w.delivery[supply], s, p, g, t)
            g.supply[supply] = t + w.delivery[supply].every
            supply = _first(g.supply, w.deliveries)
        elif rank == SCHEDULE:
            lv = w.levers[schedule]
            if not given and s.rung[0] == schedule and t >= lv.active_from:
                u = block(g, _TRIGGER, _ZERO, g.turn[schedule])
                _decide_by_levers(s, lv, g, u, -1, t, SCHEDULE, CAUSE_SCHEDULE)
            g.turn[schedule] += 1
            g.schedule[schedule] = t + lv.schedule_every
            schedule = _first(g.schedule, w.rungs)
        elif embolden(s, p, t, s.unanswered_since[0]):
            g.touched |= ATTACKS
        if g.touched:
            if g.touched & ATTACKS:
                _wind_all(w, s, p, g, t, share, ringing)
            if g.touched & (PERMISSION | STAGE | WAR):
                _wind_hazards(s, p, g, t, ringing)
        response = _next_response(g)
    return log_weight + (math.log(product) if product > 0.0 else -INF)


@keep
@njit(nogil=True, error_model="numpy")
def filter_given(
    course: Any, world: Any, start: Any, params: Any, shares: Any, seed: Any, numbers: Any, empty: Any,
    states: Any, other_states: Any, clocks: Any, other_clocks: Any, out: Any, ahead: Any, first: int, last: int,
) -> None:  # fmt: skip
    """Log likelihood, estimated, of parameter vectors ``first`` to ``last``; what is reported in the free stretches.

    ``states`` and ``clocks``, and their others, are room for the particles. ``numbers`` are the vectors' own, of which
    the draws are functions. ``ahead`` [W, K, C] is of one particle, chosen by weight; it may be empty.
    """
    w = world[0]
    particles, stretches = len(states), len(course.kind)
    blocks = max(1, course.split_blocks[-1])
    left, left_next = np.empty((particles, blocks, w.places)), np.empty((particles, blocks, w.places))
    reported = np.zeros((particles, stretches, w.places), np.int64)
    reported_next = np.zeros((particles, stretches, w.places), np.int64)
    log_weights, chosen = np.empty(particles), np.empty(particles, np.int64)
    times, weights = np.empty(course.given.max() + 2), np.empty(w.places)
    tally = empty.copy()
    for r in range(first, last):
        p = params[r]
        number = numbers[r] * np.uint64(particles + 1) * np.uint64(stretches + 2)
        left[:] = 0.0
        reported[:] = 0
        for i in range(particles):
            g = clocks[i]
            states[i] = start[0]
            g.seed, g.salt, g.keep = seed, _ZERO, 0
            g.replication = number + np.uint64(i) * np.uint64(stretches + 2)
            g.waiting, g.attacks, g.responses = 0, 0, 0
            _begin(w, states[i], p, shares[r], g)
            for split in range(len(course.split_ways) - 1):
                fall(course, split, block(g, _PARTICLE, _ZERO, split + 1)[0], left[i])
        log_weights[:] = 0.0
        total = 0.0
        for k in range(stretches):
            for i in range(particles):
                g = clocks[i]
                g.replication = number + np.uint64(i) * np.uint64(stretches + 2) + np.uint64(k + 1)
                log_weights[i] += _walk(
                    w, course, k, states[i], p, g, tally[0], left[i], times, weights, reported[i, k]
                )
            if course.kind[k] == GIVEN:
                heaviest, weight, enough = weight_of_all(log_weights)
                if not heaviest > -INF:
                    total = -INF
                    break
                if not enough:
                    u = block(clocks[0], _PARTICLE, _ZERO, 0)[0]
                    total += choose(log_weights, heaviest, weight, u, chosen)
                    for i in range(particles):
                        other_states[i] = states[chosen[i]]
                        other_clocks[i] = clocks[chosen[i]]
                        left_next[i] = left[chosen[i]]
                        reported_next[i] = reported[chosen[i]]
                    for i in range(particles):
                        states[i] = other_states[i]
                        clocks[i] = other_clocks[i]
                    left[:] = left_next
                    reported[:] = reported_next
        top, rest, _ = weight_of_all(log_weights)
        out[r] = total + top + math.log(rest / particles) if rest > 0.0 and total > -INF else -INF
        if len(ahead) > 0 and rest > 0.0:
            at = block(clocks[0], _PARTICLE, _ONE, 1)[0] * rest
            i = 0
            while i < particles - 1 and at >= math.exp(log_weights[i] - top):
                at -= math.exp(log_weights[i] - top)
                i += 1
            ahead[r] = reported[i]
