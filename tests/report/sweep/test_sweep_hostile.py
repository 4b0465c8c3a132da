"""Text of a sweep is data: whatever it holds, the page has no element and no attribute more."""

from pathlib import Path

import pandas as pd
import pytest

from sim.report.sweep.write import write_sweep_report
from tests.report.dom import Element, parse
from tests.report.hostile import PAYLOADS
from tests.report.sweeps import write_sweep


def _shape(root: Element) -> list[tuple[str, list[str]]]:
    return [(e.tag, sorted(e.attributes)) for e in root.walk()]


def report(folder: Path, payload: str) -> Path:
    """The report of a sweep with a payload in every sentence, in a choice, in a reference's name and in each config."""
    write_sweep(folder, "simplex", text=lambda: payload, against=(payload,), failed=1)
    for name in ("table", "design"):
        path = folder / f"{name}.parquet"
        found = pd.read_parquet(path)
        found["policy.trigger"] = found["policy.trigger"].replace({"each": payload})
        found.to_parquet(path)
    return write_sweep_report(
        folder, folder / "report.html", lambda p: f"kind: policy\nsays: {payload}\npoint: {p}\n"
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, list[str]]]:
    """The shape of the page when every text is one word."""
    html = report(tmp_path_factory.mktemp("plain") / "s", "word").read_text("utf-8")
    return [x for x in _shape(parse(html)) if x[0] in ALL_BUT_PICTURES]


# what letters a figure draws depends on its text
ALL_BUT_PICTURES = (
    "html", "head", "body", "section", "p", "h1", "h2", "h3", "li", "ul", "table", "tr", "td", "th", "span", "input", "select", "option",
    "label", "script", "style", "meta", "link", "a", "form", "iframe", "img", "object", "base", "details", "button", "pre", "figure",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS[:12] + PAYLOADS[34:], ids=str)
def test_a_payload_everywhere_is_text(
    tmp_path: Path, plain: list[tuple[str, list[str]]], payload: str
) -> None:
    """The same elements with the same attributes as for a plain word, and the payload is there to be read."""
    html = report(tmp_path / "s", payload).read_text("utf-8")
    root = parse(html)
    found = [x for x in _shape(root) if x[0] in ALL_BUT_PICTURES]
    assert found == plain
    assert not any(name.startswith("on") for e in root.walk() for name in e.attributes)
    shown = " ".join("".join(x if x.isprintable() else " " for x in payload).split())
    assert shown in root.all("p", class_="question")[0].text
    assert not any(not x.isprintable() and x != "\n" for x in html)
