"""Relations of the likelihood that hold whatever the numbers: the order of rows, more of the same data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    beta,
    lognormal,
    normal,
    some_evidence,
    strike,
    windows,
)

COUNTED = windows((0, 9.4, 19), (9.4, 22.1, 23), (23, 27, 9), (27, 35.4, 15), (35.4, 36.4, 2))
RESPONSES = [
    strike(-3.0, "S0", sponsor=1.0),
    strike(2.0, "S1", infrastructure=0.5, fighters=0.5),
    strike(12.5, "S2", strength=3.0, leader=1.0),
    strike(24.0, "S3", place="syria", fighters=1.0),
]
H = a_hypothesis(
    base_rate=lognormal(1.0, 1.0), completeness=beta(14.0, 5.0), branching_ratio=beta(2.0, 3.0),
    excitation_days=lognormal(5.0, 0.7), effect_days=lognormal(10.0, 0.7), strength_exponent=lognormal(1.0, 0.2),
    **{f"effect_{x}": normal(0.0, 0.5) for x in ("infrastructure", "fighters", "sponsor", "leader")},
)  # fmt: skip


@given(st.permutations(COUNTED), st.permutations(RESPONSES), st.integers(0, 2**32))
def test_the_order_of_a_records_rows_is_no_evidence(
    counted: list[dict[str, object]], responses: list[dict[str, object]], seed: int
) -> None:
    """Windows and responses in any order: the same log-likelihood of each window, to the bit, at points of the prior."""
    likelihood, transform = a_filter(some_evidence(COUNTED, RESPONSES), H)
    other, _ = a_filter(some_evidence(counted, responses), H)
    at = transform.from_normal(np.random.default_rng(seed).standard_normal((3, transform.dimensions)))
    assert other(at).tolist() == likelihood(at).tolist()


def rate_posterior(k: int) -> tuple[float, float]:
    """Mean and sd of a constant rate under a flat prior, k times the counts in k times the time, on a grid."""
    likelihood, transform = a_filter(
        some_evidence(
            windows(*((k * a, k * b, k * n) for a, b, n in ((0, 9, 17), (9, 20, 25), (22, 36, 26))))
        ),
        a_hypothesis("M0", base_rate=lognormal(1.0, 1.0), held={"completeness": 1.0}),
    )
    assert "base_rate" in transform.names
    rate = np.linspace(0.02, 8.0, 4_000)
    at = np.stack([rate if x == "base_rate" else np.full_like(rate, 0.5) for x in transform.names], axis=1)
    found = likelihood(at).sum(axis=1)
    weight = np.exp(found - found.max())
    mean = np.average(rate, weights=weight)
    return float(mean), float(np.sqrt(np.average((rate - mean) ** 2, weights=weight)))


@pytest.mark.parametrize("k", [2, 5, 20])
def test_more_of_the_same_keeps_the_rate_and_narrows_it_by_its_root(k: int) -> None:
    """Counts and time times k: the mean within 5%, the sd over √k within 5%.

    By theory Gamma(68k + 1, 34k): means 2.029, 2.015, 2.006, 2.001; sd · √k of .2443, .2434, .2428, .2426.
    """
    mean, sd = rate_posterior(1)
    assert (mean, sd) == pytest.approx((69 / 34, 69**0.5 / 34), rel=1e-4)
    more, narrower = rate_posterior(k)
    assert more == pytest.approx(mean, rel=0.05)
    assert narrower == pytest.approx(sd / k**0.5, rel=0.05)
