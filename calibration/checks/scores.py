"""How well each hypothesis foretells what it has not seen, by refits: no shortcut that five windows could not bear.

    log p(n_i | the others) = log Z(all) - log Z(all but i),      log p(n_i | those before) = log Z(1 … i) - log Z(1 … i - 1)

Beside each stands where the count lies in its predictive distribution, P(fewer) + ½ P(as many): the mid-PIT. It is the mean
over the refit's draws of the ratio of two likelihoods, with the window's count put at 0, 1, … and without the window.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from calibration.arrays import Floats
from calibration.checks.fits import Case
from calibration.checks.leaveout import Block, bare, blocks, up_to, without
from calibration.checks.processes import Tick, in_processes
from calibration.checks.stacking import stack
from calibration.evidence import Evidence

PIT_DRAWS = 1000
OTHERS, EARLIER = "others", "earlier"


class Refit(NamedTuple):
    """A hypothesis on less evidence; ``asked`` is the evidence with the window (its index) that is to be foretold."""

    case: Case
    seed: int
    asked: Evidence | None = None
    window: int = -1


class Refitted(NamedTuple):
    """Log evidence and its error; the mid-PIT and log probability of the window asked for, None where none was."""

    log_evidence: float
    log_evidence_se: float
    pit: float | None
    log_p: float | None


def refit(task: Refit) -> Refitted:
    """One fit, and what it foretells."""
    found = task.case.fit(task.seed)
    pit = log_p = None
    if task.asked is not None:
        rows = np.random.default_rng(task.seed).permutation(len(found.draws))[:PIT_DRAWS]
        pit, log_p = foretold(task.case, task.case.on(task.asked), found.draws[rows], task.window)
    return Refitted(found.log_evidence, found.log_evidence_se, pit, log_p)


def foretold(known: Case, asked: Case, draws: Floats, window: int) -> tuple[float, float]:
    """Mid-PIT and log probability of a window's count, from draws of the posterior without it."""
    less, more = known.likelihood, asked.likelihood
    base = sum(less.log_counts(less.prepared(draws), [w.attacks for w in known.evidence.windows]))
    prepared = more.prepared(draws)
    counts = [w.attacks for w in asked.evidence.windows]
    seen, least = counts[window], int(asked.evidence.windows[window].begins_at_attack)
    chances = []
    for n in range(least, seen + 1):
        counts[window] = n
        chances.append(float(np.exp(sum(more.log_counts(prepared, counts)) - base).mean()))
    return min(1.0, math.fsum(chances[:-1]) + 0.5 * chances[-1]), math.log(max(chances[-1], 1e-300))


def scores(cases: Sequence[Case], seed: int, *, workers: int = 1, tick: Tick | None = None) -> dict[str, Any]:
    """Scores of each block given the others and given those before it (from the second on), and weights by stacking.

    A record of one window has nothing to leave out: no rows.
    """
    the_blocks = blocks(cases[0].evidence) if cases else []
    if len(the_blocks) < 2:
        return {"rows": [], "totals": [], "stacking": {}}
    tasks: dict[tuple[str, str, int], Refit] = {}
    for case in cases:
        evidence = bare(case.evidence)
        for i, block in enumerate(the_blocks):
            one = block.first if block.single else -1
            if i < len(the_blocks) - 1:  # all but the last block is all up to the one before it
                rest = without(evidence, block)
                tasks[case.name, OTHERS, i] = Refit(case.on(rest), seed, evidence if one >= 0 else None, one)
            following = the_blocks[i + 1] if i + 1 < len(the_blocks) else None
            asked = up_to(evidence, following.first) if following is not None and following.single else None
            here = up_to(evidence, block.last)
            window = following.first if following is not None and asked is not None else -1
            tasks[case.name, EARLIER, i] = Refit(case.on(here), seed, asked, window)
    found = dict(zip(tasks, in_processes(refit, list(tasks.values()), workers, tick), strict=True))
    rows = [x for case in cases for x in _rows(case.name, the_blocks, found, bare(case.evidence))]
    return {"rows": rows, "totals": _totals(rows), "stacking": weights(rows)}


def _rows(
    name: str, the_blocks: list[Block], found: dict[tuple[str, str, int], Refitted], evidence: Evidence
) -> list[dict[str, Any]]:
    last = len(the_blocks) - 1
    rows = []
    for given in (OTHERS, EARLIER):
        for i, block in enumerate(the_blocks):
            if given == EARLIER and i == 0:
                continue  # before the first there is nothing but the prior
            if given == OTHERS:
                upper = found[name, EARLIER, last]
                lower = found[name, OTHERS, i] if i < last else found[name, EARLIER, last - 1]
            else:
                upper, lower = found[name, EARLIER, i], found[name, EARLIER, i - 1]
            observed = sum(w.attacks for w in evidence.windows[block.first : block.last + 1])
            rows.append(
                {
                    "hypothesis": name,
                    "given": given,
                    "window": block.name,
                    "observed": observed,
                    "log_score": upper.log_evidence - lower.log_evidence,
                    "log_score_se": math.hypot(upper.log_evidence_se, lower.log_evidence_se),
                    "pit": lower.pit,
                }
            )
    return rows


def _totals(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sum of the log scores by hypothesis and kind."""
    keys = dict.fromkeys((x["hypothesis"], x["given"]) for x in rows)
    return [
        {
            "hypothesis": h,
            "given": g,
            "log_score": math.fsum(x["log_score"] for x in rows if (x["hypothesis"], x["given"]) == (h, g)),
        }
        for h, g in keys
    ]


def weights(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Stacking weights by what was given, then by hypothesis."""
    out = {}
    names = list(dict.fromkeys(x["hypothesis"] for x in rows))
    for given in (OTHERS, EARLIER):
        columns = [
            [x["log_score"] for x in rows if (x["hypothesis"], x["given"]) == (h, given)] for h in names
        ]
        if columns and columns[0]:
            out[given] = dict(zip(names, stack(np.array(columns).T).tolist(), strict=True))
    return out
