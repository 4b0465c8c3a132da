"""An installed deter finds the files that it ships with."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import run
from sim.data import records_folder, scenarios_folder

ROOT = Path(run.ROOT)
ASK = "import sim.data as d; print(d.scenarios_folder()); print(d.records_folder())"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("deter-*.whl")
    return built


def data_files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*.y*ml"))


def test_a_checkout_uses_its_own_folders():
    assert scenarios_folder() == ROOT / "scenarios"
    assert records_folder() == ROOT / "calibration" / "records"


def test_an_installed_package_carries_every_scenario_and_record(wheel, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    environ = dict(os.environ, PYTHONPATH=str(site))
    answer = subprocess.run(
        [sys.executable, "-P", "-c", ASK],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    scenarios, records = map(Path, answer.stdout.splitlines())
    assert scenarios.is_relative_to(site)
    assert records.is_relative_to(site)
    assert data_files(scenarios) == data_files(ROOT / "scenarios")
    assert data_files(records) == data_files(ROOT / "calibration" / "records")


def test_the_wheel_holds_the_packages_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {
        "sim",
        "calibration",
        f"deter-{wheel.name.split('-')[1]}.dist-info",
    }
    assert "sim/py.typed" in names
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_holds_every_template_sheet_and_script(wheel):
    """What pages are made of lies beside the code that reads it, and ships with it."""
    wanted = {
        str(x.relative_to(ROOT)) for x in (ROOT / "sim").rglob("*") if x.suffix in {".j2", ".css", ".js"}
    }
    assert "sim/report/sweep/explorer.js" in wanted
    with zipfile.ZipFile(wheel) as archive:
        assert wanted <= set(archive.namelist())
