"""The page of a history: offline, accessible, and its numbers those of the document."""

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from calibration import backtest
from calibration.baselines import NegativeBinomial
from sim.report.backtest.page import history_page
from sim.report.backtest.words import skill_sentence, verdict
from sim.study.history import _summary
from tests.report.dom import parse, rows, table
from tests.report.hostile import PAYLOADS


def a_document(counts: list[int], mode: str = "backtest", **more: Any) -> dict[str, Any]:
    """A document as the command makes it, of forecasts that are Poisson of mean 8."""
    rng = np.random.default_rng(1)
    base = NegativeBinomial(40.0, 40.0 / 48.0)
    scored = [
        backtest.score_row(
            {"origin": f"W{i}", "lead": 1, "window": f"W{i + 1}", "start": "2023-01-01", "end": "2023-01-08"},
            rng.poisson(8.0, 500), n, {k: (base.crps(n), base.log_score(n)) for k in backtest.BASELINES}, None,
        )
        for i, n in enumerate(counts, 1)
    ]  # fmt: skip
    origins = [
        {"origin": f"W{i}", "windows": i, "attacks": 8 * i, "weights": {"M0": 0.6, "M3": 0.4}, "informed": ["base_rate"],
         "prior_driven": ["strike_effect"], "from_parameters": 0.3}
        for i in range(1, len(counts) + 1)
    ]  # fmt: skip
    return {
        "record": {"id": "mine", "sha256": "0" * 64}, "title": "Attacks that I counted", "evidence": ["W1", "W2"], "readings": {},
        "hypotheses": ["M0", "M3"], "policy": None, "seed": 1, "runs": 500, "mode": mode, "until": None, **_summary(scored),
        "by_lead": backtest.by_lead(scored), "forecasts": scored, "origins": origins, "notes": ["a run is a run"], **more,
    }  # fmt: skip


def test_the_page_is_whole_offline_and_accessible() -> None:
    """A language, one h1, no level skipped, figures with a title, a text and a table behind; nothing is loaded or run."""
    html = history_page(a_document([6, 9, 30, 8]))
    page = parse(html)
    assert page.all("html")[0].attributes["lang"] == "en"
    levels = [int(e.tag[1]) for e in page.walk() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert not page.all("script")
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in html
    outside = re.sub(r'xmlns(:xlink)?="[^"]+"', "", html)
    assert "http://" not in outside
    assert "https://" not in outside
    for svg in page.all("svg"):
        ids = svg.attributes["aria-labelledby"].split()
        assert all(page.by_id(x).text for x in ids)
    assert len(page.all("figure")) == len([x for x in page.all("details") if x.all("table")]) == 2


def test_the_tables_hold_the_documents_numbers() -> None:
    """Counts and bands of each window; coverage as found."""
    document = a_document([6, 9, 30, 8])
    page = parse(history_page(document))
    found = rows(table(page, "Counts and forecasts"))
    for row, r in zip(found[-4:], document["scores"], strict=True):
        assert row[0].text == r["window"]
        assert [c.text for c in row[3:9]] == [
            str(r[k]) for k in ("observed", "q05", "q25", "q50", "q75", "q95")
        ]
    assert "A run is a run." in page.text
    covered = rows(table(page, "Coverage and PIT"))
    assert [r[1].text for r in covered if "90% interval" in r[0].text] == ["3 of 4"]


def test_same_document_same_page() -> None:
    """To the byte: no clock, no random ids."""
    assert history_page(a_document([6, 9, 8])) == history_page(a_document([6, 9, 8]))


def test_a_sealed_forecast_has_no_counts_to_show() -> None:
    """Bands alone, the seal, and a sentence that nothing is scored yet."""
    document = a_document([6, 9])
    bare = [{k: v for k, v in r.items() if k != "observed"} for r in document["forecasts"]]
    document |= {
        **_summary([]),
        "by_lead": [],
        "forecasts": bare,
        "mode": "forecast",
        "forecast_from": "2023-01-22",
        "seal": "f" * 64,
    }
    page = parse(history_page(document))
    assert "f" * 64 in page.all("pre")[0].text
    assert "Nothing is scored yet" in page.text
    assert len(page.all("figure")) == 1


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_stay_text(payload: str) -> None:
    """A window, a title or a note that is markup is shown, never obeyed."""
    document = a_document([6, 9, 8], title=payload)
    document["notes"] = [payload]
    for r in document["scores"]:
        r["window"] = payload
    page = parse(history_page(document))
    assert not page.all("script")
    assert not page.all("iframe")
    assert len(page.all("h1")) == 1


def test_few_windows_are_said_to_be_few() -> None:
    """4 windows: a sentence says that they show nothing, and how many would; 2 have no interval at all."""
    said = verdict(a_document([6, 9, 7, 8]))
    assert any("4 windows are too few to show that a model forecasts well" in x for x in said)
    assert "So few windows say nothing of chance." in skill_sentence(
        a_document([6, 9]), "constant_rate", "crps"
    )
    one = skill_sentence(a_document([6, 9, 7, 8]), "constant_rate", "crps")
    assert "not to be told from chance" in one or "more than chance explains" in one


def test_windows_of_one_forecast_are_not_counted_as_independent() -> None:
    """A single origin's windows move together: no number of windows is promised."""
    said = skill_sentence(a_document([6, 9, 7, 8], mode="until"), "constant_rate", "crps")
    assert "move together" in said
    assert "such windows" not in said
