"""Futures: the reference engine's, event by event; right on records that the model made; a policy acts from the origin."""

from typing import Any

import numpy as np
import pytest

from calibration.baselines import NegativeBinomial
from calibration.evidence import admit
from calibration.futures import _parameters, _world, futures
from calibration.posterior import Posterior, from_prior
from calibration.predictive import assumed, simulate_counts
from calibration.priors import COMMON_EFFECT, PriorTransform
from calibration.scores import held, mid_pit
from calibration.simulate import simulate_windows
from sim.engine.events import Struck
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.model.registry import PARAMETERS, make_params
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.policy import Policy
from sim.scenario.settings import Settings
from tests.calibration.builders import (
    a_hypothesis,
    a_record,
    beta,
    gamma,
    lognormal,
    normal,
    some_settings,
    strike,
    windows,
)
from tests.chance import assert_mean, assert_share

COUNTED = windows((0.0, 8.0, 12), (8.0, 15.0, 9), (15.0, 20.0, 4), (20.0, 23.0, 5), begins_at_attack=True)
RECORD = a_record(COUNTED, (strike(3.0, "R1"), strike(10.0, "R2"), strike(16.0, "R3")))


@pytest.fixture(scope="module")
def excited() -> Hypothesis:
    """Self-excitation and a strike effect; reporting of unknown completeness, which no fit knows."""
    return a_hypothesis(
        "H", family="effect", base_rate=lognormal(1.2, 0.3), branching_ratio=beta(2.0, 3.0), excitation_days=lognormal(3.0, 0.4),
        excitation_at_start=beta(2.0, 2.0), strike_effect=normal(-0.3, 0.4),
    )  # fmt: skip


def some(policy: dict[str, Any]) -> Policy:
    """A policy of these fields."""
    return Policy.model_validate(
        {"kind": "policy", "version": 1, "name": "tested", "says": "for a test", **policy}
    )


def settings_with_completeness() -> Settings:
    return some_settings(assumptions={"completeness": {"prior": beta(8.0, 2.0), "source": "test"}})  # type: ignore[dict-item]


def test_a_future_is_the_reference_engines(excited: Hypothesis) -> None:
    """The compiled runs count, window by window and place by place, what the SimPy engine's events count: 60 runs, to the bit."""
    settings = settings_with_completeness()
    everything = admit(RECORD, settings)
    past = everything._replace(windows=everything.windows[:2])
    prior = from_prior("H", PriorTransform(excited, past.places))
    found = futures(prior, excited, settings, past, everything.windows[2:], RECORD.responses, None, 60, 5)
    slow = simulate_counts(prior, excited, settings, everything, RECORD.responses, 60, 5)
    np.testing.assert_array_equal(found, slow[:, 2:, :])
    assert found.sum() > 100


def test_parameters_are_those_of_the_posterior_predictive(excited: Hypothesis) -> None:
    """A draw's fitted values, the common effect as four, and what no posterior holds by the same keyed draw."""
    settings = settings_with_completeness()
    prior = from_prior("H", PriorTransform(excited, ["iraq", "syria"]))
    rows = _parameters(prior.names, prior.draws[:3], excited, settings, 9)
    for i in range(3):
        row = dict(zip(PARAMETERS, rows[i].tolist(), strict=True))
        fitted = dict(zip(prior.names, prior.draws[i].tolist(), strict=True))
        assert row["completeness"] == assumed(excited, settings, Draws(9, i))["completeness"]
        assert row["base_rate"] == fitted["base_rate"]
        assert row["effect_fighters"] == row["effect_leader"] == fitted[COMMON_EFFECT]


def test_forecasts_of_records_that_the_model_made_are_calibrated(excited: Hypothesis) -> None:
    """400 records from the prior by the cluster simulator, forecast by the engine from the same prior.

    The 50%, 80% and 90% intervals hold what the forecast itself puts there (exact binomial test), and the mean of the
    mid-PIT is ½: each fails for a right program in 6.4e-5 of seeds.
    """
    settings = some_settings()
    evidence = admit(RECORD, settings)
    evidence = evidence._replace(windows=evidence.windows[:1])
    later = admit(RECORD, settings).windows[1:]
    transform = PriorTransform(excited, evidence.places)
    prior = from_prior("H", transform)
    sample = futures(prior, excited, settings, evidence, later, RECORD.responses, None, 4000, 3).sum(axis=2)
    rng = np.random.default_rng(11)
    truths = transform.from_normal(rng.standard_normal((400, transform.dimensions)))
    whole = admit(RECORD, settings)
    counts = np.array(
        [simulate_windows(whole, dict(zip(transform.names, t, strict=True)), rng) for t in truths]
    )[:, 1:]
    for i in range(len(later)):
        for level, tail in ((0.5, 0.25), (0.8, 0.1), (0.9, 0.05)):
            low, high = (np.quantile(sample[:, i], q, method="inverted_cdf") for q in (tail, 1.0 - tail))
            inside = int(((low <= counts[:, i]) & (counts[:, i] <= high)).sum())
            assert_share(inside, len(counts), held(sample[:, i], level))
        assert_mean([mid_pit(sample[:, i], int(n)) for n in counts[:, i]], 0.5)


def test_a_constant_rates_future_is_negative_binomial() -> None:
    """A gamma prior of shape 3 and rate 2: 4,000 runs of 5 days have the mean and variance of NB(3, 2/7)."""
    settings = some_settings()
    h = a_hypothesis("M0", base_rate=gamma(3.0, 2.0), held={"completeness": 1.0})
    everything = admit(a_record(windows((0.0, 2.0, 3), (2.0, 7.0, 6))), settings)
    prior = from_prior("M0", PriorTransform(h, everything.places))
    past = everything._replace(windows=everything.windows[:1])
    n = futures(prior, h, settings, past, everything.windows[1:], (), None, 4000, 8).sum(axis=(1, 2))
    truth = NegativeBinomial(3.0, 2.0 / 7.0)
    mean, variance = 7.5, 7.5 / truth.probability
    assert_mean(n, mean)
    assert_mean((n - mean) ** 2, variance)


def test_a_policy_acts_from_the_origin_on(excited: Hypothesis) -> None:
    """Before it only the record's responses fall, after it only the policy's, and the origin is day 15."""
    settings = some_settings()
    everything = admit(RECORD, settings)
    past = everything._replace(windows=everything.windows[:2])
    policy = some({"trigger": {"after_attacks": 1}, "delay_days": 0.0, "target": {"fighters": 1.0}})
    known = tuple(r for r in RECORD.responses if r.id != "R3")
    world = _world(settings, past, everything.windows[2:], known, policy)
    params = make_params({"base_rate": 3.0, "completeness": 1.0})
    struck = [e for e in run(world, params, (0.5, 0.5), Draws(1, 0)) if isinstance(e, Struck)]
    assert [e.time for e in struck if e.time < 15.0] == [3.0, 10.0]
    assert len([e for e in struck if e.time >= 15.0]) > 5


def test_a_policy_that_strikes_changes_the_future_and_none_leaves_it(excited: Hypothesis) -> None:
    """An effect of -2 for weeks: fewer attacks than under a policy that never responds, which is the future without responses."""
    settings = some_settings()
    everything = admit(RECORD, settings)
    past = everything._replace(windows=everything.windows[:2])
    h = a_hypothesis(
        "H",
        family="effect",
        base_rate=lognormal(2.0, 0.1),
        strike_effect=normal(-2.0, 0.01),
        held={"effect_days": 60.0, "completeness": 1.0},
    )
    prior: Posterior = from_prior("H", PriorTransform(h, past.places))
    how = (h, settings, past, everything.windows[2:], ())  # earlier strikes would leave little to suppress
    never, struck, left = (
        futures(prior, *how, policy, 300, 2).sum(axis=(1, 2))
        for policy in (
            some({"trigger": "never"}),
            some({"trigger": {"after_attacks": 1}, "target": {"fighters": 1.0}}),
            None,
        )
    )
    np.testing.assert_array_equal(never, left)
    assert struck.mean() < 0.7 * never.mean()
