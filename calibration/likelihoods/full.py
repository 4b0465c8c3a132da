"""The full model's likelihood: the counts given, everything else by the compiled engine's own rules.

Nothing closed knows capability, resolve, expectation and the sponsor's permission together. The particle filter of
``sim.engine.compiled.given`` does: its estimate is unbiased for any hypothesis, M0 to M5.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from calibration.arrays import Floats, Indices
from calibration.evidence import Evidence
from calibration.layouts import layouts, longer_ends
from calibration.likelihoods.course import Laid, lay
from calibration.likelihoods.exact import LEAST_PARTICLES, mixed
from calibration.predictive import moment
from sim.cores import cores
from sim.errors import RunError
from sim.model.world import World
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
    (start and end in days of the record); ``policy``, what the defender does after the evidence and its last response of the
    record; particles for each parameter vector; threads.
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
        self._parts = [
            _part(x, sum(longer_ends(evidence, x)), settings, responses, later, policy)
            for x in layouts(evidence)
        ]
        self._particles = max(LEAST_PARTICLES, particles // len(self._parts))
        self._threads = threads or cores()

    def __call__(self, params: Floats, shares: Floats, seed: int) -> Floats:
        """One estimate [W] for each row: a function of the row, its position and the seed."""
        return mixed(
            [
                self._filter(part, params, shares, seed + j, ahead=False).log_likelihood + part.constant
                for j, part in enumerate(self._parts)
            ]
        )

    def ahead(self, params: Floats, shares: Floats, seed: int) -> Indices:
        """Attacks reported in the later windows by place [W, later, C]: one run for each row, given all that was counted before.

        Where edges are uncertain the rows take their layouts in turn. Raises RunError where a row makes the counts impossible.
        """
        count = len(self._parts)
        out = None
        for j, part in enumerate(self._parts):
            found = self._filter(part, params[j::count], shares[j::count], seed + j, ahead=True)
            if not np.isfinite(found.log_likelihood).all():
                raise RunError(
                    "a forecast: the counts so far are impossible under one of the draws that it starts from"
                )
            counts = found.reported[:, part.laid.later, :]
            out = np.empty((len(params), *counts.shape[1:]), np.int64) if out is None else out
            out[j::count] = counts
        assert out is not None  # noqa: S101  there is always one layout
        return out

    def _filter(self, part: "Part", params: Floats, shares: Floats, seed: int, *, ahead: bool) -> "Filtered":
        from sim.engine.compiled.layout import as_records
        from sim.engine.compiled.particles import filter_batch

        return filter_batch(
            part.world, part.laid.course, as_records(params), np.ascontiguousarray(shares), seed, self._particles,
            self._threads, ahead=ahead,
        )  # fmt: skip


class Part(NamedTuple):
    """One layout of the evidence: its world, and its course."""

    world: World
    laid: Laid
    constant: float  # of its likelihood


def _part(
    evidence: Evidence,
    ends: float,
    settings: Settings,
    responses: Sequence[Response],
    later: Sequence[tuple[float, float]],
    policy: Policy | None,
) -> Part:
    """The world and the course of evidence with exact edges: its strikes fall when it says."""
    days = {x.id: x.time for x in evidence.strikes}
    moved = [
        r.model_copy(update={"date": moment(evidence.start, days[r.id])}) if r.id in days else r
        for r in responses
    ]
    end = max([evidence.windows[-1].end, *(b for _, b in later)])
    world = build_world(
        settings,
        None,
        start=moment(evidence.start, evidence.origin),
        horizon_days=end - evidence.origin,
        responses=moved,
        then=policy,
    )
    if policy is not None:
        now = evidence.windows[-1].end - evidence.origin
        ladder = tuple(
            lv._replace(active_from=max(now, lv.active_from), surge_day=max(now, lv.surge_day))
            for lv in world.ladder
        )
        world = world._replace(ladder=ladder)
    laid = lay(evidence, since=evidence.origin, later=later)
    return Part(world, laid, laid.log_ways + ends)
