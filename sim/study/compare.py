"""Comparing policies: runs to the precision asked for, under the posterior, the prior and each hypothesis."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from calibration.calibrate import Calibration
from sim.cores import cores
from sim.errors import RunError
from sim.measures import MEASURES
from sim.scenario.study import Study
from sim.scenario.study_files import StudyFiles
from sim.study import tables
from sim.study.expected import Expected, expected
from sim.study.plan import worlds
from sim.study.points import Mode, PointSource
from sim.study.precision import precise
from sim.study.regret import regrets
from sim.study.runner import Engine, Plan, Runs, joined, runner

STRATA = 4
"""Expected measures under one hypothesis by itself are worked out at a quarter of the draws that the average has."""
Tick = Callable[[str, int, int], None]
"""Told of what is being run, how many replications are done, and of how many."""


class _Count:
    """How far the present set of runs is."""

    def __init__(self, tick: Tick | None) -> None:
        self._tick = tick
        self._what, self._done, self._of = "", 0, 0

    def begin(self, what: str, of: int) -> None:
        """A set of so many replications begins."""
        self._what, self._done, self._of = what, 0, of
        self.advance(0)

    def advance(self, by: int) -> None:
        """So many more are done."""
        self._done += by
        if self._tick is not None:
            self._tick(self._what, self._done, self._of)


class Comparison(NamedTuple):
    """What a comparison found: the document, and the runs behind it."""

    document: dict[str, Any]
    plan: Plan
    main: Runs
    prior: Runs | None
    by_hypothesis: dict[str, Runs]

    def sets(self) -> dict[str, Runs]:
        """Every stored set of runs by name."""
        prior = {"prior": self.prior} if self.prior is not None else {}
        return {
            "posterior": self.main,
            **prior,
            **{f"hypothesis {h}": runs for h, runs in self.by_hypothesis.items()},
        }


def compare(
    files: StudyFiles,
    calibration: Calibration,
    *,
    policies: Sequence[str] | None = None,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    engine: Engine = "compiled",
    tick: Tick | None = None,
) -> Comparison:
    """Run a study's policies and compare them.

    ``policies`` is a subset of the study's; ``seed`` takes the place of its seed, and ``replications`` that of
    the precision asked for (and caps every other set of runs). Expected measures are worked out on the compiled
    ``engine`` only. The document has the keys of DESIGN 8.
    Raises RunError if no hypothesis of the study is fitted.
    """
    study, count = files.study, _Count(tick)
    chosen = list(policies if policies is not None else files.policies)
    seed = study.seed if seed is None else seed
    source = PointSource(files.settings, files.hypotheses, calibration, seed)
    if not source.averaged:
        raise RunError(
            "hypotheses: expected at least one that is fitted, found none: nothing to average over"
        )
    plan = Plan(seed, study.crn, worlds(files, chosen), source, engine)

    def least(budget: int) -> int:
        return budget if replications is None else min(budget, replications)

    with runner(plan, workers, count.advance) as simulate:

        def runs(what: str, mode: Mode, first: int, last: int) -> Runs | None:
            if last <= first:
                return None
            count.begin(what, last - first)
            return simulate(mode, first, last)

        main, stopped_by = _to_precision(
            study,
            replications,
            lambda first, last: runs("running under the posterior", Mode("posterior"), first, last),
        )
        before = min(least(study.budget.prior_replications), len(main.replications))
        prior = runs("running under the prior", Mode("prior"), 0, before)
        each = least(study.budget.hypothesis_replications)
        single = {h: runs(f"running {h} by itself", Mode("posterior", h), 0, each) for h in files.hypotheses}
        general = source.averaged[-1]
        fixed = runs(
            f"{general} at its median", Mode("fixed", general), 0, least(study.budget.paired_replications)
        )

    def means(what: str, mode: Mode, draws: int) -> Expected | None:
        draws = least(draws)
        if engine != "compiled" or len(chosen) < 2 or draws == 0:
            return None
        count.begin(what, draws)
        threads = workers if workers is not None else cores()
        return expected(plan, mode, list(MEASURES), draws, study.budget.expected_runs, threads, count.advance)

    draws = study.budget.expected_draws
    after = means("expected measures under the posterior", Mode("posterior"), draws)
    ahead = means("expected measures under the prior", Mode("prior"), draws)
    each_mean = {
        h: means(f"expected measures under {h}", Mode("posterior", h), -(-draws // STRATA))
        for h in files.hypotheses
    }
    by_mean = {h: x for h, x in each_mean.items() if x is not None}
    by_hypothesis = {h: found for h, found in single.items() if found is not None}
    document = {
        "study": study.name,
        "question": study.question,
        "seed": seed,
        "replications": len(main.replications),
        "stopped_by": stopped_by,
        "engine": engine,
        "crn": study.crn,
        "horizon_days": study.horizon_days,
        "policies": chosen,
        "record": {"id": calibration.record_id, "sha256": calibration.record_sha256},
        "hypotheses": {h: _weights(calibration, h) for h in files.hypotheses},
        "fixed_hypothesis": general,
        **tables.document(
            files, chosen, tables.Sets(main, prior, by_hypothesis, fixed, after, ahead, by_mean)
        ),
        "regret": regrets(
            chosen, by_mean or by_hypothesis, {h: calibration.weights[h][1] for h in files.hypotheses}
        ),
    }
    return Comparison(document, plan, main, prior, by_hypothesis)


def _weights(calibration: Calibration, hypothesis: str) -> dict[str, Any]:
    declared, evidence = calibration.weights[hypothesis]
    fitted = hypothesis in calibration.posteriors
    return {"declared_weight": declared, "evidence_weight": evidence, "fitted": fitted}


def _looks(study: Study, replications: int | None) -> Iterable[int]:
    """Run counts at which the runs may stop: fixed by the config, never by the clock."""
    if replications is not None:
        return [replications]
    budget = study.budget.replications
    return [*(n for n in study.looks if n < budget and study.precision), budget]


def _to_precision(
    study: Study, replications: int | None, runs: Callable[[int, int], Runs | None]
) -> tuple[Runs, str]:
    """Run to the precision asked for, or to the budget; what made it stop."""
    parts: list[Runs] = []
    for look in _looks(study, replications):
        more = runs(sum(len(x.replications) for x in parts), look)
        parts += [more] if more is not None else []
        main = joined(parts)
        columns = {name: main.column(name) for name in study.precision}
        if replications is None and columns and precise(columns, tables.clusters_of(main), study.precision):
            return main, "precision"
    return joined(parts), "budget" if replications is None else "replications"
