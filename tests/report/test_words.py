"""Sentences: each label has its own words, and none claims more than its label carries."""

from typing import Any

import pytest

from sim.report.words import beyond_chance, contrast, headline, levels, summary, tally
from tests.report import bundles


def _difference(**changed: Any) -> dict[str, Any]:
    found = next(
        d
        for d in bundles.result()["differences"]
        if (d["policy"], d["against"]) == ("fighters", "infrastructure")
    )
    return found | changed


def test_a_prior_driven_contrast() -> None:
    """The record does not distinguish; P against P before any data."""
    assert contrast(_difference()) == (
        "Between “fighters” and “infrastructure” the record does not distinguish: the probability that “fighters” sees fewer "
        "attacks is 0.58, against 0.57 before any data."
    )


@pytest.mark.parametrize(("after", "way"), [(0.83, "up"), (0.21, "down")])
def test_an_informed_contrast(after: float, way: str) -> None:
    """The record moves the answer, and which way."""
    said = contrast(_difference(label="informed", probability_better=after))
    assert (
        f"the record moves the answer: the probability that “fighters” sees fewer attacks is {after}, {way} from 0.57"
        in said
    )


def test_a_contrast_without_difference() -> None:
    """No probability is given where every pair is the same."""
    said = contrast(_difference(label="no difference"))
    assert said == "“fighters” and “infrastructure” give the same number of attacks in every pair of runs."


def test_a_contrast_without_prior_runs() -> None:
    """Without runs under the prior nothing is said about evidence."""
    said = contrast(_difference(prior_probability_better=None))
    assert "how much of that is evidence isn’t known" in said
    assert "does not distinguish" not in said


def test_the_headline_is_the_brief_s_contrast() -> None:
    """Fighters against infrastructure where a study has it, else the largest difference."""
    document = bundles.result()
    first = headline(document)
    assert first is not None
    assert (first["policy"], first["against"]) == ("fighters", "infrastructure")
    document["differences"] = [d for d in document["differences"] if d["against"] == "none"]
    other = headline(document)
    assert other is not None
    assert other["policy"] == "fighters"  # −5.7 against +2.4 and −1.5
    assert headline({"differences": []}) is None


def test_a_difference_within_noise_is_no_difference() -> None:
    """Means are called fewer or more only where the interval leaves 0 out."""
    document = bundles.result()
    said = beyond_chance(document, "none")
    assert "fewer attacks under “observed” (−1.5, −2.4 to −0.6) and “fighters” (−5.7, −6.6 to −4.8)" in said
    assert "more under “infrastructure” (+2.4, +1.5 to +3.3)" in said
    for d in document["differences"]:
        d["mean_low"], d["mean_high"] = d["mean"] - 9.0, d["mean"] + 9.0
    assert (
        "no difference beyond the simulation’s own noise for “observed”, “infrastructure” and “fighters”"
        in beyond_chance(document, "none")
    )


def test_levels_name_the_lowest_and_the_highest() -> None:
    """74.3 − 66.2 is 8.1 apart; single runs spread 53 under the widest, 6.5 times as far."""
    said = levels(bundles.result())
    assert "from “fighters” (66.2) to “infrastructure” (74.3) attacks on average, 8.1 apart" in said
    assert "6.5 times as far as that" in said


def test_the_summary_has_two_to_four_sentences() -> None:
    """The count of labels, the headline, then what else is prior-driven and what is informed."""
    said = summary(bundles.result())
    assert 2 <= len(said) <= 4
    assert said[0] == tally([d for d in bundles.result()["differences"] if d["measure"] == "attacks"])
    assert any("“fighters” against “none” (0.63, 0.54 before any data)" in s for s in said)
