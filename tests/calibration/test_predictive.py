"""The posterior predictive through the engine, against the negative binomial that it must be."""

import numpy as np
import pytest
from scipy import stats

from calibration.calibrate import calibrate
from calibration.evidence import admit
from calibration.posterior import Posterior, from_prior
from calibration.predictive import simulate_counts, table
from calibration.priors import PriorTransform
from calibration.samplers.sample import DRAWS
from sim.scenario.hypothesis import Hypothesis
from tests.calibration.builders import (
    a_hypothesis,
    a_record,
    gamma,
    lognormal,
    some_evidence,
    some_settings,
    windows,
)
from tests.chance import assert_frequencies, assert_mean

DAYS = (9.4, 12.7, 4.0, 8.4, 1.0)
COUNTS = (19, 23, 9, 15, 2)
BY_HAND = ((11, 26), (15, 34), (3, 13), (9, 24), (0, 4))
RUNS = 1500


@pytest.fixture(scope="module")
def constant() -> tuple[Posterior, Hypothesis, tuple[dict[str, object], ...]]:
    """M0 with Ga(.5, .25), nothing unreported, fitted to the brief's counts on windows that it doesn't condition."""
    edges = np.concatenate([[0.0], np.cumsum(DAYS)])
    counted = windows(*((edges[i], edges[i + 1], COUNTS[i]) for i in range(5)))
    h = a_hypothesis("M0", base_rate=gamma(0.5, 0.25), held={"completeness": 1.0})
    found = calibrate(a_record(counted), some_settings(), {"M0": h}, cache=None, predictive_runs=0)
    return found.posteriors["M0"], h, counted


def test_quantiles_of_a_constant_rate_are_those_worked_out_by_hand(constant) -> None:
    """5% and 95% of each window within 1 of 11–26, 15–34, 3–13, 9–24, 0–4: negative binomial with Ga(68.5, 35.75).

    With 1,500 runs a quantile that is off by 2 is more than 4 standard errors away.
    """
    posterior, h, counted = constant
    evidence = some_evidence(counted)
    counts = simulate_counts(posterior, h, some_settings(), evidence, (), RUNS, 1)
    rows = table(evidence, counts)
    assert [(r["window"], r["observed"], r["place"]) for r in rows] == [
        (f"W{i}", n, None) for i, n in enumerate(COUNTS, 1)
    ]
    for row, (low, high) in zip(rows, BY_HAND, strict=True):
        assert abs(row["q05"] - low) <= 1
        assert abs(row["q95"] - high) <= 1
    for i, days in enumerate(DAYS):
        truth = stats.nbinom(68.5, 35.75 / (35.75 + days))
        assert (truth.ppf(0.05), truth.ppf(0.95)) == BY_HAND[i]  # the hand's figures are right
        n = counts[:, i].sum(axis=1)
        middle = int(truth.median())
        split = [(n < middle).sum(), (n == middle).sum(), (n > middle).sum()]
        assert_frequencies(split, [truth.cdf(middle - 1), truth.pmf(middle), truth.sf(middle)])


def test_an_opening_attack_is_one_of_the_first_windows_count() -> None:
    """A rate near 0 after an opening attack: 1 in the first window and none after, in every run, reported though d = .5."""
    evidence = some_evidence(windows((2.0, 6.0, 3), (6.0, 9.0, 1), begins_at_attack=True))
    h = a_hypothesis(base_rate=lognormal(1e-6, 0.01), held={"completeness": 0.5})
    prior = from_prior("H", PriorTransform(h, evidence.places))
    counts = simulate_counts(prior, h, some_settings(), evidence, (), 50, 1)
    np.testing.assert_array_equal(counts.sum(axis=2), np.tile([1, 0], (50, 1)))


def test_reported_attacks_and_places_go_by_completeness_and_share() -> None:
    """Rate 4 a day, d = .6, three quarters in Iraq: mean reports 4·.6·L·share by place (false alarm 6.4e-5 each)."""
    evidence = some_evidence(windows((0.0, 5.0, 12), (6.0, 8.0, 4), by_place={"iraq": 9, "syria": 3}))
    h = a_hypothesis(base_rate=lognormal(4.0, 1e-9), held={"completeness": 0.6})
    transform = PriorTransform(h, evidence.places)
    fixed = Posterior("H", transform, np.tile([4.0, 0.75, 0.25], (DRAWS, 1)), 0.0, 0.0, 1.0, 0.0, "none")
    counts = simulate_counts(fixed, h, some_settings(), evidence, (), 400, 2)
    for i, days in enumerate((5.0, 2.0)):
        for c, share in enumerate((0.75, 0.25)):
            assert_mean(list(counts[:, i, c]), 4.0 * 0.6 * days * share)
    rows = table(evidence, counts)
    assert [(r["window"], r["place"], r["observed"]) for r in rows] == [
        ("W1", None, 12), ("W1", "iraq", 9), ("W1", "syria", 3), ("W2", None, 4),
    ]  # fmt: skip


def test_a_total_over_windows_is_predicted_by_place() -> None:
    """A6's kind of row: the place's count over the windows that the total names."""
    total = {"id": "T", "source": "test", "windows": ("W1", "W2"), "by_place": {"iraq": 7, "syria": 3}}
    evidence = admit(a_record(windows((0, 1, 4), (1, 2, 6)), place_totals=(total,)), some_settings())
    rows = table(evidence, np.array([[[3, 1], [2, 4]]] * 10))
    assert [(r["window"], r["place"], r["observed"], r["q50"]) for r in rows[2:]] == [
        ("T", "iraq", 7, 5), ("T", "syria", 3, 5),
    ]  # fmt: skip
