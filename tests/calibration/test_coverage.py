"""Recovery with self-excitation: over records made by draws of the prior, 90% intervals hold the truth in 90%."""

from collections.abc import Iterator

import numpy as np
import pytest

from calibration.evidence import Evidence
from sim.scenario.hypothesis import Hypothesis
from tests.calibration.builders import (
    a_hypothesis,
    beta,
    lognormal,
    normal,
    some_evidence,
    strike,
    windows,
)
from tests.calibration.intervals import ONE_PLACE, ByPriorDraws, by_fit, leave_out, simulated
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


def drawn(evidence: Evidence, records: int, seed: int) -> Iterator[tuple[dict[str, float], list[int]]]:
    """Truths from the prior, each with the counts of a record that it made."""
    rng = np.random.default_rng(seed)
    for i in range(records):
        known = (rng.beta(2.0, 3.0), 0.7 * rng.standard_normal(), np.exp(0.5 * rng.standard_normal()))
        truth = {**HELD, **{n: float(x) for n, x in zip(NAMES, known, strict=True)}}
        yield truth, simulated(evidence, truth, 1, i)[0]


@pytest.mark.parametrize(
    ("number", "records", "points"),
    [(23, 200, 2**14), pytest.param(100, 300, 2**16, marks=pytest.mark.nightly)],
)
def test_intervals_hold_the_truth_as_often_as_they_say(number: int, records: int, points: int) -> None:
    """Each posterior by weighing draws from the prior: exact binomial tests, false alarm 6.4e-5 each."""
    evidence = design(number)
    by = ByPriorDraws(evidence, hypothesis(), len(NAMES), points)
    missed = np.zeros(len(NAMES), dtype=int)
    for truth, counts in drawn(evidence, records, 7):
        missed += [leave_out([by.interval(n, counts)], truth[n]) for n in NAMES]
    for count in missed:
        assert_share(records - int(count), records, 0.9)


@pytest.mark.nightly
def test_intervals_of_the_fit_hold_the_truth_as_often_as_they_say() -> None:
    """The same by the sampler that users get, 100 records of 23 windows: false alarm 6.4e-5 each."""
    evidence, h = design(23), hypothesis()
    missed = np.zeros(len(NAMES), dtype=int)
    for truth, counts in drawn(evidence, 100, 7):
        found = by_fit(evidence, h, counts, NAMES)
        missed += [leave_out([x], truth[n]) for x, n in zip(found, NAMES, strict=True)]
    for count in missed:
        assert_share(100 - int(count), 100, 0.9)
