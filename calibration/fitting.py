"""Fitting one hypothesis by its closed form, corrected by the exact likelihood."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from calibration.arrays import Floats
from calibration.correction import POINTS, corrected
from calibration.level import target
from calibration.likelihoods.exact import ExactCounts
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.reliable import reliable
from calibration.posterior import Posterior, from_sample
from calibration.priors import PriorTransform
from calibration.samplers.fit import explore


def fit_hypothesis(
    name: str,
    transform: PriorTransform,
    likelihood: CountFilter,
    seed: int,
    attributes: Mapping[str, Any] | None = None,
    *,
    points: int = POINTS,
) -> Posterior:
    """Sample one hypothesis's posterior.

    With self-excitation the closed form only comes near, and its draws are corrected by the particle filter at so many
    ``points`` (0 for none: where thousands of fits are compared with each other); without, it is exact itself.
    """
    aim = target(likelihood, transform)
    found = explore(aim, transform.dimensions, seed)
    notes = likelihood.notes
    if likelihood.reader.excites and points > 0:
        counts = ExactCounts(likelihood.evidence, likelihood.reader)

        def level(z: Floats, luck: int) -> Floats:
            return counts(transform.from_normal(z), luck)

        if counts.hindrance is None:
            alone = float(reliable(likelihood, transform.from_normal(found.z)).mean())
            found = corrected(found, aim, level, seed, points)
            notes = (f"the closed form alone can be relied on at {alone:.0%} of its draws",)
        else:
            notes = (*notes, counts.hindrance)
    terms = likelihood(transform.from_normal(found.z))
    return from_sample(
        name,
        transform,
        found,
        log_likelihood={n: np.asarray(terms[:, i]) for i, n in enumerate(likelihood.terms)},
        observed={w.id: float(w.attacks) for w in likelihood.evidence.windows},
        constants=likelihood.reader.constants,
        notes=notes,
        attributes=dict(attributes or {}),
    )
