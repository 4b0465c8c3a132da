"""Self-exciting attacks that a reactive policy answers: the exact filter knows what the closed form leaves out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from calibration.arrays import Floats
from calibration.closed_loop import Loop, Ranks, closed_loop_ranks, exogenous
from calibration.evidence import Evidence
from calibration.likelihoods.exact import ExactCounts
from calibration.likelihoods.parameters import Reader
from sim.scenario.policy import Policy
from tests.calibration.builders import a_hypothesis, beta, lognormal, normal, some_settings

UNIFORM = 2.2  # √R · D past this has probability 1.2e-4 for uniform ranks (Kolmogorov)
PARAMETERS = ("base_rate", "branching_ratio", "strike_effect")


def exact(evidence: Evidence, reader: Reader) -> Callable[[Floats], Floats]:
    """The particle filter as a likelihood of one term; the luck is the record's own."""
    filter_ = ExactCounts(evidence, reader, particles=24)
    return lambda values: filter_(values, evidence.attacks)[:, None]


def a_loop() -> Loop:
    """36 days of about 45 self-exciting attacks, each answered at once by a coin of .15; an effect of either sign."""
    h = a_hypothesis(
        base_rate=lognormal(0.8, 0.4), branching_ratio=beta(2.0, 3.0), strike_effect=normal(0.0, 0.6),
        held={"effect_days": 8.0, "excitation_days": 3.0},
    )  # fmt: skip
    policy: dict[str, Any] = {"trigger": {"after_attacks": 1}, "tempo": {"answered_share": 0.15}}
    how = Policy.model_validate({"kind": "policy", "version": 1, "name": "p", "says": "for a test", **policy})
    return Loop(h, some_settings(places=("iraq",)), how, 36.0)


def off(ranks: Ranks) -> float:
    """Standard errors of the effect's mean rank from a half."""
    return (ranks.mean("strike_effect") - 0.5) / np.sqrt(1.0 / 12.0 / len(ranks.ranks))


@pytest.mark.nightly
def test_triggered_ends_are_calibrated_under_self_excitation() -> None:
    """400 records: ranks of level, branching ratio and effect are uniform where ends are known to be triggered (false alarm 4.2e-4).

    Taken for exogenous, the same ends make the effect higher: a backlash that is not there. The rank of the
    likelihood itself is not looked at: its estimate is noisy, and draws are chosen by their noise, the truth is not.
    """
    both = {"exact": exact, "exogenous": exogenous(exact)}
    found = closed_loop_ranks(a_loop(), both, data_sets=400, draws=600, seed=5)
    assert max(found["exact"].distance(n) for n in PARAMETERS) < UNIFORM
    assert abs(off(found["exact"])) < 4.0
    assert off(found["exogenous"]) < off(found["exact"])
