"""Sentences on the evidence between hypotheses."""

import pytest

from sim.report.evidence_words import largest_moves, like_for_like, named_moves
from tests.report import bundles


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (
            -0.6931,
            "prefer M2 to M3 by a factor of 2 (1.81 to 2.21 by the error of the fits), which is hardly evidence",
        ),
        (2.3026, "prefer M3 to M2 by a factor of 10 (9.07 to 11 by the error of the fits): M3 is M2 with"),
    ],
)
def test_which_way_and_by_how_much(level: float, said: str) -> None:
    """log 2 and log 10, with an error of .05: times e^±.098. A factor below 3 is called what it is."""
    row = {"hypothesis": "M3", "without_effect": "M2", "log_bayes_factor": level, "log_bayes_factor_se": 0.05}
    (sentence,) = like_for_like({"like_for_like": [row]})
    assert said in sentence


def test_nothing_is_said_where_no_pair_was_fitted() -> None:
    """An older document, or one of a single hypothesis."""
    assert like_for_like({}) == like_for_like({"like_for_like": []}) == []


def test_the_change_that_moves_an_answer_the_most_is_named() -> None:
    """D6 takes .57 to .32 and .73 to .82; C3's reading .57 to .58 and .73 to .69."""
    effect, fighters = largest_moves(bundles.calibration())
    assert (
        "admitting D6 moves the probability that a strike lowers the rate of attacks under M3 the most"
        in effect
    )
    assert "from 0.57 to 0.32" in effect
    assert "from 0.73 to 0.82" in fighters
    assert largest_moves({}) == []


def test_a_combination_that_the_record_names_is_said() -> None:
    """Each probability from what it is as admitted; rows that are not named are not spoken of."""
    calibration = bundles.calibration()
    calibration["what_would_change"][2] |= {"says": "D6 read as no attack", "named": True}
    assert named_moves(calibration) == [
        "With D6 read as no attack, the probability that a strike lowers the rate of attacks under M3 is 0.32 in place of 0.57.",
        "With D6 read as no attack, the probability that strikes on fighters do better than on infrastructure under M4 is 0.82 in "
        "place of 0.73.",
    ]
    assert named_moves(bundles.calibration()) == named_moves({}) == []
