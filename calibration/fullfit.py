"""Fitting a hypothesis that nothing closed knows: by particles through the engine's own rules."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from calibration.arrays import Floats
from calibration.evidence import Evidence
from calibration.level import LEVEL, HeldLevel
from calibration.likelihoods.full import FullCounts
from calibration.posterior import Posterior, from_sample
from calibration.priors import PriorTransform
from calibration.rows import Rows
from calibration.samplers.informed import Look, informed
from sim.errors import ConfigError
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Response
from sim.scenario.settings import Settings

PILOT_PARTICLES, PARTICLES = 8, 16
LEVEL_SPREAD = 0.5
"""sd of the log base rate about the held level in the pilot: strike effects and the rest move it by a third."""
LEAST_WORTH = 200.0  # draws; a fit worth less is none


def fit_full(
    hypothesis: Hypothesis,
    settings: Settings,
    evidence: Evidence,
    responses: Sequence[Response],
    marks: Posterior | None,
    seed: int,
    attributes: Mapping[str, Any] | None = None,
) -> Posterior:
    """Sample the joint posterior of a hypothesis's parameters, by its full likelihood.

    The base rate is moved in the log of its ratio to the held level (``calibration.level``); every other
    coordinate starts at its prior. Raises ConfigError unless the base rate is fitted by itself, log-normal.
    """
    transform = PriorTransform(hypothesis, evidence.places)
    sigma = transform.lognormal_sigma(LEVEL)
    if sigma is None:
        raise ConfigError(
            f"{hypothesis.name}: {LEVEL}: expected a log-normal prior of its own for a fit of the full model"
        )
    at = transform.parameters.index(LEVEL)
    centre = float(np.log(transform.distribution(LEVEL).from_normal(np.zeros(1))[0]))
    rows = Rows(hypothesis, settings, evidence.places, marks)
    held = HeldLevel(hypothesis, settings, evidence)

    def see(y: Floats, particles: int, luck: int) -> Look:
        z = y.copy()
        params, shares = rows(transform.names, transform.from_normal(z), luck)
        z[:, at] = (np.log(held.of(params, shares)) + y[:, at] - centre) / sigma
        params, shares = rows(transform.names, transform.from_normal(z), luck)
        counts = FullCounts(evidence, settings, responses, particles)
        return Look(z, counts(params, shares, luck))

    spread = np.ones(transform.dimensions)
    spread[at] = LEVEL_SPREAD
    found, level = informed(see, spread, -float(np.log(sigma)), seed, PILOT_PARTICLES, PARTICLES)
    note = f"fitted by particles through the engine, {PARTICLES} for each of its points: its draws are worth {found.ess:.0f}"
    return from_sample(
        hypothesis.name,
        transform,
        found,
        log_likelihood={"all": level},
        observed={w.id: float(w.attacks) for w in evidence.windows},
        notes=(note,),
        attributes=dict(attributes or {}),
    )
