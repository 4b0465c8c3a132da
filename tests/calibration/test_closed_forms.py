"""The count filter and its fit where theory has the posterior and the evidence, or quadrature has them."""

from math import exp, lgamma, log

import numpy as np
import pytest
from scipy import special, stats

from calibration.evidence import Evidence
from calibration.fitting import fit_hypothesis
from calibration.posterior import Posterior
from sim.scenario.hypothesis import Hypothesis
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    a_prior,
    beta,
    gamma,
    lognormal,
    normal,
    some_evidence,
    strike,
    windows,
)
from tests.calibration.intervals import ONE_PLACE, ByQuadrature, Span

SHAPE, RATE = 2.0, 1.0
NO_EXCITATION = {"completeness": 1.0, "branching_ratio": 0.0}
BRIEF = ((0.0, 9.4, 19), (9.4, 22.1, 23), (22.1, 26.1, 9), (26.1, 34.5, 15), (34.5, 35.5, 2))


def fitted(h: Hypothesis, evidence: Evidence) -> Posterior:
    likelihood, transform = a_filter(evidence, h, ONE_PLACE)
    return fit_hypothesis(h.name, transform, likelihood, 1)


def test_two_rates_are_told_apart_as_the_incomplete_beta_says() -> None:
    """A lasting effect s ~ U(-2, 2) between windows of 20 and 15 days with 24 and 9 attacks, base rate ~ Ga(a, b).

    With the rate integrated out, p = T₂eˢ/(b + T₁ + T₂eˢ) is Beta(N₂, a + N₁) between its values at s = ±2. So
    P(s < 0 | y) = (I_{p(0)} - I_{p(-2)})/(I_{p(2)} - I_{p(-2)}), whose odds are the Bayes factor of deterrence to
    backlash, and Z = ¼ bᵃ T₁^{N₁} Γ(a + N)/(Γ(a) N₁! N₂!) (b + T₁)^{-(a + N₁)} B(N₂, a + N₁) (I_{p(2)} - I_{p(-2)}).
    """
    t1, t2, n1, n2 = 20.0, 15.0, 24, 9
    evidence = some_evidence(windows((0, t1, n1), (t1, t1 + t2, n2)), [strike(t1)], settings=ONE_PLACE)
    h = a_hypothesis(
        "M3", family="effect", base_rate=gamma(SHAPE, RATE), strike_effect=a_prior(uniform={"low": -2.0, "high": 2.0}),
        held=NO_EXCITATION | {"effect_days": 1e6, "effect_limit": 1e4},
    )  # fmt: skip
    found = fitted(h, evidence)

    def within(s: float) -> float:
        p = t2 * exp(s) / (RATE + t1 + t2 * exp(s))
        return float(special.betainc(n2, SHAPE + n1, p))

    between = within(2.0) - within(-2.0)
    log_z = (
        -log(4.0) + SHAPE * log(RATE) + n1 * log(t1) + lgamma(SHAPE + n1 + n2) - lgamma(SHAPE) - lgamma(n1 + 1) - lgamma(n2 + 1)
        - (SHAPE + n1) * log(RATE + t1) + float(special.betaln(n2, SHAPE + n1)) + log(between)
    )  # fmt: skip
    below = (within(0.0) - within(-2.0)) / between
    assert found.log_evidence == pytest.approx(log_z, abs=0.02)
    # 4 errors of 4,000 draws
    assert (found.draws[:, 1] < 0.0).mean() == pytest.approx(
        below, abs=4 * np.sqrt(below * (1 - below) / 4000)
    )


def test_a_lull_is_as_likely_as_lomax_says() -> None:
    """Nothing in 40 days after 6 in 30: the factor that it adds to the evidence is ((b + 30)/(b + 70))^(a + 6)."""
    h = a_hypothesis("M0", base_rate=gamma(SHAPE, RATE), held=NO_EXCITATION)
    before = some_evidence(windows((0, 30, 6)), settings=ONE_PLACE)
    both = some_evidence(windows((0, 30, 6), (30, 70, 0)), settings=ONE_PLACE)
    gained = fitted(h, both).log_evidence - fitted(h, before).log_evidence
    quiet = stats.lomax(SHAPE + 6, scale=RATE + 30.0).logsf(40.0)
    assert gained == pytest.approx(quiet, abs=0.02)


def test_an_unknown_completeness_is_integrated_out() -> None:
    """d ~ Beta(14, 5): evidence, mean and sd of the rate by Gauss-Jacobi quadrature over d, the rate by its gamma."""
    days, seen, a, b = 35.5, 68, 14.0, 5.0
    h = a_hypothesis(
        "M0", base_rate=gamma(SHAPE, RATE), completeness=beta(a, b), held={"branching_ratio": 0.0}
    )
    found = fitted(h, some_evidence(windows((0, days, seen)), settings=ONE_PLACE))
    nodes, weights = special.roots_jacobi(60, b - 1.0, a - 1.0)
    d = (nodes + 1.0) / 2.0
    log_z = seen * np.log(d * days) - special.gammaln(seen + 1) + SHAPE * log(RATE) - special.gammaln(SHAPE)
    log_z += special.gammaln(SHAPE + seen) - (SHAPE + seen) * np.log(RATE + d * days)
    each = weights / weights.sum() * np.exp(log_z)
    mean = (SHAPE + seen) / (RATE + d * days)
    square = mean**2 + (SHAPE + seen) / (RATE + d * days) ** 2
    share = each / each.sum()
    rate = found.summary["base_rate"]
    assert found.log_evidence == pytest.approx(log(each.sum()), abs=0.02)
    assert rate.mean == pytest.approx(share @ mean, rel=0.01)
    assert rate.sd == pytest.approx(np.sqrt(share @ square - (share @ mean) ** 2), rel=0.03)


TWO: dict[str, tuple[Hypothesis, tuple[Span, Span]]] = {
    "effect": (
        a_hypothesis("M3", family="effect", base_rate=lognormal(1.0, 1.82), strike_effect=normal(0.0, 0.771),
                     held=NO_EXCITATION | {"effect_days": 10.0}),
        ((-3.0, 3.0, 801), (-6.0, 6.0, 201)),
    ),
    "branching": (
        a_hypothesis("M2", base_rate=lognormal(1.0, 1.82), branching_ratio=beta(2.0, 3.0),
                     held={"completeness": 0.75, "excitation_days": 5.0, "excitation_at_start": 0.5}),
        ((-4.0, 3.0, 801), (-6.0, 6.0, 201)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TWO)
def test_evidence_of_two_parameters_is_that_of_quadrature(name: str) -> None:
    """Base rate with one strike effect, and with the branching ratio, on the brief's counts: within .05 nats.

    Importance sampling says .003 of its own error; a grid twice as coarse moves the quadrature by less than 1e-3.
    """
    h, spans = TWO[name]
    responses = [strike(x, f"C{i}") for i, x in enumerate((9.4, 22.1, 26.1, 34.5), 1)]
    evidence = some_evidence(windows(*BRIEF), responses, settings=ONE_PLACE)
    counts = [n for _, _, n in BRIEF]
    exact, coarse = (
        special.logsumexp(ByQuadrature(evidence, h, *x).log_posterior(counts))
        for x in (spans, [(a, b, n // 2) for a, b, n in spans])
    )
    assert exact == pytest.approx(coarse, abs=1e-3)
    assert abs(fitted(h, evidence).log_evidence - exact) < 0.05
