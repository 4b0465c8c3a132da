"""Posteriors of many records of one design: by quadrature over a few parameters, or each by a fit of its own."""

from collections.abc import Mapping, Sequence

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.level import target
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.parameters import Reader
from calibration.priors import PriorTransform
from calibration.samplers.fit import explore
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


class ByQuadrature:
    """The posterior of a record on a grid of z, prepared once for all records; the prior's density is in the weights.

    ``spans`` are the ends of z and a number of points for each fitted parameter: points so dense that the sum is exact
    (steps up to the posterior's sd; to a third of it where quantiles are read off), ends so wide that nothing lies
    outside: ``outside`` is the most weight that any record has left on the edge.
    """

    def __init__(self, evidence: Evidence, h: Hypothesis, *spans: Span) -> None:
        self._filter, self.transform = a_filter(evidence, h, ONE_PLACE)
        axes = [np.linspace(*x) for x in spans]
        z = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
        step = np.prod([a[1] - a[0] for a in axes])
        self._log_prior = -0.5 * (z**2).sum(axis=1) + np.log(step) - 0.5 * z.shape[1] * np.log(2.0 * np.pi)
        self._edge = np.any([(z[:, i] == a[0]) | (z[:, i] == a[-1]) for i, a in enumerate(axes)], axis=0)
        self.values = self.transform.from_normal(z)
        self._prepared = self._filter.prepared(self.values)
        self.outside = 0.0

    def log_posterior(self, counts: Sequence[int]) -> Floats:
        """Log of prior times likelihood times the cell [points]: its sum is the evidence."""
        return as_floats(self._log_prior + sum(self._filter.log_counts(self._prepared, counts)))

    def interval(self, name: str, counts: Sequence[int]) -> tuple[float, float]:
        """The central 90% of a parameter."""
        log_weights = self.log_posterior(counts)
        weights = np.exp(log_weights - log_weights.max())
        weights /= weights.sum()
        self.outside = max(self.outside, float(weights[self._edge].sum()))
        x, which = np.unique(self.values[:, self.transform.names.index(name)], return_inverse=True)
        middle = np.cumsum(np.bincount(which, weights)) - 0.5 * np.bincount(which, weights)
        low, high = np.interp(TAILS, middle, x)
        return float(low), float(high)


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
