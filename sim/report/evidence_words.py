"""What the evidence says between hypotheses, in sentences for terminal and report alike."""

import math
from collections.abc import Mapping
from typing import Any

from sim.report.rounding import number

NORMAL_95 = 1.959963984540054
ASKED = {
    "effect_below_zero": "a strike lowers the rate of attacks",
    "fighters_better": "strikes on fighters do better than on infrastructure",
}
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


def named_moves(calibration: Mapping[str, Any]) -> list[str]:
    """How far each combination of evidence that the record names moves each probability from what it is as admitted."""
    rows = calibration.get("what_would_change") or []
    return [
        f"With {row['says']}, the probability that {words} under {h} is {number(row[what][h], 2)} in place of "
        f"{number(now, 2)}."
        for row in rows[1:]
        if row.get("named")
        for what, words in ASKED.items()
        for h, now in rows[0][what].items()
        if h in row[what]
    ]


def largest_moves(calibration: Mapping[str, Any]) -> list[str]:
    """For each probability, the change of evidence that moves it furthest from what it is as admitted."""
    rows = calibration.get("what_would_change") or []
    out = []
    for what, words in ASKED.items():
        for h, now in rows[0][what].items() if rows else ():
            other = [(x[what][h], x["says"]) for x in rows[1:] if h in x[what]]
            if other:
                then, says = max(other, key=lambda x: abs(x[0] - now))
                out.append(
                    f"Of other readings and further items, {says} moves the probability that {words} under {h} the most: "
                    f"from {number(now, 2)} to {number(then, 2)}."
                )
    return out
