"""The main study with its calibration, for every part of the bench."""

from functools import cache

from calibration.calibrate import Calibration, calibrate
from sim.data import scenarios_folder
from sim.scenario.study_files import StudyFiles, load_study

STUDY = scenarios_folder() / "fighters-vs-infrastructure.yaml"


@cache
def main_study() -> tuple[StudyFiles, Calibration]:
    """The main study with its calibration."""
    files = load_study(STUDY)
    study = files.study
    return files, calibrate(
        files.record, files.settings, files.hypotheses, evidence=study.evidence, readings=study.readings,
        predictive_runs=0,
    )  # fmt: skip
