"""The terminal's table: the numbers of the document in at most 100 columns, and what they are worth in words."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from sim.report.terminal import print_calibration, print_comparison
from tests.report import bundles
from tests.report.hostile import PAYLOADS


def _printed(document: dict[str, Any], width: int = 160, *, calibration: bool = False) -> str:
    out = io.StringIO()
    (print_calibration if calibration else print_comparison)(
        document, Console(file=out, width=width, color_system=None)
    )
    return out.getvalue()


def test_it_fits_in_100_columns() -> None:
    """However wide the terminal is, and it folds in a narrower one; the bundle's path alone is never broken."""
    path = "results/" + "x" * 140
    document = bundles.result() | {"bundle": path}
    for width, most in ((300, 100), (100, 100), (80, 80)):
        lines = _printed(document, width).splitlines()
        assert all(len(line) <= most for line in lines if path not in line)
        assert f"bundle: {path}" in lines


def test_the_widest_numbers_fit_and_names_stay_whole() -> None:
    """Three digits and a decimal at both ends, and probabilities of five characters: names of the main study don't fold."""
    document = bundles.result()
    for d in document["differences"]:
        d |= {"mean": -123.4, "mean_low": -125.6, "mean_high": -121.2, "probability_mean_better": 0.999,
              "prior_probability_mean_better": 0.001, "probability_better": 0.998, "prior_probability_better": 0.002}  # fmt: skip
    lines = _printed(document, 100).splitlines()
    assert max(map(len, lines)) <= 100
    words = "infrastructure none −123.4 [−125.6, −121.2] >0.99 (<0.01) >0.99 (<0.01) prior-driven"
    assert words in [" ".join(x.split()) for x in lines]


def test_headings_tell_the_two_probabilities_apart() -> None:
    """Read downward, each heading is a phrase of its own with the prior in it."""
    lines = _printed(bundles.result()).splitlines()
    (last,) = (i for i, x in enumerate(lines) if x.startswith("policy") and "against" in x)
    first, second, third = (lines[i].rstrip() for i in (last - 2, last - 1, last))
    for heading in (("P(better on", "average)", "(prior)"), ("P(a run", "better)", "(prior)")):
        ends = [
            {m.end() for m in re.finditer(re.escape(part), line)}
            for part, line in zip(heading, (first, second, third), strict=True)
        ]
        assert len(set.intersection(*ends)) == 1, heading


def test_rows_have_the_numbers() -> None:
    """Policy and attacks; policy, reference, difference, both probabilities with their priors', and the label."""
    lines = [" ".join(x.split()) for x in _printed(bundles.result()).splitlines()]
    assert "fighters 66.2 [64.6, 67.8]" in lines
    assert "none 71.9 [70.3, 73.5]" in lines
    assert "fighters none −5.7 [−6.6, −4.8] 0.71 (0.55) 0.63 (0.54) informed" in lines
    assert "fighters infrastructure −8.1 [−9.0, −7.2] 0.64 (0.62) 0.58 (0.57) prior-driven" in lines
    assert "none infrastructure −2.4 [−3.3, −1.5] 0.60 (0.57) 0.57 (0.55) prior-driven" in lines


@pytest.mark.parametrize("document", [bundles.on_simpy, bundles.of_an_old_version])
def test_a_dash_where_no_expectation_is_known(document: Callable[[], dict[str, Any]]) -> None:
    """Null, or a document of a version without the key; so too where nothing was run under the prior."""
    lines = [" ".join(x.split()) for x in _printed(document()).splitlines()]
    assert "fighters none −5.7 [−6.6, −4.8] – 0.63 (0.54) informed" in lines
    changed = document()
    for d in changed["differences"]:
        d["prior_probability_better"] = None
    lines = [" ".join(x.split()) for x in _printed(changed).splitlines()]
    assert "fighters none −5.7 [−6.6, −4.8] – 0.63 (–) informed" in lines


def test_it_says_which_answers_are_prior_driven() -> None:
    """In words, under the table."""
    said = " ".join(_printed(bundles.result()).split())
    assert (
        "Of 6 contrasts in attacks, 1 informed by the record, 4 prior-driven and 1 without any difference."
        in said
    )
    assert "Between “fighters” and “infrastructure” the record does not distinguish" in said
    assert (
        "Prior-driven too, an assumption and no finding: “observed” against “none” (0.52 on average, 0.49 before any data)"
        in said
    )
    assert "240 runs of each policy: the precision asked for was reached." in said


def test_one_policy_has_a_row() -> None:
    """A run of one policy: its attacks, and no differences."""
    document = bundles.result() | {"policies": ["fighters"], "differences": []}
    lines = [" ".join(x.split()) for x in _printed(document).splitlines()]
    assert "fighters 66.2 [64.6, 67.8]" in lines
    assert not any("P(" in x for x in lines)


def test_markup_and_control_characters_are_text() -> None:
    """Rich's own markup and a terminal's escapes in a name are printed or dropped, never obeyed."""
    for payload in (*PAYLOADS, "[bold red]x[/]", "[link=file:///]x"):
        said = _printed(bundles.result() | {"study": payload, "stopped_by": payload})
        assert "\x1b" not in said
        assert "\u202e" not in said
    assert "[bold red]x[/]" in _printed(bundles.result() | {"study": "[bold red]x[/]"})


def test_a_calibration_in_a_table() -> None:
    """Evidence with its error, weights, and how many parameters the record informed under each hypothesis."""
    said = _printed(bundles.calibration(), calibration=True)
    lines = [" ".join(x.split()) for x in said.splitlines()]
    assert (
        "M4 −21.6 ± 0.01 0.25 0.24 2 2" in lines
    )  # base_rate and share_iraq moved; completeness and the effect did not
    assert all(len(x) <= 100 for x in said.splitlines())


def test_regrets_are_a_small_table() -> None:
    """Policies by hypothesis with the average and the largest; the unfitted in brackets; the caution in words."""
    text = " ".join(_printed(bundles.result(), 100).split())
    assert "policy M0 M3 M4 (M5) average largest" in text
    assert "observed 0.0 1.4 8.2 0.0 2.3 8.2" in text  # .239 · 1.4 + .238 · 8.2 = 2.29
    assert "Minimax regret over every hypothesis shown: “fighters”" in text
    assert "That is no recommendation" in text


def test_a_regret_that_may_be_nothing_is_marked() -> None:
    """An interval that reaches 0: the number has a mark before it."""
    document = bundles.result()
    document["regret"]["hypotheses"]["M3"]["policies"]["observed"] |= {"regret_low": -0.2}
    assert "observed 0.0 ~1.4 8.2" in " ".join(_printed(document, 100).split())
