"""The split by place: given the total, over-dispersed by self-excitation, unknown places summed over."""

from itertools import product
from math import comb

import numpy as np
import pytest
from scipy import stats
from scipy.special import betaln

from calibration.likelihoods.counts import Counts, log_probability, matched
from calibration.likelihoods.places import log_quasi_multinomial
from calibration.samplers.fit import sample
from sim.errors import ConfigError
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    beta,
    lognormal,
    some_evidence,
    some_settings,
    windows,
)

COUNTS = Counts(np.array([6.0]), np.array([0.35]))
BRIEF = (
    {"by_place": {}}, {"by_place": {}}, {"by_place": {}},
    {"by_place": {"iraq": 9, "syria": 5}}, {"by_place": {"iraq": 1, "syria": 1}},
)  # fmt: skip
TOTAL = {
    "id": "T",
    "source": "test",
    "windows": ("W1", "W2", "W3", "W4", "W5"),
    "by_place": {"iraq": 33, "syria": 35},
}
EXCITED = {"branching_ratio": beta(2.0, 3.0), "excitation_days": lognormal(5.0, 0.7)}


def brief() -> tuple[dict[str, object], ...]:
    """The brief's windows: A4 lacks the place of one attack, A1 to A3 are known only as a sum."""
    counted = windows((0, 9.4, 19), (9.4, 22.1, 23), (22.1, 26.1, 9), (26.1, 34.5, 15), (34.5, 35.5, 2))
    return tuple(w | by for w, by in zip(counted, BRIEF, strict=True))


def share_of_iraq(p: float) -> np.ndarray:
    return np.array([[p, 1.0 - p]])


@pytest.mark.parametrize("places", [2, 3])
def test_splits_of_a_total_sum_to_one(places: int) -> None:
    """Every way to split 9 attacks over 2 or 3 places, at λ = .35: the probabilities sum to 1."""
    fractions = np.array([[0.2, 0.5, 0.3]]) if places == 3 else share_of_iraq(0.3)
    ways = [w for w in product(range(10), repeat=places) if sum(w) == 9]
    assert sum(np.exp(log_quasi_multinomial(w, COUNTS, fractions)[0]) for w in ways) == pytest.approx(
        1.0, abs=1e-12
    )


def test_without_self_excitation_a_split_is_multinomial() -> None:
    """λ = 0: SciPy's multinomial."""
    poisson, fractions = Counts(np.array([6.0]), np.array([0.0])), np.array([[0.2, 0.5, 0.3]])
    found = log_quasi_multinomial((3, 4, 2), poisson, fractions)[0]
    assert found == pytest.approx(stats.multinomial(9, fractions[0]).logpmf([3, 4, 2]))


def test_a_split_and_its_total_are_independent_counts_by_place() -> None:
    """P(total) · P(split | total) = Π P(n_c; θ_c, λ): clusters stay where they began, so the total isn't counted twice."""
    parts = [Counts(COUNTS.theta * f, COUNTS.lam) for f in (0.3, 0.7)]
    by_place = sum(log_probability(c, n)[0] for c, n in zip(parts, (2, 7), strict=True))
    given = log_quasi_multinomial((2, 7), COUNTS, share_of_iraq(0.3))[0]
    assert log_probability(COUNTS, 9)[0] + given == pytest.approx(by_place)


def test_self_excitation_spreads_the_split() -> None:
    """At λ = .6 the variance of a split of 20 is more than twice the binomial's, its mean the same."""
    counts, k = matched(np.array([20.0]), np.array([125.0])), np.arange(21)
    p = np.array([np.exp(log_quasi_multinomial((i, 20 - i), counts, share_of_iraq(0.4))[0]) for i in k])
    mean = p @ k
    assert mean == pytest.approx(8.0)
    assert p @ k**2 - mean**2 > 2 * 20 * 0.4 * 0.6


def test_the_split_of_the_brief_is_33_to_35_whatever_is_not_known() -> None:
    """Without self-excitation the terms are p³³ (1-p)³⁵ times a constant: an unknown place adds no information."""
    evidence = some_evidence(brief(), place_totals=(TOTAL,))
    likelihood, transform = a_filter(evidence, a_hypothesis(base_rate=lognormal(1.0, 1.0)))
    assert likelihood.terms[5:] == ["T:place", "W5:place"]
    p = np.array([0.2, 0.4, 0.5, 0.7])
    found = likelihood(np.column_stack([np.full(4, 2.0), p, 1.0 - p]))[:, 5:].sum(axis=1)
    expected = 33 * np.log(p) + 35 * np.log(1 - p)
    np.testing.assert_allclose(found - found[0], expected - expected[0], rtol=1e-10, atol=1e-10)
    assert transform.names[1:] == ["share_iraq", "share_syria"]


def test_the_share_of_a_place_has_its_beta_binomial_posterior() -> None:
    """Uniform prior and 33 of 68 in Iraq: Beta(34, 36), mean and sd to 3 standard errors, evidence in closed form.

    The sampler is deterministic; for another seed a right one would fail in about 1 case in 200.
    """
    counted = windows((0, 35.5, 68), by_place={"iraq": 33, "syria": 35})
    likelihood, transform = a_filter(some_evidence(counted), a_hypothesis(base_rate=lognormal(2.0, 0.3)))
    found = sample(lambda z: likelihood(transform.from_normal(z))[:, 1], transform.dimensions, 1)
    share, truth = transform.from_normal(found.z)[:, 1], stats.beta(34, 36)
    assert abs(share.mean() - truth.mean()) < 3 * truth.std() / np.sqrt(4000)
    assert abs(share.std() - truth.std()) < 3 * truth.std() / np.sqrt(2 * 4000)
    log_evidence = np.log(float(comb(68, 33))) + betaln(34, 36)
    assert abs(found.log_evidence - log_evidence) < max(3 * found.log_evidence_se, 0.02)


def test_unknown_places_are_summed_over_with_the_chance_that_they_are_the_unknown_ones() -> None:
    """Five attacks, 2 in Iraq and 1 in Syria known: by brute force over every attack's place and which 3 are known.

    With λ > 0 the split is not exchangeable in share, so the sum has three terms, weighted by C(n₁,2)·C(n₂,1)/C(5,3).
    """
    evidence = some_evidence(windows((0, 6, 5), by_place={"iraq": 2, "syria": 1}))
    likelihood, transform = a_filter(evidence, a_hypothesis(base_rate=lognormal(1.0, 1.0), **EXCITED))
    values = np.array([[0.6, 0.5, 2.0, 0.3, 0.7]])
    (step,) = likelihood.steps(likelihood.prepared(values), [5])
    counts = matched(step.counts.reported_mean, step.counts.reported_variance)
    by_hand = 0.0
    for n in (2, 3, 4):
        seen = comb(n, 2) * comb(5 - n, 1) / comb(5, 3)
        by_hand += seen * np.exp(log_quasi_multinomial((n, 5 - n), counts, share_of_iraq(0.3))[0])
    assert likelihood(values)[0, 1] == pytest.approx(np.log(by_hand))
    assert transform.names[-2:] == ["share_iraq", "share_syria"]


def test_windows_known_only_together_are_one_count() -> None:
    """The total binds the unknown attack of A4 to the sum of A1 to A3: (23, 28) with it in Syria, (22, 29) in Iraq."""
    evidence = some_evidence(brief(), place_totals=(TOTAL,))
    likelihood, _ = a_filter(evidence, a_hypothesis(base_rate=lognormal(1.0, 1.0), **EXCITED))
    values = np.array([[1.2, 0.4, 5.0, 0.45, 0.55]])
    steps = list(likelihood.steps(likelihood.prepared(values), [w.attacks for w in evidence.windows]))
    moments = np.array([[s.counts.reported_mean.item(), s.counts.reported_variance.item()] for s in steps])
    first = matched(*(np.array([x]) for x in moments[:3].sum(axis=0)))
    fourth = matched(*(np.array([x]) for x in moments[3]))
    by_hand = 0.0
    for iraq in (9, 10):
        seen = comb(iraq, 9) * comb(15 - iraq, 5) / comb(15, 14)
        a4 = log_quasi_multinomial((iraq, 15 - iraq), fourth, share_of_iraq(0.45))[0]
        rest = log_quasi_multinomial((32 - iraq, 19 + iraq), first, share_of_iraq(0.45))[0]
        by_hand += seen * np.exp(a4 + rest)
    assert likelihood(values)[0, 5] == pytest.approx(np.log(by_hand))


def test_host_restraint_moves_the_split_with_the_background() -> None:
    """g halved in Syria: the odds of Iraq double at the same share, so the split's term is the binomial's at 2/3."""
    settings = some_settings(restraint=((-1.0, "syria", 0.5),))
    evidence = some_evidence(windows((0, 6, 9), by_place={"iraq": 5, "syria": 4}), settings=settings)
    likelihood, _ = a_filter(evidence, a_hypothesis(base_rate=lognormal(1.0, 1.0)), settings)
    assert likelihood(np.array([[2.0, 0.5, 0.5]]))[0, 1] == pytest.approx(stats.binom(9, 2 / 3).logpmf(5))


@pytest.mark.parametrize("split", [{"iraq": 200, "syria": 30}, {"iraq": 3, "syria": 233}])
def test_a_total_that_its_windows_contradict_is_an_error(split: dict[str, int]) -> None:
    """230 of 236 known as (110, 120): a total that leaves a place fewer than known, or other sums, fits no way."""
    total = {"id": "T", "source": "test", "windows": ("W1",), "by_place": {"iraq": 3, "syria": 233}} | {
        "by_place": split
    }
    counted = windows((0, 6, sum(split.values())), by_place={"iraq": 110, "syria": 100})
    with pytest.raises(ConfigError, match="expected counts that fit"):
        a_filter(some_evidence(counted, place_totals=(total,)), a_hypothesis(base_rate=lognormal(1.0, 1.0)))
