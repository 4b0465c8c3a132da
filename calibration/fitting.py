"""Fitting one hypothesis by its closed form."""

from collections.abc import Mapping
from typing import Any

from calibration.level import target
from calibration.likelihoods.filter import CountFilter
from calibration.posterior import Posterior, from_sample
from calibration.priors import PriorTransform
from calibration.samplers.fit import explore


def fit_hypothesis(
    name: str,
    transform: PriorTransform,
    likelihood: CountFilter,
    seed: int,
    attributes: Mapping[str, Any] | None = None,
) -> Posterior:
    """Sample one hypothesis's posterior."""
    found = explore(target(likelihood, transform), transform.dimensions, seed)
    terms = likelihood(transform.from_normal(found.z))
    return from_sample(
        name,
        transform,
        found,
        log_likelihood={n: terms[:, i] for i, n in enumerate(likelihood.terms)},
        observed={w.id: float(w.attacks) for w in likelihood.evidence.windows},
        constants=likelihood.reader.constants,
        notes=likelihood.notes,
        attributes=dict(attributes or {}),
    )
