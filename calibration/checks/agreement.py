"""Two samplers that share no step but the likelihood: do they agree on the evidence?

Importance sampling about the mode, and tempered sequential Monte Carlo from the prior, on the same closed form. The error
of the second comes from four runs and is rough for any one hypothesis, so it is taken as no smaller than the root mean
square over all of them (15 degrees of freedom for five): two right samplers differ by over 3 combined errors in under 1% of cases.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from calibration.arrays import Floats
from calibration.checks.fits import Case
from calibration.checks.processes import Tick, in_processes
from calibration.level import target
from calibration.samplers.fit import LEAST_ESS_SHARE, MOST_PARETO_K
from calibration.samplers.importance import importance
from calibration.samplers.laplace import modes
from calibration.samplers.smc import tempered

MOST_ERRORS = 3.0


class Sampling(NamedTuple):
    """A hypothesis to be sampled."""

    case: Case
    seed: int


class Evidences(NamedTuple):
    """Log evidence and its error by both samplers; ``sound`` if importance sampling passes its own gate."""

    importance: float
    importance_se: float
    tempered: float
    tempered_se: float
    sound: bool


def sample_twice(task: Sampling) -> Evidences:
    """Both samplers on one hypothesis."""
    the_target, size = target(task.case.likelihood, task.case.transform), task.case.transform.dimensions

    def log_likelihood(z: Floats) -> Floats:
        return the_target.see(the_target.to_y(z)).log_likelihood

    one = importance(the_target, modes(the_target, size, task.seed)[0], task.seed)
    two = tempered(log_likelihood, size, task.seed)
    sound = one.pareto_k < MOST_PARETO_K and one.ess_share > LEAST_ESS_SHARE
    return Evidences(one.log_evidence, one.log_evidence_se, two.log_evidence, two.log_evidence_se, sound)


def agreement(
    cases: Sequence[Case], seed: int, *, workers: int = 1, tick: Tick | None = None
) -> list[dict[str, Any]]:
    """A row for each hypothesis: both samplers' log evidence with errors, and by how many errors they differ."""
    largest_first = sorted(cases, key=lambda c: -c.transform.dimensions)
    found = in_processes(sample_twice, [Sampling(c, seed) for c in largest_first], workers, tick)
    by_name = {c.name: x for c, x in zip(largest_first, found, strict=True)}
    return compared({c.name: by_name[c.name] for c in cases})


def compared(found: dict[str, Evidences]) -> list[dict[str, Any]]:
    """The rows. Where importance sampling fails its own gate it was not used, and nothing is compared (``passed`` None)."""
    pooled = math.sqrt(sum(x.tempered_se**2 for x in found.values()) / max(len(found), 1))
    rows = []
    for name, x in found.items():
        error = math.hypot(x.importance_se, max(x.tempered_se, pooled))
        errors = (x.importance - x.tempered) / max(error, 1e-300)
        rows.append(
            {
                "hypothesis": name,
                **{k: v for k, v in x._asdict().items() if k != "sound"},
                "difference": x.importance - x.tempered,
                "errors": errors,
                "passed": bool(abs(errors) <= MOST_ERRORS) if x.sound else None,
            }
        )
    return rows
