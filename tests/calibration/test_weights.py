"""Weights by family, before and after the evidence."""

import pytest

from calibration.weights import Fitted, family_weights, like_for_like
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    lognormal,
    normal,
    some_evidence,
    strike,
    windows,
)


def test_like_for_like_is_the_difference_of_two_evidences() -> None:
    """M3 - M2 = -.6 ± √(.03² + .04²) = .05, a factor of e^-.6; M4 lacks its pair, M0 names none."""
    found = like_for_like(
        {"M0": None, "M2": None, "M3": "M2", "M4": "M9"},
        {"M0": (-19.0, 0.01), "M2": (-20.0, 0.03), "M3": (-20.6, 0.04), "M4": (-20.2, 0.04)},
    )
    assert [(x.hypothesis, x.without_effect) for x in found] == [("M3", "M2")]
    assert found[0].log_bayes_factor == pytest.approx(-0.6)
    assert found[0].log_bayes_factor_se == pytest.approx(0.05)
    assert found[0].document()["bayes_factor"] == pytest.approx(0.5488, abs=1e-4)


def test_families_share_equally_and_twins_count_once() -> None:
    """No effect: two signatures share one half, the twins of one of them a quarter; the effect family the other half."""
    found = family_weights(
        [Fitted("M0", "no-effect", "a", 0), Fitted("M1", "no-effect", "a", 0), Fitted("M2", "no-effect", "b", 0),
         Fitted("M3", "effect", "c", 0), Fitted("M4", "effect", "d", 0)]
    )  # fmt: skip
    assert [w.declared for w in found.values()] == pytest.approx([0.125, 0.125, 0.25, 0.25, 0.25])
    assert [w.evidence for w in found.values()] == pytest.approx([0.125, 0.125, 0.25, 0.25, 0.25])


def test_the_evidence_multiplies_the_declared_weight() -> None:
    """Three times the evidence for M0 against M3 with one half each: .75 and .25."""
    found = family_weights(
        [Fitted("M0", "no-effect", "a", -20.0), Fitted("M3", "effect", "b", -21.0986122887)]
    )
    assert [w.evidence for w in found.values()] == pytest.approx([0.75, 0.25])


def test_a_family_alone_has_all_the_weight_and_nothing_fitted_none() -> None:
    """Without a fitted rival a family is not halved."""
    assert family_weights([Fitted("M4", "effect", "a", -5.0)])["M4"] == (1.0, 1.0)
    assert family_weights([]) == {}


def test_hypotheses_that_read_the_same_of_the_evidence_have_one_signature() -> None:
    """Without a strike an effect is not read, so a hypothesis with one is the hypothesis without; with one it isn't."""
    plain = a_hypothesis("M0", base_rate=lognormal(1.0, 0.5))
    effect = a_hypothesis(
        "M3", base_rate=lognormal(1.0, 0.5), strike_effect=normal(0.0, 0.5), effect_days=lognormal(10.0, 0.5)
    )
    wider = a_hypothesis("M0b", base_rate=lognormal(1.0, 0.9))

    def signature(h: object, *strikes: dict[str, object]) -> str:
        likelihood, transform = a_filter(some_evidence(windows((0, 9, 5)), strikes), h)
        return likelihood.signature(transform)

    assert signature(plain) == signature(effect)
    assert signature(plain) != signature(wider)
    assert signature(plain, strike(2.0)) != signature(effect, strike(2.0))
