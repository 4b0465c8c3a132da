"""Skill by hand, and how many windows a difference needs, by the power of the t test."""

import numpy as np
import pytest
from scipy import stats

from calibration.skill import skill, windows_needed


def test_skill_by_hand() -> None:
    """Scores 1, 2, 3 against 2, 2, 5: skill 1 - 6/9; differences 1, 0, 2 have mean 1 and sd 1, t_97.5(2) = 4.303."""
    x = skill([1.0, 2.0, 3.0], [2.0, 2.0, 5.0], [0.3, 0.0, 0.4])
    assert x.skill == pytest.approx(1.0 / 3.0)
    assert (x.mean, x.sd, x.windows) == (1.0, 1.0, 3)
    assert x.mean_low == pytest.approx(1.0 - 4.3027 / np.sqrt(3.0), abs=1e-4)
    assert x.simulation_se == pytest.approx(0.5 / 3.0)


def test_two_windows_say_nothing_of_chance() -> None:
    """No interval and no number of windows from a spread of two."""
    x = skill([1.0, 2.0], [2.0, 2.0], [0.0, 0.0])
    assert (x.mean_low, x.sd, x.windows_needed) == (None, None, None)


@pytest.mark.parametrize("ratio", [0.1, 0.3, 1.0])
def test_so_many_windows_see_the_difference_in_four_cases_of_five(ratio: float) -> None:
    """Power of the two-sided t test at 5% by the noncentral t: .78 to .82 at the number given (a rule of thumb within .02)."""
    n = windows_needed(ratio, 1.0)
    assert n is not None
    critical = stats.t.ppf(0.975, n - 1)
    power = stats.nct.sf(critical, n - 1, ratio * np.sqrt(n))
    assert 0.78 <= power <= 0.84


def test_no_difference_needs_more_windows_than_there_are() -> None:
    """Nothing to see, and a difference too small for a million windows."""
    assert windows_needed(0.0, 1.0) is None
    assert windows_needed(1e-4, 1.0) is None
