"""Futures: what a hypothesis, fitted up to an origin, says of the windows after it.

A run begins where the record does, with the record's responses and parameters from the posterior, and goes on past the
origin. So a future is conditioned on the counts so far through the parameters alone: a run's own past need not be the
record's, and what that past left (self-excitation, effects of a policy's state) is the run's.
"""

from collections.abc import Sequence

import numpy as np

from calibration.arrays import Floats
from calibration.evidence import Evidence
from calibration.items import Window
from calibration.posterior import Posterior
from calibration.predictive import Counts, moment
from calibration.priors import COMMON_EFFECT, SHARE, quantile
from sim.engine.compiled.batch import run_reports
from sim.engine.compiled.layout import as_records
from sim.engine.compiled.uniforms import uniforms
from sim.model.registry import PARAMETERS, make_params
from sim.model.spec import TARGETS
from sim.model.streamkeys import name_key
from sim.model.world import World
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.policy import Policy
from sim.scenario.record import Response
from sim.scenario.settings import Settings
from sim.scenario.world import build_world

CONDITIONING = (
    "a run is tied to the counts so far through its parameters alone, not through what its own past left behind; a log "
    "score by closed form is tied through both"
)
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
    others. Run i takes every (4000/runs)-th draw of the posterior and the luck of (``seed``, i).
    """
    replications = np.arange(runs)
    rows = (replications * len(posterior.draws)) // runs
    values = posterior.draws[rows]
    world = _world(settings, past, later, responses, policy)
    shares = np.column_stack([values[:, posterior.names.index(SHARE + p)] for p in world.places])
    params = _parameters(posterior.names, values, hypothesis, settings, seed)
    found = run_reports(world, as_records(params), shares, seed, replications)
    cells = (runs, len(world.places))
    counts = np.zeros((runs, len(later), len(world.places)), np.int64)
    for i, w in enumerate(later):
        inside = (w.start - past.origin <= found.time) & (found.time < w.end - past.origin)
        where = np.ravel_multi_index((found.run[inside], found.place[inside]), cells)
        counts[:, i, :] = np.bincount(where, minlength=runs * len(world.places)).reshape(cells)
    return counts


def _world(
    settings: Settings,
    past: Evidence,
    later: Sequence[Window],
    responses: Sequence[Response],
    policy: Policy | None,
) -> World:
    """The world from the record's start to the end of the last later window; a policy acts from the origin on."""
    world = build_world(
        settings,
        None,
        start=moment(past.start, past.origin),
        horizon_days=max(w.end for w in later) - past.origin,
        responses=responses,
        then=policy,
        opening_attack=past.windows[0].begins_at_attack,
    )
    now = past.windows[-1].end - past.origin
    ladder = tuple(
        lv._replace(active_from=max(now, lv.active_from), surge_day=max(now, lv.surge_day))
        for lv in world.ladder
    )
    return world._replace(ladder=ladder) if policy is not None else world


def _parameters(
    names: Sequence[str], values: Floats, hypothesis: Hypothesis, settings: Settings, seed: int
) -> Floats:
    """Rows of parameters in the registry's order: fitted ones from the draws, the rest as ``predictive.assumed`` has them."""
    replications = np.arange(len(values)).astype(np.uint64)
    columns: dict[str, Floats] = {}
    for name, x in (settings.assumptions | hypothesis.assumptions | hypothesis.parameters).items():
        if x.value is not None:
            columns[name] = np.full(len(values), x.value)
        elif x.prior is not None and name not in hypothesis.parameters:
            columns[name] = quantile(
                x.prior, uniforms(seed, replications, "study.parameter", name_key(name))[:, 0]
            )
    columns |= {name: values[:, i] for i, name in enumerate(names)}
    if COMMON_EFFECT in columns:
        columns |= {f"effect_{x}": columns[COMMON_EFFECT] for x in TARGETS}
    out = np.tile(np.array(make_params({})), (len(values), 1))
    for i, name in enumerate(PARAMETERS):
        if name in columns:
            out[:, i] = columns[name]
    return out
