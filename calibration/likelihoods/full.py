"""The full model's likelihood: the counts given, everything else by the compiled engine's own rules.

Nothing closed knows capability, resolve, expectation and the sponsor's permission together. The particle filter of
``sim.engine.compiled.given`` does: its estimate is unbiased for any hypothesis, M0 to M5.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from calibration.arrays import Floats, Indices
from calibration.evidence import Evidence
from calibration.likelihoods.course import lay
from calibration.predictive import moment
from sim.cores import cores
from sim.scenario.policy import Policy
from sim.scenario.record import Response
from sim.scenario.settings import Settings
from sim.scenario.world import build_world

if TYPE_CHECKING:
    from sim.engine.compiled.particles import Filtered

PARTICLES = 16


class FullCounts:
    """Log likelihood of the evidence under any hypothesis, and what comes after it.

    Arguments: the evidence; settings; the responses as they were; ``later``, windows after the evidence that nobody has counted
    (start and end in days of the record); ``policy``, what the defender does after its last response of the record; particles
    for each parameter vector; threads.
    """

    def __init__(
        self,
        evidence: Evidence,
        settings: Settings,
        responses: Sequence[Response],
        particles: int = PARTICLES,
        threads: int | None = None,
        *,
        later: Sequence[tuple[float, float]] = (),
        policy: Policy | None = None,
    ) -> None:
        self._laid = lay(evidence, since=evidence.origin, later=later)
        self._particles, self._threads = particles, threads or cores()
        end = max([evidence.windows[-1].end, *(b for _, b in later)])
        self._world = build_world(
            settings,
            None,
            start=moment(evidence.start, evidence.origin),
            horizon_days=end - evidence.origin,
            responses=responses,
            then=policy,
        )

    def __call__(self, params: Floats, shares: Floats, seed: int) -> Floats:
        """One estimate [W] for each row: a function of the row, its position and the seed."""
        return self._filter(params, shares, seed, ahead=False).log_likelihood + self._laid.log_ways

    def ahead(self, params: Floats, shares: Floats, seed: int) -> Indices:
        """Attacks reported in the later windows by place [W, later, C]: one run for each row, given all that was counted before."""
        return self._filter(params, shares, seed, ahead=True).reported[:, self._laid.later, :]

    def _filter(self, params: Floats, shares: Floats, seed: int, *, ahead: bool) -> "Filtered":
        from sim.engine.compiled.layout import as_records
        from sim.engine.compiled.particles import filter_batch

        return filter_batch(
            self._world, self._laid.course, as_records(params), np.ascontiguousarray(shares), seed, self._particles,
            self._threads, ahead=ahead,
        )  # fmt: skip
