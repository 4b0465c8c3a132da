"""What the evidence says between hypotheses, in sentences for terminal and report alike."""

import math
from collections.abc import Mapping
from typing import Any

from sim.report.rounding import number

NORMAL_95 = 1.959963984540054
HARDLY = 3.0
"""A Bayes factor up to 3 is «barely worth mentioning» (Jeffreys 1961; Kass & Raftery 1995)."""


def like_for_like(calibration: Mapping[str, Any]) -> list[str]:
    """What the data say of a strike effect where all else is alike, with the error of the fits."""
    out = []
    for x in calibration.get("like_for_like") or []:
        level, error = x["log_bayes_factor"], NORMAL_95 * x["log_bayes_factor_se"]
        with_, without = x["hypothesis"], x["without_effect"]
        better, worse = (with_, without) if level > 0.0 else (without, with_)
        factor, low, high = (math.exp(min(abs(level) + d, 700.0)) for d in (0.0, -error, error))
        weak = ", which is hardly evidence" if factor < HARDLY else ""
        out.append(
            f"Like for like the data prefer {better} to {worse} by a factor of {number(factor, 3)} "
            f"({number(low, 3)} to {number(high, 3)} by the error of the fits){weak}: "
            f"{with_} is {without} with an effect of strikes."
        )
    return out
