"""One small bundle and its report for all tests of the report."""

from pathlib import Path

import pytest

from sim.report.html import write_report
from sim.report.page import Figures, draw
from sim.report.reader import Bundle, read_bundle
from tests.report.bundles import write_bundle
from tests.report.dom import Element, parse


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle on disk, with its report."""
    found = write_bundle(tmp_path_factory.mktemp("report") / "bundle")
    write_report(found, found / "report.html")
    return found


@pytest.fixture(scope="session")
def bundle(folder: Path) -> Bundle:
    """The same bundle, read."""
    return read_bundle(folder)


@pytest.fixture(scope="session")
def figures(bundle: Bundle) -> Figures:
    """Its figures."""
    return draw(bundle)


@pytest.fixture(scope="session")
def html(folder: Path) -> str:
    """Text of its report."""
    return (folder / "report.html").read_text("utf-8")


@pytest.fixture(scope="session")
def page(html: str) -> Element:
    """Tree of its report."""
    return parse(html)
