"""A particle filter for counts of a self-exciting process: exact in the limit, and slow.

For each window the times of the attacks are drawn uniformly given their number (reported ones and, where the
completeness is below 1, a Poisson number of unreported ones), weighted by the process's own density, and the
excitation at the window's end is resampled. The estimate of the likelihood is unbiased, so it is what the
closed form is checked against. Source: Chen, Kwan & Stindl (arXiv 2401.11075).

It shares no code with the closed form but the evidence, down to the rate of immigrants (``immigrants``).
"""

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import gammaln, logsumexp

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.likelihoods.immigrants import ImmigrantRate

GRID = 4001


class ParticleFilter:
    """Log likelihood of the counts of all windows under one parameter vector.

    Arguments: the evidence; parameters by registry name; the number of particles; a seed. Splits by place and
    boundary terms are not part of it.
    """

    def __init__(
        self, evidence: Evidence, parameters: Mapping[str, float], particles: int, seed: int
    ) -> None:
        self._evidence = evidence
        self._rate = ImmigrantRate(evidence, parameters)
        self._n = parameters.get("branching_ratio", 0.0)
        self._beta = 1.0 / parameters.get("excitation_days", 5.0)
        self._completeness = parameters.get("completeness", 1.0)
        self._particles = particles
        self._rng = np.random.default_rng(seed)

    def log_likelihood(self) -> float:
        """Estimate of the log likelihood; its exponential is unbiased."""
        state: Floats = np.full(self._particles, self._rate.left_before)
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

    def _weigh(self, state: Floats, start: float, end: float, seen: int) -> tuple[Floats, Floats]:
        """State at the end of a window and log weight of each particle."""
        length = end - start
        grid = np.linspace(start, end, GRID)
        integral = float(np.trapezoid(self._rate(grid), grid))
        d = self._completeness
        guess = (1.0 - d) * max(seen, 1.0) / d
        extra = (
            self._rng.poisson(guess, self._particles)
            if d < 1.0
            else np.zeros(self._particles, dtype=np.int64)
        )
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
        background[inside] = np.interp(times[inside] + start, grid, self._rate(grid))
        before = np.zeros(self._particles)
        for j in range(most):
            here = inside[:, j]
            now = np.where(here, times[:, j], before)
            left = np.exp(-self._beta * (now - before))
            log_weight = log_weight - state * (1.0 - left) / self._beta
            state = state * left
            log_weight = log_weight + np.where(
                here, np.log(np.where(here, background[:, j] + state, 1.0)), 0.0
            )
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
        most = self._rate.most
        now = np.full(self._particles, start)
        active = np.ones(self._particles, dtype=bool)
        while active.any():
            bound = most + state
            ahead = now + self._rng.exponential(size=self._particles) / bound
            done = active & (ahead >= end)
            state = np.where(done, state * np.exp(-self._beta * (end - now)), state)
            active &= ~done
            left = np.where(active, state * np.exp(-self._beta * (ahead - now)), state)
            accepted = active & (
                self._rng.random(self._particles) * bound < self._rate(np.minimum(ahead, end)) + left
            )
            state = np.where(active, left, state) + np.where(accepted, self._n * self._beta, 0.0)
            now = np.where(active, ahead, now)
        return state
