"""Casualties held against the record: which items, sums over their time, and marks drawn from their posterior."""

import math

import numpy as np

from calibration.casualties import casualties_table, widest
from calibration.evidence import admit
from calibration.posterior import Posterior
from calibration.predictive import replays
from calibration.priors import PriorTransform
from calibration.samplers.sample import DRAWS
from sim.engine.events import Casualties
from tests.calibration.builders import a_hypothesis, a_record, beta, day, lognormal, some_settings, windows
from tests.calibration.shipped import brief, settings
from tests.chance import assert_share

WHOLE = {
    "id": "B",
    "source": "test",
    "start": day(0.0),
    "end": day(10.0),
    "attacks": 12,
    "injured": 7,
    "killed": 0,
}


def test_the_widest_items_are_held_against_not_their_parts() -> None:
    """Of the brief's five, B1, which holds B3 and H1 to H4; none lies in the time of A1 alone but H1."""
    assert [x.id for x in widest(brief(), admit(brief(), settings()))] == ["B1"]
    assert [x.id for x in widest(brief(), admit(brief(), settings(), ("A1",)))] == ["H1"]


def test_people_hurt_are_summed_over_an_items_time() -> None:
    """Runs of 5 + 2, 0 and 9 injured by day 10, and 100 on day 11, which is not its own: median 7, 5% 0, 95% 9."""
    record = a_record(windows((0.0, 12.0, 5)), casualties=(WHOLE,))
    hurt = [((1.0, 5), (9.9, 2), (11.0, 100)), (), ((3.0, 9),)]
    runs = [[Casualties(t, 11, 0, "iraq", 1, n, 0, 0) for t, n in run] for run in hurt]
    rows = casualties_table(record, admit(record, some_settings()), runs)
    assert [(x["item"], x["what"], x["observed"]) for x in rows] == [("B", "injured", 7), ("B", "killed", 0)]
    assert (rows[0]["q05"], rows[0]["q50"], rows[0]["q95"]) == (0, 7, 9)


def test_marks_come_from_their_posterior() -> None:
    """2 attacks a day for 10 days, .6 of them reported, .05 of those deadly: none dies with e^{-.6}; exact, 6.4e-5."""
    record = a_record(windows((0.0, 10.0, 12)))
    evidence = admit(record, some_settings())
    h = a_hypothesis(base_rate=lognormal(2.0, 1e-9), held={"completeness": 0.6})
    transform = PriorTransform(h, evidence.places)
    fixed = Posterior("H", transform, np.tile([2.0, 0.5, 0.5], (DRAWS, 1)), 0.0, 0.0, 1.0, 0.0, "none")
    deadly = PriorTransform.independent({"fatal_share": beta(1.5, 96.5)})
    marks = Posterior("marks", deadly, np.full((DRAWS, 1), 0.05), 0.0, 0.0, 1.0, 0.0, "none")
    runs = list(replays(fixed, h, some_settings(), evidence, (), 600, 3, marks))
    spared = sum(not any(e.kind == "casualties" and e.killed for e in events) for events in runs)
    assert_share(spared, 600, math.exp(-2.0 * 10.0 * 0.6 * 0.05))
