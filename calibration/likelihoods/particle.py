"""A particle filter for counts of a self-exciting process: exact in the limit, and slow.

For each window the times of the attacks are drawn uniformly given their number (reported ones and, where the
completeness is below 1, a Poisson number of unreported ones), weighted by the process's own density, and the
excitation at the window's end is resampled. The estimate of the likelihood is unbiased, so it is what the
closed form is checked against. Source: Chen, Kwan & Stindl (arXiv 2401.11075).

It shares no code with the closed form but the evidence.
"""

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import gammaln, logsumexp

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from sim.model.spec import TARGETS

GRID = 4001


class ParticleFilter:
    """Log likelihood of the counts of all windows under one parameter vector.

    Arguments: the evidence; parameters by registry name; the number of particles; a seed. Splits by place and
    boundary terms are not part of it.
    """

    def __init__(self, evidence: Evidence, parameters: Mapping[str, float], particles: int, seed: int) -> None:
        self._evidence, self._p = evidence, dict(parameters)
        self._shares = [parameters.get(f"share_{x}", 1.0 / len(evidence.places)) for x in evidence.places]
        self._n = parameters.get("branching_ratio", 0.0)
        self._beta = 1.0 / parameters.get("excitation_days", 5.0)
        self._completeness = parameters.get("completeness", 1.0)
        self._particles = particles
        self._rng = np.random.default_rng(seed)

    def log_likelihood(self) -> float:
        """Estimate of the log likelihood; its exponential is unbiased."""
        state: Floats = np.zeros(self._particles)
        at = self._evidence.origin
        total = 0.0
        for w in self._evidence.windows:
            if w.start > at + 1e-9 and w.begins_at_attack:
                state = state * math.exp(-self._beta * (w.start - at))
            elif w.start > at + 1e-9:
                state = self._pass_gap(state, at, w.start)
            seen = w.attacks
            if w.begins_at_attack:
                seen -= 1
                state = state + self._n * self._beta
            state, log_weight = self._weigh(state, w.start, w.end, seen)
            total += float(logsumexp(log_weight)) - math.log(self._particles)
            state = self._resample(state, log_weight)
            at = w.end
        return total

    def rate(self, days: Floats) -> Floats:
        """Immigrant rate of all places on days."""
        p, e = self._p, self._evidence
        g = np.array([sum(a * b for a, b in zip(e.levels(t), self._shares, strict=True)) for t in days.ravel()])
        gone = np.maximum(days - e.drift_from, 0.0)
        tilt = p.get("mobilisation_drift", 0.0) * (1.0 - np.exp(-gone / p.get("drift_days", 30.0)))
        x = np.zeros_like(days)
        common = p.get("strike_effect", 0.0)
        for s in e.strikes:
            amplitude = sum(q * p.get(f"effect_{t}", common) for q, t in zip(s.shares, TARGETS, strict=True))
            age = days - s.time
            x = x + np.where(age > 0.0, amplitude * s.strength * np.exp(-np.maximum(age, 0.0) / p.get("effect_days", 10.0)), 0.0)
        limit = p.get("effect_limit", math.log(4.0))
        return as_floats(g.reshape(days.shape) * p["base_rate"] * np.exp(tilt + limit * np.tanh(x / limit)))

    def _weigh(self, state: Floats, start: float, end: float, seen: int) -> tuple[Floats, Floats]:
        """State at the end of a window and log weight of each particle."""
        length = end - start
        grid = np.linspace(start, end, GRID)
        integral = float(np.trapezoid(self.rate(grid), grid))
        d = self._completeness
        guess = (1.0 - d) * max(seen, 1.0) / d
        extra = self._rng.poisson(guess, self._particles) if d < 1.0 else np.zeros(self._particles, dtype=np.int64)
        number = seen + extra
        most = int(number.max())
        times = self._rng.random((self._particles, most)) * length
        times[np.arange(most) >= number[:, None]] = np.inf
        times.sort(axis=1)
        log_weight = number * math.log(length) - gammaln(number + 1.0) - integral
        if d < 1.0:
            log_weight = log_weight + gammaln(number + 1.0) - gammaln(seen + 1.0) - gammaln(extra + 1.0)
            log_weight = log_weight + seen * math.log(d) + extra * math.log(1.0 - d)
            log_weight = log_weight - (extra * math.log(guess) - guess - gammaln(extra + 1.0))
        background = np.zeros_like(times)
        inside = np.isfinite(times)
        background[inside] = np.interp(times[inside] + start, grid, self.rate(grid))
        before = np.zeros(self._particles)
        for j in range(most):
            here = inside[:, j]
            now = np.where(here, times[:, j], before)
            left = np.exp(-self._beta * (now - before))
            log_weight = log_weight - state * (1.0 - left) / self._beta
            state = state * left
            log_weight = log_weight + np.where(here, np.log(np.where(here, background[:, j] + state, 1.0)), 0.0)
            state = state + np.where(here, self._n * self._beta, 0.0)
            before = now
        left = np.exp(-self._beta * (length - before))
        return state * left, log_weight - state * (1.0 - left) / self._beta

    def _resample(self, state: Floats, log_weight: Floats) -> Floats:
        """Systematic resampling."""
        cumulative = np.cumsum(np.exp(log_weight - log_weight.max()))
        at = (self._rng.random() + np.arange(self._particles)) / self._particles * cumulative[-1]
        return as_floats(state[np.minimum(np.searchsorted(cumulative, at), self._particles - 1)])

    def _pass_gap(self, state: Floats, start: float, end: float) -> Floats:
        """Simulate each particle through a gap (Ogata's thinning)."""
        most = float(self.rate(np.linspace(start, end, GRID)).max())
        now = np.full(self._particles, start)
        active = np.ones(self._particles, dtype=bool)
        while active.any():
            bound = most + state
            ahead = now + self._rng.exponential(size=self._particles) / bound
            done = active & (ahead >= end)
            state = np.where(done, state * np.exp(-self._beta * (end - now)), state)
            active &= ~done
            left = np.where(active, state * np.exp(-self._beta * (ahead - now)), state)
            accepted = active & (self._rng.random(self._particles) * bound < self.rate(np.minimum(ahead, end)) + left)
            state = np.where(active, left, state) + np.where(accepted, self._n * self._beta, 0.0)
            now = np.where(active, ahead, now)
        return state
