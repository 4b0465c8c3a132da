"""The full model's likelihood: the counts given, everything else by the compiled engine's own rules.

Nothing closed knows capability, resolve, expectation and the sponsor's permission together. The particle filter of
``sim.engine.compiled.given`` does: its estimate is unbiased for any hypothesis, M0 to M5.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from calibration.arrays import Floats, Indices
from calibration.evidence import Evidence
from calibration.likelihoods.course import lay
from calibration.predictive import moment
from sim.cores import cores
from sim.engine.compiled.layout import as_records, pack
from sim.model.tally import empty_tally
from sim.scenario.policy import Policy
from sim.scenario.record import Response
from sim.scenario.settings import Settings
from sim.scenario.world import build_world

PARTICLES = 16
CHUNK = 32  # parameter vectors that a thread takes at a time


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
        self._later = len(later)
        self._particles, self._threads = particles, threads or cores()
        end = max([evidence.windows[-1].end, *(b for _, b in later)])
        self._packed = pack(
            build_world(
                settings,
                None,
                start=moment(evidence.start, evidence.origin),
                horizon_days=end - evidence.origin,
                responses=responses,
                then=policy,
            )
        )

    def __call__(self, params: Floats, shares: Floats, seed: int) -> Floats:
        """One estimate [W] for each row: a function of the row, its position and the seed."""
        return self._filter(params, shares, seed, np.empty((0, 0, 0), np.int64))

    def ahead(self, params: Floats, shares: Floats, seed: int) -> Indices:
        """Attacks reported in the later windows by place [W, later, C]: one run for each row, given all that was counted before."""
        stretches = len(self._laid.course.kind)
        out = np.zeros((len(params), stretches, shares.shape[1]), np.int64)
        self._filter(params, shares, seed, out)
        return out[:, self._laid.later, :]

    def _filter(self, params: Floats, shares: Floats, seed: int, ahead: Indices) -> Floats:
        from sim.engine.compiled.given import filter_given

        types, rows = self._packed.types, len(params)
        records, shares = as_records(params), np.ascontiguousarray(shares)
        numbers = np.arange(rows, dtype=np.uint64)
        empty = np.zeros(1, types.tally)
        for name, value in empty_tally(0)._asdict().items():
            empty[name] = value[0]
        out = np.empty(rows)

        def work(span: tuple[int, int]) -> None:
            room = [
                np.zeros(self._particles, x) for x in (types.state, types.state, types.clock, types.clock)
            ]
            filter_given(
                self._laid.course, self._packed.world, self._packed.start, records, shares, np.uint64(seed), numbers,
                empty, *room, out, ahead, *span,
            )  # fmt: skip

        spans = list(pairwise([*range(0, rows, CHUNK), rows]))
        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(work, spans))
        return out + self._laid.log_ways
