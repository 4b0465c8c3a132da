"""Which conclusions hang on the priors: the posterior with its prior, or its likelihood, raised to a power.

Draws are weighed by p(θ)^(α - 1), then by L(θ)^(α - 1), at α = .8 and 1.25. How far a parameter's distribution moves is the
cumulative Jensen-Shannon distance of two distribution functions P and Q,

    √([C(P, Q) + C(Q, P)] / [∫P + ∫Q]),    C(P, Q) = ∫ P log₂(2P/(P + Q)) + ∫(Q - P)/(2 ln 2),

the larger of that of x and of -x (Nguyen & Vreeken 2015), per doubling of α. Both over .05: prior and data disagree; the
prior alone: it speaks and the data don't. The prior's density is that of its standard normals, so that a power changes a prior's
width and leaves its median; the density of a skewed parameter itself would move that too. Shares of places keep theirs. Source: Kallioinen, Paananen, Bürkner & Vehtari (2023), Statistics and Computing 34:57.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.posterior import Posterior
from calibration.samplers.pareto import pareto_k
from calibration.summary import columns

POWERS = (0.8, 1.25)
SENSITIVE = 0.05
MOST_PARETO_K = 0.7
CONFLICT, STRONG_PRIOR = "prior-data conflict", "strong prior / weak likelihood"
NOTHING = "no sensitivity to the prior"


def jensen_shannon(x: Floats, weights: Floats) -> float:
    """Cumulative distance between draws of equal weight and the same draws weighed; 0 if they are all one value."""
    return max(_one_way(x, weights), _one_way(-x, weights))


def sensitivity(posteriors: Mapping[str, Posterior]) -> list[dict[str, Any]]:
    """A row for each parameter and derived effect: how far it moves with the prior and with the likelihood, and what that says."""
    rows = []
    for name, p in posteriors.items():
        log_prior = log_prior_of(p)
        log_likelihood = sum(p.log_likelihood.values(), as_floats(np.zeros(len(p.draws))))
        for parameter, x in columns(p.names, p.draws, p.constants).items():
            prior, k_prior = powered(x, log_prior)
            likelihood, k_likelihood = powered(x, log_likelihood)
            rows.append(
                {
                    "hypothesis": name,
                    "parameter": parameter,
                    "prior": prior,
                    "likelihood": likelihood,
                    "diagnosis": diagnosis(prior, likelihood),
                    "reliable": max(k_prior, k_likelihood) < MOST_PARETO_K,
                }
            )
    return rows


def log_prior_of(posterior: Posterior) -> Floats:
    """Log density of the draws' standard normals, and of their places' shares [draws], up to a constant."""
    z = posterior.prior.to_normal(posterior.draws)
    shares = posterior.prior.log_prior_by_variable(posterior.draws).get("place_shares", 0.0)
    return as_floats(-0.5 * (z**2).sum(axis=1) + shares)


def powered(x: Floats, log_component: Floats) -> tuple[float, float]:
    """Distance per doubling of the power, mean of both powers, and the larger Pareto k of their weights."""
    moved, shapes = [], []
    for power in POWERS:
        log_weights = (power - 1.0) * log_component
        weights = np.exp(log_weights - log_weights.max())
        moved.append(jensen_shannon(x, as_floats(weights / weights.sum())))
        shapes.append(pareto_k(log_weights))
    return sum(moved) / 2.0 / math.log2(POWERS[1]), max(shapes)


def diagnosis(prior: float, likelihood: float) -> str:
    """In words, by the threshold of the source."""
    if prior < SENSITIVE:
        return NOTHING
    return CONFLICT if likelihood >= SENSITIVE else STRONG_PRIOR


def _one_way(x: Floats, weights: Floats) -> float:
    order = np.argsort(x)
    steps = np.diff(x[order])
    p = np.arange(1, len(x)) / len(x)
    q = np.clip(np.cumsum(weights[order])[:-1], 1e-300, 1.0)
    middle = np.log2(0.5 * (p + q))
    apart = float(steps @ (p * (np.log2(p) - middle) + q * (np.log2(q) - middle)))
    whole = float(steps @ (p + q))
    return math.sqrt(max(apart, 0.0) / whole) if whole > 0.0 else 0.0
