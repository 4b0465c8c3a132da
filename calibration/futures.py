"""Futures: what a hypothesis, fitted up to an origin, says of the windows after it.

A run is a particle of the full model's filter (``likelihoods.full``): its past has the record's counts, in its windows and
places, and what that past left behind (self-excitation, strikes' effects, capability, resolve, permission) goes on past the
origin.
"""

from collections.abc import Sequence

import numpy as np

from calibration.evidence import Evidence
from calibration.items import Window
from calibration.likelihoods.full import FullCounts
from calibration.posterior import Posterior
from calibration.predictive import Counts
from calibration.rows import Rows
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.policy import Policy
from sim.scenario.record import Response
from sim.scenario.settings import Settings

PARTICLES = 8
CONDITIONING = "each run goes on from a past that has the record's counts so far"
"""What outputs say of it."""


def futures(
    posterior: Posterior,
    hypothesis: Hypothesis,
    settings: Settings,
    past: Evidence,
    later: Sequence[Window],
    responses: Sequence[Response],
    policy: Policy | None,
    runs: int,
    seed: int,
) -> Counts:
    """Reported attacks by run, later window and place [runs, windows, places], places sorted by name.

    Arguments: ``past`` the evidence up to the origin, the end of its last window; ``later`` windows of which only start
    and end are read, days from the record's start; ``responses`` those to replay, before the origin and after;
    ``policy`` decides on responses from the origin, or from the last one replayed if that is later, None for no
    others. Run i takes every (4000/runs)-th draw of the posterior; its past is one of 8 particles, drawn by weight. Raises
    RunError where a draw makes the counts so far impossible.
    """
    draws = (np.arange(runs) * len(posterior.draws)) // runs
    params, shares = Rows(hypothesis, settings, past.places)(posterior.names, posterior.draws[draws], seed)
    asked = [(w.start, w.end) for w in later]
    counts = FullCounts(past, settings, responses, PARTICLES, later=asked, policy=policy)
    return counts.ahead(params, shares, seed)
