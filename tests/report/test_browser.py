"""The report in a real browser: offline, with and without scripts, by keyboard, narrow, dark and in print."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.report.page import draw, page
from sim.report.reader import read_bundle
from tests.report import bundles
from tests.report.bundles import write_bundle
from tests.report.hostile import PAYLOADS, poisoned

CHROMIUM = next(
    (p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="needs Chromium: apt-get install -y --no-install-recommends chromium"
    ),
]

# WCAG 2.2: contrast (L1 + .05) / (L2 + .05) of relative luminances; each text against the nearest background behind it
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data; };
  const luminance = c => [...rgb(c)].slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = e => { while (e && rgb(getComputedStyle(e).backgroundColor)[3] < 255) e = e.parentElement;
    return e ? getComputedStyle(e).backgroundColor : 'white'; };
  const out = [];
  for (const e of document.body.querySelectorAll(':not(svg, svg *)')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [luminance(getComputedStyle(e).color), luminance(behind(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) out.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)} ${e.textContent.slice(0, 30)}`);
  }
  return out;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def _open(browser: Any, path: Path, **context: Any) -> tuple[Any, list[str]]:
    """The page, in a context without network, and all that went wrong or left while it opened."""
    tab = browser.new_context(offline=True, **context).new_page()
    bad: list[str] = []
    tab.on("console", lambda m: bad.append(f"console: {m.text}"))
    tab.on("pageerror", lambda e: bad.append(f"error: {e}"))
    tab.on("dialog", lambda d: (bad.append("dialog"), d.dismiss()))
    tab.on(
        "request",
        lambda r: (
            bad.append(f"request: {r.url}")
            if r.url != path.as_uri() and not r.url.startswith("data:")
            else None
        ),
    )
    tab.goto(path.as_uri())
    tab.wait_for_load_state("networkidle")
    return tab, bad


@pytest.fixture
def report(folder: Path) -> Path:
    """Where the report lies."""
    return folder / "report.html"


@pytest.mark.parametrize("scripts", [True, False])
def test_it_opens_offline(browser: Any, report: Path, scripts: bool) -> None:
    """No request leaves, nothing goes wrong, and the page is the same without scripts."""
    tab, bad = _open(browser, report, java_script_enabled=scripts)
    assert bad == []
    assert tab.title() == "Fighters vs infrastructure: report of deter"
    assert tab.get_by_role("heading", level=2).count() == 11
    assert tab.get_by_role("table").count() >= 8  # the others are folded away
    tab.get_by_text("The numbers behind this figure").first.click()
    assert tab.get_by_role("table", name=re.compile("Attacks in 36 days under")).is_visible()
    tab.context.close()


def test_pictures_have_names_with_numbers(browser: Any, report: Path) -> None:
    """Each figure is an image to assistive technology, named by a sentence with its numbers, and it is drawn."""
    from playwright.sync_api import expect

    tab, _ = _open(browser, report)
    pictures = tab.get_by_role("img")
    assert pictures.count() == 7
    for i in range(7):
        expect(pictures.nth(i)).to_have_accessible_name(re.compile(r"\w+.*\d.*\d", re.DOTALL))
        box = pictures.nth(i).bounding_box()
        assert box is not None
        assert box["width"] > 500
        assert box["height"] > 80
    tab.context.close()


def test_the_keyboard_reaches_everything(browser: Any, report: Path) -> None:
    """Tab goes to the skip link first; Enter on it goes to the report; Tab reaches the first data and Enter opens it."""
    tab, _ = _open(browser, report)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the report"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    tab.keyboard.press("Enter")
    for _ in range(10):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    assert tab.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert not tab.evaluate("document.activeElement.parentElement.open")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.parentElement.open")
    tab.context.close()


def test_a_narrow_window_does_not_scroll_sideways(browser: Any, report: Path) -> None:
    """At 400 pixels, with everything unfolded, only tables and figures scroll, each in its own frame."""
    tab, _ = _open(browser, report, viewport={"width": 400, "height": 800})
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 400
    tab.context.close()


def test_the_first_figure_fits_a_telephone(browser: Any, report: Path) -> None:
    """At 420 pixels the attacks under each policy are seen whole; the wider figures scroll in their frames."""
    tab, _ = _open(browser, report, viewport={"width": 420, "height": 800})
    widths = tab.evaluate("[...document.querySelectorAll('.card')].map(e => [e.scrollWidth, e.clientWidth])")
    assert widths[0][0] <= widths[0][1]
    tab.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(browser: Any, report: Path, scheme: str) -> None:
    """At least 4.5 to 1 for every text, in both schemes; figures stand on white in both."""
    tab, _ = _open(browser, report, color_scheme=scheme)
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert tab.evaluate(CONTRAST) == []
    assert (
        tab.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    page_colour = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(x) for x in re.findall(r"\d+", page_colour)) < 200) == (scheme == "dark")
    tab.context.close()


def test_print_is_black_on_white(browser: Any, report: Path) -> None:
    """Even from a dark screen: no contents, no folded data, no frame that cuts a table off."""
    tab, _ = _open(browser, report, color_scheme="dark")
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not tab.get_by_role("navigation").is_visible()
    assert not tab.get_by_text("The numbers behind this figure").first.is_visible()
    assert tab.evaluate(
        "[...document.querySelectorAll('.scroll, .card')].every(e => getComputedStyle(e).overflowX === 'visible')"
    )
    assert tab.evaluate(CONTRAST) == []
    tab.context.close()


def test_a_hostile_page_does_nothing(browser: Any, tmp_path: Path) -> None:
    """All forty payloads in turn through every field: as many elements as for a plain word, no dialog, no request."""
    counts = []
    for name, words in (("plain", tuple(f"word {i}" for i in range(40))), ("hostile", PAYLOADS)):
        turn = iter(range(10**6))
        documents = {
            "config": bundles.config(),
            "result": bundles.result(),
            "calibration": bundles.calibration(),
        }
        documents["manifest"] = bundles.manifest()
        folder = write_bundle(tmp_path / name, **poisoned(documents, lambda: words[next(turn) % len(words)]))  # noqa: B023
        bundle = read_bundle(folder)
        out = folder / "report.html"
        out.write_text(page(bundle, draw(bundle)), "utf-8")
        tab, bad = _open(browser, out)
        assert bad == []
        counts.append(
            tab.evaluate("[...document.querySelectorAll('*')].filter(e => !e.closest('svg')).length")
        )
        tab.context.close()
    assert counts[0] == counts[1]
