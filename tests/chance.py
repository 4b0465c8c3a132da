"""Statistical assertions, each with its false-alarm rate.

All of them fail by chance, for a right program and a fresh seed, in at most 6.4e-5 of uses (two-sided
|z| ≤ 4); the seeds are fixed, so that a test that passes goes on passing until the program changes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import stats

MOST_Z = 4.0
FALSE_ALARM = 2.0 * float(stats.norm.sf(MOST_Z))


def z_of_mean(sample: Sequence[float], expected: float) -> float:
    """Standard errors between a sample's mean and what it should be."""
    x = np.asarray(sample, dtype=float)
    return float((x.mean() - expected) / (x.std(ddof=1) / np.sqrt(len(x))))


def assert_mean(sample: Sequence[float], expected: float) -> None:
    """|z| ≤ 4 by the sample's own standard deviation; false alarm 6.4e-5 (large samples)."""
    z = z_of_mean(sample, expected)
    assert abs(z) <= MOST_Z, f"mean {np.mean(sample):.5g}, expected {expected:.5g}, z = {z:.2f}"


def assert_share(hits: int, n: int, expected: float) -> None:
    """Exact two-sided binomial test; false alarm 6.4e-5."""
    assert n > 0
    p = stats.binomtest(hits, n, expected).pvalue
    assert p > FALSE_ALARM, f"{hits} of {n}, expected a share of {expected:.5g}, p = {p:.2g}"


def assert_count(n: int, mean: float) -> None:
    """Exact two-sided test of a Poisson count; false alarm at most 6.4e-5."""
    p = min(1.0, 2.0 * min(stats.poisson.cdf(n, mean), stats.poisson.sf(n - 1, mean)))
    assert p > FALSE_ALARM, f"{n} counted, mean {mean:.5g}, p = {p:.2g}"


def assert_distributed(
    sample: Sequence[float], cdf: Callable[..., Any] | str, args: tuple[float, ...] = ()
) -> None:
    """Kolmogorov-Smirnov test of a continuous sample; false alarm 6.4e-5."""
    result = stats.kstest(sample, cdf, args=args)
    assert result.pvalue > FALSE_ALARM, (
        f"D = {result.statistic:.4f} of {len(sample)}, p = {result.pvalue:.2g}"
    )


def assert_frequencies(counts: Sequence[int], shares: Sequence[float]) -> None:
    """Chi-squared test of counts against shares; false alarm 6.4e-5 (counts that are not small)."""
    total = sum(counts)
    result = stats.chisquare(counts, [x * total for x in shares])
    assert result.pvalue > FALSE_ALARM, (
        f"{list(counts)}, expected shares {list(shares)}, p = {result.pvalue:.2g}"
    )
