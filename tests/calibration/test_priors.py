"""The map from normals and uniforms to parameters: pooling, places' shares, and the log prior."""

import pickle

import numpy as np
import pytest
from scipy import stats

from calibration.priors import PriorTransform, to_parameters
from calibration.samplers.sample import sobol_normals
from sim.errors import ConfigError
from tests.calibration.builders import a_hypothesis, beta, lognormal, normal

POOLED = {"parameters": ("effect_infrastructure", "effect_fighters"), "correlation": 0.6}


def pooled(concentration_places: tuple[str, ...] = ("iraq", "syria")) -> PriorTransform:
    h = a_hypothesis(
        base_rate=lognormal(1.0, 0.5),
        effect_infrastructure=normal(0.1, 0.3),
        effect_fighters=normal(-0.1, 0.5),
        pooling=[POOLED],
    )
    return PriorTransform(h, concentration_places)


def test_columns_are_parameters_then_places_by_name() -> None:
    """Names go by the config, places by name; the last place is not an input, since shares sum to 1."""
    t = pooled(("syria", "jordan", "iraq"))
    assert t.names == [
        "base_rate",
        "effect_infrastructure",
        "effect_fighters",
        "share_iraq",
        "share_jordan",
        "share_syria",
    ]
    assert t.inputs == t.names[:-1]


def test_pooled_normals_have_the_correlation_asked_for() -> None:
    """A Gaussian copula of normals is a bivariate normal: means, sds and the correlation .6 (Sobol points, 3 digits)."""
    v = pooled().from_normal(sobol_normals(2**14, 4, 1))
    assert np.corrcoef(v[:, 1], v[:, 2])[0, 1] == pytest.approx(0.6, abs=2e-3)
    np.testing.assert_allclose(v[:, 1:3].mean(axis=0), [0.1, -0.1], atol=2e-3)
    np.testing.assert_allclose(v[:, 1:3].std(axis=0), [0.3, 0.5], rtol=5e-3)


def test_shares_of_three_places_are_a_uniform_dirichlet() -> None:
    """Stick-breaking gives every place, the last too, Beta(1, 2) of mean 1/3, and they sum to 1."""
    v = pooled(("a", "b", "c")).from_normal(sobol_normals(2**14, 5, 2))[:, 3:]
    np.testing.assert_allclose(v.sum(axis=1), 1.0, atol=1e-12)
    for c in range(3):
        # Sobol points lie closer to the law than random ones: D is far below 1.36/√n = .011
        assert stats.kstest(v[:, c], stats.beta(1.0, 2.0).cdf).statistic < 0.005
    assert pooled(("a", "b", "c")).moments("share_c") == pytest.approx((1 / 3, stats.beta(1.0, 2.0).std()))


def test_the_log_prior_by_variable_sums_to_the_joint_density() -> None:
    """Marginals, copula and shares together are lognormal × bivariate normal × Dirichlet, by SciPy."""
    t = pooled(("a", "b", "c"))
    v = t.from_normal(sobol_normals(64, 5, 3))
    covariance = [[0.09, 0.6 * 0.15], [0.6 * 0.15, 0.25]]
    joint = stats.lognorm(0.5).logpdf(v[:, 0]) + stats.multivariate_normal([0.1, -0.1], covariance).logpdf(
        v[:, 1:3]
    )
    joint = joint + np.array([stats.dirichlet([1.0, 1.0, 1.0]).logpdf(x / x.sum()) for x in v[:, 3:]])
    by_variable = t.log_prior_by_variable(v)
    assert set(by_variable) == {*t.parameters, "pooling", "place_shares"}
    np.testing.assert_allclose(sum(by_variable.values()), joint, rtol=1e-9, atol=1e-9)


def test_uniforms_and_normals_meet_at_the_median() -> None:
    """u = 1/2 is z = 0: every parameter at its median, two places at one half."""
    t = PriorTransform(
        a_hypothesis(base_rate=lognormal(1.3, 0.5), completeness=beta(2.0, 2.0)), ("iraq", "syria")
    )
    np.testing.assert_allclose(t.from_uniform(np.full((1, 3), 0.5)), [[1.3, 0.5, 0.5, 0.5]])
    np.testing.assert_allclose(t.from_normal(np.zeros((1, 3))), [[1.3, 0.5, 0.5, 0.5]])


def test_one_common_effect_stands_for_all_four() -> None:
    """M3's ``strike_effect`` is the effect on every class; shares come apart by place."""
    numbers, shares = to_parameters(["base_rate", "strike_effect", "share_iraq"], np.array([2.0, -0.3, 0.4]))
    effects = dict.fromkeys(
        ("effect_infrastructure", "effect_fighters", "effect_sponsor", "effect_leader"), -0.3
    )
    assert numbers == {"base_rate": 2.0, **effects}
    assert shares == {"iraq": 0.4}


def test_the_document_of_a_prior_makes_the_same_prior() -> None:
    """Written as JSON and read back, or pickled for another process, it maps the same points to the same values."""
    t, z = pooled(), sobol_normals(32, 4, 4)
    for again in (PriorTransform.from_document(t.document()), pickle.loads(pickle.dumps(t))):
        np.testing.assert_array_equal(again.from_normal(z), t.from_normal(z))


def test_pooling_what_is_not_fitted_is_an_error() -> None:
    """Pooling names fitted parameters only; the one that isn't is named."""
    h = a_hypothesis(effect_infrastructure=normal(0.0, 1.0), pooling=[POOLED])
    with pytest.raises(ConfigError, match="effect_fighters"):
        PriorTransform(h, ("iraq",))
