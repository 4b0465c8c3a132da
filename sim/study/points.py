"""The point of a replication: its hypothesis and parameters, as keyed draws of (seed, replication).

The draws are the same for every policy, and runs under the prior use the same luck as runs under the
posterior. What the record cannot inform is drawn from its prior by the parameter's own name.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, overload

import numpy as np

from calibration.calibrate import Calibration
from calibration.level import HeldLevel
from calibration.posterior import Posterior
from calibration.priors import SHARE, PriorTransform
from calibration.rows import by_name
from sim.engine.compiled.uniforms import uniforms
from sim.model.registry import PARAMETERS, make_params
from sim.model.streamkeys import name_key
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Seeds = np.ndarray[Any, np.dtype[np.uint64]]
FIXED_QUANTILE = 0.5


class Point(NamedTuple):
    """Where in the space of hypotheses and parameters a replication runs."""

    hypothesis: str
    draw: int  # index of the posterior draw; -1 under the prior
    params: Any
    shares: tuple[float, ...]


class Points(Sequence[Point]):
    """Points in columns: index of the hypothesis, posterior draw, parameters in the registry's order, shares."""

    def __init__(
        self, hypotheses: tuple[str, ...], which: Ints, draws: Ints, params: Floats, shares: Floats
    ) -> None:
        self.hypotheses, self.which, self.draws = hypotheses, which, draws
        self.params, self.shares = params, shares

    def __len__(self) -> int:
        return len(self.which)

    @overload
    def __getitem__(self, i: int) -> Point: ...
    @overload
    def __getitem__(self, i: slice) -> "Points": ...
    def __getitem__(self, i: int | slice) -> "Point | Points":
        if isinstance(i, slice):
            return Points(self.hypotheses, self.which[i], self.draws[i], self.params[i], self.shares[i])
        params = make_params(dict(zip(PARAMETERS, self.params[i].tolist(), strict=True)))
        return Point(
            self.hypotheses[self.which[i]], int(self.draws[i]), params, tuple(self.shares[i].tolist())
        )

    def take(self, rows: Ints) -> "Points":
        """The points of these rows."""
        return Points(
            self.hypotheses, self.which[rows], self.draws[rows], self.params[rows], self.shares[rows]
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Points) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # arrays change

    @classmethod
    def joined(cls, parts: Sequence["Points"]) -> "Points":
        """One after the other."""
        columns = [[getattr(x, name) for x in parts] for name in ("which", "draws", "params", "shares")]
        return cls(parts[0].hypotheses, *(np.concatenate(x) for x in columns))


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

    def points(self, mode: Mode, replications: Sequence[int]) -> Points:
        """The point of each replication. It does not depend on its company: all is worked out element by element."""
        seeds = np.asarray(replications, np.uint64)
        u = uniforms(self._seed, seeds, "study.point")
        names = tuple(self._priors)
        which = self._choose(mode, names, u[:, 0])
        params, draws = np.empty((len(seeds), len(PARAMETERS))), np.empty(len(seeds), np.int64)
        shares = np.empty((len(seeds), len(self._places)))
        for h in np.unique(which):
            rows = np.flatnonzero(which == h)
            params[rows], shares[rows], draws[rows] = self._of_hypothesis(
                mode, names[h], seeds[rows], u[rows]
            )
        return Points(names, which, draws, params, shares)

    def _choose(self, mode: Mode, names: Sequence[str], u: Floats) -> Ints:
        """Hypothesis by weight: evidence-updated for the posterior, declared for the prior."""
        if mode.hypothesis is not None:
            return np.full(len(u), names.index(mode.hypothesis))
        weights = [
            declared if mode.kind == "prior" else evidence for declared, evidence in self._weights.values()
        ]
        left = u * sum(weights)
        which = np.full(len(u), names.index(list(self._weights)[-1]))
        open_ = np.ones(len(u), bool)
        for name, weight in zip(self._weights, weights, strict=True):
            left = left - weight
            which[open_ & (left < 0.0)] = names.index(name)
            open_ &= left >= 0.0
        return which

    def _of_hypothesis(self, mode: Mode, name: str, seeds: Seeds, u: Floats) -> tuple[Floats, Floats, Ints]:
        """Parameters, places' shares and posterior draws of replications that have this hypothesis."""
        prior, assumed = self._priors[name], self._assumed[name]
        posterior = self._posteriors.get(name) if mode.kind != "prior" else None
        columns: dict[str, Floats] = {}
        for parameter, value in self._constants[name].items():
            columns |= by_name([parameter], np.full((len(seeds), 1), value))
        columns |= by_name(assumed.names, self._from_prior(mode, assumed, seeds))
        if mode.kind != "prior":
            columns |= by_name(self._marks.names, self._from_draws(mode, self._marks, u[:, 2])[1])
        if posterior is None:
            draws, values = np.full(len(seeds), -1), self._from_prior(mode, prior, seeds)
        else:
            draws, values = self._from_draws(mode, posterior, u[:, 1])
        columns |= by_name(prior.names, values)
        shares = np.column_stack([columns[SHARE + x] for x in self._places])
        if posterior is None and mode.kind != "prior":
            columns["base_rate"] = self._held_level(name, columns, shares)
        params = np.tile(np.array(make_params({})), (len(seeds), 1))
        for i, parameter in enumerate(PARAMETERS):
            if parameter in columns:
                params[:, i] = columns[parameter]
        return params, shares, draws

    def _held_level(self, name: str, columns: Mapping[str, Floats], shares: Floats) -> Floats:
        """The held level of each row by itself: its sums round differently with the number of rows."""
        return np.array(
            [
                self._held[name](
                    {n: float(x[i]) for n, x in columns.items()},
                    dict(zip(self._places, row, strict=True)),
                )
                for i, row in enumerate(shares.tolist())
            ]
        )

    def _from_draws(self, mode: Mode, posterior: Posterior, u: Floats) -> tuple[Ints, Floats]:
        """Posterior draws by their keyed index; where all is fixed, the median and no index."""
        if mode.kind == "fixed":
            return np.full(len(u), -1), np.tile(np.median(posterior.draws, axis=0), (len(u), 1))
        size = len(posterior.draws)
        index = np.minimum(size - 1, (u * size).astype(np.int64))
        return index, np.asarray(posterior.draws[index])

    def _from_prior(self, mode: Mode, prior: PriorTransform, seeds: Seeds) -> Floats:
        """Parameters by uniforms keyed by their names; where all is fixed, at one half."""
        if mode.kind == "fixed":
            return np.tile(
                prior.from_uniform(np.full((1, prior.dimensions), FIXED_QUANTILE)), (len(seeds), 1)
            )
        u = np.empty((len(seeds), prior.dimensions))
        for i, name in enumerate(prior.inputs):
            u[:, i] = uniforms(self._seed, seeds, "study.parameter", name_key(name))[:, 0]
        return np.asarray(prior.from_uniform(u))
