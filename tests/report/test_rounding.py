"""Rounding: one helper, checked by hand."""

import numpy as np
import pytest

from sim.report.rounding import estimate, number, percent, percents, probability


@pytest.mark.parametrize(
    ("x", "text"),
    [(71.34, "71.3"), (1234.5, "1,234"), (0.05, "0.05"), (-2.0, "−2"), (0.0, "0"), (99.96, "100"), (0.00003, "3×10⁻⁵"), (None, "–"),
     (float("inf"), "–")],
)  # fmt: skip
def test_number(x: float | None, text: str) -> None:
    """Three significant digits, whole from 100 on, no idle zeros; what isn't there is a dash."""
    assert number(x) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((71.34, 69.2, 73.48), ("71.3", "69.2", "73.5")),  # half-width 2.14: two digits of it
        ((71.34, 66.8, 75.88), ("71", "67", "76")),  # 4.54: one
        ((-1.5, -2.41, -0.59), ("−1.5", "−2.4", "−0.6")),  # .91: one
        ((0.0312, 0.0298, 0.0326), ("0.0312", "0.0298", "0.0326")),  # .0014: two
        ((3.0, 3.0, 3.0), ("3", "3", "3")),
        ((3.0, None, None), ("3", "–", "–")),
    ],
)
def test_an_interval_sets_the_digits(
    values: tuple[float, float | None, float | None], texts: tuple[str, ...]
) -> None:
    """Mean and ends share the decimals that the half-width deserves."""
    assert tuple(estimate(*values)) == texts


def test_signs() -> None:
    """A difference shows its sign; a rounded zero has none."""
    assert estimate(1.5, 0.6, 2.4, sign=True).mean == "+1.5"
    assert estimate(-0.01, -1.6, 1.58, sign=True).mean == "0.0"


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.561, "0.56"), (0.9951, ">0.99"), (0.0049, "<0.01"), (1.0, "1"), (0.0, "0"), (None, "–")],
)
def test_probability(p: float | None, text: str) -> None:
    """What isn't certain is never printed as 0 or 1."""
    assert probability(p) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.553, "55%"), (0.999, ">99%"), (0.001, "<1%"), (1.0, "100%"), (0.0, "0%")]
)
def test_percent(share: float, text: str) -> None:
    """The same for shares."""
    assert percent(share) == text


@pytest.mark.parametrize(
    ("shares", "texts"),
    [
        (
            (0.155, 0.455, 0.39),
            ["16%", "45%", "39%"],
        ),  # floors 15, 45, 39; remainders .5, .5, 0: the first of equals
        ((1 / 3, 1 / 3, 1 / 3), ["34%", "33%", "33%"]),
        ((0.004, 0.746, 0.25), ["<1%", "75%", "25%"]),
        ((0.001, 0.001, 0.998), ["<1%", "<1%", ">99%"]),
        ((0.0, 0.0, 1.0), ["0%", "0%", "100%"]),
    ],
)
def test_shares_of_a_whole_sum_to_100(shares: tuple[float, ...], texts: list[str]) -> None:
    """Largest remainders get what the floors leave; what isn't none, or isn't all, is never shown as it."""
    assert percents(shares) == texts


def test_any_shares_sum_to_100() -> None:
    """A thousand splits of a whole into three, some of their parts tiny."""
    for shares in np.random.default_rng(1).dirichlet((0.2, 0.2, 0.2), 1000):
        texts = percents(shares.tolist())
        assert sum(100 if x == ">99%" else int(x.removesuffix("%")) for x in texts if x != "<1%") == 100
