"""One small calibration with its checks, for all tests of its report."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sim.commands.calibrate import calibrate
from tests.calibration.checks.quick import a_small_record, few, with_pair
from tests.report.dom import Element, parse


class Checked(NamedTuple):
    """The document, every check in full, and the text of the report."""

    document: dict[str, Any]
    checks: dict[str, Any]
    html: str


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """A small record, a hypothesis without an effect and the same with one."""
    folder = tmp_path_factory.mktemp("checked")
    with pytest.MonkeyPatch.context() as patch:
        few(patch, folder)
        record, _, responses, _, settings = a_small_record(folder)
        document = calibrate(
            record, responses=Path(responses), hypotheses=with_pair(folder), settings=settings, verify=True,
            out=folder / "fit", as_json=True,
        )  # fmt: skip
    checks = json.loads((folder / "fit/checks.json").read_text("utf-8"))
    return Checked(document, checks, (folder / "fit/calibration.html").read_text("utf-8"))


@pytest.fixture(scope="session")
def page(checked: Checked) -> Element:
    """Tree of the report."""
    return parse(checked.html)
