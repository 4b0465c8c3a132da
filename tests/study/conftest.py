"""The main study, calibrated once for all tests of this room; M5 keeps its prior here, as a user may say of any hypothesis."""

import dataclasses

import pytest

from calibration.calibrate import Calibration, calibrate
from sim.data import scenarios_folder
from sim.scenario.study_files import StudyFiles, load_study
from sim.study.plan import worlds
from sim.study.points import PointSource
from sim.study.runner import Plan


@pytest.fixture(scope="session")
def files() -> StudyFiles:
    """The main study, M5 not fitted: that way has tests here, and its fit has others."""
    found = load_study(scenarios_folder() / "fighters-vs-infrastructure.yaml")
    m5 = found.hypotheses["M5"].model_copy(update={"fitted": False})
    return dataclasses.replace(found, hypotheses={**found.hypotheses, "M5": m5})


@pytest.fixture(scope="session")
def fitted(files: StudyFiles) -> Calibration:
    """Its calibration, without predictive runs and without a cache."""
    return calibrate(
        files.record,
        files.settings,
        files.hypotheses,
        evidence=files.study.evidence,
        cache=None,
        predictive_runs=0,
    )


@pytest.fixture(scope="session")
def plan(files: StudyFiles, fitted: Calibration) -> Plan:
    """Three of its policies at a seed of the tests' own."""
    source = PointSource(files.settings, files.hypotheses, fitted, 5)
    return Plan(5, True, worlds(files, ["observed", "none", "fighters"]), source)
