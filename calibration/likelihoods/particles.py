"""The particle filter's loop: a self-exciting process whose reported attacks are given in number, compiled.

In a window of length L with n reported attacks their times are drawn uniformly, in order. Between them unreported attacks
come by their own law (thinning under (1 - d)λ); each particle is then weighed by

    L^n/n! · Π_j d λ_{c_j}(t_j)/q_j(c_j) · exp(-d ∫ λ)

where q_j draws the place of a reported attack: by λ_c, or, where the split by place is known, by λ_c over the place's
background times what is left of its count, so that every known split comes out (and without self-excitation the weights
are all alike). Between windows particles are resampled where they are worth less than half
their number. The mean weight is an unbiased estimate of the likelihood. Source: Chen, Kwan & Stindl (arXiv 2401.11075).
"""

import math
from typing import Any

import numpy as np
from numba import njit

from sim.engine.compiled.jit import keep
from sim.engine.compiled.particle import choose, drawn, fall, weight_of_all
from sim.engine.course import FREE, GIVEN, QUIET

(
    BASE_RATE, DRIFT, DRIFT_DAYS, BRANCHING, EXCITATION_DAYS, AT_START, EFFECT_DAYS, LIMIT, COMPLETENESS, DRIFT_FROM,
) = range(10)  # fmt: skip
"""Columns of a parameter vector."""
PANEL_DAYS = 2.0
_X = (0.18343464249564978, 0.525532409916329, 0.7966664774136267, 0.9602898564975363)
_W = (0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763)
TINY, HUGE = 1e-200, 1e200


@njit(error_model="numpy")
def _tilt(p: Any, t: float, net: float, since: float) -> float:
    """Drift of log g, and X(x) of the net strike effect that was ``net`` on day ``since``."""
    tilt = 0.0
    if p[DRIFT] != 0.0 and t > p[DRIFT_FROM]:
        tilt -= p[DRIFT] * math.expm1(-(t - p[DRIFT_FROM]) / p[DRIFT_DAYS])
    if net != 0.0:
        tilt += p[LIMIT] * math.tanh(net * math.exp(-(t - since) / p[EFFECT_DAYS]) / p[LIMIT])
    return tilt


@njit(error_model="numpy")
def _most(p: Any, t: float, end: float, net: float, since: float) -> float:
    """A bound on exp(tilt) from t to the end of a segment: drift and effect each go one way."""
    drift = 0.0
    if p[DRIFT] > 0.0 and end > p[DRIFT_FROM]:
        drift = -p[DRIFT] * math.expm1(-(end - p[DRIFT_FROM]) / p[DRIFT_DAYS])
    elif p[DRIFT] < 0.0 and t > p[DRIFT_FROM]:
        drift = -p[DRIFT] * math.expm1(-(t - p[DRIFT_FROM]) / p[DRIFT_DAYS])
    if net != 0.0:
        at = t if net > 0.0 else end
        drift += p[LIMIT] * math.tanh(net * math.exp(-(at - since) / p[EFFECT_DAYS]) / p[LIMIT])
    return math.exp(drift)


@njit(error_model="numpy")
def _integral(p: Any, start: float, end: float, net: float) -> float:
    """∫ exp(tilt) over a segment, by eight nodes on panels of at most two days."""
    count = int(math.ceil((end - start) / PANEL_DAYS))  # noqa: RUF046  a float under Numba
    half = 0.5 * (end - start) / count
    total = 0.0
    for i in range(count):
        middle = start + (2 * i + 1) * half
        for k in range(4):
            total += _W[k] * (
                math.exp(_tilt(p, middle - half * _X[k], net, start))
                + math.exp(_tilt(p, middle + half * _X[k], net, start))
            )
    return total * half


@njit(error_model="numpy")
def _sorted_times(times: Any, n: int, start: float, end: float, fixed: Any) -> None:
    """n ordered times of (start, end): those that are fixed, and uniforms, by exponential spacings."""
    free = n - len(fixed)
    total = 0.0
    for j in range(free):
        total += -math.log(1.0 - np.random.random())  # noqa: NPY002  compiled: seeded for each parameter vector
        times[j] = total
    total += -math.log(1.0 - np.random.random())  # noqa: NPY002
    for j in range(free):
        times[j] = start + (end - start) * times[j] / total
    for i in range(len(fixed)):
        j = free + i
        while j > 0 and times[j - 1] > fixed[i]:
            times[j] = times[j - 1]
            j -= 1
        times[j] = fixed[i]


@njit(error_model="numpy")
def _passes(
    p: Any,
    flow: Any,
    y: Any,
    t: float,
    stop: float,
    net: float,
    since: float,
    share: float,
    most: float,
    budget: float,
) -> Any:
    """Attacks that come unasked at ``share`` of the rate, from t to ``stop``, are put into y.

    ``most`` bounds the background, ``budget`` is what is left of a candidate's exponential. ∫ y over that time, and the budget.
    """
    beta = 1.0 / p[EXCITATION_DAYS]
    jump = p[BRANCHING] * beta
    places = len(y)
    held = 0.0
    while True:
        excited = 0.0
        for c in range(places):
            excited += y[c]
        bound = share * (most + excited)
        wait = budget / bound if bound > 0.0 else math.inf
        come = t + wait < stop
        ahead = t + wait if come else stop
        if excited > 0.0:
            left = math.exp(-beta * (ahead - t))
            held += excited * (1.0 - left) / beta
            for c in range(places):
                y[c] *= left
            excited *= left
        if not come:
            return held, budget - bound * (stop - t)
        t = ahead
        budget = -math.log(1.0 - np.random.random())  # noqa: NPY002
        factor = math.exp(_tilt(p, t, net, since))
        rate = excited
        for c in range(places):
            rate += flow[c] * factor
        at = np.random.random() * bound / share  # noqa: NPY002
        if at < rate:
            c = 0
            while c < places - 1 and at >= y[c] + flow[c] * factor:
                at -= y[c] + flow[c] * factor
                c += 1
            y[c] += jump


@njit(error_model="numpy")
def _stretch(
    course: Any,
    segments: Any,
    k: int,
    p: Any,
    share: Any,
    net: Any,
    area: Any,
    most: Any,
    y: Any,
    left: Any,
    times: Any,
    weights: Any,
) -> float:
    """Take one particle through stretch k: its excitation ``y`` and what is ``left`` of known counts; its log weight."""
    beta = 1.0 / p[EXCITATION_DAYS]
    jump = p[BRANCHING] * beta
    places = len(y)
    start, end = course.start[k], course.end[k]
    if course.kind[k] == QUIET:
        for c in range(places):
            y[c] *= math.exp(-beta * (end - start))
        return 0.0
    d = p[COMPLETENESS] * course.share[k] if course.kind[k] == GIVEN else 0.0
    n = course.given[k]
    block = course.block[k]
    fixed = course.trigger[course.triggers[k] : course.triggers[k + 1]]
    if n < len(fixed):
        return -math.inf
    _sorted_times(times, n, start, end, fixed)
    log_weight, product = 0.0, 1.0
    for j in range(n):
        log_weight += math.log((end - start) / (j + 1.0))
    if course.opened[k] == 1:
        total = 0.0
        for c in range(places):
            weights[c] = left[block, c] if block >= 0 else share[c]
            total += weights[c]
        c = drawn(weights[:places], total, np.random.random())  # noqa: NPY002
        if block >= 0:
            product *= share[c] * total / left[block, c]
            left[block, c] -= 1.0
        y[c] += jump
    t, j = start, 0
    flow = weights[places:]
    budget = -math.log(1.0 - np.random.random()) if d < 1.0 else math.inf  # noqa: NPY002
    for s in range(segments.first[k], segments.first[k + 1]):
        whole = 0.0
        for c in range(places):
            flow[c] = p[BASE_RATE] * share[c] * segments.levels[s, c]
            whole += flow[c]
        log_weight -= d * whole * area[s]
        until = segments.end[s]
        last = s + 1 == segments.first[k + 1]
        while True:
            here = j < n and (times[j] < until or last)
            stop = times[j] if here else until
            held, budget = _passes(
                p, flow, y, t, stop, net[s], segments.start[s], 1.0 - d, whole * most[s], budget
            )
            log_weight -= d * held
            t = stop
            if not here:
                break
            factor = math.exp(_tilt(p, t, net[s], segments.start[s]))
            total = 0.0
            for c in range(places):
                weights[c] = y[c] + flow[c] * factor
                if block >= 0:
                    weights[c] *= left[block, c] / (flow[c] if flow[c] > 0.0 else 1.0)
                total += weights[c]
            if not total > 0.0:
                return -math.inf
            c = drawn(weights[:places], total, np.random.random())  # noqa: NPY002
            if block >= 0:
                product *= d * total * (flow[c] if flow[c] > 0.0 else 1.0) / left[block, c]
                left[block, c] -= 1.0
            else:
                product *= d * total
            if product < TINY or product > HUGE:
                log_weight += math.log(product) if product > 0.0 else -math.inf
                product = 1.0
            y[c] += jump
            j += 1
    return log_weight + (math.log(product) if product > 0.0 else -math.inf)


@njit(error_model="numpy")
def _effects(segments: Any, p: Any, amplitude: Any, net: Any, area: Any, most: Any) -> None:
    """Net strike effect at the start of each segment, ∫ exp(tilt) over it, and the most that exp(tilt) is there."""
    x, since = 0.0, 0.0
    for s in range(len(net)):
        at = segments.start[s]
        x *= math.exp(-(at - since) / p[EFFECT_DAYS]) if x != 0.0 else 0.0
        for i in range(segments.landed[s], segments.landed[s + 1]):
            x += amplitude[i] * math.exp(-(at - segments.strike_time[i]) / p[EFFECT_DAYS])
        since = at
        net[s] = x
        area[s] = _integral(p, at, segments.end[s], x)
        most[s] = _most(p, at, segments.end[s], x, at)


@keep
@njit(nogil=True, error_model="numpy")
def filter_many(
    course: Any,
    segments: Any,
    parameters: Any,
    shares: Any,
    amplitudes: Any,
    seeds: Any,
    particles: int,
    out: Any,
    first: int,
    last: int,
) -> None:
    """Log likelihood, estimated, of parameter vectors ``first`` to ``last``, each with a seed of its own."""
    places = shares.shape[1]
    count, blocks = len(segments.start), max(1, course.split_blocks[-1])
    net, area, most = np.empty(count), np.empty(count), np.empty(count)
    y, y_next = np.empty((particles, places)), np.empty((particles, places))
    left, left_next = np.empty((particles, blocks, places)), np.empty((particles, blocks, places))
    log_weights, chosen = np.empty(particles), np.empty(particles, np.int64)
    times, weights = np.empty(course.given.max() + 1), np.empty(2 * places)
    for r in range(first, last):
        np.random.seed(seeds[r])  # noqa: NPY002
        p, share = parameters[r], shares[r]
        _effects(segments, p, amplitudes[r], net, area, most)
        before = p[AT_START] * p[BRANCHING] / (1.0 - p[BRANCHING]) * p[BASE_RATE]
        before *= math.exp(_tilt(p, course.start[0], 0.0, 0.0))
        left[:] = 0.0
        for i in range(particles):
            for c in range(places):
                y[i, c] = before * share[c] * segments.levels[0, c]
            for split in range(len(course.split_ways) - 1):
                fall(course, split, np.random.random(), left[i])  # noqa: NPY002
        log_weights[:] = 0.0
        total = 0.0
        for k in range(len(course.kind)):
            for i in range(particles):
                log_weights[i] += _stretch(
                    course, segments, k, p, share, net, area, most, y[i], left[i], times, weights
                )
            if course.kind[k] != FREE:
                heaviest, weight, enough = weight_of_all(log_weights)
                if not heaviest > -math.inf:
                    total = -math.inf
                    break
                if not enough:
                    total += choose(log_weights, heaviest, weight, np.random.random(), chosen)  # noqa: NPY002
                    for m in range(particles):
                        y_next[m] = y[chosen[m]]
                        left_next[m] = left[chosen[m]]
                    y[:] = y_next
                    left[:] = left_next
        top = log_weights.max()
        rest = math.log(np.exp(log_weights - top).mean()) + top if top > -math.inf else -math.inf
        out[r] = total + rest
