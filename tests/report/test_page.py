"""The page: its structure, its words, and its numbers against the documents of the bundle."""

import re
from itertools import pairwise

import pytest

from sim.report.reader import Bundle
from sim.report.sections.grid import grid as grid_of
from tests.report import bundles
from tests.report.dom import Element, agrees, parse, rows, table

SECTIONS = (
    "answer", "grid", "time", "history", "parameters", "differences", "hypotheses", "hangs", "assumptions", "limits", "reproduce",
)  # fmt: skip


def test_head(html: str, page: Element) -> None:
    """A doctype, a language, a title, and a policy that lets nothing be loaded or run."""
    assert html.startswith("<!DOCTYPE html>")
    assert page.all("html")[0].attributes["lang"] == "en"
    assert "Fighters vs infrastructure" in page.all("title")[0].text
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    assert policy.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_headings_are_in_order(page: Element) -> None:
    """One h1, and no level is skipped on the way down."""
    levels = [int(e.tag[1]) for e in page.walk() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_sections_stand_in_the_order_of_the_contents(page: Element) -> None:
    """Every section is there, is named by its heading, and is linked from the contents."""
    assert tuple(s.attributes["aria-labelledby"] for s in page.all("section")) == SECTIONS
    links = [a.attributes["href"] for a in page.all("nav")[0].all("a")]
    assert links == [f"#{x}" for x in SECTIONS]
    assert [page.by_id(x).tag for x in SECTIONS] == ["h2"] * len(SECTIONS)
    assert page.all("a", class_="skip") or page.all("a")[0].attributes["href"] == "#main"


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


def test_nothing_points_outside(html: str, page: Element) -> None:
    """No script, no import, no address but fragments and the empty icon; the only others name XML's vocabularies."""
    assert not page.all("script")
    assert "@import" not in html
    for e in page.walk():
        assert not any(name.startswith("on") for name in e.attributes)
        for name in ("src", "href", "xlink:href", "action", "data", "srcset", "poster"):
            assert e.attributes.get(name, "#").startswith(("#", "data:,"))
        for value in e.attributes.values():
            assert all(x.startswith("#") for x in re.findall(r"url\(([^)]*)\)", value))
    assert "url(" not in page.all("style")[0].text
    addresses = set(re.findall(r"[a-z]+://[^\s\"'<>]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_tables_have_captions_and_scopes(page: Element) -> None:
    """A caption for each table, a scope for each heading, as many cells in each row as there are headings."""
    assert len(page.all("table")) >= 15
    for t in page.all("table"):
        assert t.all("caption")[0].text
        heads = t.all("thead")[0].all("th")
        assert all(h.attributes["scope"] == "col" for h in heads)
        for row in rows(t):
            assert len(row) == len(heads)
            assert row[0].tag == "th"
            assert row[0].attributes["scope"] == "row"


def test_grid_has_the_numbers_of_the_result(page: Element) -> None:
    """Every measure of every policy: mean and interval as in result.json, to the digits shown."""
    measures = bundles.result()["measures"]
    captions = {"Attacks": ("attacks_reported", "attacks_per_day", "attacks_averted"), "People": ("injuries", "tbi", "deaths"),
        "Calm": ("quiet_fortnight_probability", "days_to_quiet_fortnight", "longest_lull_days"),
        "Price": ("strikes", "munitions", "interceptors", "political_cost", "wider_war")}  # fmt: skip
    grids = {x: next(t for t in page.all("table") if t.all("caption")[0].text == x) for x in captions}
    found = [
        (grids[caption], i + 1, name) for caption, names in captions.items() for i, name in enumerate(names)
    ]
    main = table(page, "Scenario grid")
    found.append((main, len(rows(main)[0]) - 1, "attacks"))
    assert {name for _, _, name in found} == set(measures)
    for grid, column, name in found:
        for row in rows(grid):
            x = measures[name][row[0].text]
            assert agrees(row[column].own, x["mean"])
            low, high = row[column].all("small")[0].text.split(" to ")
            assert agrees(low, x["mean_low"])
            assert agrees(high, x["mean_high"])


def test_grid_shows_only_levers_that_differ(page: Element) -> None:
    """Fighters and infrastructure differ in their target, none and observed in their trigger; the rest is said once."""
    heads = [h.own for h in table(page, "Scenario grid").all("thead")[0].all("th")]
    assert heads == ["Policy", "Trigger", "Target", "Attacks"]
    assert "tempo at least 2 days apart, 80% of triggers answered" in page.by_id("main").text


def test_a_censored_mean_says_so(page: Element) -> None:
    """Days to a quiet fortnight: the share without one stands beside, and a quantile past the horizon is no number."""
    row = rows(next(t for t in page.all("table") if t.all("caption")[0].text == "Calm"))[0]
    assert [x.text for x in row[2].all("small")][1:] == ["runs 20 to over 36", "87% not within the horizon"]


def test_a_measure_that_never_differs_is_said_once(bundle: Bundle) -> None:
    """No fortnight without attack in any run: no column of zeros, and a sentence in its place."""
    zero = {"mean": 0.0, "mean_low": 0.0, "mean_high": 0.0, "sd": 0.0, "q05": 0.0, "q50": 0.0, "q95": 0.0}
    never = {**zero, "mean": 36.0, "mean_low": 36.0, "mean_high": 36.0, "q05": None, "q50": None, "q95": None}
    measures = {
        **bundle.result["measures"],
        "quiet_fortnight_probability": dict.fromkeys(bundles.POLICIES, zero),
        "days_to_quiet_fortnight": {p: {**never, "censored": 1.0} for p in bundles.POLICIES},
    }
    found = grid_of(bundle._replace(result={**bundle.result, "measures": measures}))
    calm = next(t for t in found.groups if t.caption == "Calm")

    assert [c.title for c in calm.columns] == ["Policy", "Longest lull days"]
    assert found.same == ["Quiet fortnight: 0", "Days to quiet fortnight: in no run within the 36 days"]
    assert grid_of(bundle).same == []


def test_parameters_have_words_beside_their_names(page: Element) -> None:
    """The raw name is what configs and tables use; beside it stands what it is."""
    first = next(r for r in rows(table(page, "Posterior and prior")) if r[0].own.startswith("completeness"))
    assert [x.text for x in first[0].all("small")] == ["probability that an attack is reported"]
    assert "completeness (probability that an attack is reported)" in page.by_id("main").text


@pytest.mark.parametrize("against", bundles.AGAINST)
def test_differences_have_the_numbers_of_the_result(page: Element, against: str) -> None:
    """Each contrast: mean, interval, both probabilities, share tied and label as in result.json."""
    found = {
        r[0].text: r
        for r in rows(table(page, f"Difference in attacks, policy less {against}"))
        if r[1].text == "average"
    }
    wanted = [
        d for d in bundles.result()["differences"] if d["measure"] == "attacks" and d["against"] == against
    ]
    assert set(found) == {d["policy"] for d in wanted}
    for d in wanted:
        row = found[d["policy"]]
        assert agrees(row[2].text, d["mean"])
        low, high = row[3].text.split(" to ")
        assert agrees(low, d["mean_low"])
        assert agrees(high, d["mean_high"])
        for cell, after, before in (
            (row[5], "probability_mean_better", "prior_probability_mean_better"),
            (row[6], "probability_better", "prior_probability_better"),
        ):
            assert agrees(cell.own, d[after])
            (small,) = cell.all("small")
            assert agrees(small.text.removesuffix(" before any data"), d[before])
        assert row[7].text == "55%"
        assert row[9].text == d["label"]


def test_hypotheses_by_themselves(page: Element) -> None:
    """What each hypothesis says of a contrast is the result's; the unfitted one is marked as not averaged."""
    t = table(page, "Probability of fewer attacks in a pair of runs, and mean difference")
    assert [h.text for h in t.all("thead")[0].all("th")][1:-1] == ["M0", "M3", "M4", "M5 not averaged"]
    row = next(r for r in rows(t) if r[0].text == "fighters against infrastructure")
    d = next(
        x
        for x in bundles.result()["differences"]
        if (x["policy"], x["against"]) == ("fighters", "infrastructure")
    )
    for cell, h in zip(row[1:-1], bundles.HYPOTHESES, strict=True):
        assert agrees(cell.own, d["by_hypothesis"][h]["probability_better"])
        assert agrees(cell.all("small")[0].text.removesuffix(" attacks"), d["by_hypothesis"][h]["mean"])

        assert agrees(
            cell.all("small")[1].text.removeprefix("on average "),
            d["by_hypothesis"][h]["probability_mean_better"],
        )


def test_regrets(page: Element) -> None:
    """A row a policy: regret and interval under each hypothesis, their average, the largest, and the caution beside it."""
    t = table(page, "Regret: attacks in 36 days more than under the best policy, by hypothesis")
    assert [h.text for h in t.all("thead")[0].all("th")][1:5] == ["M0", "M3", "M4", "M5 not averaged"]
    found = bundles.regret()
    for j, row in enumerate(rows(t)):
        for cell, h in zip(row[1:5], bundles.HYPOTHESES, strict=True):
            assert agrees(cell.own, bundles.REGRETS[h][j])
        x = found["policies"][row[0].text]
        assert agrees(row[5].own, x["average"])
        assert agrees(row[6].own, x["largest"])
        assert row[6].all("small")[0].text == f"under {x['largest_under']}"
    text = page.text
    assert (
        "“fighters”, at most 6.5 attacks more than the best policy (under M5); observed can’t be told apart"
        in text
    )
    assert "That is no recommendation" in text


def test_weights_and_evidence(page: Element) -> None:
    """Declared and updated weights as in the result; none for the hypothesis that isn't fitted, which says why."""
    for row in rows(table(page, "The rival hypotheses")):
        declared, updated = bundles.WEIGHTS[row[0].text]
        if declared is None or updated is None:
            assert [row[3].text, row[4].text] == ["–", "–"]
            assert row[6].text == "keeps its prior; shown, never averaged"
        else:
            assert agrees(row[3].text, declared)
            assert agrees(row[4].text, updated)


def test_parameters_have_the_numbers_of_the_calibration(page: Element) -> None:
    """Posterior, prior, contraction and label of each fitted parameter by hypothesis."""
    found = {(r[0].text.partition(" (")[0], r[1].text): r for r in rows(table(page, "Posterior and prior"))}
    wanted = bundles.calibration()["hypotheses"]
    assert set(found) == {(n, h) for h in bundles.FITTED for n in wanted[h]["parameters"]}
    for (name, h), row in found.items():
        x = wanted[h]["parameters"][name]
        assert agrees(row[2].text, x["mean"])
        assert agrees(row[7].text, x["prior_mean"])
        assert agrees(row[9].text, x["contraction"])
        assert row[10].text == x["label"]


def test_fit_has_the_numbers_of_the_calibration(page: Element) -> None:
    """Counted, predictive interval and whether it holds the count, by window and hypothesis."""
    found = {(r[0].text, r[2].text): r for r in rows(table(page, "Count in each window"))}
    for h in bundles.FITTED:
        for x in bundles.calibration()["hypotheses"][h]["predictive"]:
            row = found[x["window"], h]
            assert [float(c.text) for c in row[3:7]] == [x["observed"], x["q05"], x["q50"], x["q95"]]
            assert row[7].text == ("yes" if x["q05"] <= x["observed"] <= x["q95"] else "no")


def test_people_hurt_are_shown_by_their_median(page: Element) -> None:
    """Item, observed, then median and 90% of each fitted hypothesis: 25 brain injuries of B1 against 29 + k."""
    (row,) = rows(table(page, "People hurt"))
    assert [row[0].text, row[1].text] == ["B1, brain injured", "25"]
    for cell, h in zip(row[2:], bundles.FITTED, strict=True):
        (x,) = bundles.calibration()["hypotheses"][h]["predictive_casualties"]
        assert str(x["q50"]) in cell.text
        assert f"{x['q05']} to {x['q95']}" in cell.text


def test_what_would_change_the_answer_is_a_table(page: Element) -> None:
    """A row for each change, with both probabilities and how they were found."""
    found = rows(table(page, "What other readings"))
    assert [[c.text for c in r] for r in found] == [
        [x["says"], f"{x['effect_below_zero']['M3']:.2f}", f"{x['fighters_better']['M4']:.2f}", x["how"]]
        for x in bundles.calibration()["what_would_change"]
    ]


def test_the_prior_driven_contrast_is_said_to_be(page: Element) -> None:
    """The answer says in words that the record doesn't distinguish fighters from infrastructure, with its probabilities."""
    answer = page.all("section", aria_labelledby="answer")[0].text
    assert (
        "Between “fighters” and “infrastructure” the record does not distinguish: the probability that “fighters” means fewer "
        "attacks on average is 0.64, against 0.62 before any data; in a single pair of runs it is 0.58."
        in answer
    )
    assert (
        "Of 6 contrasts in attacks, 1 informed by the record, 4 prior-driven and 1 without any difference."
        in answer
    )


def test_what_is_not_modelled_is_said(page: Element) -> None:
    """Delay and clarity move nothing under the hypotheses that are averaged, and the page says so."""
    text = page.all("section", aria_labelledby="hangs")[0].text
    assert "The delay of a strike is not modelled under any hypothesis that is averaged" in text
    assert "The clarity of the message is not modelled under any hypothesis that is averaged" in text
    assert "The target of a strike is not modelled under M0 and M3." in text
    cells = {r[0].text: [c.text for c in r[1:]] for r in rows(table(page, "What is modelled"))}
    assert cells["target of a strike"] == ["not modelled", "not modelled", "modelled", "modelled"]
    assert cells["delay of a strike"][:3] == ["not modelled"] * 3


def test_every_assumption_stands_with_its_source(page: Element) -> None:
    """Each number of the settings and of the hypotheses is on the page, and no source is empty."""
    config = bundles.config()
    found = {r[0].own: r for r in rows(table(page, "Assumptions of the settings"))}
    assert set(found) == set(config["settings"]["assumptions"])
    priors = rows(table(page, "Priors and fixed numbers"))
    named = {n for h in config["hypotheses"].values() for n in (*h["parameters"], *h.get("assumptions", {}))}
    assert named <= {r[0].own for r in priors}
    assert all(r[-1].text for r in (*found.values(), *priors))
    assert found["war_death"][1].text.startswith("log-normal, median 0.0001, 90% 1×10⁻⁵ to 0.001")


def test_it_says_how_to_reproduce_it(page: Element) -> None:
    """Command, seed, hashes, versions, counts of runs and why they stopped."""
    section = page.all("section", aria_labelledby="reproduce")[0]
    assert section.all("pre")[0].text == "deter compare scenarios/fighters-vs-infrastructure.yaml"
    for text in (
        "20231122",
        "Philox4x64-10",
        "ab" * 32,
        "cd" * 32,
        "numpy 2.4.6",
        "240: the precision asked for was reached",
    ):
        assert text in section.text


def test_figures_have_words_and_data(page: Element) -> None:
    """Each figure is an image whose name holds numbers, with the same numbers in a table below."""
    figures = page.all("figure")
    assert len(figures) == 7
    for figure in figures:
        (svg,) = figure.all("svg")
        assert svg.attributes["role"] == "img"
        title, says = (page.by_id(x).text for x in svg.attributes["aria-labelledby"].split())
        assert title
        assert len(re.findall(r"\d", says)) >= 4
        (details,) = figure.all("details")
        assert details.all("summary")
        assert rows(details.all("table")[0])


def test_alt_text_has_the_numbers_of_the_result(page: Element) -> None:
    """The first figure's sentence holds each policy's mean and interval."""
    says = page.by_id("attacks-text").text
    for policy in bundles.POLICIES:
        found = re.search(rf"{policy} (\S+) \((\S+) to (\S+)\), runs (\S+) to (\S+?)[;.]", says)
        assert found is not None
        x = bundles.result()["measures"]["attacks"][policy]
        wanted = (x["mean"], x["mean_low"], x["mean_high"], x["q05"], x["q95"])
        assert all(agrees(text, value) for text, value in zip(found.groups(), wanted, strict=True))


def test_the_parser_sees_what_is_wrong() -> None:
    """The tests' own parser refuses tags that aren't closed or nested."""
    for bad in ("<p><b></p></b>", "<section>"):
        with pytest.raises(AssertionError):
            parse(bad)
