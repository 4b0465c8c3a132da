"""Recovery of a known truth: the way to a prior-driven contrast is not a posterior that is the prior."""

import numpy as np
import pytest

from calibration.calibrate import calibrate
from calibration.evidence import admit
from calibration.simulate import simulate_windows
from calibration.summary import CONTRAST
from tests.calibration.builders import (
    a_hypothesis,
    a_record,
    beta,
    lognormal,
    normal,
    some_settings,
    strike,
    windows,
)

DAYS = 7.0
WINDOWS = 100
EFFECTS = {"effect_infrastructure": 0.35, "effect_fighters": -0.35}
TRUTH = {"base_rate": 1.5, "branching_ratio": 0.3, "excitation_days": 3.0, "effect_days": 8.0, **EFFECTS}
M4 = a_hypothesis(
    "M4", family="effect", base_rate=lognormal(1.0, 1.82), branching_ratio=beta(2.0, 3.0), excitation_days=lognormal(5.0, 0.74),
    effect_infrastructure=normal(0.146, 0.768), effect_fighters=normal(-0.291, 0.759), effect_days=lognormal(10.0, 0.787),
    pooling=[{"parameters": ("effect_infrastructure", "effect_fighters"), "correlation": 0.556}],
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.nightly)])
def test_a_true_contrast_moves_the_probability(seed: int) -> None:
    """100 weeks, every second one opened by a strike, on fighters and on infrastructure in turn, true contrast -.7.

    About 15 attacks a week and 25 strikes of a kind tell each jump to about ±.1: P(contrast < 0) > .95, and the label
    says informed. A right posterior would miss a true effect by 4 of its sds in under 1 case in 10,000.
    """
    kinds = ("infrastructure", "fighters")
    strikes = [strike(2 * i * DAYS, f"S{i}", **{kinds[i % 2]: 1.0}) for i in range(WINDOWS // 2)]
    edges = [(i * DAYS, (i + 1) * DAYS, 0) for i in range(WINDOWS)]
    settings = some_settings(places=("iraq",))
    empty = admit(a_record(windows(*edges), strikes), settings)
    counts = simulate_windows(empty, TRUTH, np.random.default_rng(seed))
    record = a_record(windows(*((a, b, n) for (a, b, _), n in zip(edges, counts, strict=True))), strikes)
    found = calibrate(record, settings, {"M4": M4}, cache=None, predictive_runs=0).posteriors["M4"]
    contrast = found.summary[CONTRAST]
    assert contrast.below_zero is not None
    assert contrast.below_zero > 0.95
    assert contrast.label == "informed"
    assert abs(contrast.mean + 0.7) < 4 * contrast.sd
    for name, truth in EFFECTS.items():
        s = found.summary[name]
        assert s.label == "informed"
        assert abs(s.mean - truth) < 4 * s.sd
