"""Casualty marks: the exact law of their sums, and the posterior where it is known."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import stats

from calibration.compound import lomax_mark, sum_of
from calibration.evidence import admitted_ids
from calibration.marks import MarksLikelihood, fit_marks, fitted_casualties
from calibration.posterior import Posterior
from sim.model.numbers import heavy_tail_quantile
from sim.scenario.common import Prior, Sourced
from tests.calibration.builders import a_prior, a_record, beta, day, lognormal, some_settings, windows

PRIORS: dict[str, Prior] = {
    "injuring_share": beta(1.0, 9.0), "injury_scale": lognormal(3.0, 1.0), "injury_tail": lognormal(1.4, 0.3),
    "tbi_share": beta(1.0, 1.0), "fatal_share": beta(1.5, 96.5), "fatality_tail": lognormal(2.3, 0.2),
}  # fmt: skip


def one(x: float) -> np.ndarray:
    return np.array([x])


def hurt(name: str, attacks: int, injured: int, **more: Any) -> dict[str, Any]:
    fields = {
        "id": name,
        "source": "test",
        "start": day(0),
        "end": day(9),
        "attacks": attacks,
        "injured": injured,
    }
    return fields | more


def fitted(*casualties: dict[str, Any], priors: dict[str, Prior] = PRIORS) -> Posterior:
    record = a_record(windows((0, 9, 19)), casualties=casualties)
    settings = some_settings(assumptions={n: Sourced(prior=p, source="test") for n, p in priors.items()})
    return fit_marks(record, settings, admitted_ids(record, ()), 1, {})


def test_one_mark_is_the_one_that_the_engine_draws() -> None:
    """Cutting the unit interval at the quantile's jumps: P(X = k) is π times the length on which the engine says k."""
    pi, scale, tail = 0.3, 3.0, 1.4
    found = lomax_mark(one(pi), one(scale), one(tail), 6)[0]
    u = (np.arange(200_000) + 0.5) / 200_000
    drawn = np.bincount([heavy_tail_quantile(x, scale, tail, 500) for x in u], minlength=501) / len(u)
    np.testing.assert_allclose(found[1:], pi * drawn[1:7], atol=2e-5)
    assert found[0] == pytest.approx(0.7)


@pytest.mark.parametrize("attacks", [1, 2, 4])
def test_a_sum_of_marks_has_the_law_of_every_way_to_reach_it(attacks: int) -> None:
    """Σ over all combinations of up to 4 marks that give 7: the convolution, to 12 digits."""
    mark = lomax_mark(one(0.4), one(2.0), one(1.2), 7)
    by_hand = sum(
        np.prod([mark[0, k] for k in ways]) for ways in product(range(8), repeat=attacks) if sum(ways) == 7
    )
    assert sum_of(mark, attacks)[0, 7] == pytest.approx(by_hand, rel=1e-12)


def test_a_sum_over_many_attacks_has_the_mean_of_its_marks() -> None:
    """19 attacks: nobody hurt has probability (1 - π)¹⁹, and 68 of them the frequency of 100,000 simulated sums."""
    mark = lomax_mark(one(0.12), one(7.0), one(1.4), 45)
    p = sum_of(mark, 19)[0]
    assert p[0] == pytest.approx(0.88**19)
    rng = np.random.default_rng(1)
    u = rng.random((100_000, 19))
    hit = rng.random(u.shape) < 0.12
    sums = np.where(hit, 1 + np.floor(7.0 * ((1 - u) ** (-1 / 1.4) - 1)), 0).sum(axis=1)
    for low, high in ((1, 10), (11, 45)):
        expected = p[low : high + 1].sum()
        hits = int(((sums >= low) & (sums <= high)).sum())
        assert stats.binomtest(hits, 100_000, expected).pvalue > 6.4e-5  # its false-alarm rate


def test_brain_injuries_and_deaths_have_their_beta_posteriors() -> None:
    """27 of 59 under a uniform prior is Beta(28, 33); no death in 68 attacks takes Beta(1.5, 96.5) to Beta(1.5, 164.5).

    Means within 3 standard errors of 4,000 draws: about 1 right case in 200 would fail for other points.
    """
    p = fitted(hurt("H1", 19, 45, brain_injured=19, killed=0), hurt("H3", 49, 14, brain_injured=8, killed=0))
    for name, truth in (("tbi_share", stats.beta(28, 33)), ("fatal_share", stats.beta(1.5, 164.5))):
        draws = p.draws[:, p.names.index(name)]
        assert abs(draws.mean() - truth.mean()) < 3 * truth.std() / np.sqrt(4000)
        assert abs(draws.std() - truth.std()) < 0.05 * truth.std()


def test_how_often_attacks_injure_has_its_beta_posterior_when_no_more_is_known() -> None:
    """Nobody hurt in 40 attacks says nothing of how many: Beta(1, 9) becomes Beta(1, 49), the scale keeps its prior."""
    p = fitted(hurt("H2", 40, 0))
    draws = p.draws[:, p.names.index("injuring_share")]
    assert abs(draws.mean() - 1 / 50) < 3 * stats.beta(1, 49).std() / np.sqrt(4000)
    assert abs(p.summary["injury_scale"].contraction) < 0.15
    assert p.summary["fatal_share"].label == "prior-driven"  # killed is not given


def test_a_death_raises_the_share_of_fatal_attacks() -> None:
    """One killed in 50 attacks: Beta(1.5 + 1, 96.5 + 49), but for the chance that one attack killed that one alone.

    One death is one fatal attack with exactly one killed, so its likelihood is 50·f(1-f)⁴⁹·P(X = 1): a beta posterior.
    """
    p = fitted(hurt("H1", 50, 0, killed=1))
    truth = stats.beta(2.5, 145.5)
    assert abs(p.draws[:, p.names.index("fatal_share")].mean() - truth.mean()) < 3 * truth.std() / np.sqrt(
        4000
    )


def test_people_are_counted_once() -> None:
    """Of two items that share people the first is fitted, and a note names the other; section B comes before all."""
    items = (hurt("B1", 68, 70, shares_attacks_with=("H1",)), hurt("H1", 19, 45))
    record = a_record(windows((0, 9, 19)), casualties=items)
    kept, notes = fitted_casualties(record, ())
    assert [c.id for c in kept] == ["B1"]
    assert "H1" in notes[0]
    record = a_record(windows((0, 9, 19)), casualties=items, sections={"B": ("H1",)})
    assert [c.id for c in fitted_casualties(record, ())[0]] == ["H1"]
    assert [c.id for c in fitted_casualties(record, ("B1",))[0]] == ["B1"]


def test_without_casualties_marks_keep_their_prior() -> None:
    """Nothing to fit: draws from the prior, and every label says so."""
    p = fitted()
    assert p.sampler == "prior"
    assert {x.label for x in p.summary.values()} == {"prior-driven"}


def test_a_mark_that_is_held_is_not_fitted() -> None:
    """A value in the settings is taken as it stands; with it the likelihood is that of the rest."""
    held = {n: p for n, p in PRIORS.items() if n != "injury_tail"}
    assert "injury_tail" not in fitted(hurt("H1", 19, 45), priors=held).names
    values = np.array([[0.2, 3.0]])
    casualties = a_record(windows((0, 9, 19)), casualties=(hurt("H1", 1, 8),)).casualties
    constants = {"injury_tail": 2.0, "tbi_share": 0.5, "fatal_share": 0.0, "fatality_tail": 2.0}
    found = MarksLikelihood(casualties, ["injuring_share", "injury_scale"], constants)(values)
    # P(X = 8) = π ((1 + 7/3)^-2 - (1 + 8/3)^-2)
    assert found[0, 0] == pytest.approx(np.log(0.2 * ((10 / 3) ** -2 - (11 / 3) ** -2)))
    assert a_prior(beta={"a": 1.0, "b": 1.0}) == beta(1.0, 1.0)
