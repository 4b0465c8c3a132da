"""The whole way from a record to a posterior, where the answer is known in closed form."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from calibration.calibrate import calibrate
from calibration.posterior import Posterior
from tests.calibration.builders import a_hypothesis, a_record, gamma, some_settings, windows
from tests.chance import assert_mean

COUNTS = np.array([19, 23, 9, 15, 2])
DAYS = np.array([9.4, 12.7, 4.0, 8.4, 1.0])
SHAPE, RATE = 0.5, 0.25


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    """M0 with a gamma prior on the rate and nothing unreported, fitted to the brief's five counts."""
    edges = np.concatenate([[0.0], np.cumsum(DAYS)])
    record = a_record(windows(*((edges[i], edges[i + 1], int(COUNTS[i])) for i in range(5))))
    h = a_hypothesis("M0", base_rate=gamma(SHAPE, RATE), held={"completeness": 1.0})
    return calibrate(record, some_settings(), {"M0": h}, cache=None, predictive_runs=0).posteriors["M0"]


def test_the_posterior_of_a_constant_rate_is_gamma(posterior: Posterior) -> None:
    """Ga(.5 + 68, .25 + 35.5): mean, sd and the 5% and 95% quantiles within 3 standard errors of 4,000 draws.

    Four statements at 2.7e-3 each: a right sampler would fail for other points in 1.1% of cases.
    """
    truth = stats.gamma(SHAPE + COUNTS.sum(), scale=1.0 / (RATE + DAYS.sum()))
    rate = posterior.draws[:, posterior.names.index("base_rate")]
    n = len(rate)
    assert abs(rate.mean() - truth.mean()) < 3 * truth.std() / np.sqrt(n)
    assert abs(rate.std() - truth.std()) < 3 * truth.std() / np.sqrt(2 * n)
    for q in (0.05, 0.95):
        error = np.sqrt(q * (1 - q) / n) / truth.pdf(truth.ppf(q))
        assert abs(np.quantile(rate, q) - truth.ppf(q)) < 3 * error


def test_means_and_sds_come_from_every_point_that_was_weighed(posterior: Posterior) -> None:
    """Mean 68.5/35.75 and sd √68.5/35.75 to a few thousandths: closer than 4,000 draws can tell (sd/√4000 = .0037)."""
    found = posterior.summary["base_rate"]
    assert found.mean == pytest.approx(68.5 / 35.75, abs=2e-3)
    assert found.sd == pytest.approx(np.sqrt(68.5) / 35.75, rel=5e-3)


def test_its_evidence_is_within_a_fiftieth_of_a_nat(posterior: Posterior) -> None:
    """log Z = Σ(N log L - log N!) + a log b - log Γ(a) + log Γ(a + ΣN) - (a + ΣN) log(b + ΣL), to .02."""
    total, time = COUNTS.sum(), DAYS.sum()
    log_z = (COUNTS * np.log(DAYS) - gammaln(COUNTS + 1)).sum() + SHAPE * np.log(RATE) - gammaln(SHAPE)
    log_z += gammaln(SHAPE + total) - (SHAPE + total) * np.log(RATE + time)
    assert posterior.log_evidence == pytest.approx(log_z, abs=0.02)
    assert posterior.log_evidence_se < 0.01


def test_what_the_record_says_nothing_of_keeps_its_prior(posterior: Posterior) -> None:
    """No split by place is given: the share stays uniform and is labelled prior-driven; the rate is informed.

    .02 is 4.3 errors of a mean of 4,000 uniforms (√(1/12)/√4000 = .0046) and more of their sd: false alarm 2e-5.
    """
    share, rate = posterior.summary["share_iraq"], posterior.summary["base_rate"]
    assert (share.mean, share.sd) == pytest.approx((0.5, np.sqrt(1 / 12)), abs=0.02)
    assert abs(share.contraction) < 0.05
    assert share.label == "prior-driven"
    # 1 - Var(posterior)/Var(prior) = 1 - (68.5/35.75²)/(.5/.25²) = .9933
    assert rate.contraction == pytest.approx(1 - 68.5 / 35.75**2 / 8.0, abs=1e-3)
    assert rate.label == "informed"


def test_a_known_completeness_scales_the_level_and_nothing_else() -> None:
    """d = .7 held: the posterior of the rate times .7 is the gamma again, since only d·μ is seen; false alarm 6.4e-5."""
    record = a_record(windows((0, 35.5, 68)))
    h = a_hypothesis("M0", base_rate=gamma(SHAPE, 0.7 * RATE), held={"completeness": 0.7})
    rate = (
        calibrate(record, some_settings(), {"M0": h}, cache=None, predictive_runs=0)
        .posteriors["M0"]
        .draws[:, 0]
    )
    truth = stats.gamma(SHAPE + 68, scale=1.0 / (RATE + 35.5))
    assert_mean(0.7 * rate, truth.mean())
