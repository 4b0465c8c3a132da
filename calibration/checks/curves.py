"""Evidence as a curve over the prior's width: a Bayes factor is as much a fact of the prior as of the data."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from calibration.checks.fits import Case
from calibration.checks.processes import Tick, in_processes
from calibration.posterior import Posterior
from calibration.summary import EFFECTS
from sim.scenario.common import Normal, Prior
from sim.scenario.hypothesis import Hypothesis

WIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)


class Fitting(NamedTuple):
    """A hypothesis to be fitted."""

    case: Case
    seed: int


def widened(hypothesis: Hypothesis, times: float) -> Hypothesis:
    """The hypothesis with the sd of each normal prior of a strike effect so many times as wide; means stay."""
    parameters = dict(hypothesis.parameters)
    for name in EFFECTS:
        entry = parameters.get(name)
        normal = None if entry is None or entry.prior is None else entry.prior.normal
        if entry is not None and normal is not None:
            prior = Prior(normal=Normal(mean=normal.mean, sd=times * normal.sd))
            parameters[name] = entry.model_copy(update={"prior": prior})
    return hypothesis.model_copy(update={"parameters": parameters})


def evidence_of(task: Fitting) -> tuple[float, float]:
    """Log evidence of a fit, and its error."""
    found = task.case.fit(task.seed)
    return found.log_evidence, found.log_evidence_se


def curves(
    cases: Sequence[Case],
    posteriors: Mapping[str, Posterior],
    seed: int,
    *,
    workers: int = 1,
    tick: Tick | None = None,
) -> list[dict[str, Any]]:
    """A row for each hypothesis that adds an effect to another, and each width: its log Bayes factor and error.

    At width 1 that is the fit at hand.
    """
    pairs = [c for c in cases if c.hypothesis.without_effect in posteriors]
    points = [(c, x) for c in pairs for x in WIDTHS]
    tasks = [Fitting(c._replace(hypothesis=widened(c.hypothesis, x)), seed) for c, x in points if x != 1.0]
    fitted = iter(in_processes(evidence_of, tasks, workers, tick))
    rows = []
    for case, width in points:
        own, without = posteriors[case.name], posteriors[str(case.hypothesis.without_effect)]
        level, error = (own.log_evidence, own.log_evidence_se) if width == 1.0 else next(fitted)
        rows.append(
            {
                "hypothesis": case.name,
                "against": case.hypothesis.without_effect,
                "width": width,
                "log_bayes_factor": level - without.log_evidence,
                "log_bayes_factor_se": math.hypot(error, without.log_evidence_se),
            }
        )
    return rows
