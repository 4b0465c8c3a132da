"""Simulation-based calibration: the closed form passes, the mean-behaviour control and planted bugs don't."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from calibration.checks import Calibrated, simulation_based_calibration
from calibration.evidence import Evidence
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.mean_behaviour import MeanBehaviour
from calibration.posterior import Posterior
from calibration.predictive import simulate_counts
from calibration.priors import PriorTransform
from calibration.samplers.sample import DRAWS
from calibration.simulate import simulate_windows
from sim.scenario.hypothesis import Hypothesis
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    a_prior,
    a_record,
    beta,
    lognormal,
    normal,
    some_evidence,
    some_settings,
    strike,
    windows,
)

UNIFORM = 2.2
"""√R · D past this has probability 2·exp(-2·2.2²) = 1.2e-4 for uniform ranks (Kolmogorov)."""
ONE_PLACE = some_settings(places=("iraq",))
STRIKES = [strike(9.4, "C1"), strike(22.1, "C2"), strike(26.1, "C3"), strike(34.5, "C4")]
COUNTED = ((0.0, 9.4, 1), (9.4, 22.1, 1), (22.1, 26.1, 1), (26.1, 34.5, 1), (34.5, 35.5, 1))


def hypothesis(**more: Any) -> Hypothesis:
    """M3 with priors under which data sets are of the record's size."""
    return a_hypothesis(
        base_rate=lognormal(1.2, 0.6), branching_ratio=beta(2.0, 3.0), excitation_days=lognormal(4.0, 0.7),
        excitation_at_start=a_prior(uniform={"low": 0.0, "high": 1.0}), strike_effect=normal(0.0, 0.6),
        effect_days=lognormal(8.0, 0.6), **more,
    )  # fmt: skip


def checked(kind: type[CountFilter] = CountFilter, data_sets: int = 1000, **how: Any) -> Calibrated:
    evidence = some_evidence(windows(*COUNTED), STRIKES, settings=ONE_PLACE)
    likelihood, transform = a_filter(evidence, hypothesis(), ONE_PLACE, kind)
    return simulation_based_calibration(
        likelihood, transform, data_sets=data_sets, draws=20_000, seed=1, **how
    )


def test_the_closed_form_gives_back_what_made_the_data() -> None:
    """1,000 data sets: ranks of six parameters and of the log likelihood uniform (false alarm 8e-4 for the seven).

    The mean-behaviour Poisson likelihood on the same data is far from uniform: its 90% intervals of the strike's
    effect, and of the likelihood itself, hold the truth too seldom (3 standard errors of .9 are .03).
    """
    right, control = checked(), checked(MeanBehaviour)
    assert right.least_ess > 100
    assert max(right.distance.values()) < UNIFORM, right
    assert min(right.coverage.values()) > 0.87, right
    assert control.distance["log_likelihood"] > 2 * UNIFORM
    assert control.coverage["strike_effect"] < 0.87
    assert control.coverage["log_likelihood"] < 0.80


def test_completeness_and_an_opening_attack_are_calibrated_too() -> None:
    """600 data sets, thinned with an unknown completeness, the first window opened by an attack (false alarm 9e-4)."""
    evidence = some_evidence(windows(*COUNTED, begins_at_attack=True), STRIKES, settings=ONE_PLACE)
    likelihood, transform = a_filter(evidence, hypothesis(completeness=beta(14.0, 5.0)), ONE_PLACE)
    found = simulation_based_calibration(likelihood, transform, data_sets=600, draws=20_000, seed=2)
    assert max(found.distance.values()) < UNIFORM, found


def shifted(evidence: Evidence, parameters: Mapping[str, float], rng: np.random.Generator) -> list[int]:
    """A planted bug: every strike takes effect one window late."""
    late = [s._replace(time=t) for s, t in zip(evidence.strikes, (22.1, 26.1, 34.5, 99.0), strict=True)]
    return simulate_windows(evidence._replace(strikes=tuple(late)), parameters, rng)


def twice(evidence: Evidence, parameters: Mapping[str, float], rng: np.random.Generator) -> list[int]:
    """A planted bug: the excitation lasts three times as long and is half again as strong."""
    more = {"branching_ratio": min(0.95, 1.5 * parameters["branching_ratio"])}
    return simulate_windows(evidence, {**parameters, **more}, rng)


@pytest.mark.parametrize("bug", [twice, pytest.param(shifted, marks=pytest.mark.nightly)])
def test_a_planted_bug_is_noticed(bug: Any) -> None:
    """Strikes a window late, or more excitation than the likelihood knows of: some rank is not uniform."""
    assert max(checked(data_sets=600 if bug is twice else 1500, simulator=bug).distance.values()) > UNIFORM


def test_the_closed_form_is_calibrated_against_the_engine() -> None:
    """300 data sets simulated by SimPy, the loop closed: simulator and likelihood are one model (false alarm 7e-4)."""
    record, h = a_record(windows(*COUNTED), STRIKES), hypothesis()
    transform = PriorTransform(h, ("iraq",))
    runs = iter(range(10**6))

    def engine(evidence: Evidence, parameters: Mapping[str, float], rng: np.random.Generator) -> list[int]:
        row = np.array([parameters[n] for n in transform.names])
        fixed = Posterior("H", transform, np.tile(row, (DRAWS, 1)), 0.0, 0.0, 1.0, 0.0, "none")
        counts = simulate_counts(fixed, h, ONE_PLACE, evidence, record.responses, 1, next(runs))
        return [int(n) for n in counts[0].sum(axis=1)]

    found = checked(data_sets=300, simulator=engine)
    assert max(found.distance.values()) < UNIFORM, found
