"""Recovery of a known truth, at the record's design and at longer ones, and what that says of what it would take to know.

Truths are drawn from the record's own posterior, so they are what is plausible now; a posterior of each data set comes from
weighed prior draws. Windows are of the record's mean length, and strikes go on as the record has them.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from calibration.arrays import Floats
from calibration.checks.dataset import design
from calibration.checks.designs import inside, lengthened
from calibration.checks.draws import PriorDraws
from calibration.checks.fits import Case
from calibration.checks.processes import Tick, in_processes
from calibration.checks.ranks import Ranks, rank_truths
from calibration.likelihoods.parameters import EFFECTS
from calibration.posterior import Posterior
from calibration.priors import COMMON_EFFECT

DATA_SETS = 50
LENGTHS = (5, 10, 23, 50, 100)
RECORD = 0
"""In place of a number of windows: the record's own."""
POINTS, MORE_POINTS, MANY = 8192, 32768, 50
"""Prior draws; more of them from so many windows on, which leave few of weight."""
HALF = 0.5


class Repeat(NamedTuple):
    """A hypothesis on a design, with the truths [data sets, names] that make the data."""

    case: Case
    windows: int
    truths: Floats
    seed: int


def repeat(task: Repeat) -> Ranks:
    """Posteriors of data sets that known truths made."""
    longer = lengthened(task.case.evidence, task.windows) if task.windows else task.case.evidence
    case = task.case.on(design(longer, by_place=False))
    points = POINTS if len(longer.windows) < MANY else MORE_POINTS
    draws = PriorDraws(case.likelihood, case.transform, points, task.seed)
    truths = iter(task.truths)
    stream = f"checks.recovery/{case.name}/{task.windows}"
    return rank_truths(draws, range(len(task.truths)), task.seed, stream=stream, truth=lambda _: next(truths))


def recovered(
    cases: Sequence[Case],
    posteriors: Mapping[str, Posterior],
    seed: int,
    *,
    data_sets: int = DATA_SETS,
    lengths: Sequence[int] = LENGTHS,
    workers: int = 1,
    tick: Tick | None = None,
) -> list[dict[str, Any]]:
    """A row for each hypothesis with an effect, design and parameter: bias, sd, coverage, contraction, width."""
    asked = [c for c in cases if c.hypothesis.family == "effect"]
    tasks = []
    for n in sorted((RECORD, *lengths), key=lambda n: -n):  # the longest first
        for c in asked:
            rng = np.random.default_rng([seed, n])
            chosen = rng.permutation(len(posteriors[c.name].draws))[:data_sets]
            tasks.append(Repeat(c, n, posteriors[c.name].draws[chosen], seed))
    found = dict(
        zip(
            ((t.case.name, t.windows) for t in tasks), in_processes(repeat, tasks, workers, tick), strict=True
        )
    )
    return [
        row
        for c in asked
        for n in (RECORD, *lengths)
        if len(found[c.name, n].worth)
        for row in _rows(c, n, found[c.name, n], len(c.evidence.windows))
    ]


def _rows(case: Case, windows: int, r: Ranks, own: int) -> list[dict[str, Any]]:
    rows = []
    for i, name in enumerate(r.parameters):
        off = r.means[:, i] - r.truths[:, i]
        prior_sd = case.transform.moments(name)[1]
        rows.append(
            {
                "hypothesis": case.name,
                "design": "record" if windows == RECORD else "longer",
                "windows": windows or own,
                "parameter": name,
                "data_sets": len(r.worth),
                "left_out": r.too_few + r.too_large,
                "bias": float(off.mean()),
                "bias_se": float(off.std(ddof=1) / math.sqrt(len(off))) if len(off) > 1 else None,
                "sd": float(r.sds[:, i].mean()),
                "coverage90": float((np.abs(r.places[:, i] - 0.5) <= 0.45).mean()),
                "contraction": float(np.median(1.0 - (r.sds[:, i] / prior_sd) ** 2)),
                "width90": float(r.widths[:, i].mean()),
            }
        )
    return rows


def windows_needed(
    rows: Sequence[Mapping[str, Any]], cases: Sequence[Case], posteriors: Mapping[str, Posterior]
) -> list[dict[str, Any]]:
    """A row for each effect: windows after which its 90% interval is half of what the record leaves, on average.

    Between two designs the width falls as a power of their length. ``needed`` is None where the longest (``longest``) doesn't
    do; ``struck`` says whether the record has a strike of that class to go on with.
    """
    out = []
    for c in cases:
        p = posteriors[c.name]
        struck = {COMMON_EFFECT} | {
            e for s in inside(c.evidence) for e, q in zip(EFFECTS, s.shares, strict=True) if q > 0.0
        }
        for effect in (COMMON_EFFECT, *EFFECTS):
            points = [
                (float(r["windows"]), float(r["width90"]))
                for r in rows
                if (r["hypothesis"], r["parameter"], r["design"]) == (c.name, effect, "longer")
            ]
            if not points:
                continue
            q05, q95 = np.quantile(p.draws[:, p.names.index(effect)], (0.05, 0.95))
            now = float(q95 - q05)
            out.append(
                {
                    "hypothesis": c.name,
                    "effect": effect,
                    "struck": effect in struck,
                    "width_now": now,
                    "windows_now": len(c.evidence.windows),
                    "width_longest": points[-1][1],
                    "longest": int(points[-1][0]),
                    "needed": crossing(points, HALF * now),
                }
            )
    return out


def crossing(points: Sequence[tuple[float, float]], level: float) -> float | None:
    """The length at which a width first falls to a level, by a power law between points; None if it never does."""
    before: tuple[float, float] | None = None
    for n, width in points:
        if width <= level:
            if before is None or before[1] <= level:
                return n
            share = math.log(before[1] / level) / math.log(before[1] / width)
            return math.exp(math.log(before[0]) + share * math.log(n / before[0]))
        before = (n, width)
    return None
