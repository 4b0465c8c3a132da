"""Two samplers on one evidence, and the evidence as the prior's width changes."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from calibration.checks.agreement import Evidences, agreement, compared
from calibration.checks.curves import WIDTHS, curves, widened
from calibration.checks.fits import Case
from tests.calibration.builders import (
    a_hypothesis,
    lognormal,
    normal,
    some_evidence,
    some_settings,
    strike,
    windows,
)
from tests.calibration.checks.cases import a_case

ONE_PLACE = some_settings(places=("iraq",))


def two_windows(**effect: object) -> Case:
    """Two windows and a strike between them; the base rate, and an effect or none."""
    h = a_hypothesis(
        "E" if effect else "N",
        base_rate=lognormal(1.0, 1.0),
        held={"effect_days": 1e6, "effect_limit": 1e3},
        **effect,
    )
    h = h.model_copy(update={"without_effect": "N" if effect else None})
    evidence = some_evidence(windows((0.0, 10.0, 12), (10.0, 20.0, 6)), [strike(10.0)], settings=ONE_PLACE)
    return Case(h, ONE_PLACE, evidence)


def by_quadrature(sd: float | None) -> float:
    """Log evidence of 12 and 6 attacks in ten days each, rate b before and b·e^A after; the effect's sd, or none."""
    x = np.linspace(-6.0, 6.0, 801)
    a = np.array([0.0]) if sd is None else sd * np.linspace(-7.0, 7.0, 801)
    level = stats.norm.logpdf(x)[:, None] + stats.poisson.logpmf(12, 10.0 * np.exp(x))[:, None]
    level = level + stats.poisson.logpmf(6, 10.0 * np.exp(x[:, None] + a))
    step = np.log(x[1] - x[0])
    if sd is not None:
        level = level + stats.norm.logpdf(a / sd) + np.log(14.0 / 800.0)
    return float(logsumexp(level) + step)


def test_evidence_over_the_width_is_that_of_quadrature() -> None:
    """Log Bayes factors of an effect at five widths, within .02 of sums on a grid; each lies where its error says."""
    case, without = two_windows(strike_effect=normal(0.0, 0.8)), two_windows()
    posteriors = {c.name: c.fit(1) for c in (case, without)}
    rows = curves([case, without], posteriors, seed=2)
    assert [r["width"] for r in rows] == list(WIDTHS)
    assert {(r["hypothesis"], r["against"]) for r in rows} == {("E", "N")}
    for r in rows:
        expected = by_quadrature(0.8 * r["width"]) - by_quadrature(None)
        assert r["log_bayes_factor"] == pytest.approx(expected, abs=0.02)
    at_1 = next(r for r in rows if r["width"] == 1.0)
    assert at_1["log_bayes_factor"] == posteriors["E"].log_evidence - posteriors["N"].log_evidence


def test_only_the_effects_are_widened() -> None:
    """Of M4 the four classes of target, twice their sd about the same mean; all else as it was."""
    before, after = a_case("M4").hypothesis, widened(a_case("M4").hypothesis, 2.0)
    for name, x in before.parameters.items():
        if name.startswith("effect_") and name != "effect_days":
            assert x.prior is not None
            assert x.prior.normal is not None
            other = after.parameters[name].prior
            assert other is not None
            assert other.normal is not None
            assert other.normal.sd == pytest.approx(2.0 * x.prior.normal.sd)
            assert other.normal.mean == x.prior.normal.mean
        else:
            assert after.parameters[name] == x


def test_two_samplers_agree() -> None:
    """Importance sampling and tempered SMC on a case whose evidence is a sum on a grid: each other's, and that."""
    (row,) = agreement([two_windows(strike_effect=normal(0.0, 0.8))], seed=1)
    assert row["passed"] is True
    assert row["importance"] == pytest.approx(by_quadrature(0.8), abs=0.02)
    assert abs(row["tempered"] - by_quadrature(0.8)) < 4 * row["tempered_se"]


def test_samplers_that_differ_are_told() -> None:
    """Four errors apart does not pass; where importance sampling is not sound there is nothing to compare."""
    found = compared(
        {
            "far": Evidences(-20.0, 0.01, -20.5, 0.1, sound=True),
            "near": Evidences(-20.0, 0.01, -20.1, 0.1, sound=True),
            "unsound": Evidences(-20.0, 0.01, -25.0, 0.1, sound=False),
        }
    )
    assert [x["passed"] for x in found] == [False, True, None]


def test_an_error_that_is_small_by_luck_is_not_believed() -> None:
    """The error of four runs is no smaller than over all hypotheses: .3 apart passes where that is .1."""
    lucky = {
        "a": Evidences(-20.0, 0.0, -20.2, 0.001, sound=True),
        "b": Evidences(-20.0, 0.0, -20.0, 0.14, sound=True),
    }
    assert compared(lucky)[0]["passed"] is True
