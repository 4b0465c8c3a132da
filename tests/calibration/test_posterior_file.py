"""The file of a posterior: read back the same, and read by ArviZ."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from calibration.calibrate import calibrate
from calibration.posterior import Posterior
from calibration.samplers.sample import DRAWS
from tests.calibration.builders import a_hypothesis, a_record, beta, lognormal, some_settings, windows


@pytest.fixture(scope="module")
def posterior() -> Posterior:
    """A constant rate with unknown completeness, three windows, one split by place."""
    counted = windows((0, 9.4, 19), (9.4, 22.1, 23), (22.1, 26.1, 9), by_place={"iraq": 12, "syria": 7})
    h = a_hypothesis("M0", base_rate=lognormal(1.0, 1.0), completeness=beta(14.0, 5.0))
    return calibrate(a_record(counted), some_settings(), {"M0": h}, cache=None, predictive_runs=0).posteriors[
        "M0"
    ]


def test_a_saved_posterior_is_read_back_the_same(posterior: Posterior, tmp_path: Path) -> None:
    """Draws, evidence, diagnostics, terms, prior and summary, to the bit."""
    path = tmp_path / "posterior-M0.json"
    posterior.save(path)
    again = Posterior.load(path)
    np.testing.assert_array_equal(again.draws, posterior.draws)
    np.testing.assert_array_equal(again.prior_draws, posterior.prior_draws)
    assert again.summary == posterior.summary
    assert again.document() == posterior.document()
    assert (again.names, again.ess, again.pareto_k) == (posterior.names, posterior.ess, posterior.pareto_k)
    assert [x.name for x in tmp_path.iterdir()] == ["posterior-M0.json"]


def test_arviz_reads_every_group(posterior: Posterior, tmp_path: Path) -> None:
    """Posterior, prior, pointwise log likelihood, observed data and sample stats; attributes name the record's hash."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import arviz as az
    path = tmp_path / "posterior.json"
    posterior.save(path)
    data = az.from_json(str(path))
    assert {"posterior", "prior", "log_likelihood", "observed_data", "sample_stats"} <= set(data.groups())
    np.testing.assert_array_equal(data.posterior["base_rate"].values, posterior.draws[None, :, 0])
    assert data.prior["share_iraq"].shape == (1, DRAWS)
    assert set(data.log_likelihood.data_vars) == {"W1", "W2", "W3", "W1:place"}
    assert data.observed_data["W2"].item() == 23
    summary = az.summary(data, var_names=["base_rate"], kind="stats")
    assert summary.loc["base_rate", "mean"] == pytest.approx(posterior.draws[:, 0].mean(), abs=1e-3)
    attributes = json.loads(path.read_text())["attrs"]
    assert len(attributes["record_sha256"]) == 64
    assert json.loads(attributes["evidence"]) == ["W1", "W2", "W3"]


def test_the_log_prior_by_variable_is_beside_the_draws(posterior: Posterior) -> None:
    """What power-scaling needs: a group with a value for each parameter and draw, which with the terms sums to lp."""
    d = posterior.document()
    assert set(d["log_prior"]) == {"base_rate", "completeness", "place_shares"}
    parts = [np.array(v[0]) for group in ("log_prior", "log_likelihood") for v in d[group].values()]
    np.testing.assert_allclose(np.sum(parts, axis=0), d["sample_stats"]["lp"][0], rtol=1e-12)


def test_draws_that_are_not_what_was_saved_are_refused(posterior: Posterior) -> None:
    """A file cut short, or with a draw that is no number, is no posterior."""
    for damage in (lambda x: x[:-1], lambda x: [*x[:-1], float("nan")]):
        d = posterior.document()
        d["posterior"] = {k: [damage(v[0])] for k, v in d["posterior"].items()}
        with pytest.raises(ValueError, match="finite draws"):
            Posterior.from_document(d)
