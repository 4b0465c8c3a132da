"""Regret across rival hypotheses: how many more attacks a policy has than the best one, if a hypothesis holds.

    regret(policy, h) = E[attacks | policy, h] − min over policies of E[attacks | ·, h]

in attacks over the horizon. It takes no side between hypotheses; a policy of small largest regret is never far from the
best one, which is no recommendation: the largest is set by whichever hypothesis the study happens to name.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.study.expected import Expected
from sim.study.precision import NORMAL_95, clustered_error, clusters
from sim.study.runner import Runs

Floats = np.ndarray[Any, np.dtype[np.float64]]
MEASURE = "attacks"


class Under(NamedTuple):
    """Regret of each policy under one hypothesis, and the standard error of its paired difference to the best."""

    mean: Floats
    regret: Floats
    error: Floats
    best: int


def under(found: Runs | Expected) -> Under:
    """Means [policies], regrets and their errors from paired runs, or from draws' expected attacks.

    The error is that of the mean difference to the policy that came out best, clustered by posterior draw; infinite for a
    single run, 0 for the best itself. That the best is picked by its own noise makes regrets a little too large, by less
    than one such error.
    """
    values = found.column(MEASURE)
    cluster = clusters(found.points.which, found.points.draws)
    mean = values.mean(axis=0)
    best = int(np.argmin(mean))
    apart = values - values[:, [best]]
    error = np.array([clustered_error(x, cluster) if np.any(x) else 0.0 for x in apart.T])
    return Under(mean, mean - mean[best], error, best)


def regrets(
    policies: Sequence[str], found: Mapping[str, Runs | Expected], weights: Mapping[str, float | None]
) -> dict[str, Any] | None:
    """The table of regrets; None with fewer than two policies or no hypothesis.

    ``found`` holds a hypothesis's runs or expected measures, ``weights`` its evidence-updated weight, None where it is not
    fitted. The average runs over the fitted by weight; its error is the weighted sum of theirs, an upper bound, since
    hypotheses share their luck.
    """
    if len(policies) < 2 or not found:
        return None
    by = {h: under(x) for h, x in found.items()}
    averaged = {h: w for h in by if (w := weights.get(h)) is not None}
    total = sum(averaged.values())
    rows: dict[str, Any] = {}
    for j, p in enumerate(policies):
        rows[p] = {
            "average": sum(w * float(by[h].regret[j]) for h, w in averaged.items()) / total if total else None,
            "average_error": _finite(sum(w * float(by[h].error[j]) for h, w in averaged.items()) / total) if total else None,
            **_largest("largest", j, by),
            **_largest("largest_fitted", j, {h: by[h] for h in averaged}),
        }  # fmt: skip
    return {
        "measure": MEASURE,
        "from": "expected" if all(isinstance(x, Expected) for x in found.values()) else "runs",
        "hypotheses": {
            h: {
                "fitted": h in averaged,
                "best": policies[u.best],
                "policies": {p: _cell(u, j) for j, p in enumerate(policies)},
            }
            for h, u in by.items()
        },
        "policies": rows,
        "minimax": _minimax(policies, rows, "largest"),
        "minimax_fitted": _minimax(policies, rows, "largest_fitted"),
    }


def _cell(u: Under, j: int) -> dict[str, float | None]:
    half = NORMAL_95 * float(u.error[j])
    regret = float(u.regret[j])
    return {
        "mean": float(u.mean[j]), "regret": regret, "regret_low": _finite(regret - half), "regret_high": _finite(regret + half),
    }  # fmt: skip


def _largest(name: str, j: int, by: Mapping[str, Under]) -> dict[str, Any]:
    """The largest regret of a policy, the hypothesis under which it is, and its error."""
    if not by:
        return {name: None, f"{name}_under": None, f"{name}_error": None}
    h = max(by, key=lambda x: float(by[x].regret[j]))
    return {name: float(by[h].regret[j]), f"{name}_under": h, f"{name}_error": _finite(float(by[h].error[j]))}


def _minimax(policies: Sequence[str], rows: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The policy of the least largest regret, and those not told apart from it by more than twice the errors together."""
    if any(rows[p][name] is None for p in policies):
        return None
    best = min(policies, key=lambda p: float(rows[p][name]))

    def error(p: str) -> float:
        found = rows[p][f"{name}_error"]
        return float("inf") if found is None else float(found)

    near = [
        p for p in policies
        if p != best and rows[p][name] - rows[best][name] <= NORMAL_95 * float(np.hypot(error(p), error(best)))
    ]  # fmt: skip
    return {"policy": best, "not_told_apart": near}


def _finite(x: float) -> float | None:
    return x if np.isfinite(x) else None
