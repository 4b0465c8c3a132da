"""The baselines: the exact predictive of a Poisson rate, by an integral and by hand."""

import numpy as np
import pytest
from scipy import integrate, stats

from calibration.baselines import CONSTANT, LAST, baselines, predictive
from tests.calibration.builders import some_evidence, windows

WINDOWS = some_evidence(windows((0.0, 8.0, 19), (8.0, 20.0, 23), (20.0, 21.0, 0))).windows


@pytest.mark.parametrize("y", [0, 4, 17])
def test_the_predictive_is_the_integral_over_the_rate(y: int) -> None:
    """∫ Poisson(y; 4r) Gamma(r; 42.5, 21) dr by quadrature: 42 attacks in 21 days, then 4 days."""
    found, _ = integrate.quad(
        lambda r: stats.poisson.pmf(y, 4.0 * r) * stats.gamma.pdf(r, 42.5, scale=1.0 / 21.0),
        0.0,
        10.0,
        epsabs=1e-12,
    )
    assert np.exp(-predictive(WINDOWS, 4.0).log_score(y)) == pytest.approx(found, rel=1e-8)


def test_the_last_windows_rate_knows_that_window_alone() -> None:
    """No attack in a day: size ½, mean ½ · 4/1 = 2; the constant rate's is 42.5 · 4/21."""
    both = baselines(WINDOWS, 4.0)
    assert both[LAST].size == 0.5
    for name, mean in ((LAST, 2.0), (CONSTANT, 42.5 * 4.0 / 21.0)):
        x = both[name]
        assert x.size * (1.0 - x.probability) / x.probability == pytest.approx(mean, rel=1e-12)


def test_an_attack_that_opens_a_window_is_given() -> None:
    """It says nothing of the rate: 19 attacks of which one opened the window count as 18."""
    opened = some_evidence(windows((0.0, 8.0, 19), begins_at_attack=True)).windows
    assert predictive(opened, 1.0).size == 18.5
