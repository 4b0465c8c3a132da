"""Futures: right on records that the model made, as the counts so far leave them; a policy acts from the origin."""

from typing import Any

import numpy as np
import pytest

from calibration.baselines import NegativeBinomial
from calibration.evidence import admit
from calibration.futures import futures
from calibration.likelihoods.full import FullCounts, _part
from calibration.posterior import Posterior, from_prior
from calibration.priors import PriorTransform
from calibration.rows import Rows
from calibration.scores import held, mid_pit
from calibration.simulate import simulate_windows
from sim.engine.events import Struck
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.model.registry import make_params
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.policy import Policy
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


@pytest.mark.parametrize("records", [60, pytest.param(400, marks=pytest.mark.nightly)])
def test_forecasts_of_records_that_the_model_made_are_calibrated(excited: Hypothesis, records: int) -> None:
    """Records from the prior by the cluster simulator; each forecast from its first two windows, prior draws weighed by them.

    The mean of the mid-PIT is ½ (within 4 errors), and 80% intervals hold 80% and more of the counts (a discrete interval holds
    more; exact binomial test against what the forecasts put there): false alarm 6.4e-5 each, of two windows.
    """
    settings = some_settings()
    whole = admit(RECORD, settings)
    transform = PriorTransform(excited, whole.places)
    rng = np.random.default_rng(11)
    values = transform.from_normal(rng.standard_normal((256, transform.dimensions)))
    params, shares = Rows(excited, settings, whole.places)(transform.names, values, 1)
    later = [(w.start, w.end) for w in whole.windows[2:]]
    places: list[list[float]] = [[], []]
    inside, expected = np.zeros(2), np.zeros(2)
    for r in range(records):
        truth = transform.from_normal(rng.standard_normal((1, transform.dimensions)))[0]
        counts = simulate_windows(whole, dict(zip(transform.names, truth, strict=True)), rng)
        windows_ = tuple(w._replace(attacks=n) for w, n in zip(whole.windows, counts, strict=True))
        past = whole._replace(windows=windows_[:2])
        full = FullCounts(past, settings, RECORD.responses, 8, later=later)
        level = full(params, shares, r)
        chosen = rng.choice(
            len(level), 400, p=np.exp(level - level.max()) / np.exp(level - level.max()).sum()
        )
        sample = full.ahead(params[chosen], shares[chosen], r).sum(axis=2)
        for i in (0, 1):
            places[i].append(mid_pit(sample[:, i], counts[2 + i]))
            low, high = (np.quantile(sample[:, i], q, method="inverted_cdf") for q in (0.1, 0.9))
            inside[i] += low <= counts[2 + i] <= high
            expected[i] += held(sample[:, i], 0.8)
    for i in (0, 1):
        assert_mean(places[i], 0.5)
        assert_share(int(inside[i]), records, expected[i] / records)


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
    later = [(w.start, w.end) for w in everything.windows[2:]]
    world = _part(past, 0.0, settings, known, later, policy).world
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
