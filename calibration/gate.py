"""The prior predictive gate: a hypothesis under which plausible parameters run away is refused.

What is plausible a record states itself (``plausible``): how many attacks between two dates, on which responses.
The base rate's own prior is wide on purpose and would fail any such gate, so the level is
held: each draw's base rate is set so that without any strike it would expect the record's count.
What is left is what the hypothesis itself adds: strike effects on the responses as they were, and chance.
"""

import numpy as np
from scipy.special import gammaln, xlogy

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.items import Window
from calibration.level import LEVEL, held_level
from calibration.likelihoods.counts import matched
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.parameters import Reader
from calibration.priors import PriorTransform
from calibration.samplers.sample import sobol_normals
from sim.scenario.common import days_between
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Plausible
from sim.scenario.settings import Settings

LARGEST_SHARE = 0.05
POINTS = 2048
SEED = 11


def applies(evidence: Evidence, plausible: Plausible) -> bool:
    """Whether the evidence holds windows between the dates and the responses on which the gate is defined."""
    struck = {s.id for s in evidence.strikes}
    return struck.issuperset(plausible.responses) and bool(_inside(evidence, plausible))


def gated(evidence: Evidence, plausible: Plausible) -> Evidence:
    """The evidence between the gate's dates as one window."""
    inside = _inside(evidence, plausible)
    whole = inside[0]._replace(
        id="plausible",
        end=inside[-1].end,
        attacks=sum(w.attacks for w in inside),
        by_place={},
        triggered=False,
    )
    return evidence._replace(windows=(whole,), totals=())


def _inside(evidence: Evidence, plausible: Plausible) -> list[Window]:
    start, end = (days_between(evidence.start, x) for x in (plausible.start, plausible.end))
    return [w for w in evidence.windows if start <= w.start and w.end <= end]


def share_outside(
    hypothesis: Hypothesis, settings: Settings, evidence: Evidence, plausible: Plausible
) -> float:
    """Share of prior probability on fewer or more reported attacks over the gate's windows than are plausible.

    By the closed form's mean and variance of the count, at 2,048 Sobol draws from the prior.
    """
    one = gated(evidence, plausible)
    transform = PriorTransform(hypothesis, one.places)
    reader = Reader(hypothesis, settings, transform.names, one.places)
    values = transform.from_normal(sobol_normals(POINTS, transform.dimensions, SEED))
    if LEVEL in transform.parameters:
        values[:, transform.parameters.index(LEVEL)] = held_level(values, reader, one)
    mean, variance = reported_moments(values, reader, one)
    opening = 1 if one.windows[0].begins_at_attack else 0
    counts = matched(mean, variance)
    n = np.arange(plausible.fewest - opening, plausible.most - opening + 1)
    up = counts.theta[:, None] + counts.lam[:, None] * n
    log_p = np.log(counts.theta)[:, None] + xlogy(n - 1.0, up) - up - gammaln(n + 1.0)
    return float(1.0 - np.minimum(np.exp(log_p).sum(axis=1), 1.0).mean())


def reported_moments(values: Floats, reader: Reader, evidence: Evidence) -> tuple[Floats, Floats]:
    """Mean and variance [W] of the reported count of a record's one window, an opening attack apart."""
    counts = CountFilter(evidence, reader)
    (step,) = counts.steps(counts.prepared(values), [w.attacks for w in evidence.windows])
    rows = (len(values),)
    return (
        as_floats(np.broadcast_to(step.counts.reported_mean, rows)),
        as_floats(np.broadcast_to(step.counts.reported_variance, rows)),
    )
