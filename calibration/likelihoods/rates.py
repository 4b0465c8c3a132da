"""Immigrant rate of the attackers' process over windows and gaps, on quadrature nodes.

    μ(u) = g(u) · e^{drift(u)} · μ · exp(X tanh(Σ_j x_j(u)/X)),    x_j(u) = A_j e^{-(u - T_j)/τ}

for all places together. Windows are cut at strikes and at changes of g, so that the rate is smooth between
cuts; nodes are dense near the ends, where fast self-excitation bends the integrands.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.items import Strike
from calibration.likelihoods.parameters import Parameters

NODES = 8
FIRST_PANEL_DAYS = 1.5
GROWTH = 3.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(NODES)


class Segment(NamedTuple):
    """A stretch without a strike or a change of g inside."""

    start: float
    end: float
    days: Floats  # nodes, in days from the record's start
    weights: Floats
    strikes: tuple[Strike, ...]  # that land at its start, or since the end of the one before
    levels: Floats  # g by place


class Stretch(NamedTuple):
    """A window (its index) or a gap between windows (-1).

    ``asked`` are days on which its rate is wanted by itself; ``share`` of its attacks are counted, beside completeness.
    """

    window: int
    start: float
    end: float
    segments: tuple[Segment, ...]
    asked: tuple[float, ...] = ()
    share: float = 1.0


class Rate(NamedTuple):
    """Rate of a stretch: all places on nodes [W, nodes] and on days asked for [W, days]; by place, integrated [W, places]."""

    days: Floats
    weights: Floats
    total: Floats
    by_place: Floats
    asked: Floats


def panels(start: float, end: float, from_start: bool, from_end: bool) -> list[tuple[float, float]]:
    """Cuts of [start, end] that grow by a factor of 3 from 1.5 days, away from the ends asked for."""
    half = 0.45 * (end - start)
    steps: list[float] = []
    at, width = FIRST_PANEL_DAYS, FIRST_PANEL_DAYS
    while at < half:
        steps.append(at)
        width *= GROWTH
        at += width
    cuts = [
        start,
        *(start + x for x in steps if from_start),
        *(end - x for x in reversed(steps) if from_end),
        end,
    ]
    return list(pairwise(cuts))


def quadrature(start: float, end: float, from_end: bool = True) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on the panels of [start, end]."""
    spans = panels(start, end, True, from_end)
    days = [a + (b - a) * (_NODES + 1.0) / 2.0 for a, b in spans]
    weights = [(b - a) / 2.0 * _WEIGHTS for a, b in spans]
    return np.concatenate(days), np.concatenate(weights)


def stretches(evidence: Evidence) -> list[Stretch]:
    """Windows and the gaps between them, in order of time, from the origin of the process."""
    out: list[Stretch] = []
    at = evidence.origin
    strikes = list(evidence.strikes)
    for i, w in enumerate(evidence.windows):
        if w.start > at + 1e-9:
            out.append(Stretch(-1, at, w.start, tuple(_segments(evidence, at, w.start, strikes))))
        segments = tuple(_segments(evidence, w.start, w.end, strikes))
        asked = tuple(x.day for x in evidence.triggers if x.inside == i)
        out.append(Stretch(i, w.start, w.end, segments, asked, w.share))
        at = w.end
    return out


def _segments(evidence: Evidence, start: float, end: float, strikes: list[Strike]) -> Iterator[Segment]:
    """Segments of a stretch; takes the strikes that it uses off the list."""
    times = [x.time for x in strikes] + [x.start for x in evidence.pieces]
    cuts = [start, *sorted({t for t in times if start + 1e-9 < t < end - 1e-9}), end]
    for a, b in pairwise(cuts):
        landed = []
        while strikes and strikes[0].time <= a + 1e-9:
            landed.append(strikes.pop(0))
        days, weights = quadrature(a, b)
        yield Segment(a, b, days, weights, tuple(landed), np.array(evidence.levels(a + 1e-9)))


class Rates:
    """Walks through the stretches and gives the rate on each; strike effects are carried from one to the next."""

    def __init__(self, evidence: Evidence, *, drifts: bool, affects: bool) -> None:
        self.stretches = stretches(evidence)
        self._drift_from = evidence.drift_from
        self._drifts, self._affects = drifts, affects

    def unstruck_at_start(self, p: Parameters) -> Floats:
        """g(0) · e^{drift(0)} · μ of all places on the first day of the process [W], without any strike."""
        first = self.stretches[0].segments[0]
        nothing = np.zeros((len(p.shares), 1))
        return self._shape(p, first.start, np.array([first.start]), nothing)[:, 0] * (p.shares @ first.levels)

    def walk(self, p: Parameters) -> Iterator[tuple[Stretch, Rate]]:
        """The rate on each stretch, in order of time."""
        net: Floats = np.zeros((len(p.shares), 1))
        at = self.stretches[0].start
        for stretch in self.stretches:
            totals, by_place = [], np.zeros_like(p.shares)
            asked = np.zeros((len(p.shares), len(stretch.asked)))
            for segment in stretch.segments:
                if self._affects:
                    net = net * np.exp(-(segment.start - at) / p.effect_days)
                    for strike in segment.strikes:
                        net = net + jump(p, strike) * np.exp(-(segment.start - strike.time) / p.effect_days)
                    at = segment.start
                shape = self._shape(p, segment.start, segment.days, net)
                totals.append(shape * (p.shares @ segment.levels)[:, None])
                by_place += p.shares * segment.levels * (shape @ segment.weights)[:, None]
                for k, day in enumerate(stretch.asked):
                    if segment.start < day <= segment.end + 1e-9:  # left of a strike at that instant
                        here = self._shape(p, segment.start, np.array([day]), net)
                        asked[:, k] = here[:, 0] * (p.shares @ segment.levels)
            days = np.concatenate([x.days for x in stretch.segments])
            weights = np.concatenate([x.weights for x in stretch.segments])
            yield stretch, Rate(days, weights, np.concatenate(totals, axis=1), by_place, asked)

    def _shape(self, p: Parameters, since: float, days: Floats, net: Floats) -> Floats:
        """Rate on days [W, days] at g = 1; ``net`` is the strike effect on day ``since``."""
        tilt: Floats = np.zeros((1, len(days)))
        if self._drifts:
            gone = np.maximum(days - self._drift_from, 0.0)
            tilt = tilt - p.mobilisation_drift * np.expm1(-gone / p.drift_days)
        if self._affects and np.any(net):
            x = net * np.exp(-(days - since) / p.effect_days)
            tilt = tilt + p.effect_limit * np.tanh(x / p.effect_limit)
        return np.broadcast_to(p.base_rate * np.exp(tilt), (len(p.shares), len(days)))


def jump(p: Parameters, strike: Strike) -> Floats:
    """A = Σ_x q_x · effect_x · strength^γ [W, 1]; 0 at strength 0."""
    if strike.strength <= 0.0:
        return np.zeros((1, 1))
    return as_floats((p.effects @ np.array(strike.shares))[:, None] * strike.strength**p.strength_exponent)
