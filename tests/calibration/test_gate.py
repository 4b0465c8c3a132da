"""The prior predictive gate: what it holds, what it refuses, and that its closed form is the engine's."""

import numpy as np
import pytest

from calibration import gate
from calibration.calibrate import calibrate
from calibration.evidence import Evidence, admit
from calibration.level import LEVEL, held_level
from calibration.likelihoods.parameters import Reader, closed
from calibration.posterior import Posterior
from calibration.predictive import simulate_counts
from calibration.priors import PriorTransform
from calibration.samplers.sample import DRAWS, sobol_normals
from sim.errors import ConfigError
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Plausible, Record
from sim.scenario.settings import Settings
from tests.calibration.builders import a_hypothesis, beta, lognormal, normal
from tests.calibration.shipped import brief, hypotheses, settings
from tests.chance import assert_share


def stated() -> Plausible:
    """What the brief's record states as plausible."""
    found = brief().plausible
    assert found is not None
    assert (found.fewest, found.most) == (25, 200)
    return found


def effect(sd: float) -> Hypothesis:
    return a_hypothesis(
        "wild", family="effect", base_rate=lognormal(1.0, 1.8), completeness=beta(14.0, 5.0), strike_effect=normal(0.0, sd),
        effect_days=lognormal(10.0, 0.8), branching_ratio=beta(2.0, 3.0), excitation_days=lognormal(5.0, 0.7),
    )  # fmt: skip


def test_every_shipped_hypothesis_passes() -> None:
    """M0 to M4 on C1 to C5: at most 5% of draws give fewer than 25 or more than 200 attacks."""
    evidence = admit(brief(), settings())
    assert gate.applies(evidence, stated())
    for h in hypotheses().values():
        if closed(h, settings()):  # M5 has a gate of its own
            assert gate.share_outside(h, settings(), evidence, stated()) <= gate.LARGEST_SHARE


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
    one = gate.gated(admit(brief(), settings()), stated())
    reader, values = held(effect(1.0), settings(), one, 64)
    mean, _ = gate.reported_moments(values, reader, one._replace(strikes=()))
    np.testing.assert_allclose(mean + 1, 68.0, rtol=1e-9)


def test_the_gate_does_not_apply_without_the_responses_on_which_it_is_defined() -> None:
    """Other responses take the place of C1 to C5: what is plausible on those says nothing of these."""
    record: Record = brief().model_copy(update={"responses": brief().responses[:3]})
    assert not gate.applies(admit(record, settings()), stated())


def test_a_record_that_states_nothing_as_plausible_refuses_nothing() -> None:
    """The same wild effects, on a record without the block: fitted, and no share outside is given."""
    record = brief().model_copy(update={"plausible": None})
    found = calibrate(record, settings(), {"wild": effect(3.0)}, cache=None, predictive_runs=0)
    assert found.outside == {"wild": None}


def test_bounds_and_responses_are_the_records() -> None:
    """A record that calls 60 to 80 attacks plausible refuses what another lets pass."""
    h = hypotheses()["M3"]
    narrow = stated().model_copy(update={"fewest": 60, "most": 80})
    evidence = admit(brief(), settings())
    assert gate.share_outside(h, settings(), evidence, narrow) > 0.3
    with pytest.raises(ConfigError, match=r"fewer than 60 or more than 80 attacks"):
        calibrate(
            brief().model_copy(update={"plausible": narrow}),
            settings(),
            {"M3": h},
            cache=None,
            predictive_runs=0,
        )


def test_the_closed_form_share_outside_is_that_of_simulated_runs() -> None:
    """400 runs of the engine, each at its own draw with its level held: the share outside, exact binomial test, 6.4e-5."""
    record, h = brief(), effect(1.6)
    evidence = admit(record, settings())
    one = gate.gated(evidence, stated())
    _, values = held(h, settings(), one, 512)
    draws = np.tile(values, (DRAWS // 512 + 1, 1))[:DRAWS]
    posterior = Posterior("wild", PriorTransform(h, one.places), draws, 0.0, 0.0, 1.0, 0.0, "prior")
    counts = simulate_counts(posterior, h, settings(), one, record.responses, 400, 1).sum(axis=(1, 2))
    outside = int(((counts < stated().fewest) | (counts > stated().most)).sum())
    assert_share(outside, 400, gate.share_outside(h, settings(), evidence, stated()))
