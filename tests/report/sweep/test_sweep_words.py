"""Axes, the words of a contrast, the choice of points, and how data go into the page."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.report.sweep.axes import axes, in_words, title
from sim.report.sweep.embed import embedded, script
from sim.report.sweep.explorer import chosen, config_lines
from sim.report.sweep.rows import moved

ROW: dict[str, Any] = {
    "label": "prior-driven", "probability_better": 0.51, "prior_probability_better": 0.5, "probability_mean_better": 0.55,
    "prior_probability_mean_better": 0.52,
}  # fmt: skip


def test_a_grid_steps_through_its_values() -> None:
    """Each step is a value, however unevenly they lie; points stand at whole steps."""
    (axis,) = axes(
        {"design": {"grid": {"policy.delay_days": [0.25, 1, 14]}}},
        pd.DataFrame({"policy.delay_days": [14.0, 0.25, 1.0]}),
    )
    assert axis.steps == ("0.25 days", "1 day", "14 days")
    assert list(axis.at) == [2.0, 0.0, 1.0]
    assert axis.span == 2.0


def test_a_range_is_cut_into_steps() -> None:
    """100 points: 10 even steps; in the logarithm where the design spreads it so, where the middle is the geometric mean."""
    values = np.linspace(0.0, 1.0, 100)
    document = {
        "design": {
            "sobol": {
                "points": 100,
                "over": {"a.x": {"low": 1, "high": 100, "scale": "log"}, "a.y": {"low": 0, "high": 1}},
            }
        }
    }
    log, linear = axes(document, pd.DataFrame({"a.x": 100.0**values, "a.y": values}))
    assert len(linear.steps) == len(log.steps) == 11
    assert linear.steps[5] == "0.5"
    assert log.steps[5] == "10"
    assert np.allclose(log.at, 10.0 * values, atol=6e-4)
    assert np.allclose(linear.at, 10.0 * values, atol=6e-4)


def test_names_and_gaps_are_choices() -> None:
    """Text, truth values, and numbers that some points don't set are chosen from a list."""
    found = axes(
        {"design": {"list": []}},
        pd.DataFrame({"a": ["x", "y"], "b": [1.0, np.nan], "c": [True, False], "d": [1.0, 2.0]}),
    )
    assert [a.numeric for a in found] == [False, False, False, True]
    assert found[1].steps == ("1", "as it is")
    assert [a.range for a in found] == [
        "over x and y",
        "over 1 and as it is",
        "over True and False",
        "over 1 and 2",
    ]


def test_shares_of_a_simplex_are_percentages() -> None:
    """Found by the design, not by the name."""
    document = {"design": {"grid": {"policy.target": {"simplex": ["fighters", "sponsor"], "steps": 2}}}}
    found = axes(
        document,
        pd.DataFrame({"policy.target.fighters": [0.0, 0.5, 1.0], "policy.target.sponsor": [1.0, 0.5, 0.0]}),
    )
    assert [a.simplex for a in found] == ["policy.target", "policy.target"]
    assert found[0].steps == ("0%", "50%", "100%")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("policy.delay_days", 1.0, "1 day"), ("policy.tempo.answered_share", 0.8, "80%"), ("policy.clarity", 0.5, "50%"),
        ("assumptions.base_rate", 2.0, "2 attacks per day"), ("settings.defence.level", 0.1 + 0.2, "0.3"), ("study.after_record", 1.0, "1"),
    ],
)  # fmt: skip
def test_units(path: str, value: float, words: str) -> None:
    """By the end of the path, or by what the registry says of a parameter."""
    assert in_words(path, value) == words


def test_titles() -> None:
    """A path in words, its unit left to the values."""
    assert title("assumptions.strike_effect") == "Assumption, strike effect"
    assert title("study.after_record") == "Study, after record"
    assert title("policy.target.fighters") == "Target: fighters"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "the record moved the probability of fewer attacks on average from 0.52 to 0.55: prior-driven"),
        (
            {"probability_mean_better": None},
            "the record moved the probability of fewer attacks in a pair of runs from 0.50 to 0.51: prior-driven",
        ),
        (
            {"prior_probability_mean_better": 0.55},
            "the record left the probability of fewer attacks on average at 0.55: prior-driven",
        ),
        ({"label": "no difference"}, "the two never differ: no difference"),
        (
            {"label": "not judged"},
            "the record moved the probability of fewer attacks on average from 0.52 to 0.55: not judged, of too few draws",
        ),
        ({"label": None}, "nothing is compared"),
        (
            {"prior_probability_mean_better": None, "prior_probability_better": None},
            "nothing was run under the prior alone, so how much of this is evidence isn’t known: not judged",
        ),
    ],
)
def test_how_far_the_record_moved_a_contrast(change: dict[str, Any], said: str) -> None:
    """On average where that is known, else in a pair of runs; and plainly where nothing is known."""
    assert moved(ROW | change) == said


def test_points_at_an_even_stride_and_the_best() -> None:
    """All of few; of many the ends and every so many, and the least wherever it is."""
    assert list(chosen(np.arange(5.0))) == [0, 1, 2, 3, 4]
    means = np.full(12_001, 1.0)
    means[7] = 0.0
    found = chosen(means)
    assert len(found) in (5000, 5001)
    assert found[0] == 0
    assert found[-1] == 12_000
    assert 7 in found
    assert set(np.diff(found)) <= {1, 2, 3}


def test_json_cannot_end_its_element() -> None:
    """Nothing that HTML or JavaScript reads specially is left, and it reads back as it was."""
    hostile = {"</script>": "<!-- & \u2028 \u2029 é"}
    text = str(embedded(hostile))
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == hostile


def test_the_script_cannot_end_its_element() -> None:
    """No end tag and no comment of HTML is in it, and nothing that would need more than its hash to run."""
    for x in ("</", "<!--", "eval(", "Function(", "innerHTML", "import", "fetch(", "\r"):
        assert x not in script()


def test_configs_keep_their_indents() -> None:
    """Lines as they were, without control characters and direction marks."""
    assert config_lines("a:\n  b: 1\n  c: \u202ex\x1b\n") == ["a:", "  b: 1", "  c:  x "]
