"""Sums over many cells at once are those of a comparison, one column at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study import precision, summary
from sim.study.sweep import summarise

ROUNDING = 1e-12  # relative: sums in another order


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int, np.ndarray, np.ndarray]:
    """Values of two policies, shape (3 cells, runs), with ties, runs that never end, and draws that come twice."""
    draws, each = draw(st.integers(2, 30)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a, b = (rng.poisson(draw(st.sampled_from([0.2, 3.0])), (3, draws * each)).astype(float) for _ in range(2))
    if draw(st.booleans()):
        a[rng.random(a.shape) < 0.3] = np.inf
        b[rng.random(b.shape) < 0.3] = np.inf
    which, posterior = rng.integers(0, 2, draws), rng.integers(-1, max(2, draws // 2), draws)
    return a, b, each, which, posterior


@given(cases())
def test_as_a_comparison_sums_up(case: tuple[np.ndarray, np.ndarray, int, np.ndarray, np.ndarray]) -> None:
    """Spread, paired difference, probability, share tied, variance reduction: cell by cell the same numbers."""
    a, b, each, which, posterior = case
    group = summarise.group(0, a.shape[-1], each, which, posterior)
    # a run without a posterior draw stands alone in a comparison; with several runs at each it is a cluster of its own
    label = precision.clusters(which, posterior)
    cluster = np.repeat(label, each)
    spread = summarise.spread(a, group, 9.0)
    left, right = summary.censor(a, 9.0), summary.censor(b, 9.0)
    low, high = np.quantile(left - right, (0.05, 0.95), axis=-1)
    for i in range(3):
        expected = summary.spread(a[i], cluster, 9.0)
        for name, value in expected.items():
            found = float(spread[name][i])
            assert (None if not np.isfinite(found) else found) == (
                None if value is None else pytest.approx(value, rel=ROUNDING, abs=ROUNDING)
            ), name
        want = summary.difference(left[i], right[i], cluster, -1.0)
        mean, below, above = (x[i] for x in summarise.interval(left - right, group))
        assert mean == pytest.approx(want["mean"], rel=ROUNDING, abs=ROUNDING)
        for found, value in ((below, want["mean_low"]), (above, want["mean_high"])):
            assert (found if np.isfinite(found) else None) == (
                None if value is None else pytest.approx(value, rel=ROUNDING, abs=ROUNDING)
            )
        assert (low[i], high[i]) == (want["q05"], want["q95"])
        d = left - right
        assert summarise.probability_better(d, -1.0)[i] == pytest.approx(
            want["probability_better"], rel=ROUNDING
        )
        reduction = summarise.variance_reduction(left, right)[i]
        assert (None if np.isnan(reduction) else reduction) == (
            None
            if want["variance_reduction"] is None
            else pytest.approx(want["variance_reduction"], rel=ROUNDING)
        )


@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 300),
    st.integers(2, 300),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_labels_are_a_comparisons(seed: int, n: int, m: int, tied: float, better: float) -> None:
    """With ties, moved or not: the label that a comparison gives; with fewer draws than can show anything, none."""
    rng = np.random.default_rng(seed)

    def differences(k: int, p: float) -> np.ndarray:
        signs = np.where(rng.random((4, k)) < p, -1.0, 1.0)
        return np.where(rng.random((4, k)) < tied, 0.0, signs)

    after, ahead = differences(n, better), differences(m, 0.5)
    found = summarise.labels(after, ahead, -1.0)
    none = [None if (after[i] != 0.0).any() else "no difference" for i in range(4)]
    said = [summary.label(after[i], ahead[i], -1.0) for i in range(4)]
    assert found == (said if min(n, m) >= summary.LEAST_UNTIED else none)
    assert summarise.labels(after, None, -1.0) == none
