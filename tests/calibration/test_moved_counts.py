"""Attacks counted on the wrong side of an edge: the sum over shifts against every way by brute force, and calibration."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp

from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.mixture import counted
from calibration.observe import miscounted
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    beta,
    lognormal,
    normal,
    some_evidence,
    some_settings,
    strike,
    windows,
)
from tests.calibration.sbc import simulation_based_calibration
from tests.chance import assert_frequencies

UNIFORM = 2.2  # √R · D past this has probability 1.2e-4 for uniform ranks (Kolmogorov)
ONE_PLACE = some_settings(places=("iraq",))
STEADY = {"base_rate": lognormal(1.5, 0.5), "mobilisation_drift": normal(0.0, 0.5)}
EXCITED = {"branching_ratio": beta(2.0, 6.0), "excitation_days": lognormal(4.0, 0.5)}
COUNTS = (3, 1, 4)


def evidence_with(moved: Sequence[int], counts: Sequence[int] = COUNTS, **first: Any) -> Any:
    three = windows(*((4.0 * i, 4.0 * i + 4.0, n) for i, n in enumerate(counts)), **first)
    each = tuple(w | {"moved_at_end": k} for w, k in zip(three, moved, strict=True))
    return some_evidence(each, settings=ONE_PLACE)


def ways(counts: Sequence[int], k: int, opening: int = 0) -> Iterator[tuple[list[int], float]]:
    """True counts of three windows and the probability of the shifts that would give the ones counted.

    An attack that opened the first window is no attack that moves.
    """
    n = [counts[0] - opening, *counts[1:]]
    for a, b in product(range(-k, k + 1), repeat=2):
        true = [n[0] + a, n[1] - a + b, n[2] - b]
        if min(true) < 0 or n[1] + b < 0:
            continue
        first = 1.0 / (min(k, true[0]) + min(k, true[1]) + 1)
        second = 1.0 / (min(k, true[1] + a) + min(k, true[2]) + 1)
        if a <= true[0] and b <= true[1] + a:
            yield [true[0] + opening, *true[1:]], first * second


@pytest.mark.parametrize("opening", [0, 1])
def test_without_self_excitation_the_sum_is_that_over_every_way(opening: int) -> None:
    """Edges of up to 2 attacks, counts of 3, 1 and 4: to rounding, and terms add up to it."""
    evidence = evidence_with((2, 2, 0), begins_at_attack=bool(opening))
    mixture, transform = a_filter(evidence, a_hypothesis(**STEADY), ONE_PLACE, counted)
    values = transform.from_normal(np.random.default_rng(1).standard_normal((6, transform.dimensions)))
    plain, _ = a_filter(evidence, a_hypothesis(**STEADY), ONE_PLACE)
    prepared = plain.prepared(values)
    by_hand = [np.log(p) + np.sum(plain.log_counts(prepared, t), axis=0) for t, p in ways(COUNTS, 2, opening)]
    assert len(by_hand) > 10
    np.testing.assert_allclose(mixture(values).sum(axis=1), logsumexp(by_hand, axis=0), rtol=1e-12)


def test_with_self_excitation_it_is_near_the_sum_over_every_way() -> None:
    """Each shift has its own excitation, averaged over the shifts before it: within .02 nats of the brute force here."""
    evidence, h = evidence_with((2, 2, 0)), a_hypothesis(**STEADY, **EXCITED)
    mixture, transform = a_filter(evidence, h, ONE_PLACE, counted)
    values = transform.from_normal(np.random.default_rng(2).standard_normal((40, transform.dimensions)))
    plain, _ = a_filter(evidence, h, ONE_PLACE)
    prepared = plain.prepared(values)
    by_hand = [np.log(p) + np.sum(plain.log_counts(prepared, t), axis=0) for t, p in ways(COUNTS, 2)]
    assert np.abs(mixture(values).sum(axis=1) - logsumexp(by_hand, axis=0)).max() < 0.02


def test_a_triggered_end_weighs_a_count_by_how_many_of_it_could_have_been_the_trigger() -> None:
    """Density of t attacks, the last at T: Poisson(t)·t·λ(T)/Λ, so that a way has t/n beside the record's own n."""
    h = a_hypothesis(**STEADY)
    evidence = evidence_with((2, 2, 0), ended_by="triggered")
    mixture, transform = a_filter(evidence, h, ONE_PLACE, counted)
    assert "W1:end" in mixture.terms
    values = transform.from_normal(np.random.default_rng(3).standard_normal((5, transform.dimensions)))
    plain, _ = a_filter(evidence, h, ONE_PLACE)
    prepared = plain.prepared(values)
    by_hand = [
        np.log(p * t[0] / COUNTS[0]) + np.sum(plain.log_counts(prepared, t), axis=0)
        for t, p in ways(COUNTS, 2)
        if t[0] > 0
    ]
    expected = logsumexp(by_hand, axis=0) + plain(values)[:, 3]
    np.testing.assert_allclose(mixture(values).sum(axis=1), expected, rtol=1e-12)


def test_probabilities_of_all_counts_add_up_to_one() -> None:
    """Rate .5 a day in two windows of 4 days and an edge of up to 2: the sum over 40 x 40 counts, to 1e-9."""
    both = windows((0, 4, 2), (4, 8, 2))
    evidence = some_evidence((both[0] | {"moved_at_end": 2}, both[1]), settings=ONE_PLACE)
    mixture, _ = a_filter(evidence, a_hypothesis(base_rate=lognormal(1.0, 1.0)), ONE_PLACE, counted)
    prepared = mixture.prepared(np.array([[0.5, 1.0]]))
    total = sum(np.exp(np.sum(mixture.log_counts(prepared, t))) for t in product(range(40), repeat=2))
    assert total == pytest.approx(1.0, abs=1e-9)


def test_simulated_counts_are_moved_by_the_same_rule() -> None:
    """3 and 1 attacks, up to 2 moved: shifts -1, 0, 1, 2 a quarter each; all of a place that has all of them."""
    evidence = some_evidence(
        tuple(w | {"moved_at_end": k} for w, k in zip(windows((0, 4, 3), (4, 8, 1)), (2, 0), strict=True))
    )
    rng = np.random.default_rng(5)
    true = np.array([[0, 3], [0, 1]])
    found = [miscounted(evidence, true, rng) for _ in range(2000)]
    assert all(x.sum() == 4 and x[:, 0].sum() == 0 for x in found)
    assert_frequencies([sum(x[0, 1] == n for x in found) for n in (1, 2, 3, 4)], [0.25] * 4)


def test_moved_counts_are_calibrated_and_the_plain_filter_is_not() -> None:
    """400 data sets of four windows, a strike between them, up to 8 attacks moved at each edge (false alarm 3.6e-4)."""
    four = windows(*((2.0 * i, 2.0 * i + 2.0, 1) for i in range(4)))
    evidence = some_evidence(
        tuple(w | {"moved_at_end": 8 * (i < 3)} for i, w in enumerate(four)),
        [strike(4.0)],
        settings=ONE_PLACE,
    )
    h = a_hypothesis(base_rate=lognormal(6.0, 0.4), strike_effect=normal(0.0, 1.0), held={"effect_days": 3.0})
    for kind, passes in ((counted, True), (CountFilter, False)):
        likelihood, transform = a_filter(evidence, h, ONE_PLACE, kind)
        found = simulation_based_calibration(likelihood, transform, data_sets=400, draws=3000, seed=3)
        assert (max(found.distance.values()) < UNIFORM) == passes, found
