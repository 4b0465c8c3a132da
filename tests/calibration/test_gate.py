"""The prior predictive gate: what it holds, what it refuses, and that its closed form is the engine's."""

import numpy as np
import pytest

from calibration import gate
from calibration.calibrate import calibrate
from calibration.evidence import Evidence, admit
from calibration.level import LEVEL, held_level
from calibration.likelihoods.parameters import Reader
from calibration.posterior import Posterior
from calibration.predictive import simulate_counts
from calibration.priors import PriorTransform
from calibration.samplers.sample import DRAWS, sobol_normals
from sim.errors import ConfigError
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Record
from sim.scenario.settings import Settings
from tests.calibration.builders import a_hypothesis, beta, lognormal, normal
from tests.calibration.shipped import brief, hypotheses, settings
from tests.chance import assert_share


def effect(sd: float) -> Hypothesis:
    return a_hypothesis(
        "wild", family="effect", base_rate=lognormal(1.0, 1.8), completeness=beta(14.0, 5.0), strike_effect=normal(0.0, sd),
        effect_days=lognormal(10.0, 0.8), branching_ratio=beta(2.0, 3.0), excitation_days=lognormal(5.0, 0.7),
    )  # fmt: skip


def test_every_shipped_hypothesis_passes() -> None:
    """M0 to M4 on C1 to C5: at most 5% of draws give fewer than 25 or more than 200 attacks."""
    evidence = admit(brief(), settings())
    assert gate.applies(evidence)
    for h in hypotheses().values():
        if h.fitted:
            assert gate.share_outside(h, settings(), evidence) <= gate.LARGEST_SHARE


def test_a_hypothesis_that_runs_away_is_refused_by_name() -> None:
    """Effects of sd 3 on a strike: one line with the hypothesis and the share found."""
    with pytest.raises(ConfigError, match=r"wild: parameters: .* found \d+\.\d%"):
        calibrate(brief(), settings(), {"wild": effect(3.0)}, cache=None, predictive_runs=0)


def held(h: Hypothesis, the_settings: Settings, evidence: Evidence, rows: int) -> tuple[Reader, np.ndarray]:
    transform = PriorTransform(h, evidence.places)
    reader = Reader(h, the_settings, transform.names, evidence.places)
    values = transform.from_normal(sobol_normals(rows, transform.dimensions, 1))
    values[:, transform.names.index(LEVEL)] = held_level(values, reader, evidence)
    return reader, values


def test_the_level_is_held_at_the_records() -> None:
    """Without strikes every draw expects the record's 68 attacks, the opening one among them."""
    one = gate.crisis(admit(brief(), settings()))
    reader, values = held(effect(1.0), settings(), one, 64)
    mean, _ = gate.reported_moments(values, reader, one._replace(strikes=()))
    np.testing.assert_allclose(mean + 1, 68.0, rtol=1e-9)


def test_the_gate_does_not_apply_without_the_responses_on_which_it_is_defined() -> None:
    """A user's own record has no C1 to C5."""
    record: Record = brief().model_copy(update={"responses": brief().responses[:3]})
    assert not gate.applies(admit(record, settings()))


def test_the_closed_form_share_outside_is_that_of_simulated_runs() -> None:
    """400 runs of the engine, each at its own draw with its level held: the share outside, exact binomial test, 6.4e-5."""
    record, h = brief(), effect(1.6)
    evidence = admit(record, settings())
    one = gate.crisis(evidence)
    _, values = held(h, settings(), one, 512)
    draws = np.tile(values, (DRAWS // 512 + 1, 1))[:DRAWS]
    posterior = Posterior("wild", PriorTransform(h, one.places), draws, 0.0, 0.0, 1.0, 0.0, "prior")
    counts = simulate_counts(posterior, h, settings(), one, record.responses, 400, 1).sum(axis=(1, 2))
    outside = int(((counts < gate.FEWEST) | (counts > gate.MOST)).sum())
    assert_share(outside, 400, gate.share_outside(h, settings(), evidence))
