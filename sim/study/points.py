"""The point of a replication: its hypothesis and parameters, as keyed draws of (seed, replication).

The draws are the same for every policy, and runs under the prior use the same luck as runs under the
posterior. What the record cannot inform is drawn from its prior by the parameter's own name.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from calibration.calibrate import Calibration
from calibration.priors import PriorTransform, quantile, to_parameters
from sim.engine.streams import Draws
from sim.model.registry import PARAMETERS, make_params
from sim.model.streamkeys import name_key
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

if TYPE_CHECKING:
    from calibration.posterior import Posterior
    from sim.scenario.common import Prior

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
    """Draws of points for a study: hypotheses by their weights, parameters from posterior or prior."""

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
        self._assumed: dict[str, dict[str, Prior]] = {}
        for name, h in hypotheses.items():
            entries = {**settings.assumptions, **h.assumptions}
            fitted = set(h.parameters)
            self._constants[name] = {k: x.value for k, x in entries.items() if x.value is not None}
            self._constants[name] |= {k: x.value for k, x in h.parameters.items() if x.value is not None}
            self._assumed[name] = {
                k: x.prior for k, x in entries.items() if x.prior is not None and k not in fitted
            }

    @property
    def averaged(self) -> list[str]:
        """Hypotheses that the average runs over."""
        return list(self._weights)

    def points(self, mode: Mode, replications: Sequence[int]) -> list[Point]:
        """The point of each replication."""
        draws = [Draws(self._seed, i) for i in replications]
        chosen = [self._choose(mode, d) for d in draws]
        out: list[Point | None] = [None] * len(draws)
        for name in dict.fromkeys(chosen):
            rows = [k for k, x in enumerate(chosen) if x == name]
            for k, point in zip(rows, self._points_of(mode, name, [draws[k] for k in rows]), strict=True):
                out[k] = point
        return [x for x in out if x is not None]

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

    def _points_of(self, mode: Mode, name: str, draws: Sequence[Draws]) -> list[Point]:
        """Points of one hypothesis."""
        posterior = self._posteriors.get(name) if mode.kind != "prior" else None
        prior = self._priors[name]
        if posterior is not None:
            index = [self._index(mode, d, 1, len(posterior.draws)) for d in draws]
            names, values = posterior.names, posterior.draws[index]
            if mode.kind == "fixed":
                values = np.tile(np.median(posterior.draws, axis=0), (len(draws), 1))
        else:
            index = [-1] * len(draws)
            names, values = prior.names, prior.from_uniform(self._uniforms(mode, prior.inputs, draws))
        assumed = self._assume(mode, name, draws)
        out = []
        for k in range(len(draws)):
            numbers = {n: float(column[k]) for n, column in assumed.items()} | self._constants[name]
            fitted, shares = to_parameters(names, values[k])
            known = {n: x for n, x in (numbers | fitted).items() if n in PARAMETERS}
            share = tuple(shares[x] for x in self._places)
            out.append(Point(name, index[k], make_params(known), share))
        return out

    def _index(self, mode: Mode, draws: Draws, lane: int, size: int) -> int:
        return min(size - 1, int(draws.block("study.point", 0, 0)[lane] * size))

    def _uniforms(self, mode: Mode, names: Sequence[str], draws: Sequence[Draws]) -> Floats:
        """A uniform for each name and replication, keyed by the name; one half where all is fixed."""
        if mode.kind == "fixed":
            return np.full((len(draws), len(names)), FIXED_QUANTILE)
        keys = [name_key(n) for n in names]
        return np.array([[d.block("study.parameter", key, 0)[0] for key in keys] for d in draws]).reshape(
            len(draws), len(names)
        )

    def _assume(self, mode: Mode, name: str, draws: Sequence[Draws]) -> dict[str, Floats]:
        """What the record cannot inform, from its prior; the marks from their own posterior."""
        assumed = self._assumed[name]
        u = self._uniforms(mode, list(assumed), draws)
        out = {n: quantile(prior, u[:, j]) for j, (n, prior) in enumerate(assumed.items())}
        if mode.kind != "prior":
            marks = self._marks
            rows = [self._index(mode, d, 2, len(marks.draws)) for d in draws]
            table = marks.draws[rows]
            if mode.kind == "fixed":
                table = np.tile(np.median(marks.draws, axis=0), (len(draws), 1))
            out |= {n: table[:, j] for j, n in enumerate(marks.names)}
        return out
