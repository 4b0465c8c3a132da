"""Text from configs and results is data: whatever it holds, the page has no element and no attribute more."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.report.page import Figures, draw, page
from sim.report.reader import read_bundle
from tests.report import bundles
from tests.report.bundles import write_bundle
from tests.report.dom import Element, parse
from tests.report.hostile import PAYLOADS, poisoned

Shape = list[tuple[str, list[str]]]


def _documents() -> dict[str, object]:
    return {
        "config": bundles.config(), "result": bundles.result(), "calibration": bundles.calibration(), "manifest": bundles.manifest(),
    }  # fmt: skip


def _shape(root: Element) -> Shape:
    """Every element with the names of its attributes, in order of the page."""
    return [(e.tag, sorted(e.attributes)) for e in root.walk()]


def _render(folder: Path, text: Callable[[], str], figures: Figures | None = None) -> str:
    bundle = read_bundle(write_bundle(folder, **poisoned(_documents(), text)))
    return page(bundle, figures if figures is not None else draw(bundle))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Shape:
    """The shape of the page when every free text is one word."""
    return _shape(parse(_render(tmp_path_factory.mktemp("plain") / "b", lambda: "word", figures)))


def test_there_are_forty() -> None:
    """As many as asked for, none twice."""
    assert len(set(PAYLOADS)) == 40


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_payload_in_every_field_is_text(
    tmp_path: Path, figures: Figures, plain: Shape, payload: str
) -> None:
    """The same elements with the same attributes as for a plain word, and the payload is there to be read."""
    html = _render(tmp_path / "b", lambda: payload, figures)
    root = parse(html)
    assert _shape(root) == plain
    shown = " ".join("".join(x if x.isprintable() else " " for x in payload).split())
    assert shown in root.all("p", class_="question")[0].text
    assert not any(not x.isprintable() and x != "\n" for x in html)


def test_payloads_in_what_figures_show(tmp_path: Path, page: Element) -> None:
    """Labels, windows and parameters that a figure draws: the figure is drawn, and its text is text."""
    turn = iter(range(10**6))
    documents = poisoned(_documents(), lambda: PAYLOADS[next(turn) % len(PAYLOADS)])
    for k, h in enumerate(documents["calibration"]["hypotheses"].values()):
        h["parameters"] = {PAYLOADS[(k + i) % 40]: x for i, x in enumerate(h["parameters"].values())}
        for row in h["predictive"]:
            row["window"] = PAYLOADS[int(row["window"][1])]
    bundle = read_bundle(write_bundle(tmp_path / "b", **documents))
    figures = draw(bundle)
    drawn = [f for f in (*figures[:4], *figures.differences.values(), figures.weights) if f is not None]
    assert len(drawn) == len(page.all("figure"))
    allowed = {e.tag for svg in page.all("svg") for e in svg.walk()}
    for figure in drawn:
        (svg,) = parse(str(figure.svg)).all("svg")
        assert {e.tag for e in svg.walk()} <= allowed
        assert not any(name.startswith("on") for e in svg.walk() for name in e.attributes)
