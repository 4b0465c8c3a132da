"""The report of a calibration's checks: structure, accessibility, and its numbers against the documents."""

import re
from itertools import pairwise

import pytest

from sim.report.calibration.page import calibration_page
from sim.report.calibration.tables import NAMES
from tests.report.calibration.conftest import Checked
from tests.report.dom import Element, agrees, parse, rows, table

SECTIONS = (
    "verdict", "ranks", "coverage", "learning", "predictive", "evidence", "weights", "changes", "placebo", "sensitivity",
    "recovery", "parameters", "reproduce",
)  # fmt: skip


def test_head(checked: Checked, page: Element) -> None:
    """A doctype, a language, a title, and a policy that lets nothing be loaded or run."""
    assert checked.html.lstrip().startswith("<!DOCTYPE html>")
    assert page.all("html")[0].attributes["lang"] == "en"
    assert "small" in page.all("title")[0].text
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_headings_sections_and_contents(page: Element) -> None:
    """One h1, no level skipped; each section is named by its heading and linked from the contents, in order."""
    levels = [int(e.tag[1]) for e in page.walk() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert tuple(s.attributes["aria-labelledby"] for s in page.all("section")) == SECTIONS
    links = [a.attributes["href"] for a in page.all("nav")[0].all("a")]
    assert links == [f"#{x}" for x in SECTIONS]
    assert page.all("a")[0].attributes["href"] == "#main"


def test_ids_are_unique_and_references_resolve(page: Element) -> None:
    """No id twice, over all figures too; every href, label and url(#…) has its target."""
    ids = [e.attributes["id"] for e in page.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for e in page.walk():
        for name in ("href", "xlink:href"):
            target = e.attributes.get(name, "")
            assert not target.startswith("#") or target[1:] in ids
        for name in e.attributes.get("aria-labelledby", "").split():
            assert name in ids
        for value in e.attributes.values():
            assert all(x in ids for x in re.findall(r"url\(#([^)]*)\)", value))


def test_nothing_points_outside(checked: Checked, page: Element) -> None:
    """No script, no import, no address but fragments and the empty icon."""
    assert not page.all("script")
    for e in page.walk():
        assert not any(name.startswith("on") for name in e.attributes)
        for name in ("src", "href", "xlink:href", "action", "data", "srcset", "poster"):
            assert e.attributes.get(name, "#").startswith(("#", "data:,"))
    assert "url(" not in page.all("style")[0].text
    addresses = set(re.findall(r"[a-z]+://[^\s\"'<>]+", checked.html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_every_figure_has_a_name_a_text_and_its_numbers(page: Element) -> None:
    """Ranks of each hypothesis, coverage, learning, fit, curves, weights, placebo, sensitivity, recovery: SVG with title and text."""
    figures = [f.attributes["id"] for f in page.all("figure")]
    assert figures == [
        "figure-ranks-M0", "figure-ranks-M3", "figure-coverage", "figure-learning", "figure-fit", "figure-curves", "figure-weights",
        "figure-placebo-M3", "figure-sensitivity", "figure-recovery",
    ]  # fmt: skip
    for f in page.all("figure"):
        (svg,) = f.all("svg")
        assert svg.attributes["role"] == "img"
        for name in svg.attributes["aria-labelledby"].split():
            assert page.by_id(name).text
        assert f.all("details")[0].all("table")
        (card,) = [d for d in f.all("div") if d.attributes.get("class", "").startswith("card")]
        assert card.attributes["tabindex"] == "0"
        assert card.attributes["aria-label"].startswith("Figure: ")


def test_tables_have_captions_and_scopes(page: Element) -> None:
    """A caption for each table, a scope for each heading, as many cells in each row as there are headings."""
    assert len(page.all("table")) >= 18
    for t in page.all("table"):
        assert t.all("caption")[0].text
        heads = t.all("thead")[0].all("th")
        assert all(h.attributes["scope"] == "col" for h in heads)
        for row in rows(t):
            assert len(row) == len(heads)
            assert row[0].attributes["scope"] == "row"


def test_every_check_is_on_the_page(checked: Checked, page: Element) -> None:
    """Its name, whether it passed, failed or informs, and its sentence."""
    found = {r[0].text: (r[1].text, r[2].text) for r in rows(table(page, "All checks"))}
    assert set(found) == {NAMES[n] for n in checked.checks}
    for name, check in checked.checks.items():
        said, sentence = found[NAMES[name]]
        assert said == ("informs" if not check["tests"] else "passed")
        assert sentence == " ".join(check["says"].split())


def test_ranks_have_the_numbers_of_the_check(checked: Checked, page: Element) -> None:
    """A row for each quantity of M3, with its p-value and whether it stays inside."""
    found = rows(table(page, "Ranks under M3"))
    wanted = [x for x in checked.checks["ranks"]["rows"] if x["hypothesis"] == "M3"]
    assert len(found) == len(wanted)
    for row, x in zip(found, wanted, strict=True):
        assert row[3].text == ("yes" if x["passed"] else "no")
        if 0.01 < x["p_value"] < 0.99:
            assert agrees(row[1].text, x["p_value"])


def test_weights_of_three_kinds_stand_side_by_side(checked: Checked, page: Element) -> None:
    """Declared, by the evidence, and by stacking, of both kinds of left-out windows; no winner is named."""
    t = table(page, "Weights of the hypotheses, by kind")
    heads = [h.text for h in t.all("thead")[0].all("th")]
    assert heads == [
        "Hypothesis", "Declared", "By the evidence", "Stacking, given the others", "Stacking, given the earlier",
    ]  # fmt: skip
    found = {r[0].text: [c.text for c in r[1:]] for r in rows(t)}
    for name, cells in found.items():
        assert agrees(cells[0], checked.document["hypotheses"][name]["declared_weight"])
        assert agrees(cells[1], checked.document["hypotheses"][name]["evidence_weight"])


def test_evidence_curve_has_the_numbers_of_the_check(checked: Checked, page: Element) -> None:
    """Five widths of M3 against M0."""
    found = rows(table(page, "Log Bayes factor over the prior"))
    wanted = checked.checks["evidence_curves"]["rows"]
    assert [r[0].text for r in found] == ["0.25", "0.5", "1", "2", "4"]
    for row, x in zip(found, wanted, strict=True):
        assert agrees(row[3].text, x["log_bayes_factor"])


def test_a_check_that_fails_is_said_first_and_a_name_stays_text(checked: Checked) -> None:
    """A rank outside its bands: the verdict names the check, its figure the quantity. A record's id with markup is text."""
    ranks = checked.checks["ranks"]
    bad = {**ranks["rows"][0], "passed": False, "p_value": 1e-9}
    checks = {
        **checked.checks,
        "ranks": {
            **ranks,
            "passed": False,
            "says": "ranks are not uniform.",
            "rows": [bad, *ranks["rows"][1:]],
        },
    }
    document = {**checked.document, "record": {"id": "<script>x</script>", "sha256": "0"}}
    found = parse(calibration_page(document, checks, "deter calibrate small --verify"))
    verdict = found.all("section", aria_labelledby="verdict")[0].text
    assert "did not pass" in verdict
    assert "Simulation-based calibration" in verdict
    assert "outside for base_rate" in found.by_id("figure-ranks-M0").text
    assert not found.all("script")
    assert "<script>x</script>" in found.all("h1")[0].text


@pytest.mark.browser
def test_it_opens_in_a_browser_without_a_network(
    checked: Checked, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Chromium, offline: no request, no error, all figures there, and no text too wide for a telephone."""
    import shutil

    chromium = next(
        (p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None
    )
    if chromium is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    path = tmp_path_factory.mktemp("browser") / "calibration.html"
    path.write_text(checked.html, "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_context(offline=True, viewport={"width": 390, "height": 800}).new_page()
        wrong: list[str] = []
        tab.on("pageerror", lambda e: wrong.append(str(e)))
        tab.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else wrong.append(r.url))
        tab.goto(path.as_uri())
        assert tab.locator("figure svg").count() == 10
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        assert wrong == []
        browser.close()
