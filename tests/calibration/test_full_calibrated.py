"""The full model gives back what made the data: ranks under every mechanism, strikes dated or by a reactive policy."""

from typing import Any

import numpy as np
import pytest

from calibration.closed_loop import Loop, data_set
from calibration.evidence import Evidence, admit
from calibration.likelihoods.full import FullCounts
from calibration.predictive import counts_of, moment
from calibration.priors import PriorTransform, to_parameters
from calibration.rows import Rows
from sim.engine.compiled.batch import run_events
from sim.model.registry import PARAMETERS, make_params
from sim.model.spec import TARGETS
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.policy import Policy, Target
from sim.scenario.record import Response
from sim.scenario.world import build_world
from tests.calibration.builders import a_record, lognormal, some_settings, strike, windows
from tests.calibration.shipped import hypotheses

RANKED = 19
UNIFORM = 2.7
"""√R·D past this has probability 9.3e-7 for uniform ranks: 4e-5 over 43 quantities."""
ONE_PLACE = some_settings(places=("iraq",))
COUNTED = ((0.0, 9.4, 1), (9.4, 22.1, 1), (22.1, 26.1, 1), (26.1, 34.5, 1))
STRIKES = [strike(9.4, "C1"), strike(22.1, "C2", sponsor=1.0), strike(26.1, "C3", fighters=1.0)]


def hypothesis() -> Hypothesis:
    """M5 as it ships, with a level at which data sets are of the brief's size."""
    m5 = hypotheses()["M5"]
    level = m5.parameters["base_rate"].model_copy(update={"prior": lognormal(1.2, 0.4)})
    return m5.model_copy(update={"parameters": {**m5.parameters, "base_rate": level}})


def numbers(h: Hypothesis, fitted: dict[str, float]) -> dict[str, float]:
    """Parameters of a run: the hypothesis's values and what was drawn."""
    held = {n: x.value for n, x in h.assumptions.items() if x.value is not None}
    return {n: x for n, x in (held | fitted).items() if n in PARAMETERS}


def dated(
    h: Hypothesis, fitted: dict[str, float], shares: dict[str, float], run: int
) -> tuple[Evidence, Any]:
    """Counts of the windows in one run of the compiled engine, three strikes on their dates."""
    record = a_record(windows(*COUNTED), STRIKES)
    evidence = admit(record, ONE_PLACE)
    world = build_world(
        ONE_PLACE, None, start=moment(evidence.start, 0.0), horizon_days=34.5, responses=record.responses
    )
    events = run_events(world, make_params(numbers(h, fitted)), (shares["iraq"],), 3, run)
    counts = counts_of(evidence, [events])[0].sum(axis=1)
    found = tuple(w._replace(attacks=int(n)) for w, n in zip(evidence.windows, counts, strict=True))
    return evidence._replace(windows=found), record.responses


def reactive(
    h: Hypothesis, fitted: dict[str, float], shares: dict[str, float], run: int
) -> tuple[Evidence, Any]:
    """The same with the loop closed: each attack is answered at once by a coin, and its strike ends a window."""
    policy = {"trigger": {"after_attacks": 1}, "tempo": {"answered_share": 0.1}}
    how = Policy.model_validate({"kind": "policy", "version": 1, "name": "p", "says": "for a test", **policy})
    loop = Loop(h, ONE_PLACE, how, 34.5)
    evidence = data_set(loop, loop.world, fitted, shares, 4, run)
    responses = [
        Response(
            id=s.id, source="run", date=moment(evidence.start, s.time), place="iraq", strength=s.strength,
            target=Target(**dict(zip(TARGETS, s.shares, strict=True))), delay_days=0.0,
        )
        for s in evidence.strikes
    ]  # fmt: skip
    return evidence, responses


@pytest.mark.nightly
@pytest.mark.parametrize("maker", [dated, reactive])
def test_ranks_of_the_full_model_are_uniform(maker: Any) -> None:
    """600 data sets, open and closed loop; prior draws weighed by 8 particles each; every parameter of M5 (false alarm 4e-5).

    The rank of the likelihood itself is not looked at: its estimate is noisy, and draws are chosen by their noise.
    """
    h, data_sets, draws = hypothesis(), 600, 384
    rng = np.random.default_rng(5)
    transform = PriorTransform(h, ("iraq",))
    values = transform.from_normal(rng.standard_normal((draws, transform.dimensions)))
    params, shares = Rows(h, ONE_PLACE, ("iraq",))(transform.names, values, 1)
    ranks = np.empty((data_sets, len(transform.parameters)))
    worth = np.empty(data_sets)
    for r in range(data_sets):
        truth = transform.from_normal(rng.standard_normal((1, transform.dimensions)))[0]
        evidence, responses = maker(h, *to_parameters(transform.names, truth), r)
        level = FullCounts(evidence, ONE_PLACE, responses, 8)(params, shares, r)
        w = np.exp(level - level.max())
        worth[r] = w.sum() ** 2 / (w**2).sum()
        chosen = rng.choice(draws, RANKED, p=w / w.sum())
        columns = len(transform.parameters)
        ranks[r] = (values[chosen, :columns] < truth[:columns]).sum(axis=0)
    assert np.median(worth) > RANKED
    grid = np.arange(1, RANKED + 1) / (RANKED + 1)
    u = (ranks + 0.5) / (RANKED + 1)
    distance = np.abs((u[:, :, None] <= grid).mean(axis=0) - grid).max(axis=1) * np.sqrt(data_sets)
    assert distance.max() < UNIFORM, dict(zip(transform.parameters, distance.round(2), strict=True))
