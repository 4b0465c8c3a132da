"""Placebo strikes: were an effect of strikes real, it would not be found as well at dates when nothing was struck."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from calibration.ablation import LEAST_DRAWS
from calibration.arrays import Floats, Indices
from calibration.checks.designs import inside
from calibration.checks.fits import Case
from calibration.checks.processes import Tick, in_processes
from calibration.evidence import Evidence
from calibration.posterior import Posterior
from calibration.priors import COMMON_EFFECT
from calibration.reweigh import Reweigher

SHIFTS_DAYS = (*range(-10, -2), *range(3, 11))


class Trial(NamedTuple):
    """A hypothesis with its posterior, and strikes moved by so many days."""

    case: Case
    posterior: Posterior
    days: int
    seed: int


def moved(evidence: Evidence, days: float) -> Evidence | None:
    """The strikes within the record moved by so many days; None if one would leave it."""
    first, last = evidence.windows[0].start, evidence.windows[-1].end
    here = {s.id for s in inside(evidence)}
    strikes = [s._replace(time=s.time + days) if s.id in here else s for s in evidence.strikes]
    if not here or any(s.id in here and not first <= s.time < last for s in strikes):
        return None
    return evidence._replace(strikes=tuple(sorted(strikes, key=lambda s: (s.time, s.id))))


def placebo(
    cases: Sequence[Case],
    posteriors: Mapping[str, Posterior],
    seed: int,
    *,
    workers: int = 1,
    tick: Tick | None = None,
) -> list[dict[str, Any]]:
    """A row for the real dates (shift 0) and each placebo, for hypotheses with one effect of all strikes."""
    asked = [c for c in cases if COMMON_EFFECT in c.transform.parameters]
    trials = [
        Trial(c, posteriors[c.name], days, seed)
        for c in asked
        for days in SHIFTS_DAYS
        if moved(c.evidence, days) is not None
    ]
    found = in_processes(tried, trials, workers, tick)
    real = [_row(c.name, posteriors[c.name], 0, "fitted") for c in asked if inside(c.evidence)]
    return sorted((*real, *found), key=lambda r: (r["hypothesis"], r["shift_days"]))


def tried(trial: Trial) -> dict[str, Any]:
    """The effect at placebo dates: the posterior's draws weighed by the ratio of likelihoods, else fitted anew."""
    evidence = moved(trial.case.evidence, trial.days)
    if evidence is None:
        raise ValueError(f"a strike leaves the record when moved by {trial.days} days")
    case = trial.case.on(evidence)
    weigh = Reweigher(trial.posterior, trial.case.likelihood, trial.seed)
    weights, worth = weigh(case.likelihood)
    if worth < LEAST_DRAWS:
        return _row(case.name, case.fit(trial.seed), trial.days, "fitted")
    return _row(case.name, trial.posterior, trial.days, "weighed", (weigh.rows, weights))


def standing(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """By hypothesis, the rank of the real dates among all, by how far P(effect < 0) lies from ½: 1 stands out most."""
    out = {}
    for name in dict.fromkeys(r["hypothesis"] for r in rows):
        here = [r for r in rows if r["hypothesis"] == name]
        far = {r["shift_days"]: abs(r["below_zero"] - 0.5) for r in here}
        if len(far) > 1 and 0 in far:
            out[name] = {"rank": 1 + sum(x > far[0] for k, x in far.items() if k != 0), "of": len(far)}
    return out


def _row(
    name: str, posterior: Posterior, days: int, how: str, weights: tuple[Indices, Floats] | None = None
) -> dict[str, Any]:
    x = posterior.draws[:, posterior.names.index(COMMON_EFFECT)]
    rows, w = (np.arange(len(x)), np.full(len(x), 1.0 / len(x))) if weights is None else weights
    x = x[rows]
    order = np.argsort(x)
    up = np.cumsum(w[order])
    low, high = (float(x[order][min(int(np.searchsorted(up, p)), len(x) - 1)]) for p in (0.05, 0.95))
    return {
        "hypothesis": name,
        "shift_days": days,
        "below_zero": float(w @ (x < 0.0)),
        "mean": float(w @ x),
        "q05": low,
        "q95": high,
        "how": how,
    }
