"""The immigrant rate written out plainly, one parameter vector at a time: a second opinion on ``rates``.

It serves the forward simulation, which checks the closed form and the exact filter.
"""

import math
from collections.abc import Mapping

import numpy as np

from calibration.arrays import Floats, Indices, as_floats, as_indices
from calibration.evidence import Evidence
from calibration.priors import COMMON_EFFECT, SHARE
from sim.model.registry import PARAMETERS
from sim.model.spec import TARGETS


class ImmigrantRate:
    """g(t) · e^{drift(t)} · μ · exp(X tanh(Σ_j x_j(t)/X)) of all places, attacks per day, on days of the record.

    Arguments: the evidence; parameters by registry name, ``strike_effect`` and ``share_<place>`` among them.
    """

    def __init__(self, evidence: Evidence, parameters: Mapping[str, float]) -> None:
        self._evidence = evidence
        self._p = {n: parameters.get(n, x.default) for n, x in PARAMETERS.items()}
        shares = [parameters.get(SHARE + x, 1.0 / len(evidence.places)) for x in evidence.places]
        self._starts = np.array([x.start for x in evidence.pieces])
        self._by_place = np.array([x.levels for x in evidence.pieces]) * np.array(shares)
        self._levels = self._by_place.sum(axis=1)
        common = parameters.get(COMMON_EFFECT)
        effects = [self._p[f"effect_{x}"] if common is None else common for x in TARGETS]
        self._jumps = [
            (
                s.time,
                sum(q * e for q, e in zip(s.shares, effects, strict=True))
                * s.strength ** self._p["strength_exponent"],
            )
            for s in evidence.strikes
            if s.strength > 0.0
        ]

    @property
    def most(self) -> float:
        """A bound on the rate at any time."""
        g = float(self._levels.max())
        up = sum(max(a, 0.0) for _, a in self._jumps)
        limit = self._p["effect_limit"]
        tilt = max(self._p["mobilisation_drift"], 0.0) + limit * math.tanh(up / limit)
        return float(g * self._p["base_rate"] * math.exp(tilt))

    @property
    def left_before(self) -> float:
        """Excitation when the process begins: the share v of n/(1 - n) times the rate there without strikes, per day."""
        n, start = self._p["branching_ratio"], np.array([self._evidence.origin])
        return self._p["excitation_at_start"] * n / (1.0 - n) * float(self._unstruck(start)[0])

    def __call__(self, days: Floats) -> Floats:
        """Rate on days, of any shape."""
        x = np.zeros_like(days)
        for time, amplitude in self._jumps:
            age = days - time
            x = x + np.where(
                age > 0.0, amplitude * np.exp(-np.maximum(age, 0.0) / self._p["effect_days"]), 0.0
            )
        limit = self._p["effect_limit"]
        return as_floats(self._unstruck(days) * np.exp(limit * np.tanh(x / limit)))

    def places(self, days: Floats, u: Floats) -> Indices:
        """Place (index) of an immigrant on each day, by the shares of the rate there; u is uniform."""
        up = np.cumsum(self._by_place[self._piece(days)], axis=1)
        return as_indices((u[:, None] * up[:, -1:] >= up).sum(axis=1))

    def _piece(self, days: Floats) -> Indices:
        return as_indices(np.maximum(np.searchsorted(self._starts, days, side="right") - 1, 0))

    def _unstruck(self, days: Floats) -> Floats:
        """g(t) · e^{drift(t)} · μ."""
        gone = np.maximum(days - self._evidence.drift_from, 0.0)
        tilt = self._p["mobilisation_drift"] * (1.0 - np.exp(-gone / self._p["drift_days"]))
        return as_floats(self._levels[self._piece(days)] * self._p["base_rate"] * np.exp(tilt))
