"""One set of prior draws, prepared once, that weights turn into the posterior of any data set.

The base rate's prior is wide (.05 to 20 attacks a day), so that few prior draws have the level of any one data set. But
everything scales with the base rate: each draw is prepared at base rate 1 and, for each data set, is put at a level
drawn about the one under which it would expect as many reports as there are,

    log b ~ (1 - s) N(log held level, w²) + s · prior,      weight = prior(b)/proposal(b) · L(b, φ)

for φ the rest of the draw, w the width that its own over-dispersion leaves and s = 1/8. The weights are exact; 1/Σw² says how
many draws they are worth. The points lie on a Sobol sequence, so that the prior itself is met far closer than by chance.
"""

import math
from typing import NamedTuple

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.checks.dataset import DataSet
from calibration.evidence import Evidence
from calibration.level import LEVEL, expected_reports
from calibration.likelihoods.counts import Counts, log_probability
from calibration.likelihoods.filter import CHUNK, CountFilter
from calibration.likelihoods.places import PlaceSplits
from calibration.likelihoods.prepared import Prepared, Stage
from calibration.priors import PriorTransform
from calibration.samplers.sample import sobol_normals

PRIOR_SHARE = 0.125
WIDENED = 1.3
"""How much wider than the likelihood in the level the proposal is."""


class Seen(NamedTuple):
    """What a likelihood makes of a data set: its log [W], and the month ahead, mean and distribution of the count."""

    log_likelihood: Floats
    attacks_ahead: Floats
    count_ahead: Counts


class Weighed(NamedTuple):
    """A posterior: ``values`` [W, names] with weights that sum to 1, and what the likelihood makes of them."""

    values: Floats
    weights: Floats
    seen: Seen

    @property
    def worth(self) -> float:
        """How many draws of equal weight the draws are worth, 1/Σw²."""
        return float(1.0 / (self.weights**2).sum())


class PriorDraws:
    """Prior draws of one hypothesis on one design (whose last window is the month ahead).

    A likelihood without a base rate of a log-normal prior by itself is met by the prior draws as they are.
    """

    def __init__(self, likelihood: CountFilter, transform: PriorTransform, points: int, seed: int) -> None:
        self.likelihood, self.transform = likelihood, transform
        z = self.normals(points, seed)
        self._sigma = transform.lognormal_sigma(LEVEL)
        self._own = z[:, 0]
        self._values = transform.from_normal(z[:, 1:])
        if self._sigma is None:
            self._prepared = prepared_slim(likelihood, self._values)
            return
        self._at, self._in = transform.names.index(LEVEL), transform.inputs.index(LEVEL)
        self._from_prior = z[:, 1 + self._in]
        self._central = np.arange(points) >= PRIOR_SHARE * points  # Sobol points in order are as good as any
        at_one = self._values.copy()
        at_one[:, self._at] = 1.0
        self._prepared = prepared_slim(likelihood, at_one)
        self._log_median = float(np.log(transform.distribution(LEVEL).from_normal(np.zeros(1)))[0])
        self._reports = expected_reports(fitted(self._prepared))
        opened = [i for i, w in enumerate(likelihood.evidence.windows) if w.begins_at_attack]
        self._offspring = expected_reports(fitted(self._prepared).scaled(np.zeros(1)), opened)
        self._opened = len(opened)
        self._spread = np.sqrt(dispersion(self._prepared))

    def normals(self, points: int, seed: int) -> Floats:
        """Standard normals [points, 1 + inputs]: the first for the level, then where each draw lies in its prior."""
        return sobol_normals(points, self.transform.dimensions + 1, seed)

    def log_weights(self, log_likelihood: Floats, log_correction: Floats, level: Floats) -> Floats:
        """Log weight: likelihood times prior over proposal."""
        return log_likelihood + log_correction

    def fitted_to(self, data: DataSet) -> DataSet:
        """The data as the fit reads them."""
        return data

    def weigh(self, data: DataSet) -> Weighed:
        """The posterior of a data set."""
        data = self.fitted_to(data)
        values, prepared, correction = self._values, self._prepared, as_floats(np.zeros(len(self._own)))
        level = np.ones(1)
        if self._sigma is not None:
            level, correction = self._levels(data, self._sigma)
            values = values.copy()
            values[:, self._at] = level
            prepared = prepared.scaled(level)
        seen = see(self.likelihood, prepared, data.evidence, len(values))
        log_weights = self.log_weights(seen.log_likelihood, correction, level)
        weights = np.exp(log_weights - log_weights.max())
        return Weighed(values, as_floats(weights / weights.sum()), seen)

    def _levels(self, data: DataSet, sigma: float) -> tuple[Floats, Floats]:
        """A base rate for each draw, and the log of prior over proposal there."""
        n = max(data.attacks - self._opened, 0)
        centre = np.log(np.maximum(n - self._offspring, 0.5) / np.maximum(self._reports, 1e-300))
        width = np.minimum(WIDENED * self._spread / math.sqrt(n + 1.0), sigma)
        x = np.where(self._central, centre + width * self._own, self._log_median + sigma * self._from_prior)
        prior = _log_normal(x, self._log_median, sigma)
        proposal = np.logaddexp(
            math.log(1.0 - PRIOR_SHARE) + _log_normal(x, centre, width), math.log(PRIOR_SHARE) + prior
        )
        return np.exp(x), as_floats(prior - proposal)


def see(likelihood: CountFilter, prepared: Prepared, evidence: Evidence, rows: int) -> Seen:
    """The likelihood of a data set on its design, and what it says of the month ahead."""
    steps = list(likelihood.steps(prepared, [w.attacks for w in evidence.windows]))
    moments = [(x.counts.reported_mean, x.counts.reported_variance) for x in steps]
    total = as_floats(np.zeros(rows))
    for x, m in zip(steps[:-1], moments, strict=False):
        total = total + log_probability(likelihood.given(*m), x.seen)
    if evidence.totals or any(w.by_place for w in evidence.windows):
        splits = PlaceSplits(evidence)
        backgrounds = [x.stage.rate.by_place for x in steps]
        for term in splits.log_probability(moments, backgrounds, likelihood.given):
            total = total + term
    total = as_floats(np.where(np.isnan(total), -np.inf, total))
    count = likelihood.given(*moments[-1])
    ahead = Counts(*(as_floats(np.broadcast_to(x, (rows,))) for x in count))
    return Seen(total, as_floats(np.broadcast_to(steps[-1].counts.mean, (rows,))), ahead)


def prepared_slim(likelihood: CountFilter, values: Floats) -> Prepared:
    """What the likelihood prepares for so many rows, without the rate on its nodes, which no count needs.

    A thousand rows at a time: a hundred windows on their nodes are a lot of memory.
    """
    empty = np.zeros((1, 0))

    def bare(stage: Stage) -> Stage:
        rate = stage.rate._replace(days=empty[0], weights=empty[0], total=empty)
        return stage._replace(rate=rate)

    parts = []
    for i in range(0, len(values), CHUNK):
        found = likelihood.prepared(values[i : i + CHUNK])
        parts.append(found._replace(stages=tuple(bare(s) for s in found.stages)))
    rows = [min(CHUNK, len(values) - i) for i in range(0, len(values), CHUNK)]

    def joined(columns: list[Floats]) -> Floats:
        """One column from its parts; a part that is the same for all rows is of length 1."""
        whole = [np.broadcast_to(x, (n, *x.shape[1:])) for x, n in zip(columns, rows, strict=True)]
        return as_floats(np.concatenate(whole))

    stages = []
    for alike in zip(*(p.stages for p in parts), strict=True):
        rate = alike[0].rate._replace(
            by_place=joined([s.rate.by_place for s in alike]), asked=joined([s.rate.asked for s in alike])
        )
        columns = (joined([s[k] for s in alike]) for k in range(2, len(Stage._fields)))
        stages.append(Stage(alike[0].stretch, rate, *columns))
    return Prepared(
        tuple(stages),
        joined([p.at_start for p in parts]),
        joined([p.excitement for p in parts]),
        joined([p.completeness for p in parts]),
    )


def fitted(prepared: Prepared) -> Prepared:
    """The same without the month ahead, its last stage."""
    return prepared._replace(stages=prepared.stages[:-1])


def dispersion(prepared: Prepared) -> Floats:
    """Variance over mean of the reported total, as if windows were independent: enough for the width of a proposal."""
    mean = sum((s.mean for s in fitted(prepared).windows), start=np.zeros(1))
    variance = sum((s.variance for s in fitted(prepared).windows), start=np.zeros(1))
    over = variance / np.maximum(mean, 1e-300)
    return as_floats(1.0 + prepared.completeness * (over - 1.0))


def _log_normal(x: Floats, mean: Floats | float, sd: Floats | float) -> Floats:
    return as_floats(-0.5 * ((x - mean) / sd) ** 2 - np.log(sd) - 0.5 * math.log(2.0 * math.pi))
