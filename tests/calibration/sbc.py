"""Simulation-based calibration of any count likelihood, uncertain ones too, on its own design: a plain way beside the checks of the command.

Draw parameters from the prior, simulate counts, rank the truth among draws from the posterior: for a right
likelihood the ranks are uniform. The posterior is had by weighting one set of prior draws, prepared once, so that
a thousand data sets take seconds. It does not see what the data can't tell (a posterior that is the prior passes):
contraction stands beside it. Source: Talts and others (2018), arXiv 1804.06788.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from calibration.arrays import Floats
from calibration.evidence import Evidence
from calibration.likelihoods.filter import CountFilter
from calibration.priors import PriorTransform
from calibration.simulate import simulate_windows

RANKED = 99
Simulator = Callable[[Evidence, Mapping[str, float], np.random.Generator], list[int]]


class Calibrated(NamedTuple):
    """What came of it, by parameter and for the log likelihood itself (``log_likelihood``).

    ``distance`` is √R times the Kolmogorov distance of the ranks from uniform (for a right likelihood over 2.2 in
    about 1 case in 8,000); ``coverage`` the share of central 90% intervals that hold the truth; ``least_ess`` the 5%
    quantile of the effective number of draws.
    """

    distance: dict[str, float]
    coverage: dict[str, float]
    least_ess: float


def simulation_based_calibration(
    likelihood: CountFilter,
    transform: PriorTransform,
    *,
    data_sets: int,
    draws: int,
    seed: int,
    simulator: Simulator = simulate_windows,
) -> Calibrated:
    """Ranks of the truth over ``data_sets`` data sets, each posterior on ``draws`` weighted draws from the prior."""
    rng = np.random.default_rng(seed)
    values = transform.from_normal(rng.standard_normal((draws, transform.dimensions)))
    prepared = likelihood.prepared(values)
    names = [*transform.inputs, "log_likelihood"]
    ranked = np.array([transform.names.index(n) for n in transform.inputs])
    ranks = np.empty((data_sets, len(names)))
    worth = np.empty(data_sets)
    for r in range(data_sets):
        truth = transform.from_normal(rng.standard_normal((1, transform.dimensions)))
        counts = simulator(likelihood.evidence, dict(zip(transform.names, truth[0], strict=True)), rng)
        log_level = _level(likelihood.log_counts(prepared, counts), draws)
        weights = np.exp(log_level - log_level.max())
        weights /= weights.sum()
        worth[r] = 1.0 / (weights**2).sum()
        chosen = rng.choice(draws, RANKED, p=weights)
        true_level = _level(likelihood.log_counts(likelihood.prepared(truth), counts), 1)
        among = np.column_stack([values[np.ix_(chosen, ranked)], log_level[chosen]])
        ranks[r] = (among < np.append(truth[0, ranked], true_level)).sum(axis=0)
    u = (ranks + 0.5) / (RANKED + 1)
    return Calibrated(
        distance={n: _distance(u[:, i]) for i, n in enumerate(names)},
        coverage={n: float(((u[:, i] > 0.05) & (u[:, i] < 0.95)).mean()) for i, n in enumerate(names)},
        least_ess=float(np.quantile(worth, 0.05)),
    )


def _level(terms: list[Floats], rows: int) -> Floats:
    return np.broadcast_to(np.sum([np.broadcast_to(t, (rows,)) for t in terms], axis=0), (rows,))


def _distance(u: Floats) -> float:
    """√R times the largest gap between the distribution of u and the uniform one, on the grid of ranks."""
    grid = np.arange(1, RANKED + 1) / (RANKED + 1)
    return float(np.abs((u[:, None] <= grid).mean(axis=0) - grid).max() * np.sqrt(len(u)))
