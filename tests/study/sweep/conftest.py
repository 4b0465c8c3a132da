"""A small sweep, worked out once: two hypotheses, a week, a grid of two levers and one of a setting."""

from collections.abc import Callable
from pathlib import Path

import pytest

from calibration.calibrate import Calibration, calibrate
from sim.data import scenarios_folder
from sim.scenario.sweeps.files import SweepFiles, load_sweep
from sim.study.sweep.drive import Driven, Limits, drive
from sim.study.sweep.finish import finish
from sim.study.sweep.folder import SweepFolder, begin
from sim.study.sweep.layout import WHOLE, Share
from sim.study.sweep.local import local
from sim.study.sweep.plan import plan_of
from sim.study.sweep.shares import missing

STUDY = """\
kind: study
version: 1
name: week
question: q
settings: settings/iraq-syria-2023.yaml
record: brief
evidence: [A]
hypotheses: [M0, M3]
start: 2023-10-17
horizon_days: 7
policies: [none, fighters]
against: [none]
seed: 5
"""
SWEEP = """\
kind: sweep
version: 1
name: small
question: q
study: week.yaml
policy: fighters
against: [none, infrastructure]
design:
  grid:
    policy.delay_days: [0.5, 2]
    policy.trigger.after_attacks: [1, 3, 5]
    settings.defence.level: [0.5, 2]
runs: {draws: 12, each: 4, prior_draws: 6, hypotheses: [M3], hypothesis_draws: 5}
shard_runs: 300
"""


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the study and the sweep."""
    folder = tmp_path_factory.mktemp("sweeps")
    (folder / "week.yaml").write_text(STUDY, "utf-8")
    (folder / "small.yaml").write_text(SWEEP, "utf-8")
    (folder / "settings").symlink_to(scenarios_folder() / "settings")
    return folder


@pytest.fixture(scope="session")
def files(place: Path) -> SweepFiles:
    """The sweep, loaded."""
    return load_sweep(place / "small.yaml")


@pytest.fixture(scope="session")
def fitted(files: SweepFiles) -> Calibration:
    """Its calibration."""
    x = files.files
    return calibrate(
        x.record, x.settings, x.hypotheses, evidence=x.study.evidence, cache=None, predictive_runs=0
    )


@pytest.fixture(scope="session")
def begun(files: SweepFiles, fitted: Calibration) -> dict[str, bytes]:
    """The files with which its folder begins."""
    return plan_of(files, fitted)


Work = Callable[..., Driven]


def work(folder: SweepFolder, share: Share = WHOLE, *, workers: int = 1, limits: Limits = Limits()) -> Driven:  # noqa: B008  frozen
    """Work off what is missing."""
    chunks = missing(folder.layout, folder.store.present(check=True), share)
    blobs = folder.blobs()
    return drive(folder, chunks, lambda x: local(blobs, "compiled", 1, x, workers), limits, lambda *_: None)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for locks and reports."""
    return {
        str(x.relative_to(folder)): x.read_bytes()
        for x in sorted(folder.rglob("*"))
        if x.is_file() and not x.name.startswith(".lock") and x.name not in ("report.html", "manifest.json")
    }


@pytest.fixture(scope="session")
def done(begun: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> SweepFolder:
    """The sweep, undisturbed, in one process."""
    folder = begin(tmp_path_factory.mktemp("done") / "small", begun)
    work(folder)
    finish(folder, folder.store.present(check=True), 1, ["deter"])
    return folder
