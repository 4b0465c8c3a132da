"""The main study's own answer: between fighters and infrastructure the record does not distinguish."""

import pytest

from calibration.calibrate import Calibration
from sim.scenario.study import Budget
from sim.scenario.study_files import StudyFiles
from sim.study.compare import compare

NOT_MOVED = 0.05  # what the issue asks of the contrast's probability, against the prior's


@pytest.mark.parametrize("runs", [300, pytest.param(1_000, marks=pytest.mark.nightly)])
def test_the_contrast_is_prior_driven(runs: int, files: StudyFiles, fitted: Calibration) -> None:
    """P(fighters see fewer attacks than infrastructure) is within .05 of the prior's, and labelled prior-driven.

    Runs under the posterior and the prior share their luck. A run's contribution to the difference of the two
    probabilities has an sd of .27 (two signs over two, with ties), so that a program whose probabilities differ
    by .015, as 4,000 runs have them (-.015, error .004), is found to differ by .05 in 1.8% of fresh seeds at 300
    runs (2.2 errors of .016) and in 5e-5 at 1,000 (4.1 errors of .0085). The seed is the study's own.
    """
    budget = Budget(prior_replications=runs, hypothesis_replications=0, paired_replications=0)
    small = StudyFiles(**{**vars(files), "study": files.study.model_copy(update={"budget": budget})})
    found = compare(small, fitted, policies=["infrastructure", "fighters"], replications=runs, workers=1)
    (row,) = [d for d in found.document["differences"] if d["measure"] == "attacks"]

    assert (row["policy"], row["against"]) == ("fighters", "infrastructure")
    assert row["label"] == "prior-driven"
    assert abs(row["probability_better"] - row["prior_probability_better"]) < NOT_MOVED
