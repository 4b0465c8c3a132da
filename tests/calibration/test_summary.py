"""What is said of a posterior: labels by contraction, effects over 30 days, the contrast of targets."""

import numpy as np
import pytest
from scipy.integrate import quad

from calibration.priors import PriorTransform
from calibration.summary import CONTRAST, derived, summarize, unit
from tests.calibration.builders import a_hypothesis, lognormal, normal

M4 = a_hypothesis(
    effect_fighters=normal(-0.1, 0.5),
    effect_infrastructure=normal(0.1, 0.5),
    effect_days=lognormal(10.0, 0.5),
)


def draws(sd: float, fighters: float = -0.1, n: int = 4000) -> np.ndarray:
    """Draws with normal effects of this sd, τ = 10 and one place."""
    z = np.random.default_rng(1).standard_normal((n, 2))
    return np.column_stack([fighters + sd * z[:, 0], 0.1 + sd * z[:, 1], np.full(n, 10.0), np.ones(n)])


@pytest.mark.parametrize(
    ("sd", "label"),
    [(0.5, "prior-driven"), (0.43, "prior-driven"), (0.40, "informed"), (0.9, "prior-driven")],
)
def test_a_parameter_is_informed_from_a_contraction_of_point_three_on(sd: float, label: str) -> None:
    """1 - .43²/.5² = .26 is prior-driven, 1 - .40²/.5² = .36 informed; a posterior wider than its prior is prior-driven."""
    t = PriorTransform(M4, ("iraq",))
    found = summarize(t, draws(sd), draws(0.5), {})["effect_fighters"]
    assert found.contraction == pytest.approx(1 - sd**2 / 0.25, abs=0.05)
    assert found.label == label


def test_the_mean_over_30_days_is_the_integral_of_the_decay() -> None:
    """A = -.6, τ = 10: the mean of A e^{-u/τ} over 30 days, by quadrature."""
    values = np.array([[-0.6, 0.2, 10.0, 1.0]])
    found = derived(["effect_fighters", "effect_infrastructure", "effect_days", "share_iraq"], values, {})
    expected = quad(lambda u: -0.6 * np.exp(-u / 10.0), 0, 30)[0] / 30
    assert found["effect_fighters_30d"][0] == pytest.approx(expected)
    assert found[CONTRAST][0] == pytest.approx(-0.8)
    held = derived(["strike_effect"], np.array([[-0.6]]), {"effect_days": 10.0})
    assert held["strike_effect_30d"][0] == pytest.approx(expected)


def test_a_30_day_effect_is_no_better_informed_than_its_jump() -> None:
    """Effects as in the prior, sd .5 on a mean of -.1, and a decay learnt to be short: the 30-day effect contracts, and hangs on nothing learnt.

    With τ fallen from 30 to 5 days (h from .63 to .17) its sd falls to a quarter, a contraction of .93; the jump's is 0.
    """
    t = PriorTransform(M4, ("iraq",))
    before, after = draws(0.5), draws(0.5)
    before[:, 2], after[:, 2] = 30.0, 5.0
    found = summarize(t, after, before, {})
    assert found["effect_fighters_30d"].contraction > 0.9
    assert found["effect_fighters_30d"].label == found["effect_fighters"].label == "prior-driven"
    struck = draws(0.3)
    struck[:, 2] = 5.0
    learnt = summarize(t, struck, before, {})
    assert learnt["effect_fighters_30d"].label == learnt["effect_fighters"].label == "informed"


@pytest.mark.parametrize(("fighters", "label"), [(-0.1, "prior-driven"), (-0.6, "informed")])
def test_a_contrast_is_labelled_by_how_far_its_probability_moved(fighters: float, label: str) -> None:
    """Fighters moved by -.5 take P(contrast < 0) from Φ(.2/(.5√2)) = .61 to Φ(.7/(.5√2)) = .84: informed; unmoved, not."""
    t = PriorTransform(M4, ("iraq",))
    before = draws(0.5)
    after = before.copy()
    after[:, 0] += fighters + 0.1
    found = summarize(t, after, before, {})[CONTRAST]
    assert found.prior_below_zero == pytest.approx(0.61, abs=0.02)
    assert found.label == label


def test_units_go_by_the_registry() -> None:
    """Derived effects are in log rate, shares in shares, the rest as the model declares it."""
    names = ("base_rate", "share_iraq", "strike_effect", "strike_effect_30d", CONTRAST, "effect_days")
    assert [unit(n) for n in names] == [
        "attacks per day",
        "share",
        "log rate",
        "log rate",
        "log rate",
        "days",
    ]
