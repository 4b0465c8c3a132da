"""The full model fitted through the engine: the same evidence as by the other way, and a joint posterior that says what it is."""

import numpy as np
import pytest

from calibration.evidence import admit
from calibration.fitting import fit_hypothesis
from calibration.fullfit import fit_full
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.full import FullCounts
from calibration.likelihoods.parameters import Reader, closed
from calibration.priors import PriorTransform
from calibration.rows import Rows
from sim.errors import ConfigError
from tests.calibration.builders import a_hypothesis, normal, some_evidence, some_settings, windows
from tests.calibration.shipped import brief, hypotheses, settings
from tests.chance import MOST_Z


def test_which_hypotheses_have_a_closed_form() -> None:
    """M0 to M4 have; M5 has not; nor has a strike that other places feel by half."""
    shipped = hypotheses()
    assert [n for n, h in shipped.items() if closed(h, settings())] == ["M0", "M1", "M2", "M3", "M4"]
    assert not closed(a_hypothesis(base_rate=normal(1.0, 1.0), held={"spill": 0.5}), settings())


def test_a_level_that_no_ridge_straightens_is_refused() -> None:
    """A base rate with another prior than a log-normal of its own: one line says what was expected."""
    h = a_hypothesis(base_rate=normal(1.0, 0.1), held={"spill": 0.5})
    with pytest.raises(ConfigError, match="base_rate: expected a log-normal prior of its own"):
        fit_full(h, some_settings(), some_evidence(windows((0, 5, 5))), (), None, 1)


def test_what_comes_next_is_what_the_counts_so_far_make_likely() -> None:
    """M2 at one row, the first three windows given: the fourth's mean and variance are the closed form's.

    1,500 runs; the mean within 4 of its errors, the variance within 16% (4 of its errors, beside 1% that the closed form may err).
    """
    evidence = admit(brief(), settings())
    bare = evidence._replace(
        windows=tuple(w._replace(by_place={}, triggered=False) for w in evidence.windows), totals=()
    )
    transform = PriorTransform(hypotheses()["M2"], bare.places)
    counts = CountFilter(bare, Reader(hypotheses()["M2"], settings(), transform.names, bare.places))
    given = {
        "base_rate": 1.2,
        "completeness": 0.8,
        "mobilisation_drift": 0.1,
        "branching_ratio": 0.35,
        "excitation_days": 8.0,
    }
    values = np.array([[given.get(n, 0.5) for n in transform.names]])
    step = list(counts.steps(counts.prepared(values), [w.attacks for w in bare.windows]))[3]
    past = bare._replace(windows=bare.windows[:3])
    later = [(w.start, w.end) for w in bare.windows[3:]]
    params, shares = Rows(hypotheses()["M2"], settings(), bare.places)(
        transform.names, np.repeat(values, 1500, axis=0), 1
    )
    ahead = FullCounts(past, settings(), brief().responses, later=later).ahead(params, shares, 2)
    assert ahead.shape == (1500, 2, 2)
    found = ahead.sum(axis=2)[:, 0]
    mean, variance = float(step.counts.reported_mean[0]), float(step.counts.reported_variance[0])
    assert abs(found.mean() - mean) < MOST_Z * np.sqrt(variance / len(found))
    assert found.var() == pytest.approx(variance, rel=0.16)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["M2", "M4"])
def test_both_ways_give_one_posterior(name: str) -> None:
    """A hypothesis that has a closed form, fitted in full: evidence within 3 combined errors (or .06), quantiles within 4."""
    evidence, h = admit(brief(), settings()), hypotheses()[name]
    transform = PriorTransform(h, evidence.places)
    counts = CountFilter(evidence, Reader(h, settings(), transform.names, evidence.places))
    one = fit_hypothesis(name, transform, counts, 1)
    other = fit_full(h, settings(), evidence, brief().responses, None, 1)
    assert abs(one.log_evidence - other.log_evidence) < max(
        0.06, 3 * np.hypot(one.log_evidence_se, other.log_evidence_se)
    )
    for i in range(transform.dimensions):
        for q in (0.05, 0.5, 0.95):
            below = (other.draws[:, i] < np.quantile(one.draws[:, i], q)).mean()
            assert abs(below - q) < 4 * np.sqrt(q * (1 - q) * (1 / one.ess + 1 / other.ess)), (
                transform.names[i],
                q,
            )


@pytest.mark.nightly
def test_the_full_model_on_the_brief() -> None:
    """M5: two seeds find one evidence; nearly all of its parameters keep their prior and say so; the level and the split do not."""
    evidence, h = admit(brief(), settings()), hypotheses()["M5"]
    one, other = (fit_full(h, settings(), evidence, brief().responses, None, s) for s in (1, 2))
    assert abs(one.log_evidence - other.log_evidence) < 3 * np.hypot(
        one.log_evidence_se, other.log_evidence_se
    )
    assert min(one.ess, other.ess) > 1000
    labels = {n: x.label for n, x in one.summary.items()}
    assert labels["base_rate"] == labels["share_iraq"] == "informed"
    assert sum(x == "prior-driven" for x in labels.values()) > 0.8 * len(labels)
