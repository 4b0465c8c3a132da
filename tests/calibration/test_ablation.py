"""What other evidence would change: which changes are tried, and that weighing is refitting."""

import numpy as np
import pytest

from calibration.ablation import LEAST_DRAWS, Change, Fits, ablate, further_items, other_readings
from calibration.calibrate import calibrate
from calibration.evidence import admit, with_readings
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.parameters import Reader
from calibration.reweigh import Reweigher
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.policy import UniformDelay
from tests.calibration.builders import (
    a_hypothesis,
    a_record,
    lognormal,
    normal,
    some_settings,
    strike,
    windows,
)
from tests.calibration.shipped import brief, hypotheses, settings

H: Hypothesis = a_hypothesis(
    "M3", family="effect", base_rate=lognormal(2.0, 0.8), strike_effect=normal(0.0, 0.5), effect_days=lognormal(10.0, 0.3)
)  # fmt: skip


def test_the_briefs_changes() -> None:
    """Readings of one name go together; D1 and D6 share no attack with A, while A6, D7 and D8 do."""
    evidence = admit(brief(), settings())
    found = {x.says: x for x in other_readings(brief(), evidence, {})}
    assert found["A3 and A4 read as “late-boundary”"] == Change(
        "A3 and A4 read as “late-boundary”", (), {"A3": "late-boundary", "A4": "late-boundary"}
    )
    assert "C3 read as “infrastructure”" in found
    assert not any("D5" in x for x in found)  # it lies before the evidence, and has decayed
    assert further_items(brief(), evidence) == ["D1", "D6"]


def test_a_reading_that_was_chosen_is_tried_as_the_record_has_it() -> None:
    chosen = {"C3": "infrastructure"}
    found = list(other_readings(brief(), admit(brief(), settings()), chosen))
    assert found[0] == Change("C3 as the record has it", (), {})
    assert all(x.readings.get("C3") in ("infrastructure", "calendar", "edges-uncertain") for x in found[1:])


@pytest.mark.parametrize("later", [9, 14])
def test_weighing_is_refitting(later: int) -> None:
    """A count of 12 read as 9 or 14: P(effect < 0) by the weighed draws is that of a fit of its own.

    4,000 draws at 500 or more effective ones have a standard error of .022 at most: .07 is three of them.
    """
    counted = (
        windows((0, 10, 20), (10, 20, 12))[0],
        windows((0, 10, 20), (10, 20, 12))[1] | {"readings": {"other": {"count": later}}},
    )
    record = a_record(counted, [strike(10.0)])
    found = calibrate(record, some_settings(), {"M3": H}, cache=None, predictive_runs=0, ablation=True)
    rows = {x["says"]: x for x in found.changes}
    refit = (
        calibrate(record, some_settings(), {"M3": H}, readings={"W2": "other"}, cache=None, predictive_runs=0)
        .posteriors["M3"]
        .summary["strike_effect"]
        .below_zero
    )
    row = rows["W2 read as “other”"]
    assert row["how"] == "weighed"
    assert row["effect_below_zero"]["M3"] == pytest.approx(refit, abs=0.07)
    assert (
        rows["as admitted"]["effect_below_zero"]["M3"]
        == found.posteriors["M3"].summary["strike_effect"].below_zero
    )


def test_weights_are_the_ratio_of_likelihoods() -> None:
    """A count of 12 read as 14 without self-excitation: weights in proportion to m², Poisson's m^14/m^12."""
    counted = windows((0, 10, 12))
    record = a_record(({**counted[0], "readings": {"other": {"count": 14}}},))
    h = a_hypothesis("M0", base_rate=lognormal(1.0, 0.8))
    p = calibrate(record, some_settings(), {"M0": h}, cache=None, predictive_runs=0).posteriors["M0"]
    other = admit(with_readings(record, {"W1": "other"}), some_settings())
    base, changed = (
        CountFilter(x, Reader(h, some_settings(), p.names, other.places))
        for x in (admit(record, some_settings()), other)
    )
    w, worth = Reweigher(p, base, 1)(changed)
    square = p.draws[:, p.names.index("base_rate")] ** 2
    np.testing.assert_allclose(w, square / square.sum(), rtol=1e-9)
    assert worth == pytest.approx(1.0 / (w**2).sum())
    assert worth > LEAST_DRAWS


def test_counts_that_lag_are_tried_without_the_lag() -> None:
    """A lag of up to 3 days: the row is that of the same record without one, by weighing or by a fit."""
    record = a_record(windows((0, 10, 20), (10, 20, 12)), [strike(4.0)])
    lagging = record.model_copy(update={"reporting_lag_days": UniformDelay(low=0.0, high=3.0)})
    rows = {
        x["says"]: x["effect_below_zero"]["M3"]
        for x in calibrate(
            lagging, some_settings(), {"M3": H}, cache=None, predictive_runs=0, ablation=True
        ).changes
    }
    prompt = calibrate(record, some_settings(), {"M3": H}, cache=None, predictive_runs=0)
    expected = prompt.posteriors["M3"].summary["strike_effect"].below_zero
    assert rows["counts without a reporting lag"] == pytest.approx(expected, abs=0.07)


def test_the_longer_record_and_the_class_of_its_strike() -> None:
    """D6, 207 days without an attack, after D5: read as on fighters it favours striking them, as on infrastructure less."""
    rivals = {"M4": hypotheses()["M4"]}
    found = calibrate(brief(), settings(), rivals, evidence=("A",), cache=None, predictive_runs=0)
    rows = {
        x["says"]: x["fighters_better"]["M4"]
        for x in ablate(
            brief(), found.evidence, {}, Fits(settings(), rivals, found.posteriors, 1, found.evidence)
        )
    }
    both = rows["admitting D1 and D6"]
    assert both > rows["as admitted"] + 0.03
    assert rows["admitting D1 and D6, D5 read as “sponsor-infrastructure”"] < both - 0.02


def test_another_record_in_this_one_s_place() -> None:
    """A record of the same attacks is fitted by itself: the row is what a calibration on it finds."""
    record = a_record(windows((0, 10, 20), (10, 20, 12)), [strike(10.0)])
    other = a_record(windows((0, 10, 26), (10, 20, 6)), [strike(10.0)]).model_copy(update={"name": "other"})
    how = {"cache": None, "predictive_runs": 0}
    found = calibrate(record, some_settings(), {"M3": H}, ablation=True, others={"other": other}, **how)
    row = next(x for x in found.changes if x["says"] == "the record “other” instead")
    own = calibrate(other, some_settings(), {"M3": H}, **how).posteriors["M3"].summary["strike_effect"]
    assert row["how"] == "fitted"
    assert row["effect_below_zero"]["M3"] == pytest.approx(own.below_zero)
    assert row["effect_below_zero"]["M3"] > found.changes[0]["effect_below_zero"]["M3"] + 0.05


def test_another_record_of_other_places_is_said_to_be_impossible() -> None:
    """Its places are none of the settings': the row says so in place of a number."""
    record = a_record(windows((0, 10, 20), (10, 20, 12)), [strike(10.0)])
    counted = windows((0, 10, 26), (10, 20, 6), by_place={"atlantis": 3})
    other = a_record(counted, places=("atlantis",)).model_copy(update={"name": "other"})
    found = calibrate(
        record,
        some_settings(),
        {"M3": H},
        cache=None,
        predictive_runs=0,
        ablation=True,
        others={"other": other},
    )
    row = next(x for x in found.changes if "other" in x["says"])
    assert row["how"].startswith("not possible: ")
    assert row["effect_below_zero"] == {}


def test_a_combination_that_a_record_names() -> None:
    """Its items are admitted beside what is, in its readings and no others, and the row is marked."""
    counted = windows((0, 10, 20), (10, 20, 12), (20, 30, 2))
    rows = (counted[0], counted[1] | {"readings": {"other": {"count": 9}}}, counted[2])
    named = {"says": "W3 and the other count of W2", "admits": ("W3",), "readings": {"W2": "other"}}
    record = a_record(rows, [strike(10.0)], combinations=(named,))
    how = {"cache": None, "predictive_runs": 0}
    found = calibrate(record, some_settings(), {"M3": H}, evidence=("W1", "W2"), ablation=True, **how)
    (row,) = [x for x in found.changes if x.get("named")]
    refit = calibrate(record, some_settings(), {"M3": H}, readings={"W2": "other"}, **how)
    assert (row["says"], row["admits"], row["readings"]) == (named["says"], ["W3"], {"W2": "other"})
    expected = refit.posteriors["M3"].summary["strike_effect"].below_zero
    assert row["effect_below_zero"]["M3"] == pytest.approx(expected, abs=0.07)  # as weighing above


def test_the_brief_names_what_to_watch() -> None:
    """No attack after March and D5 on fighters are the default readings of D6 and D5, and the second record is another row."""
    (named,) = brief().combinations
    assert (named.admits, named.readings) == (("D1", "D6"), {})
    assert brief().other_records == ("statements",)
