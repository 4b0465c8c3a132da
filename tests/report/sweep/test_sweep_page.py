"""The page of a sweep: structure, policy, words, and its numbers against the table of points and against hand calculation."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import ConfigError
from sim.report.sweep.write import write_sweep_report
from tests.report.dom import agrees, rows, table
from tests.report.sweep.conftest import Swept, swept
from tests.report.sweeps import DELAY, GAP, config_of, write_sweep

SECTIONS = ("answer", "explorer", "maps", "points", "prior", "failed", "reproduce", "limits")


def test_the_page_is_whole_offline_and_accessible(any_sweep: Swept) -> None:
    """A language, a skip link, one h1, no level skipped, sections named by their headings, ids once, nothing from outside."""
    html, page = any_sweep.html, any_sweep.page
    assert html.startswith("<!DOCTYPE html>")
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("a", class_="skip")
    levels = [int(e.tag[1]) for e in page.walk() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert tuple(s.attributes["aria-labelledby"] for s in page.all("section")) == SECTIONS
    ids = [e.attributes["id"] for e in page.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for e in page.walk():
        assert not any(name.startswith("on") for name in e.attributes)
        assert all(x in ids for x in e.attributes.get("aria-labelledby", "").split())
        assert e.attributes.get("for", ids[0]) in ids
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert e.attributes.get(name, "#").startswith(("#", "data:,"))
    addresses = set(re.findall(r"[a-z]+://[^\s\"'<>]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_one_script_may_run(any_sweep: Swept) -> None:
    """The policy names the hash of the page's one script, and lets no other run; the data are no script."""
    (policy,) = any_sweep.page.all("meta", http_equiv="Content-Security-Policy")
    data, script = any_sweep.page.all("script")
    assert data.attributes == {"type": "application/json", "id": "explorer-data"}
    (text,) = script.inside
    assert isinstance(text, str)
    digest = b64encode(sha256(text.encode()).digest()).decode()
    assert policy.attributes["content"] == (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"
    )


def test_figures_have_words_and_numbers(any_sweep: Swept) -> None:
    """Each is an image with a name and a text that has numbers, and has its table behind it."""
    for figure in any_sweep.page.all("figure"):
        if not figure.all("svg")[0].attributes.get("aria-labelledby", "").startswith("explorer"):
            assert figure.all("details")[0].all("table")
            (svg,) = figure.all("svg")
            title, text = (any_sweep.page.by_id(x).text for x in svg.attributes["aria-labelledby"].split())
            assert title
            assert len(re.findall(r"\d+", text)) >= 2
    for t in any_sweep.page.all("table"):
        heads = t.all("thead")[0].all("th")
        assert all(len(r) == len(heads) for r in rows(t))


def test_which_figures_a_design_has(grid: Swept, simplex: Swept, sobol: Swept) -> None:
    """A pair of maps for a grid of two numbers, a triangle for three shares, levers by themselves for all."""

    def figures(x: Swept) -> list[str]:
        return [f.attributes["id"] for f in x.page.all("figure") if "id" in f.attributes]

    assert figures(grid) == [
        "figure-map-1",
        "figure-map-1-difference",
        "figure-map-1-second",
        "figure-levers",
        "figure-moves",
    ]
    assert figures(simplex) == [
        "figure-triangle-1",
        "figure-triangle-1-second",
        "figure-levers",
        "figure-moves",
    ]
    assert figures(sobol) == ["figure-levers", "figure-moves"]


def test_the_answer_by_hand(grid: Swept) -> None:
    """Attacks are 50 + delay + gap/2, interval ± 2 and wider above by 0.02 a point; none has 60, each interval ± 1."""
    said = grid.page.all("section", aria_labelledby="answer")[0].text
    assert "A full grid of 24 points, 1,400 runs each" in said
    assert "36,400 runs in all" in said  # (24 + 2) · 1,400
    assert "Delay: over 0.25 days, 1 day, 2 days, 4 days, 7 days and 14 days" in said
    assert "at point 0 (delay 0.25 days, tempo: min gap 0 days) with 50.2 (48.2 to 52.2)" in said
    assert "at point 23 (delay 14 days, tempo: min gap 6 days) with 67.0" in said
    # paired differences from point 0 are .75, 1, 1.75, … with ± .5, widened by z(1 − .025/23) / z(.975) = 3.065 / 1.960 to ± .78
    assert "widened to hold for all 23 comparisons at once" in said
    assert "1 of 23 other points can’t be told from point 0." in said
    assert "winner’s curse" in said
    # below 0: means below 59; above 0: means above 61
    assert "lies below 0 at 18 of 24 points, above 0 at 4 of 24, and holds 0 at 2 of 24" in said
    assert "8 are informed by the record, 16 are prior-driven and 0 without difference" in said
    # before any data: .5 + .02 (60 − attacks) less .1 at every third point from 0 and .01 elsewhere; .67 at point 4 (51 attacks)
    assert "the first is point 4 (0.67); point 0 has 0.60 there" in said
    # two standard errors of 250 draws are .063, those with attacks below 56.84 or above 63.16; of 100 draws .1
    assert "with the record at 15 above it, at 4 below it and at 5 even (from 0.36 to 0.70)" in said
    assert "before any data at 7 above it, at 3 below it and at 14 even" in said
    # 2 √(.25/250 + .25/100) = .118
    assert "a move of the probability of less than 0.12 could not have shown" in said


def test_the_map_has_the_tables_numbers(grid: Swept) -> None:
    """Rows gaps, columns delays: 50 + delay + gap/2; and hatched where |mean − 60| is at most 1."""
    body = rows(table(grid.page, "Attacks by Delay and Tempo: min gap: mean"))
    assert [[c.own for c in r[1:]] for r in body] == [
        ["50.2", "51.0", "52.0", "54.0", "57.0", "64.0"], ["51.2", "52.0", "53.0", "55.0", "58.0", "65.0"],
        ["52.2", "53.0", "54.0", "56.0", "59.0", "66.0"], ["53.2", "54.0", "55.0", "57.0", "60.0", "67.0"],
    ]  # fmt: skip
    assert (
        "At 2 of 24 cells the interval of the difference holds 0"
        in grid.page.by_id("map-1-difference-text").text
    )


def test_the_points_in_order(sobol: Swept) -> None:
    """The forty with the fewest expected attacks and ten more, with the table's means."""
    body = rows(table(sobol.page, "50 of 126 points"))
    attacks = sobol.table[
        (sobol.table["measure"] == "attacks") & (sobol.table["against"] == "none")
    ].set_index("point")
    best = attacks["mean"].sort_values(kind="stable").index[:40]
    assert [int(r[0].text) for r in body[:40]] == list(best)
    assert len(body) == 50
    for r in body:
        assert agrees(r[1].own, float(attacks["mean"][int(r[0].text)]))


def test_what_failed_and_what_is_missing(sobol: Swept, grid: Swept) -> None:
    """Two failed points in a table; elsewhere a sentence that none did."""
    assert len(rows(table(sobol.page, "Points that failed"))) == 2
    assert "Of the points 126 have results; 2 failed." in sobol.page.text
    assert "No point failed." in grid.page.text


def test_a_reference_that_failed(tmp_path: Path) -> None:
    """Its points have attacks and nothing to compare them with; the failure is called what it is."""
    folder = write_sweep(tmp_path / "s", "grid", against=("none",))
    failure = {
        "point": -1,
        "cell": 24,
        "policy": "none",
        "where": "running",
        "what": "ValueError",
        "message": "x",
    }
    (folder / "failed.json").write_text(json.dumps([failure]))
    found = pd.read_parquet(folder / "table.parquet")
    empty = [
        c
        for c in found.columns
        if c.startswith(("difference", "probability_", "prior_probability")) or c in ("label", "tied")
    ]
    found.assign(**dict.fromkeys(empty)).to_parquet(folder / "table.parquet")
    page = swept(folder).page
    assert rows(table(page, "Points that failed"))[0][0].text == "a reference"
    assert "none failed, but 1 of the references did" in page.text
    assert "Nothing is compared." in page.text


def test_what_no_lever_can_move(grid: Swept, sobol: Swept) -> None:
    """Delay has no mechanism under M0, M3 and M4: it moves the strikes' timing alone; clarity nothing at all."""
    said = grid.page.all("section", aria_labelledby="prior")[0].text
    assert "Under M0 a strike changes no rate of attacks" in said
    assert (
        "The delay of a strike has no effect of its own under any hypothesis that is averaged (M0, M3 and M4): there it moves only when"
        in said
    )
    assert "clarity of the message" not in said
    assert (
        "The clarity of the message has no effect of its own under any hypothesis that is averaged"
        in sobol.page.text
    )


def test_labels_are_counted(grid: Swept) -> None:
    """Every third of 24 points is informed, for each measure and reference."""
    body = rows(table(grid.page, "How many points are informed"))
    assert len(body) == 10
    assert all([c.text for c in r[2:]] == ["8", "16", "0"] for r in body)


def test_the_same_folder_gives_the_same_bytes(grid: Swept, tmp_path: Path) -> None:
    """Wherever it lies."""
    other = write_sweep(tmp_path / "elsewhere" / "sweep", "grid")
    assert write_sweep_report(other, tmp_path / "out.html", config_of).read_text("utf-8") == grid.html
    assert str(grid.report.parent) not in grid.html


def test_a_sweep_without_references(tmp_path: Path) -> None:
    """Nothing is compared: no differences, no labels, and the page is still whole."""
    page = swept(write_sweep(tmp_path / "sweep", "grid", against=())).page
    assert "Against" not in [h.text for h in page.all("th")]
    assert "1 of 23 other points can’t be told from point 0" in page.text
    assert "Ranked before any data by the median of attacks, the first is point 7 (20)" in page.text


def test_a_grid_cut_by_a_constraint(tmp_path: Path) -> None:
    """Blank cells, and a page that says that not every combination exists."""
    constraint = (f"{DELAY} <= 2 * {GAP}",)
    page = swept(
        write_sweep(tmp_path / "s", "grid", constraints=constraint, keep=lambda d: d[DELAY] <= 2 * d[GAP])
    ).page
    body = rows(table(page, "Attacks by Delay and Tempo: min gap: mean"))
    assert [c.text for c in body[0]][-1] == "–"
    assert "Not every combination exists" in page.text
    assert f"within {constraint[0]}" in page.text


def test_many_points_are_thinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more are embedded than the page can hold, the best among them, and the page says how many."""
    monkeypatch.setattr("sim.report.sweep.explorer.MOST", 10)
    found = swept(write_sweep(tmp_path / "s", "sobol"))
    data = json.loads(str(found.page.by_id("explorer-data").inside[0]))
    assert len(data["configs"]) in (10, 11)
    assert "Of 128 points 11, an even choice and the best, are in this page" in found.page.text
    attacks = found.sweep.attacks["mean"]
    assert f"Point {int(attacks.idxmin())}: " in found.page.by_id("explorer-status").text


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("plan.json", "{}", "found none of"), ("plan.json", "{", "expected a file of a bundle"), ("config.json", "[]", "found none of"),
        ("failed.json", "{}", "expected a list of failures"), ("table.parquet", "x", "Parquet"), ("calibration.json", None, "found none"),
    ],
)  # fmt: skip
def test_what_is_no_sweep_is_one_line(tmp_path: Path, name: str, content: str | None, wanted: str) -> None:
    """A missing or broken file is one line, and nothing is written."""
    folder = write_sweep(tmp_path / "s", "grid")
    (folder / name).unlink(missing_ok=True) if content is None else (folder / name).write_text(content)
    with pytest.raises(ConfigError, match=wanted) as e:
        write_sweep_report(folder, tmp_path / "out.html", config_of)
    assert "\n" not in str(e.value)
    assert not (tmp_path / "out.html").exists()


def test_nothing_is_overwritten(grid: Swept, tmp_path: Path) -> None:
    """A file that isn't the sweep's own report stays as it was."""
    taken = tmp_path / "mine.html"
    taken.write_text("mine")
    with pytest.raises(ConfigError, match="nothing is overwritten"):
        write_sweep_report(grid.report.parent, taken, config_of)
    assert taken.read_text() == "mine"
