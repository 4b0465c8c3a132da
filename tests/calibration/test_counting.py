"""What is counted where: an event on an edge, an opening attack, completeness, and windows short of their own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.evidence import Evidence, admit, with_readings
from calibration.fitting import fit_hypothesis
from calibration.history import read_record
from calibration.likelihoods.mixture import counted
from calibration.likelihoods.parameters import Reader
from calibration.predictive import counts_of
from calibration.priors import PriorTransform
from calibration.simulate import simulate_windows
from sim.engine.events import ATTACK, AttackLaunched, Reported
from sim.measures import weekly_attacks
from sim.model.tally import week_of
from sim.scenario.hypothesis import Hypothesis
from tests.calibration import shipped
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    a_record,
    beta,
    lognormal,
    some_evidence,
    some_settings,
    windows,
)
from tests.calibration.sbc import simulation_based_calibration

UNIFORM = 2.2  # √R · D past this has probability 1.2e-4 for uniform ranks (Kolmogorov)
ONE_PLACE = some_settings(places=("iraq",))


def test_an_event_exactly_on_an_edge_belongs_to_the_later_window(tmp_path: Path) -> None:
    """[start, end) in the reader of events, in counts of an engine's events, and in the weeks that both engines count by.

    Nothing at the last edge is counted.
    """
    table = tmp_path / "mine.csv"
    table.write_text("date,place\n2023-01-01,iraq\n2023-01-02,iraq\n2023-01-02T06:00,iraq\n2023-01-03,iraq\n")
    assert [w.count for w in read_record(table).windows] == [1, 2, 1]
    evidence = some_evidence(windows((0, 7, 1), (7, 14, 1)), settings=ONE_PLACE)
    events = [Reported(t, ATTACK, i, "iraq", i) for i, t in enumerate((0.0, 6.999, 7.0, 13.0, 14.0))]
    assert counts_of(evidence, [events])[0, :, 0].tolist() == [2, 2]
    assert [week_of(t, 3) for t in (6.999, 7.0, 14.0)] == [0, 1, 2]
    launched = [AttackLaunched(t, ATTACK, 0, "iraq", 1, "group", "rocket", 1) for t in (6.999, 7.0, 14.0)]
    assert weekly_attacks(launched, 21.0) == [1, 1, 1]


def calibrated(data: Evidence, told: Evidence, h: Hypothesis) -> bool:
    """Whether ranks are uniform when data are simulated by one evidence and fitted as another; 300 data sets."""
    likelihood, transform = a_filter(told, h, ONE_PLACE)
    found = simulation_based_calibration(
        likelihood,
        transform,
        data_sets=300,
        draws=1500,
        seed=4,
        simulator=lambda _, given, rng: simulate_windows(data, given, rng),
    )
    return max(found.distance.values()) < UNIFORM


def test_an_opening_attack_is_conditioned_on() -> None:
    """Three days that an attack opened: uniform ranks if the fit knows it, far from uniform if not (false alarm 2.4e-4)."""
    h = a_hypothesis(base_rate=lognormal(0.8, 0.6))
    opened = some_evidence(windows((0, 3, 1), (3, 5, 1), begins_at_attack=True), settings=ONE_PLACE)
    plain = some_evidence(windows((0, 3, 1), (3, 5, 1)), settings=ONE_PLACE)
    assert calibrated(opened, opened, h)
    assert not calibrated(opened, plain, h)


def test_completeness_is_calibrated() -> None:
    """Data thinned with an unknown completeness: uniform ranks if the fit has it, not if it takes all for reported."""
    data = some_evidence(windows((0, 6, 1), (6, 12, 1)), settings=ONE_PLACE)
    h = a_hypothesis(base_rate=lognormal(3.0, 0.4), completeness=beta(14.0, 5.0))
    assert calibrated(data, data, h)
    likelihood, transform = a_filter(data, a_hypothesis(base_rate=lognormal(3.0, 0.4)), ONE_PLACE)

    def thinned(evidence: Evidence, given: Any, rng: np.random.Generator) -> list[int]:
        return simulate_windows(evidence, {**given, "completeness": float(rng.beta(14.0, 5.0))}, rng)

    control = simulation_based_calibration(
        likelihood, transform, data_sets=300, draws=1500, seed=4, simulator=thinned
    )
    assert control.distance["base_rate"] > UNIFORM


def test_a_window_that_is_short_of_its_own_is_thinned_by_itself() -> None:
    """A quarter short of 8 attacks expected: a mean of 6; and 300 data sets simulated so are calibrated."""
    two = windows((0, 4, 6), (4, 8, 8))
    data = some_evidence((two[0] | {"short_by": 0.25}, two[1]), settings=ONE_PLACE)
    h = a_hypothesis(base_rate=lognormal(2.0, 0.5))
    likelihood, _ = a_filter(data, h, ONE_PLACE)
    steps = list(likelihood.steps(likelihood.prepared(np.array([[2.0, 1.0]])), [6, 8]))
    assert [s.counts.reported_mean.item() for s in steps] == pytest.approx([6.0, 8.0])
    assert calibrated(data, data, h)
    assert not calibrated(data, some_evidence(two, settings=ONE_PLACE), h)


def test_thinning_only_the_windows_flagged_at_least_invents_backlash() -> None:
    """The brief under M4: taken a quarter short, A3 to A5 lift P(positive infrastructure effect) from about .5 to about .75.

    The flags came with the later windows, after the strikes. So completeness is one number for a record, and a shortfall
    of flagged windows is a reading that an analyst asks for by name.
    """
    record, settings, h = (
        shipped.brief(),
        shipped.settings(),
        next(h for n, h in shipped.hypotheses().items() if n.startswith("M4")),
    )
    found = []
    for readings in ({}, dict.fromkeys(("A3", "A4", "A5"), "short-by-a-quarter")):
        evidence = admit(with_readings(record, readings), settings)
        transform = PriorTransform(h, evidence.places)
        reader = Reader(h, settings, transform.names, evidence.places)
        posterior = fit_hypothesis("M4", transform, counted(evidence, reader), 1)
        found.append(1.0 - (posterior.summary["effect_infrastructure"].below_zero or 0.0))
    assert 0.45 < found[0] < 0.58
    assert 0.68 < found[1] < 0.80


def test_both_records_say_what_is_uncertain() -> None:
    """The statements lag by up to a day, all together; the brief is exact but for its reading ``edges-uncertain``."""
    from sim.data import records_folder
    from sim.scenario.loader import load

    statements: Any = load(records_folder() / "statements.yaml", "record").model
    (lag,) = admit(statements, shipped.settings()).shifts
    assert (lag.low, lag.high) == (-1.0, 0.0)
    assert "S2" not in lag.ends  # it ends at a strike
    brief = shipped.brief()
    assert not admit(brief, shipped.settings()).uncertain
    ids = [x.id for x in (*brief.windows, *brief.responses) if "edges-uncertain" in x.readings]
    read = admit(with_readings(brief, dict.fromkeys(ids, "edges-uncertain")), shipped.settings())
    assert [w.moved for w in read.windows] == [3, 3, 3, 3, 0]
    assert len(read.shifts) == 7


def test_a_record_without_any_of_it_is_read_as_before() -> None:
    """Defaults change nothing: no shift, no share, no delay."""
    evidence = admit(a_record(windows((0, 3, 1), (3, 5, 1))), some_settings())
    assert evidence.shifts == ()
    assert all((w.share, w.moved, w.delay) == (1.0, 0, 0.0) for w in evidence.windows)
