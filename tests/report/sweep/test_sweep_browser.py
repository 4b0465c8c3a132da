"""The report of a sweep in a real browser: sliders by keyboard, what they show against the table, offline, without scripts."""

import itertools
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.report.hostile import PAYLOADS
from tests.report.sweep.conftest import Swept, swept
from tests.report.sweep.test_sweep_hostile import report as hostile_report
from tests.report.sweeps import DELAY, DELAYS, GAP, GAPS, config_of, write_sweep
from tests.report.test_browser import CHROMIUM, CONTRAST, _open, browser

__all__ = ["browser"]  # the fixture of the other pages

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="needs Chromium: apt-get install -y --no-install-recommends chromium"
    ),
]


def _status(tab: Any) -> str:
    return str(tab.locator("#explorer-status").text_content())


def _point(tab: Any) -> int:
    found = re.match(r"Point (\d+):", _status(tab))
    assert found is not None
    return int(found[1])


def _set(tab: Any, lever: int, step: int) -> None:
    """Move a lever to a step as a hand does: the value, and the event that tells of it."""
    tab.evaluate(
        "([i, x]) => { const e = document.getElementById(`lever-${i}`); e.value = x; e.dispatchEvent(new Event('input')); }",
        [lever, step],
    )


def _row(table: pd.DataFrame, point: int, measure: str = "attacks", against: str = "none") -> Any:
    found = table[(table["point"] == point) & (table["measure"] == measure) & (table["against"] == against)]
    assert len(found) == 1
    return found.iloc[0]


def test_it_opens_offline(browser: Any, any_sweep: Swept) -> None:
    """No request leaves, the policy stops nothing that the page needs, and nothing goes wrong as every lever moves."""
    tab, bad = _open(browser, any_sweep.report)
    for i in range(tab.locator(".control").count()):
        for step in (0, 1):
            _set(tab, i, step)
    assert bad == []
    assert tab.title() == "Delay and tempo: sweep, report of deter"
    assert tab.get_by_role("heading", level=2).count() == 8
    assert tab.get_by_role("slider").first.is_visible()
    assert not tab.get_by_text("The sliders need this page’s script").is_visible()
    tab.context.close()


def test_the_page_reads_without_scripts(browser: Any, grid: Swept) -> None:
    """No control that does nothing, a line that says why, and the best point whole: numbers, levers, config."""
    tab, bad = _open(browser, grid.report, java_script_enabled=False)
    assert bad == []
    assert tab.get_by_role("slider").count() == 0
    assert tab.get_by_role("button").count() == 0
    assert tab.get_by_text("The sliders need this page’s script").is_visible()
    assert _status(tab).startswith(
        "Point 0: 50.2 attacks expected (48.2 to 52.2), −9.8 (−10.8 to −8.8) against “none”, informed."
    )
    assert tab.get_by_role("table", name=re.compile("Measures at the point shown")).is_visible()
    assert tab.locator("#config").text_content() == config_of(0).rstrip("\n")
    tab.context.close()


def test_what_the_script_begins_with_is_what_the_page_says(browser: Any, any_sweep: Swept) -> None:
    """With and without the script the same text stands in every place."""
    texts = []
    for scripts in (True, False):
        tab, _ = _open(browser, any_sweep.report, java_script_enabled=scripts)
        places = tab.locator("[data-column], #explorer-status, #config, [id$=-asked], [id$=-match]")
        pictures = tab.locator("#picture-runs, #picture-interval, #picture-mean, #picture-reference")
        texts.append(
            (
                places.all_text_contents(),
                [pictures.nth(i).get_attribute(k) for i in range(4) for k in ("x1", "x2", "cx")],
            )
        )
        tab.context.close()
    assert texts[0] == texts[1]


def test_sliders_by_keyboard(browser: Any, grid: Swept) -> None:
    """Tab reaches a slider; arrows, Home and End move it; what is shown is what the table has of that point."""
    tab, _ = _open(browser, grid.report)
    for _ in range(30):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.id") == "lever-0":
            break
    assert tab.evaluate("document.activeElement.id") == "lever-0"
    at = 0
    for key, step in (
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("End", 5),
        ("ArrowRight", 5),
        ("ArrowLeft", 4),
        ("Home", 0),
    ):
        tab.keyboard.press(key)
        slider = tab.locator("#lever-0")
        assert (
            slider.get_attribute("aria-valuetext")
            == ("0.25 days", "1 day", "2 days", "4 days", "7 days", "14 days")[step]
        )
        at = _point(tab)
        r = _row(grid.table, at)
        assert (r[DELAY], r[GAP]) == (DELAYS[step], 0.0)
        cells = tab.get_by_role("table", name=re.compile("Measures at the point shown")).get_by_role("row")
        for i, measure in enumerate(
            ("attacks", "wider_war", "deaths", "strikes", "quiet_fortnight_probability"), 1
        ):
            shown = str(cells.nth(i).get_by_role("cell").nth(0).text_content())
            value = float(_row(grid.table, at, measure)["mean"])
            assert abs(float(shown) - value) <= 0.5 * 10.0 ** -len(shown.partition(".")[2]) + 1e-9
        assert tab.locator("#config").text_content() == config_of(at).rstrip("\n")
    assert at == 0
    tab.keyboard.press("Tab")
    tab.keyboard.press("End")
    assert _row(grid.table, _point(tab))[GAP] == 6.0
    tab.locator("#begin").click()
    assert _point(tab) == 0
    assert tab.locator("#lever-1").input_value() == "0"
    tab.context.close()


def test_controls_have_names_and_say_what_changed(browser: Any, sobol: Swept) -> None:
    """Each control is found by its label; the status is read out when it changes."""
    from playwright.sync_api import expect

    tab, _ = _open(browser, sobol.report)
    for name in ("Delay", "Tempo: min gap", "Clarity", "Settings, defence: level"):
        expect(tab.get_by_role("slider", name=re.compile(f"^{name}"))).to_be_visible()
    choice = tab.get_by_role("combobox", name=re.compile("^Trigger"))
    choice.select_option(label="each")
    status = tab.get_by_role("status").first
    assert status.get_attribute("aria-live") == "polite"
    assert sobol.table.set_index("point")["policy.trigger"][_point(tab)].iloc[0] == "each"
    expect(tab.get_by_role("img").first).to_have_accessible_name(re.compile(r"Point \d+: .*attacks expected"))
    tab.context.close()


def test_every_point_of_a_grid_can_be_reached(browser: Any, grid: Swept) -> None:
    """Whatever order the levers are moved in, the point shown has both."""
    tab, _ = _open(browser, grid.report)
    for (i, delay), (j, gap) in itertools.product(enumerate(DELAYS), enumerate(GAPS)):
        for lever, step in ((0, i), (1, j)) if (i + j) % 2 else ((1, j), (0, i)):
            _set(tab, lever, step)
        r = _row(grid.table, _point(tab))
        assert (r[DELAY], r[GAP]) == (delay, gap)
        assert "No point has all" not in _status(tab)
    tab.context.close()


def _nearest(
    where: np.ndarray[Any, Any], asked: list[float], spans: list[float], moved: int, choice: int | None
) -> int:
    """The rule by a second hand: sort by the moved lever's whole steps, then the rest's scaled distance, then the order."""

    def key(i: int) -> tuple[float, float, int]:
        first = (
            float(where[i, moved] != asked[moved])
            if moved == choice
            else abs(math.floor(where[i, moved] + 0.5) - asked[moved])
        )
        rest = 0.0
        for j in range(where.shape[1]):
            if j != moved:
                rest += (
                    float(where[i, j] != asked[j])
                    if j == choice
                    else ((where[i, j] - asked[j]) / spans[j]) ** 2
                )
        return first, rest, i

    return min(range(len(where)), key=key)


def test_the_nearest_point_of_a_sample(browser: Any, sobol: Swept) -> None:
    """The lever that moved is honoured first, the others by scaled distance and keep what was asked; the table says what differs."""
    design = sobol.sweep.design
    steps = math.isqrt(len(design))
    columns, spans = [], []
    for path in design.columns:
        x = design[path]
        if path == "policy.trigger":
            columns.append(
                x.map({name: float(i) for i, name in enumerate(dict.fromkeys(x))}).to_numpy(dtype=float)
            )
            spans.append(1.0)
            continue
        y = np.log(x.to_numpy(dtype=float)) if path == DELAY else x.to_numpy(dtype=float)
        columns.append(np.round(steps * (y - y.min()) / (y.max() - y.min()), 3))
        spans.append(float(steps))
    where = np.column_stack(columns)
    tab, _ = _open(browser, sobol.report)
    asked = [float(tab.locator(f"#lever-{i}").input_value()) for i in range(5)]
    rng = np.random.default_rng(3)
    differed = 0
    for _ in range(40):
        moved = int(rng.integers(5))
        asked[moved] = float(rng.integers(2 if moved == 4 else steps + 1))
        _set(tab, moved, int(asked[moved]))
        expected = int(design.index[_nearest(where, asked, spans, moved, 4)])
        assert _point(tab) == expected
        assert [float(tab.locator(f"#lever-{i}").input_value()) for i in range(5)] == asked
        said = tab.locator(f"#lever-{moved}-match").text_content()
        assert said in ("yes", "to within a step")
        matches = [tab.locator(f"#lever-{i}-match").text_content() for i in range(5)]
        differed += "no" in matches
        assert (f"differs in {matches.count('no')} of 5 levers" in _status(tab)) == ("no" in matches)
    assert differed > 10
    tab.context.close()


def test_shares_that_do_not_sum_to_one(browser: Any, simplex: Swept) -> None:
    """All to the sponsor while the fighters' slider still says all: the sponsor was moved last, so the sponsor it is."""
    tab, _ = _open(browser, simplex.report)
    assert tab.locator("#lever-1").input_value() == "4"
    _set(tab, 2, 4)
    r = simplex.table.set_index("point").loc[_point(tab)].iloc[0]
    assert (r["policy.target.sponsor"], r["policy.target.fighters"]) == (1.0, 0.0)
    assert tab.locator("#lever-1").input_value() == "4"
    assert tab.locator("#lever-1-asked").text_content() == "100%"
    assert tab.locator("#lever-1-match").text_content() == "no"
    # a half and a half asked for, then a quarter to the sponsor: ¼, ½, ¼ and ½, ¼, ¼ are as near; the first of the design is shown
    for lever, step in ((0, 2), (1, 2), (2, 1)):
        _set(tab, lever, step)
    r = simplex.table.set_index("point").loc[_point(tab)].iloc[0]
    assert [r[f"policy.target.{x}"] for x in ("infrastructure", "fighters", "sponsor")] == [0.25, 0.5, 0.25]
    tab.context.close()


def test_the_config_is_copied(browser: Any, grid: Swept) -> None:
    """The button puts the shown point's whole config on the clipboard, and says so."""
    tab, _ = _open(browser, grid.report, permissions=["clipboard-read", "clipboard-write"])
    _set(tab, 0, 3)
    tab.locator("#copy").click()
    tab.wait_for_function("document.getElementById('copied').textContent === 'Copied.'")
    assert tab.evaluate("navigator.clipboard.readText()") == config_of(_point(tab)).rstrip("\n")
    tab.context.close()


def test_a_clipboard_that_refuses(browser: Any, grid: Swept) -> None:
    """Then the config is selected, and a line says how to copy it."""
    tab, bad = _open(browser, grid.report)
    tab.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    tab.locator("#copy").click()
    assert "Ctrl+C" in str(tab.locator("#copied").text_content())
    assert tab.evaluate("getSelection().toString()") == config_of(0).rstrip("\n")
    assert bad == []
    tab.context.close()


def test_the_picture_has_the_tables_numbers(browser: Any, grid: Swept) -> None:
    """Positions are linear in attacks: the mean stands where the axis's ticks say, and the reference at 60."""
    tab, _ = _open(browser, grid.report)
    ticks = tab.evaluate(
        "[...document.querySelectorAll('.picture text')].map(e => [parseFloat(e.getAttribute('x')), Number(e.textContent)])"
    )
    (x0, v0), (x1, v1) = ticks[0], ticks[-1]
    for step in (0, 3, 5):
        _set(tab, 0, step)
        r = _row(grid.table, _point(tab))
        for name, key, value in (
            ("mean", "cx", r["mean"]), ("interval", "x1", r["mean_low"]), ("interval", "x2", r["mean_high"]),
            ("runs", "x1", r["q05"]), ("runs", "x2", r["q95"]), ("reference", "x1", 60.0),
        ):  # fmt: skip
            at = float(str(tab.locator(f"#picture-{name}").get_attribute(key)).rstrip("%"))
            assert at == pytest.approx(x0 + (x1 - x0) * (value - v0) / (v1 - v0), abs=0.011)
    tab.context.close()


@pytest.mark.parametrize("width", [400, 320])
def test_a_narrow_window_does_not_scroll_sideways(browser: Any, sobol: Swept, width: int) -> None:
    """With everything unfolded only tables and figures scroll, each in its own frame."""
    tab, _ = _open(browser, sobol.report, viewport={"width": width, "height": 800})
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(browser: Any, sobol: Swept, scheme: str) -> None:
    """At least 4.5 to 1 for every text, in both schemes, and in print."""
    tab, _ = _open(browser, sobol.report, color_scheme=scheme)
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert tab.evaluate(CONTRAST) == []
    tab.emulate_media(media="print")
    assert tab.evaluate(CONTRAST) == []
    assert not tab.get_by_role("slider").first.is_visible()
    tab.context.close()


def test_a_hostile_page_does_nothing(browser: Any, tmp_path: Path) -> None:
    """Payloads that would do harm, in every text: no dialog, no request, no element more, as levers move."""
    counts = []
    for i, payload in enumerate(("word", PAYLOADS[1], PAYLOADS[2], PAYLOADS[14], PAYLOADS[34])):
        tab, bad = _open(browser, hostile_report(tmp_path / f"{i}", payload))
        for lever in range(4):
            _set(tab, lever, 1)
        assert bad == []
        counts.append(
            tab.evaluate("[...document.querySelectorAll('*')].filter(e => !e.closest('svg')).length")
        )
        tab.context.close()
    assert len(set(counts)) == 1


def test_a_large_page_is_quick(browser: Any, tmp_path: Path) -> None:
    """2,048 points: a lever moves in less than a tenth of a second."""
    found = swept(write_sweep(tmp_path / "s", "sobol", many=2048))
    tab, _ = _open(browser, found.report)
    took = tab.evaluate(
        "() => { const e = document.getElementById('lever-1'); const t = performance.now();"
        " for (let i = 0; i < 10; i += 1) { e.value = i; e.dispatchEvent(new Event('input')); } return (performance.now() - t) / 10; }"
    )
    assert took < 100.0
    tab.context.close()
