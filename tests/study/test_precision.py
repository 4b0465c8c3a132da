"""Standard errors clustered by posterior draw, and the stopping rule."""

import numpy as np
import pytest

from sim.scenario.study import Precision
from sim.study.precision import clustered_error, clusters, precise


def test_runs_of_their_own_give_the_usual_standard_error() -> None:
    """With every run its own cluster, the error is s/√n."""
    values = np.random.default_rng(1).normal(size=50)
    expected = values.std(ddof=1) / np.sqrt(50)

    assert expected == pytest.approx(clustered_error(values, np.arange(50)), rel=1e-12)


def test_copies_of_a_run_add_nothing() -> None:
    """Ten draws, each run 100 times with the same outcome, are ten draws and not a thousand."""
    ten = np.random.default_rng(2).normal(size=10)
    expected = ten.std(ddof=1) / np.sqrt(10)

    found = clustered_error(np.repeat(ten, 100), np.repeat(np.arange(10), 100))

    assert expected == pytest.approx(found, rel=1e-12)


def test_a_single_draw_says_nothing_of_the_posterior() -> None:
    """One cluster has no error that could be estimated."""
    assert clustered_error(np.array([1.0, 2.0, 3.0]), np.zeros(3, dtype=np.int64)) == np.inf


def test_runs_share_a_cluster_only_with_their_hypothesis_and_draw() -> None:
    """The same index in another hypothesis is another draw; a prior run (-1) stands alone."""
    which, draws = np.array([0, 1, 0, 5, 5]), np.array([3, 3, 3, -1, -1])
    found = clusters(which, draws)

    assert found[0] == found[2]
    assert sorted({*found.tolist()}) == [0, 1, 2, 3]


def test_interval_covers_the_true_mean() -> None:
    """The clustered 95% interval covers the truth in 95% of 2,000 hierarchical samples.

    Between-draw sd 1, within 1, 40 draws of 5 runs. The count is binomial(2000, p) with p near .95 (a little
    less for a normal quantile at 40 clusters: .943 by the t distribution with 39 degrees of freedom); ±4
    standard errors around .943 is .922 to .964, a false alarm in 1 of 16,000.
    """
    rng = np.random.default_rng(3)
    label = np.repeat(np.arange(40), 5)
    hits = 0
    for _ in range(2000):
        values = np.repeat(rng.normal(size=40), 5) + rng.normal(size=200)
        hits += abs(values.mean()) <= 1.959964 * clustered_error(values, label)

    assert 0.922 <= hits / 2000 <= 0.964


@pytest.mark.parametrize(("share", "expected"), [(0.25, True), (0.15, False)])
def test_precision_is_the_half_width_over_the_mean_for_every_policy(share: float, expected: bool) -> None:
    """Runs 8, 12, 8, 12: mean 10, s 2.309, se 1.1547, half-width 2.263, which is a share of .2263."""
    values = np.array([[8.0, 10.0], [12.0, 10.0], [8.0, 10.0], [12.0, 10.0]])
    asked = {"attacks": Precision(half_width_share=share)}

    assert expected == precise({"attacks": values}, np.arange(4), asked)
