"""One small sweep of each kind and its report, for all tests of it."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from sim.report.sweep.reader import Sweep, read_sweep
from sim.report.sweep.write import write_sweep_report
from tests.report.dom import Element, parse
from tests.report.sweeps import config_of, write_sweep


class Swept(NamedTuple):
    """A sweep's folder and report, its table, and its report as text and tree."""

    report: Path
    sweep: Sweep
    table: pd.DataFrame
    html: str
    page: Element


def swept(folder: Path) -> Swept:
    """The report of a folder."""
    report = write_sweep_report(folder, folder / "report.html", config_of)
    html = report.read_text("utf-8")
    return Swept(report, read_sweep(folder), pd.read_parquet(folder / "table.parquet"), html, parse(html))


@pytest.fixture(scope="session")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """Delay by gap."""
    return swept(write_sweep(tmp_path_factory.mktemp("sweeps") / "grid", "grid"))


@pytest.fixture(scope="session")
def simplex(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """Shares of targets by trigger."""
    return swept(write_sweep(tmp_path_factory.mktemp("sweeps") / "simplex", "simplex"))


@pytest.fixture(scope="session")
def sobol(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    """Five levers, the last two points failed."""
    return swept(write_sweep(tmp_path_factory.mktemp("sweeps") / "sobol", "sobol", failed=2))


@pytest.fixture(scope="session", params=["grid", "simplex", "sobol"])
def any_sweep(request: pytest.FixtureRequest) -> Swept:
    """Each in turn."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]
