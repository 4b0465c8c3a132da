"""Sentences: each label has its own words, and none claims more than its label carries."""

from typing import Any

import pytest

from sim.report.words import beyond_chance, contrast, headline, levels, odds, pairs, summary, tally, whence
from tests.report import bundles


def _first(document: dict[str, Any], **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = next(
        d for d in document["differences"] if (d["policy"], d["against"]) == ("fighters", "infrastructure")
    )
    return found | changed


def _on_average(**changed: Any) -> dict[str, Any]:
    return _first(bundles.result(), **changed)


OF_RUNS = [
    pytest.param(bundles.on_simpy, id="null"),
    pytest.param(bundles.of_an_old_version, id="no-such-key"),
]


def test_a_prior_driven_contrast() -> None:
    """The record does not distinguish; P on average against P before any data; then that of a single pair."""
    assert contrast(_on_average()) == (
        "Between “fighters” and “infrastructure” the record does not distinguish: the probability that “fighters” means fewer "
        "attacks on average is 0.64, against 0.62 before any data; in a single pair of runs it is 0.58."
    )


@pytest.mark.parametrize("document", OF_RUNS)
def test_a_prior_driven_contrast_of_runs(document: Any) -> None:
    """Where no expectation is known the runs' probability is given, and said to be theirs."""
    assert contrast(_first(document())) == (
        "Between “fighters” and “infrastructure” the record does not distinguish: the probability that “fighters” sees fewer "
        "attacks in a pair of runs is 0.58, against 0.57 before any data."
    )


@pytest.mark.parametrize(("after", "way"), [(0.83, "up"), (0.21, "down")])
def test_an_informed_contrast(after: float, way: str) -> None:
    """The record moves the answer, and which way: by the expected pair of numbers, though the runs' moved the other way."""
    other = {"up": 0.41, "down": 0.93}[way]
    said = contrast(_on_average(label="informed", probability_mean_better=after, probability_better=other))
    assert said == (
        "Between “fighters” and “infrastructure” the record moves the answer: the probability that “fighters” means fewer "
        f"attacks on average is {after}, {way} from 0.62 before any data; in a single pair of runs it is {other}."
    )


@pytest.mark.parametrize("document", OF_RUNS)
@pytest.mark.parametrize(("after", "way"), [(0.83, "up"), (0.21, "down")])
def test_an_informed_contrast_of_runs(document: Any, after: float, way: str) -> None:
    """The same of runs."""
    said = contrast(_first(document(), label="informed", probability_better=after))
    assert said.endswith(
        f"“fighters” sees fewer attacks in a pair of runs is {after}, {way} from 0.57 before any data."
    )


def test_a_contrast_without_difference() -> None:
    """No probability is given where every draw, or every pair, is the same."""
    same = "“fighters” and “infrastructure” give the same"
    assert contrast(_on_average(label="no difference")) == (
        f"{same} attacks on average at every draw of the parameters."
    )
    assert contrast(_first(bundles.on_simpy(), label="no difference")) == (
        f"{same} number of attacks in every pair of runs."
    )


def test_a_contrast_without_prior_runs() -> None:
    """Without runs under the prior nothing is said about evidence."""
    said = contrast(_first(bundles.on_simpy(), prior_probability_better=None))
    assert "how much of that is evidence isn’t known" in said
    assert "does not distinguish" not in said


def test_half_of_the_expected_pair_is_not_spoken_of() -> None:
    """An expectation that was not worked out before any data can't say how far the record moved it: the runs speak."""
    assert odds(_on_average()) == (0.644, 0.617, True)
    assert odds(_on_average(prior_probability_mean_better=None)) == (0.583, 0.571, False)
    assert odds(_on_average(probability_mean_better=None)) == (0.583, 0.571, False)


def test_pairs_say_which_probability_they_have() -> None:
    """Each pair of numbers names its own, so that a list of both kinds misleads nobody."""
    assert pairs([_on_average(), _first(bundles.on_simpy())]) == (
        "“fighters” against “infrastructure” (0.64 on average, 0.62 before any data) and “fighters” against "
        "“infrastructure” (0.58 in a pair of runs, 0.57 before any data)"
    )


def test_where_the_spread_comes_from() -> None:
    """5.4, 89.5 and 5.1% are 5, 90 and 5: the largest remainder is rounded up. Nothing where it isn't known."""
    assert whence(_on_average()) == (
        "Of the spread of the difference in attacks between “fighters” and “infrastructure”, 5% is chance, the luck of a single "
        "pair of runs, which no evidence can reduce; 90% comes from not knowing the parameters and 5% from not knowing which "
        "hypothesis holds, which more evidence could reduce."
    )
    assert whence(_on_average(variance=None)) == ""
    assert whence(_first(bundles.of_an_old_version())) == ""


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
    assert any("“fighters” against “none” (0.71 on average, 0.55 before any data)" in s for s in said)
    said = summary(bundles.on_simpy())
    assert any("“fighters” against “none” (0.63 in a pair of runs, 0.54 before any data)" in s for s in said)
