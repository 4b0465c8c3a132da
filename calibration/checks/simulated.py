"""Simulation-based calibration of every fitted hypothesis on the record's design, and what is read off the ranks."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from calibration.arrays import Floats
from calibration.checks.dataset import design
from calibration.checks.draws import PriorDraws
from calibration.checks.fits import Case
from calibration.checks.processes import Tick, in_processes
from calibration.checks.ranks import RANKED, STREAM, Ranks, rank_truths
from calibration.checks.uniformity import cumulative, p_value, simultaneous_bands

DATA_SETS = 1_000
"""Finds a posterior 10% too narrow in 6 of 10 runs, one 20% too narrow in all but 1 of 1,000 (`research`, Gaussian toy)."""
POINTS = 8192
PIECE = 130
SPARE = 1.04
"""Data sets tried for each that is wanted: about so many are left out."""
ALPHA = 0.01
"""False alarms of the whole check: shared out over all quantities of all hypotheses."""
INTERVALS = (0.5, 0.8, 0.9, 0.95)
MOST_ERRORS = 4.0
"""Coverage may be off by so many binomial errors: a right one is in 6 of 100,000 cases."""


class Piece(NamedTuple):
    """Some data sets of one hypothesis."""

    case: Case
    which: range
    seed: int


def rank_all(
    cases: Sequence[Case],
    seed: int,
    *,
    data_sets: int = DATA_SETS,
    workers: int = 1,
    tick: Tick | None = None,
) -> dict[str, Ranks]:
    """Ranks by hypothesis; so many data sets each, more where some are left out, so that as many are ranked."""
    found: dict[str, list[Ranks]] = {c.name: [] for c in cases}
    wanted = {c.name: data_sets for c in cases}
    tried = dict.fromkeys(wanted, 0)
    while any(n > 0 for n in wanted.values()):
        pieces = []
        for c in cases:
            for _ in range(math.ceil(SPARE * max(wanted[c.name], 0) / PIECE)):
                here = range(tried[c.name], tried[c.name] + min(PIECE, data_sets))
                pieces.append(Piece(c, here, seed))
                tried[c.name] = here.stop
        for piece, ranks in zip(pieces, in_processes(rank_piece, pieces, workers, tick), strict=True):
            found[piece.case.name].append(ranks)
        ranked = {n: sum(len(r.worth) for r in x) for n, x in found.items()}
        wanted = {n: data_sets - ranked[n] if tried[n] < 2 * data_sets + PIECE else 0 for n in found}
    return {n: Ranks.joined(x) for n, x in found.items()}


def enough(found: Mapping[str, Ranks], data_sets: int) -> dict[str, Ranks]:
    """Those of which at least half of what was asked for could be ranked: of the others too little is known to judge.

    A long record is told by few of the prior's draws, so most of its data sets may be left out.
    """
    return {n: r for n, r in found.items() if len(r.worth) >= max(1, data_sets // 2)}


def rank_piece(piece: Piece) -> Ranks:
    """Ranks of a piece; the prior draws are the same in every one."""
    case = piece.case.on(design(piece.case.evidence, by_place=False))
    draws = PriorDraws(case.likelihood, case.transform, POINTS, piece.seed)
    return rank_truths(draws, piece.which, piece.seed, stream=f"{STREAM}/{case.name}")


def uniform(found: Mapping[str, Ranks], alpha: float = ALPHA) -> list[dict[str, Any]]:
    """A row for each quantity of each hypothesis: whether its ranks are uniform, and their ECDF against its bands."""
    level = alpha / max(1, sum(len(r.names) for r in found.values()))
    rows = []
    for hypothesis, r in found.items():
        bands = simultaneous_bands(len(r.worth), RANKED, level)
        for i, name in enumerate(r.names):
            counts = cumulative(r.ranks[:, i], RANKED)
            p = p_value(r.ranks[:, i], RANKED)
            rows.append(
                {
                    "hypothesis": hypothesis,
                    "quantity": name,
                    "data_sets": len(r.worth),
                    "p_value": p,
                    "level": level,
                    "passed": bool(((counts >= bands.low) & (counts <= bands.high)).all()),
                    "below": counts.tolist(),
                    "low": bands.low.tolist(),
                    "high": bands.high.tolist(),
                }
            )
    return rows


def coverage(found: Mapping[str, Ranks]) -> list[dict[str, Any]]:
    """A row for each quantity and central interval: the share of data sets whose interval holds the truth."""
    rows = []
    for hypothesis, r in found.items():
        n = len(r.worth)
        for i, name in enumerate(r.names):
            for wanted in INTERVALS:
                share = float((np.abs(r.places[:, i] - 0.5) <= wanted / 2.0).mean())
                errors = (share - wanted) / np.sqrt(wanted * (1.0 - wanted) / n)
                rows.append(
                    {
                        "hypothesis": hypothesis,
                        "quantity": name,
                        "interval": wanted,
                        "share": share,
                        "errors": float(errors),
                        "passed": bool(abs(errors) <= MOST_ERRORS),
                    }
                )
    return rows


def learning(found: Mapping[str, Ranks], cases: Sequence[Case]) -> list[dict[str, Any]]:
    """A row for each parameter: contraction 1 - Var(posterior)/Var(prior) and z = (mean - truth)/sd over the data sets."""
    rows = []
    for case in cases:
        if case.name not in found:
            continue
        r, transform = found[case.name], case.transform
        for i, name in enumerate(r.parameters):
            prior_sd = transform.moments(name)[1]
            contraction = 1.0 - (r.sds[:, i] / prior_sd) ** 2
            z = (r.means[:, i] - r.truths[:, i]) / np.maximum(r.sds[:, i], 1e-300)
            rows.append(
                {
                    "hypothesis": case.name,
                    "parameter": name,
                    "contraction": float(np.median(contraction)),
                    "contraction_low": _quantile(contraction, 0.05),
                    "contraction_high": _quantile(contraction, 0.95),
                    "z_mean": float(z.mean()),
                    "z_sd": float(z.std()),
                    "z_low": _quantile(z, 0.05),
                    "z_high": _quantile(z, 0.95),
                }
            )
    return rows


def tally(found: Mapping[str, Ranks]) -> list[dict[str, Any]]:
    """A row for each hypothesis: data sets ranked, left out and why, and what their draws are worth."""
    return [
        {
            "hypothesis": name,
            "ranked": len(r.worth),
            "too_large": r.too_large,
            "too_few_draws": r.too_few,
            "worth_low": _quantile(r.worth, 0.05) if len(r.worth) else 0.0,
            "worth": float(np.median(r.worth)) if len(r.worth) else 0.0,
        }
        for name, r in found.items()
    ]


def _quantile(x: Floats, p: float) -> float:
    return float(np.quantile(x, p))
