"""Prior distributions against SciPy's own, which is a second implementation of each."""

import numpy as np
import pytest
from scipy import stats

from calibration.distributions import Z90, distribution
from calibration.priors import quantile
from sim.scenario.common import Prior
from tests.calibration.builders import a_prior

CASES = {
    "normal": (a_prior(normal={"mean": 0.3, "sd": 1.7}), stats.norm(0.3, 1.7)),
    "lognormal": (a_prior(lognormal={"median": 2.0, "sigma": 0.6}), stats.lognorm(0.6, scale=2.0)),
    "half_normal": (a_prior(half_normal={"scale": 0.4}), stats.halfnorm(scale=0.4)),
    "beta": (a_prior(beta={"a": 14.0, "b": 5.0}), stats.beta(14.0, 5.0)),
    "gamma": (a_prior(gamma={"shape": 0.5, "rate": 0.25}), stats.gamma(0.5, scale=4.0)),
    "uniform": (a_prior(uniform={"low": -1.0, "high": 3.0}), stats.uniform(-1.0, 4.0)),
}  # fmt: skip
U = np.array([1e-9, 1e-4, 0.05, 0.3, 0.5, 0.7, 0.95, 0.9999, 1 - 1e-9])


@pytest.mark.parametrize("name", CASES)
def test_a_distribution_has_the_quantiles_density_and_moments_of_its_name(name: str) -> None:
    """Quantiles in both tails, log density, mean and sd agree with SciPy's."""
    prior, truth = CASES[name]
    d = distribution(prior)
    x = quantile(prior, U)
    np.testing.assert_allclose(x, truth.ppf(U), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(d.log_density(x), truth.logpdf(x), rtol=1e-8)
    assert (d.mean, d.sd) == pytest.approx((truth.mean(), truth.std()), rel=1e-12)


def test_a_lognormal_by_its_central_90_percent_has_those_ends() -> None:
    """Median 1, 90% from .05 to 20: log 20 is 1.645 sigma, so the 5% and 95% quantiles are .05 and 20."""
    prior: Prior = a_prior(lognormal={"median": 1.0, "low": 0.05, "high": 20.0})
    np.testing.assert_allclose(quantile(prior, np.array([0.05, 0.5, 0.95])), [0.05, 1.0, 20.0], rtol=1e-10)
    assert stats.norm.ppf(0.95) == pytest.approx(Z90, rel=1e-15)
