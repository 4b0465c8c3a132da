"""The exact likelihood: a particle filter with the attacks' times imputed, for any number of parameter vectors.

It knows what the closed form only matches in two moments: the counts of a self-exciting process, thinned, with their
places and with an end that an attack brought on. Its estimate is unbiased, so weights made of it correct the closed form's
draws, whatever the number of particles; more of them make the weights less noisy.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.layouts import layouts, longer_ends
from calibration.likelihoods.clusters import MOST_BRANCHING
from calibration.likelihoods.course import Laid, lay
from calibration.likelihoods.parameters import Parameters, Reader
from sim.cores import cores

PARTICLES = 32
WINDOWS = 10
"""So many windows are well served by ``PARTICLES``; twice as many take twice as many, for the same noise."""
LEAST_PARTICLES = 8  # for each layout of uncertain edges
MOST_STEPS = 20_000
"""Attacks times particles of one parameter vector past which thousands of vectors take most of a minute."""
LONGEST_DAYS = 60.0
"""Clusters that begin and end inside a long window are what the closed form has exactly, and what random times hardly find."""
CHUNK = 64  # parameter vectors that a thread takes at a time


class ExactCounts:
    """Estimated log likelihood of all that the evidence holds: call with values [W, names] and a seed, get [W]."""

    def __init__(
        self, evidence: Evidence, reader: Reader, particles: int | None = None, threads: int | None = None
    ) -> None:
        self._reader = reader
        self._parts = [(x, lay(x)) for x in layouts(evidence)]
        self._longer = [sum(longer_ends(evidence, x)) for x, _ in self._parts]
        asked = particles or PARTICLES * -(-len(evidence.windows) // WINDOWS)
        self._particles = max(LEAST_PARTICLES, asked // len(self._parts))
        self._threads = threads or cores()
        self.hindrance = _hindrance(evidence, self._particles * len(self._parts))

    def __call__(self, values: Floats, seed: int) -> Floats:
        """One estimate for each row; the same for the same row's position and seed, whatever the threads."""
        return mixed(
            [self._at(x, laid, values, seed + j) + self._longer[j] for j, (x, laid) in enumerate(self._parts)]
        )

    def _at(self, evidence: Evidence, laid: Laid, values: Floats, seed: int) -> Floats:
        """Estimates for one layout of the evidence."""
        from calibration.likelihoods.particles import filter_many

        p = self._reader.read(values)
        rows = len(values)
        seeds = np.random.default_rng(seed).integers(0, 2**32, rows, dtype=np.uint32)
        columns = _columns(evidence, p, rows)
        amplitudes = _amplitudes(evidence, p, rows)
        shares = np.ascontiguousarray(np.broadcast_to(p.shares, (rows, p.shares.shape[1])))
        out = np.empty(rows)

        def work(span: tuple[int, int]) -> None:
            filter_many(
                laid.course, laid.segments, columns, shares, amplitudes, seeds, self._particles, out, *span
            )

        spans = list(pairwise([*range(0, rows, CHUNK), rows]))
        if self._threads <= 1 or len(spans) < 2:
            for span in spans:
                work(span)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(work, spans))
        return out + laid.log_ways


def mixed(found: Sequence[Floats]) -> Floats:
    """Log of the mean of likelihoods whose logs are given; -inf where all are."""
    if len(found) == 1:
        return found[0]
    levels = np.array(found)
    top = levels.max(axis=0)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return as_floats(safe + np.log(np.exp(levels - safe).mean(axis=0)))


def _columns(evidence: Evidence, p: Parameters, rows: int) -> Floats:
    """Parameter vectors in the order that the compiled filter reads."""
    from_day = np.full((1, 1), evidence.drift_from)
    fields = (
        p.base_rate, p.mobilisation_drift, p.drift_days, np.minimum(p.branching_ratio, MOST_BRANCHING), p.excitation_days,
        p.excitation_at_start, p.effect_days, p.effect_limit, p.completeness, from_day,
    )  # fmt: skip
    return np.ascontiguousarray(np.hstack([np.broadcast_to(x, (rows, 1)) for x in fields]))


def _amplitudes(evidence: Evidence, p: Parameters, rows: int) -> Floats:
    """Σ_x q_x · effect_x · strength^γ of each strike [W, J]; 0 at strength 0."""
    jumps = [
        np.zeros((rows, 1)) if s.strength <= 0.0
        else (p.effects @ np.array(s.shares))[:, None] * s.strength**p.strength_exponent
        for s in evidence.strikes
    ]  # fmt: skip
    return as_floats(np.ascontiguousarray(np.hstack(jumps))) if jumps else np.zeros((rows, 0))


def _hindrance(evidence: Evidence, particles: int) -> str | None:
    """Why thousands of parameter vectors can't be looked at; None where they can."""
    said = "not corrected by the exact filter: "
    if any(w.moved for w in evidence.windows):
        return (
            said + "it takes counts as stated, and here some attacks may have been counted in another window"
        )
    longest = max(evidence.windows, key=lambda w: w.end - w.start)
    if longest.end - longest.start > LONGEST_DAYS:
        return (
            said
            + f"{longest.id} is too long for times drawn at random in it; the closed form is at its best there"
        )
    if evidence.attacks * particles > MOST_STEPS:
        return said + f"{evidence.attacks} attacks in {len(evidence.windows)} windows would take it long"
    return None
