"""A level that was computed from what is admitted: said in a note, and integrated over its prior in a row of its own."""

import numpy as np
import pytest
from scipy import stats

from calibration.ablation import Fits, ablate
from calibration.calibrate import calibrate
from calibration.evidence import admit
from calibration.held_levels import LEAST, first_guess, integrated, notes, reference_level, spans
from calibration.posterior import Posterior
from sim.scenario.settings import Settings
from tests.calibration.builders import (
    a_hypothesis,
    a_prior,
    a_record,
    lognormal,
    normal,
    some_settings,
    strike,
    windows,
)
from tests.calibration.shipped import brief, settings

BEFORE, MEDIAN, SIGMA = 0.5, 0.3, 1.0
H = a_hypothesis(
    "M3",
    family="effect",
    base_rate=lognormal(2.0, 0.8),
    strike_effect=normal(0.0, 0.5),
    held={"effect_days": 10.0},
)
COUNTED = windows((-100, 0, 30), (0, 10, 20), (10, 20, 12))


def uncertain() -> Settings:
    """g = .5 before day 0, computed from W1, and a log-normal prior in its place; 1 from then on."""
    found = some_settings(mobilisation=((-100.0, BEFORE), (0.0, 1.0)))
    first, second = found.mobilisation
    prior = a_prior(lognormal={"median": MEDIAN, "sigma": SIGMA})
    known = {"computed_from": ("W1",), "uncertain": {"prior": prior, "source": "test"}}
    piece = type(first).model_validate({**first.model_dump(), **known})
    return found.model_copy(update={"mobilisation": (piece, second)})


def by_brute_force(draws: int) -> tuple[float, float]:
    """P(effect < 0) and the level's mean, by weighing draws from the prior with Poisson counts: no filter, no fit.

    Strikes at day −50 and 10; after each the rate is multiplied by e^{X tanh(A e^{−u/10}/X)}, X = log 4, midpoints of .25 days.
    """
    rng = np.random.default_rng(5)
    mu, effect = 2.0 * np.exp(0.8 * rng.normal(size=draws)), 0.5 * rng.normal(size=draws)
    level = MEDIAN * np.exp(SIGMA * rng.normal(size=draws))
    limit, step = np.log(4.0), 0.25

    def days(start: float, end: float) -> np.ndarray:
        u = np.arange(start + step / 2, end, step)
        x = np.zeros((draws, len(u)))
        for at in (-50.0, 10.0):
            x += effect[:, None] * np.where(u > at, np.exp(-np.maximum(u - at, 0.0) / 10.0), 0.0)
        return np.asarray(np.exp(limit * np.tanh(x / limit)).sum(axis=1) * step)

    means = (level * mu * days(-100, 0), mu * days(0, 10), mu * days(10, 20))
    w = np.exp(sum(stats.poisson.logpmf(n, m) for n, m in zip((30, 20, 12), means, strict=True)))
    w /= w.sum()
    return float(w @ (effect < 0.0)), float(w @ level)


def test_the_row_is_the_joint_posterior() -> None:
    """Against prior draws weighed by Poisson counts: 20,000 draws, of which some 500 count, know P to ±.02 (one sd)."""
    record = a_record(COUNTED, [strike(-50.0), strike(10.0, "C2")])
    found = calibrate(record, uncertain(), {"M3": H}, cache=None, predictive_runs=0, ablation=True)
    (row,) = [x for x in found.changes if "fitted (" in x["says"]]
    below, level = by_brute_force(20_000)
    assert row["named"]
    assert row["effect_below_zero"]["M3"] == pytest.approx(below, abs=0.06)
    assert f"{level:.1f}" == f"{float(row['says'].split('(')[1].split(' ')[0]):.1f}"
    held = found.changes[0]["effect_below_zero"]["M3"]
    assert abs(row["effect_below_zero"]["M3"] - held) > 0.06  # holding it at .5 says something else


def test_a_level_is_summed_over_its_posterior() -> None:
    """A Poisson count of 40 in 100 days at a known rate of 1 and a log-normal prior: the sum's mean is the integral's."""

    def fit(level: float) -> Posterior:
        evidence = float(stats.poisson.logpmf(40, 100.0 * level))
        return Posterior("H", None, np.empty((0, 0)), evidence, 0.0, 1.0, 0.0, "importance")  # type: ignore[arg-type]

    prior = a_prior(lognormal={"median": 0.1, "sigma": 1.4})
    found = integrated(prior, 0.3, 2.0 / np.sqrt(40.0), fit)
    x = np.linspace(-6.0, 2.0, 20_001)
    w = stats.norm.pdf(x, np.log(0.1), 1.4) * stats.poisson.pmf(40, 100.0 * np.exp(x))
    assert found.mean == pytest.approx(float(np.exp(x) @ w / w.sum()), rel=0.01)
    assert sum(found.weights) == pytest.approx(1.0)
    assert max(found.weights[0], found.weights[-1]) < LEAST * max(found.weights)


def test_the_first_guess_is_the_ratio_of_rates() -> None:
    """31/100 a day before to 33/20 after, at a level of 1 there: .188; a step of 2√(1/31 + 1/33)."""
    evidence = admit(a_record(COUNTED, [strike(10.0)]), uncertain())
    before, after = spans(uncertain(), evidence)
    assert (before.windows, after.windows) == ((0,), (1, 2))
    guess, step = first_guess(evidence, before, reference_level(uncertain(), evidence, before))
    assert guess == pytest.approx(0.31 / 1.65)
    assert step == pytest.approx(2.0 * np.sqrt(1 / 31 + 1 / 33))


def test_it_is_said_where_the_data_are_used_twice() -> None:
    """The brief's D1 and D6 gave the level before the crisis: a note where they are admitted, none where they are not."""
    assert notes(settings(), admit(brief(), settings())) == []
    (both,) = notes(settings(), admit(brief(), settings(), ("A", "D1", "D6")))
    assert both.startswith(
        "the mobilisation level of “before the crisis”, 0.05, was computed from D1 and D6, which are"
    )


def test_rows_that_admit_such_items_say_so() -> None:
    """What admitting W1 would change is fitted at the level that W1 gave: «how» tells."""
    record = a_record(COUNTED, [strike(10.0)])
    found = calibrate(record, uncertain(), {"M3": H}, evidence=("W2", "W3"), cache=None, predictive_runs=0)
    rows = ablate(
        record, found.evidence, {}, Fits(uncertain(), {"M3": H}, found.posteriors, 1, found.evidence)
    )
    (row,) = [x for x in rows if x["says"] == "admitting W1"]
    assert row["how"].endswith("; g of that time held, though it was computed from W1")
    assert not [x for x in rows if "fitted (" in x["says"]]
