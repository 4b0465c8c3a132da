"""The level of a hypothesis that is not fitted: as many reports as the admitted evidence has, by its linear equation."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from calibration.calibrate import Calibration, calibrate
from sim.scenario.study_files import StudyFiles
from sim.study.points import Mode, PointSource

SHOWN = Mode("posterior", "M5")
CRISIS = ("A1", "A2", "A3", "A4", "A5")


def calibrated(files: StudyFiles, evidence: Sequence[str]) -> Calibration:
    """M5 beside M0, which stands for the fitted ones."""
    rivals = {n: files.hypotheses[n] for n in ("M0", "M5")}
    return calibrate(files.record, files.settings, rivals, evidence=evidence, cache=None, predictive_runs=0)


def unstruck_reports(p: Any, found: Calibration) -> dict[str, float]:
    """Mean reports in each window without strikes: m = b + y, y' = (nm - y)/days, by an ODE solver.

    A window that an attack opens counts it; the time before is then quiet.
    """
    e, out = found.evidence, {}

    def background(t: float, g: float) -> float:
        gone = max(0.0, t - e.drift_from)
        return float(p.base_rate * g * np.exp(p.mobilisation_drift * -np.expm1(-gone / p.drift_days)))

    n, days = p.branching_ratio, p.excitation_days
    at, y = e.origin, p.excitation_at_start * n / (1 - n) * background(e.origin, e.levels(e.origin)[0])
    for w in e.windows:
        if w.begins_at_attack:
            y = y * np.exp(-(w.start - at) / days) + n / days
            at = w.start
        attacks = 0.0
        cuts = sorted({at, w.start, w.end, *(x.start for x in e.pieces if at < x.start < w.end)})
        for a, b in pairwise(cuts):
            g = e.levels(a)[0]

            def slope(t: float, x: Any, g: float = g) -> list[float]:
                rate = background(t, g) + x[0]
                return [(n * rate - x[0]) / days, rate]

            y, made = solve_ivp(slope, (a, b), [y, 0.0], rtol=1e-9, atol=1e-11).y[:, -1]
            attacks += made if a >= w.start else 0.0
        at, out[w.id] = w.end, p.completeness * attacks + w.begins_at_attack
    return out


@pytest.mark.parametrize(
    ("evidence", "attacks", "error"),
    [(("A",), 68, 1e-7), (("A", "D"), 158, 1e-3), (("D",), 90, 1e-6)],
)
def test_an_unfitted_hypothesis_expects_the_reports_of_the_evidence(
    files: StudyFiles, evidence: tuple[str, ...], attacks: int, error: float
) -> None:
    """Each of 20 points of M5, whatever its excitation, its start and its drift; g is .05 before the crisis.

    To .1% with A and D, where the excitation carried from one stretch to the next takes attacks for evenly spread.
    """
    found = calibrated(files, evidence)
    source = PointSource(
        files.settings, {"M0": files.hypotheses["M0"], "M5": files.hypotheses["M5"]}, found, 5
    )
    for point in source.points(SHOWN, range(20)):
        assert sum(unstruck_reports(point.params, found).values()) == pytest.approx(attacks, rel=error)


def test_the_longer_record_leaves_the_crisis_its_size(files: StudyFiles) -> None:
    """With A and D, 157/(.05·1018 + 35.5) a day at g = 1 are 65 in the crisis, not the 4.7 of 158 over 1,054 days.

    Excitation at the start and drift move that from point to point; the median of 40 lies within a quarter of it.
    """
    found = calibrated(files, ("A", "D"))
    source = PointSource(
        files.settings, {"M0": files.hypotheses["M0"], "M5": files.hypotheses["M5"]}, found, 5
    )
    reports = [unstruck_reports(x.params, found) for x in source.points(SHOWN, range(40))]
    assert np.median([sum(r[w] for w in CRISIS) for r in reports]) == pytest.approx(65.0, rel=0.25)
