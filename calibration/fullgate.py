"""The prior predictive gate for a hypothesis that nothing closed knows: by simulation on the compiled engine."""

from collections.abc import Sequence

import numpy as np

from calibration.evidence import Evidence
from calibration.gate import POINTS, SEED, gated
from calibration.level import LEVEL, HeldLevel
from calibration.posterior import Posterior
from calibration.predictive import moment
from calibration.priors import PriorTransform
from calibration.rows import Rows
from calibration.samplers.sample import sobol_normals
from sim.cores import cores
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Plausible, Response
from sim.scenario.settings import Settings
from sim.scenario.world import build_world


def share_outside_full(
    hypothesis: Hypothesis,
    settings: Settings,
    evidence: Evidence,
    responses: Sequence[Response],
    plausible: Plausible,
    marks: Posterior | None = None,
) -> float:
    """Share of prior draws, their level held, whose run over the gate's windows reports fewer or more attacks than are plausible.

    One run for each of 2,048 Sobol draws: the responses fall as they did.
    """
    from sim.engine.compiled.batch import run_batch
    from sim.engine.compiled.layout import as_records

    one = gated(evidence, plausible)
    window = one.windows[0]
    transform = PriorTransform(hypothesis, evidence.places)
    values = transform.from_normal(sobol_normals(POINTS, transform.dimensions, SEED))
    rows = Rows(hypothesis, settings, evidence.places, marks)
    params, shares = rows(transform.names, values, SEED)
    values[:, transform.names.index(LEVEL)] = HeldLevel(hypothesis, settings, one).of(params, shares)
    params, shares = rows(transform.names, values, SEED)
    world = build_world(
        settings, None, start=moment(one.start, window.start), horizon_days=window.end - window.start, responses=responses,
        opening_attack=window.begins_at_attack,
    )  # fmt: skip
    runs = run_batch(world, as_records(params), shares, SEED, np.arange(POINTS), threads=cores())
    reported = runs.tallies["reported"][:, 0]
    return float(((reported < plausible.fewest) | (reported > plausible.most)).mean())
