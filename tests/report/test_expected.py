"""The page with expected measures, without them, and of a version that had none: what is shown, and what is said to be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.report.html import write_report
from sim.report.reader import Bundle
from sim.report.sections.spread import spread_table, spread_words
from tests.report import bundles
from tests.report.bundles import write_bundle
from tests.report.dom import Element, parse, rows, table

SPREAD = "Where the spread of attacks comes from"
WITHOUT = [
    pytest.param(bundles.on_simpy, id="null"),
    pytest.param(bundles.of_an_old_version, id="no-such-key"),
]


def _page(folder: Path, result: dict[str, Any]) -> Element:
    found = write_bundle(folder / "bundle", result=result)
    return parse(write_report(found, folder / "out.html").read_text("utf-8"))


def _section(page: Element, name: str) -> Element:
    (found,) = page.all("section", aria_labelledby=name)
    return found


def _percent(text: str) -> int:
    """A cell as a whole number; «<1%» is 0 and «>99%» 100 of the hundred."""
    return {"<1%": 0, ">99%": 100}[text] if text[0] in "<>" else int(text.removesuffix("%"))


def test_the_spread_is_a_table_whose_rows_sum_to_100(page: Element) -> None:
    """Every policy and every contrast, in the order of the study: hypothesis, parameters, chance as in the result."""
    found = {r[0].text: [c.text for c in r[1:]] for r in rows(table(_section(page, "differences"), SPREAD))}
    wanted: dict[str, Any] = {f"attacks under {p}": bundles.SPLIT[p] for p in bundles.POLICIES}
    wanted |= {f"difference, {p} less {a}": bundles.SPLIT[p, a] for p, a in bundles.P_BETTER}
    assert list(found) == list(wanted)
    for name, shares in wanted.items():
        if shares is None:
            assert found[name] == ["–", "–", "–"]
            continue
        numbers = [_percent(x) for x in found[name]]
        assert sum(numbers) == 100
        assert all(abs(n - 100.0 * x) < 1.0 for n, x in zip(numbers, shares, strict=True))
    assert found["difference, fighters less none"] == ["16%", "45%", "39%"]
    assert found["attacks under none"] == ["<1%", "75%", "25%"]


def test_the_spread_in_a_sentence(page: Element) -> None:
    """Which part is luck, and which part more evidence could take away, for the first contrast."""
    said = _section(page, "differences").text
    assert (
        "5% is chance, the luck of a single pair of runs, which no evidence can reduce; 90% comes from"
        in said
    )
    assert "not knowing which hypothesis holds, which more evidence could reduce." in said


def test_the_page_explains_both_probabilities(page: Element) -> None:
    """What each asks, how many runs an expectation is the mean of, and which one labels rest on."""
    said = _section(page, "differences").text
    assert "Two probabilities, two questions." in said
    assert "the mean of 8 runs at that draw" in said
    assert "A run better asks what would be seen once" in said
    labels = _section(page, "answer").text
    assert "moved the probability of fewer attacks on average by less than 0.05" in labels
    assert "all draws of the parameters tie" in labels


def test_the_figure_has_both_and_says_which_is_drawn(page: Element) -> None:
    """In its text both, with their priors'; in its note the one that the marks are, and that the small ones aren't."""
    (figure,) = (
        f for f in page.all("figure") if f.attributes["id"] == "figure-differences-2"
    )  # against none, the second policy
    said = " ".join(x.text for x in figure.all("desc"))
    assert (
        "fighters −5.7 (−6.6 to −4.8), better on average with 0.71 (0.55 before data), in a pair of runs with 0.63 "
        "(0.54 before data), informed" in said
    )
    note = figure.all("figcaption")[0].text
    assert "the probability of fewer attacks on average (over draws of the parameters): hollow before" in note
    assert "The small marks there are each hypothesis by itself in a pair of runs" in note


@pytest.mark.parametrize("document", WITHOUT)
def test_a_bundle_without_expected_measures(document: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    """It still reads: probabilities are of runs and said to be, expected ones are dashes, and no spread is split."""
    page = _page(tmp_path, document())
    section = _section(page, "differences")
    found = {
        r[0].text: r
        for r in rows(table(section, "Difference in attacks, policy less none"))
        if r[1].text == "average"
    }
    assert found["fighters"][5].text == "–"
    assert found["fighters"][6].text == "0.63 0.54 before any data"
    assert SPREAD not in section.text
    assert "Two probabilities" not in section.text
    assert "was not worked out here: that needs the compiled engine" in section.text
    said = " ".join(x.text for x in section.all("desc"))
    assert "better in a pair of runs with 0.63 (0.54 before data), informed" in said
    assert "on average" not in said
    answer = _section(page, "answer").text
    assert "“fighters” sees fewer attacks in a pair of runs is 0.58, against 0.57 before any data." in answer
    assert "in a pair of runs by less than 0.05" in answer
    assert "The same attacks in every pair of runs: “observed” and “infrastructure”." in answer


def test_an_informed_first_contrast(tmp_path: Path) -> None:
    """The badge and the sentence are the label's, from the expected pair, though single runs hardly moved."""
    result = bundles.result()
    for d in result["differences"]:
        if (d["policy"], d["against"]) == ("fighters", "infrastructure"):
            d |= {"label": "informed", "probability_mean_better": 0.86}
    page = _page(tmp_path, result)
    (verdict,) = page.all("div", class_="verdict informed")
    assert verdict.all("span")[0].text == "informed"
    assert (
        "the record moves the answer: the probability that “fighters” means fewer attacks on average is 0.86, up from 0.62 "
        "before any data; in a single pair of runs it is 0.58." in verdict.text
    )
    assert "what was assumed" not in verdict.text


def test_the_same_on_average_is_said_of_draws(page: Element) -> None:
    """No difference among expectations is a statement on draws."""
    said = _section(page, "answer").text
    assert (
        "The same attacks on average at every draw of the parameters: “observed” and “infrastructure”."
        in said
    )


def test_where_the_first_contrast_has_no_spread_the_parts_are_explained(bundle: Bundle) -> None:
    """Its split null, the others' known: the table stays, the sentence says what chance is."""
    changed = [
        {**d, "variance": None} if (d["policy"], d["against"]) == ("fighters", "infrastructure") else d
        for d in bundle.result["differences"]
    ]
    found = bundle._replace(result={**bundle.result, "differences": changed})
    assert spread_table(found) is not None
    assert spread_words(found).startswith("Chance is the luck of a single run, which no evidence can reduce;")
