"""Recovery with self-excitation: over records made by draws of the prior, 90% intervals hold the truth in 90%."""

import numpy as np
import pytest

from calibration.checks import simulation_based_calibration
from calibration.evidence import Evidence
from calibration.simulate import simulate_windows
from sim.scenario.hypothesis import Hypothesis
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    beta,
    lognormal,
    normal,
    some_evidence,
    strike,
    windows,
)
from tests.calibration.intervals import ONE_PLACE, by_fit, leave_out, simulated
from tests.chance import assert_share

NAMES = ("branching_ratio", "strike_effect", "base_rate")
DAYS = 4.0
HELD = {"completeness": 1.0, "excitation_days": 3.0, "effect_days": 6.0, "excitation_at_start": 0.0}


def hypothesis() -> Hypothesis:
    """Self-excitation and one effect; how long each lasts is held, so that what is asked can be told."""
    return a_hypothesis(
        "M3", family="effect", base_rate=lognormal(1.0, 0.5), branching_ratio=beta(2.0, 3.0), strike_effect=normal(0.0, 0.7),
        held=HELD,
    )  # fmt: skip


def design(number: int) -> Evidence:
    """So many windows of 4 days, a strike in every third."""
    edges = windows(*((i * DAYS, (i + 1) * DAYS, 0) for i in range(number)))
    return some_evidence(edges, [strike(i * DAYS, f"S{i}") for i in range(0, number, 3)], settings=ONE_PLACE)


def test_intervals_at_23_windows_hold_the_truth_as_often_as_they_say() -> None:
    """400 records, each posterior by weighted draws from the prior: exact binomial tests, false alarm 6.4e-5 each."""
    likelihood, transform = a_filter(design(23), hypothesis(), ONE_PLACE)
    found = simulation_based_calibration(
        likelihood, transform, data_sets=400, draws=16_384, seed=3, simulator=lambda e, p, rng: simulate_windows(e, {**HELD, **p}, rng)
    )  # fmt: skip
    assert found.least_ess > 100
    for name in NAMES:
        assert_share(round(400 * found.coverage[name]), 400, 0.9)


@pytest.mark.nightly
@pytest.mark.parametrize("number", [23, 100])
def test_intervals_of_the_fit_hold_the_truth_as_often_as_they_say(number: int) -> None:
    """The same by the sampler that users get, 200 records of 23 and of 100 windows: false alarm 6.4e-5 each."""
    evidence, h, rng = design(number), hypothesis(), np.random.default_rng(7)
    missed = np.zeros(len(NAMES), dtype=int)
    for i in range(200):
        drawn = (rng.beta(2.0, 3.0), 0.7 * rng.standard_normal(), np.exp(0.5 * rng.standard_normal()))
        truth = {**HELD, **{n: float(x) for n, x in zip(NAMES, drawn, strict=True)}}
        (counts,) = simulated(evidence, truth, 1, i)
        found = by_fit(evidence, h, counts, NAMES)
        missed += [leave_out([x], truth[n]) for x, n in zip(found, NAMES, strict=True)]
    for count in missed:
        assert_share(200 - int(count), 200, 0.9)
