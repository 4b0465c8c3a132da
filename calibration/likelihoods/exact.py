"""The exact likelihood: a particle filter with the attacks' times imputed, for any number of parameter vectors.

It knows what the closed form only matches in two moments: the counts of a self-exciting process, thinned, with their
places and with an end that an attack brought on. Its estimate is unbiased, so weights made of it correct the closed form's
draws, whatever the number of particles; more of them make the weights less noisy.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.likelihoods.clusters import MOST_BRANCHING
from calibration.likelihoods.course import lay
from calibration.likelihoods.parameters import Parameters, Reader
from sim.cores import cores

PARTICLES = 32
WINDOWS = 10
"""So many windows are well served by ``PARTICLES``; twice as many take twice as many, for the same noise."""
MOST_STEPS = 1_000_000
"""Attacks times particles of one parameter vector past which thousands of vectors take minutes."""
CHUNK = 64  # parameter vectors that a thread takes at a time


class ExactCounts:
    """Estimated log likelihood of all that the evidence holds: call with values [W, names] and a seed, get [W]."""

    def __init__(
        self, evidence: Evidence, reader: Reader, particles: int | None = None, threads: int | None = None
    ) -> None:
        self._evidence, self._reader = evidence, reader
        self._laid = lay(evidence)
        windows = len(evidence.windows)
        self._particles = particles or PARTICLES * -(-windows // WINDOWS)
        self._threads = threads or cores()
        self.affordable = evidence.attacks * self._particles <= MOST_STEPS
        self.too_long = f"not corrected by the exact filter: {evidence.attacks} attacks in {windows} windows would take it minutes"

    def __call__(self, values: Floats, seed: int) -> Floats:
        """One estimate for each row; the same for the same row's position and seed, whatever the threads."""
        from calibration.likelihoods.particles import filter_many

        p = self._reader.read(values)
        rows = len(values)
        seeds = np.random.default_rng(seed).integers(0, 2**32, rows, dtype=np.uint32)
        columns = self._columns(p, rows)
        amplitudes = self._amplitudes(p, rows)
        shares = np.ascontiguousarray(np.broadcast_to(p.shares, (rows, p.shares.shape[1])))
        out = np.empty(rows)

        def work(span: tuple[int, int]) -> None:
            filter_many(
                self._laid.course,
                self._laid.segments,
                columns,
                shares,
                amplitudes,
                seeds,
                self._particles,
                out,
                *span,
            )

        spans = list(pairwise([*range(0, rows, CHUNK), rows]))
        if self._threads <= 1 or len(spans) < 2:
            for span in spans:
                work(span)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(work, spans))
        return out + self._laid.log_ways

    def _columns(self, p: Parameters, rows: int) -> Floats:
        """Parameter vectors in the order that the compiled filter reads."""
        from_day = np.full((1, 1), self._evidence.drift_from)
        fields = (
            p.base_rate, p.mobilisation_drift, p.drift_days, np.minimum(p.branching_ratio, MOST_BRANCHING), p.excitation_days,
            p.excitation_at_start, p.effect_days, p.effect_limit, p.completeness, from_day,
        )  # fmt: skip
        return np.ascontiguousarray(np.hstack([np.broadcast_to(x, (rows, 1)) for x in fields]))

    def _amplitudes(self, p: Parameters, rows: int) -> Floats:
        """Σ_x q_x · effect_x · strength^γ of each strike [W, J]; 0 at strength 0."""
        jumps = [
            np.zeros((rows, 1)) if s.strength <= 0.0
            else (p.effects @ np.array(s.shares))[:, None] * s.strength**p.strength_exponent
            for s in self._evidence.strikes
        ]  # fmt: skip
        return as_floats(np.ascontiguousarray(np.hstack(jumps))) if jumps else np.zeros((rows, 0))
