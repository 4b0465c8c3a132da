"""Posteriors of many records of one design: by quadrature over a few parameters, or each by a fit of its own."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import special

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.level import target
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.parameters import Reader
from calibration.priors import PriorTransform
from calibration.samplers.fit import explore
from calibration.samplers.sample import log_prior, sobol_normals
from calibration.simulate import simulate_windows
from sim.scenario.hypothesis import Hypothesis
from tests.calibration.builders import a_filter, some_settings

ONE_PLACE = some_settings(places=("iraq",))
TAILS = (0.05, 0.95)
Span = tuple[float, float, int]


def simulated(evidence: Evidence, truth: Mapping[str, float], records: int, seed: int) -> list[list[int]]:
    """Counts of so many records that the truth made."""
    rng = np.random.default_rng(seed)
    return [simulate_windows(evidence, truth, rng) for _ in range(records)]


class Weighed:
    """The posterior of a record on points of z [points, inputs], prepared once for all records of a design.

    ``log_mass`` is the log of the prior's mass at each point. ``least_worth`` is the fewest effective points that any
    record has had.
    """

    def __init__(self, evidence: Evidence, h: Hypothesis, z: Floats, log_mass: Floats) -> None:
        self._filter, self.transform = a_filter(evidence, h, ONE_PLACE)
        self._log_mass = log_mass
        self.values = self.transform.from_normal(z)
        self._prepared = self._filter.prepared(self.values)
        self.least_worth = float(len(z))

    def log_posterior(self, counts: Sequence[int]) -> Floats:
        """Log of the prior's mass times the likelihood [points]: its sum is the evidence."""
        return as_floats(self._log_mass + sum(self._filter.log_counts(self._prepared, counts)))

    def note(self, weights: Floats) -> None:
        """Remember the worst that a record has come to."""
        self.least_worth = min(self.least_worth, float(1.0 / (weights**2).sum()))

    def interval(self, name: str, counts: Sequence[int]) -> tuple[float, float]:
        """The central 90% of a parameter."""
        log_weights = self.log_posterior(counts)
        weights = np.exp(log_weights - log_weights.max())
        weights /= weights.sum()
        self.note(weights)
        x, which = np.unique(self.values[:, self.transform.names.index(name)], return_inverse=True)
        mass = np.bincount(which, weights)
        # Between points by the normal's own scale: the law itself is bent there, and lines would widen the interval.
        middle = special.ndtri(np.clip(np.cumsum(mass) - 0.5 * mass, 1e-15, 1.0 - 1e-15))
        low, high = np.interp(special.ndtri(TAILS), middle, x)
        return float(low), float(high)


class ByQuadrature(Weighed):
    """On a grid of z.

    ``spans`` are the ends of z and a number of points for each fitted parameter: steps no longer than the posterior's sd
    given the other parameters, or the sum is wrong; ends so wide that nothing lies outside: ``outside`` is the most
    weight that any record has left on the edge.
    """

    def __init__(self, evidence: Evidence, h: Hypothesis, *spans: Span) -> None:
        axes = [np.linspace(*x) for x in spans]
        z = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
        step = float(np.prod([a[1] - a[0] for a in axes]))
        super().__init__(evidence, h, z, log_prior(z) + np.log(step))
        self._edge = np.any([(z[:, i] == a[0]) | (z[:, i] == a[-1]) for i, a in enumerate(axes)], axis=0)
        self.outside = 0.0

    def note(self, weights: Floats) -> None:
        """Remember the weight on the edge too."""
        super().note(weights)
        self.outside = max(self.outside, float(weights[self._edge].sum()))


class ByPriorDraws(Weighed):
    """On draws from the prior, a Sobol sequence: for parameters that correlate too much for a grid along the axes."""

    def __init__(self, evidence: Evidence, h: Hypothesis, dimensions: int, points: int) -> None:
        z = sobol_normals(points, dimensions, 1)
        super().__init__(evidence, h, z, np.full(points, -np.log(points)))


def by_fit(
    evidence: Evidence, h: Hypothesis, counts: Sequence[int], names: Sequence[str], seed: int = 1
) -> list[tuple[float, float]]:
    """The central 90% of some parameters by the sampler that users get."""
    windows = tuple(w._replace(attacks=n) for w, n in zip(evidence.windows, counts, strict=True))
    transform = PriorTransform(h, evidence.places)
    likelihood = CountFilter(
        evidence._replace(windows=windows), Reader(h, ONE_PLACE, transform.names, evidence.places)
    )
    z = explore(target(likelihood, transform), transform.dimensions, seed).z
    draws = transform.from_normal(z)
    return [
        (float(low), float(high))
        for low, high in np.quantile(draws[:, [transform.names.index(n) for n in names]], TAILS, axis=0).T
    ]


def leave_out(intervals: Sequence[tuple[float, float]], x: float = 0.0) -> int:
    """How many intervals x lies outside of."""
    return sum(not low < x < high for low, high in intervals)
