"""The point of a replication: its hypothesis and parameters, as keyed draws of (seed, replication).

The draws are the same for every policy, and runs under the prior use the same luck as runs under the
posterior. What the record cannot inform is drawn from its prior by the parameter's own name.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from calibration.calibrate import Calibration
from calibration.level import HeldLevel
from calibration.posterior import Posterior
from calibration.priors import PriorTransform, to_parameters
from sim.engine.streams import Draws
from sim.model.registry import PARAMETERS, make_params
from sim.model.streamkeys import name_key
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

Floats = np.ndarray[Any, np.dtype[np.float64]]
FIXED_QUANTILE = 0.5


class Point(NamedTuple):
    """Where in the space of hypotheses and parameters a replication runs."""

    hypothesis: str
    draw: int  # index of the posterior draw; -1 under the prior
    params: Any
    shares: tuple[float, ...]


class Mode(NamedTuple):
    """Which points a set of runs takes."""

    kind: Literal["posterior", "prior", "fixed"]
    hypothesis: str | None = None  # a single one; None averages over the fitted


class PointSource:
    """Draws of points for a study: hypotheses by their weights, parameters from posterior or prior.

    A hypothesis that is not fitted keeps its prior for all but the level: outside the runs under the prior
    its base rate is the one at which, without strikes, as many reports are expected over the admitted windows as
    they have (``calibration.level``). The base rate's prior reaches from one attack in three weeks to twenty a
    day, and its differences in attacks would be those of its largest draws.
    """

    def __init__(
        self, settings: Settings, hypotheses: Mapping[str, Hypothesis], calibration: Calibration, seed: int
    ) -> None:
        """Lay the posteriors and priors out by hypothesis."""
        self._seed = seed
        self._places = sorted(settings.places)
        self._marks: Posterior = calibration.marks
        self._weights = {
            name: (declared, evidence)
            for name, (declared, evidence) in calibration.weights.items()
            if declared is not None and evidence is not None and name in hypotheses
        }
        self._posteriors = dict(calibration.posteriors)
        self._priors = {name: PriorTransform(h, self._places) for name, h in hypotheses.items()}
        self._constants: dict[str, dict[str, float]] = {}
        self._assumed: dict[str, PriorTransform] = {}
        self._held: dict[str, HeldLevel] = {}
        for name, h in hypotheses.items():
            entries = {**settings.assumptions, **h.assumptions}
            fitted = set(h.parameters)
            self._constants[name] = {k: x.value for k, x in entries.items() if x.value is not None}
            self._constants[name] |= {k: x.value for k, x in h.parameters.items() if x.value is not None}
            drawn = {k: x.prior for k, x in entries.items() if x.prior is not None and k not in fitted}
            self._assumed[name] = PriorTransform.independent(drawn)
            if name not in self._posteriors:
                self._held[name] = HeldLevel(h, settings, calibration.evidence)

    @property
    def averaged(self) -> list[str]:
        """Hypotheses that the average runs over."""
        return list(self._weights)

    def points(self, mode: Mode, replications: Sequence[int]) -> list[Point]:
        """The point of each replication, worked out one at a time.

        Vectorised functions round differently with the length of what they are given, and a point must not
        depend on its company.
        """
        return [self._point(mode, Draws(self._seed, i)) for i in replications]

    def _choose(self, mode: Mode, draws: Draws) -> str:
        """Hypothesis by weight: evidence-updated for the posterior, declared for the prior."""
        if mode.hypothesis is not None:
            return mode.hypothesis
        weights = [
            declared if mode.kind == "prior" else evidence for declared, evidence in self._weights.values()
        ]
        left = draws.block("study.point", 0, 0)[0] * sum(weights)
        for name, weight in zip(self._weights, weights, strict=True):
            left -= weight
            if left < 0.0:
                return name
        return list(self._weights)[-1]

    def _point(self, mode: Mode, draws: Draws) -> Point:
        """The point of one replication."""
        name = self._choose(mode, draws)
        prior, assumed = self._priors[name], self._assumed[name]
        posterior = self._posteriors.get(name) if mode.kind != "prior" else None
        numbers = dict(self._constants[name])
        numbers |= dict(zip(assumed.names, self._from_prior(mode, assumed, draws), strict=True))
        if mode.kind != "prior":
            numbers |= dict(
                zip(self._marks.names, self._from_draws(mode, self._marks, draws, 2)[1], strict=True)
            )
        if posterior is None:
            draw, values = -1, self._from_prior(mode, prior, draws)
        else:
            draw, values = self._from_draws(mode, posterior, draws, 1)
        fitted, shares = to_parameters(prior.names, values)
        if posterior is None and mode.kind != "prior":
            fitted["base_rate"] = self._held[name](numbers | fitted, shares)
        known = {n: float(x) for n, x in (numbers | fitted).items() if n in PARAMETERS}
        return Point(name, draw, make_params(known), tuple(shares[x] for x in self._places))

    def _from_draws(self, mode: Mode, posterior: Posterior, draws: Draws, lane: int) -> tuple[int, Floats]:
        """A posterior draw by its keyed index; where all is fixed, the median and no index."""
        if mode.kind == "fixed":
            return -1, np.median(posterior.draws, axis=0)
        size = len(posterior.draws)
        index = min(size - 1, int(draws.block("study.point", 0, 0)[lane] * size))
        return index, posterior.draws[index]

    def _from_prior(self, mode: Mode, prior: PriorTransform, draws: Draws) -> Floats:
        """Parameters by uniforms keyed by their names; where all is fixed, at one half."""
        if mode.kind == "fixed":
            u = [FIXED_QUANTILE for _ in prior.inputs]
        else:
            u = [draws.block("study.parameter", name_key(n), 0)[0] for n in prior.inputs]
        return np.asarray(prior.from_uniform(np.array([u]))[0])
