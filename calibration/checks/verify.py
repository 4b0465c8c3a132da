"""All checks of a calibration, one after the other: which of them test the tool, and what each found.

A check that tests the tool can fail: ranks, coverage, and two samplers on one evidence. The others inform: they say
what the record can't tell or what an answer hangs on, and no outcome of theirs is a fault.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from calibration.cache import Cache
from calibration.checks.agreement import MOST_ERRORS, agreement
from calibration.checks.curves import curves
from calibration.checks.fits import Case
from calibration.checks.placebo import placebo, standing
from calibration.checks.processes import Tick, default_workers
from calibration.checks.recovery import recovered, windows_needed
from calibration.checks.scores import EARLIER, OTHERS, scores
from calibration.checks.sensitivity import CONFLICT, STRONG_PRIOR, sensitivity
from calibration.checks.simulated import (
    ALPHA,
    DATA_SETS,
    coverage,
    enough,
    learning,
    rank_all,
    tally,
    uniform,
)
from calibration.evidence import Evidence
from calibration.posterior import Posterior
from calibration.summary import LEARNT
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

TESTS = ("ranks", "coverage", "samplers")
"""Checks that can fail."""
Row = dict[str, Any]
Progress = Callable[[str, int, int], None]


class Fitted(NamedTuple):
    """Fitted hypotheses with their posteriors, under settings and evidence; ``attributes`` say what all was fitted to."""

    settings: Settings
    evidence: Evidence
    hypotheses: Mapping[str, Hypothesis]
    posteriors: Mapping[str, Posterior]
    attributes: Mapping[str, Any]

    @property
    def cases(self) -> list[Case]:
        """Each fitted hypothesis on the evidence."""
        return [Case(self.hypotheses[n], self.settings, self.evidence) for n in self.posteriors]


def verify(
    fitted: Fitted,
    seed: int,
    *,
    cache: Path | None = None,
    workers: int | None = None,
    data_sets: int = DATA_SETS,
    progress: Progress | None = None,
) -> dict[str, Row]:
    """Every check by name, as plain JSON: ``passed``, ``tests`` (can it fail?), ``says`` in a sentence, and rows.

    Arguments: what was fitted; the seed of all that is simulated; a folder for what was found before; processes (default
    one for each core); data sets ranked for each hypothesis; ``progress`` is told what is being done, how much of how much.
    """
    run = _Run(fitted, seed, Cache(cache), default_workers() if workers is None else workers, progress)
    simulated = run.simulated(data_sets)
    evidences = run.rows("evidence by two samplers", agreement)
    widths = run.rows("evidence over the prior's width", curves, fitted.posteriors)
    foretold = run.rows("scores of what is left out", _scores)
    placebos = run.rows("placebo strikes", placebo, fitted.posteriors)
    powers = sensitivity(fitted.posteriors)
    again = run.rows("recovery of known truths", recovered, fitted.posteriors)
    needed = windows_needed(again, fitted.cases, fitted.posteriors)
    return {
        "ranks": _ranks(simulated["uniform"], simulated["tally"]),
        "coverage": _coverage(simulated["coverage"]),
        "samplers": _samplers(evidences),
        "learning": _informs(_on_learning(simulated["learning"]), simulated["learning"]),
        "evidence_curves": _informs(_on_curves(widths), widths),
        "scores": {**_informs(_on_scores(foretold), foretold[0]["rows"]), **_but_rows(foretold[0])},
        "placebo": {**_informs(_on_placebo(placebos), placebos), "standing": standing(placebos)},
        "sensitivity": _informs(_on_sensitivity(powers), powers),
        "recovery": _informs(_on_recovery(again), again),
        "windows_needed": _informs(_on_needed(needed), needed),
    }


def passed(checks: Mapping[str, Row]) -> bool:
    """Whether every check that can fail has passed."""
    return all(x["passed"] for x in checks.values())


class _Run(NamedTuple):
    fitted: Fitted
    seed: int
    store: Cache
    workers: int
    progress: Progress | None

    def rows(self, what: str, check: Callable[..., list[Row]], *more: Any) -> list[Row]:
        """Rows of one check, from the cache if they are there."""

        def make() -> list[Row]:
            return check(self.fitted.cases, *more, self.seed, workers=self.workers, tick=self._tick(what))

        return self.store.table(self._key(what), make)

    def simulated(self, data_sets: int) -> dict[str, list[Row]]:
        """What is read off the ranks."""
        what, cases = "simulated data sets", self.fitted.cases

        def make() -> list[Row]:
            found = rank_all(
                cases, self.seed, data_sets=data_sets, workers=self.workers, tick=self._tick(what)
            )
            counted, found = tally(found), enough(found, data_sets)
            tables = {"uniform": uniform(found), "coverage": coverage(found), "tally": counted}
            return [{**tables, "learning": learning(found, cases)}]

        return self.store.table([*self._key(what), data_sets], make)[0]

    def _tick(self, what: str) -> Tick | None:
        tell = self.progress
        if tell is None:
            return None
        tell(what, 0, 1)
        return lambda done, of: tell(what, done, of)

    def _key(self, what: str) -> list[Any]:
        documents = {n: self.fitted.hypotheses[n].model_dump(mode="json") for n in self.fitted.posteriors}
        settings = self.fitted.settings.model_dump(mode="json")
        return [dict(self.fitted.attributes), settings, documents, "check", what, self.seed]


def _scores(cases: Sequence[Case], seed: int, **how: Any) -> list[Row]:
    return [scores(cases, seed, **how)]


def _but_rows(document: Mapping[str, Any]) -> Row:
    return {k: v for k, v in document.items() if k != "rows"}


def _informs(says: str, rows: list[Row]) -> Row:
    return {"passed": True, "tests": False, "says": says, "rows": rows}


def _tests(rows: list[Row], says: str) -> Row:
    return {"passed": all(x["passed"] is not False for x in rows), "tests": True, "says": says, "rows": rows}


def _ranks(rows: list[Row], counted: list[Row]) -> Row:
    bad = [f"{x['quantity']} under {x['hypothesis']}" for x in rows if not x["passed"]]
    judged = {x["hypothesis"] for x in rows}
    left = [f"{x['hypothesis']} ({x['ranked']:,})" for x in counted if x["hypothesis"] not in judged]
    sets = sum(x["ranked"] for x in counted)
    says = f"Too few data sets to judge {', '.join(left)}. " if left else ""
    says += f"{len(rows)} quantities over {sets:,} data sets: "
    says += (
        f"ranks are not uniform for {', '.join(bad)}."
        if bad
        else f"ranks are uniform (false alarms {ALPHA:g} for all)."
    )
    return {**_tests(rows, says), "tally": counted}


def _coverage(rows: list[Row]) -> Row:
    bad = list(dict.fromkeys(f"{x['quantity']} under {x['hypothesis']}" for x in rows if not x["passed"]))
    farthest = max((abs(x["errors"]) for x in rows), default=0.0)
    if bad:
        return _tests(rows, f"Intervals hold the truth too seldom or too often for {', '.join(bad)}.")
    return _tests(rows, f"Intervals hold the truth as often as they say: at most {farthest:.1f} errors off.")


def _samplers(rows: list[Row]) -> Row:
    bad = [x["hypothesis"] for x in rows if x["passed"] is False]
    alone = [x["hypothesis"] for x in rows if x["passed"] is None]
    farthest = max((abs(x["errors"]) for x in rows if x["passed"] is not None), default=0.0)
    says = (
        f"Two samplers differ by over {MOST_ERRORS:g} errors in the evidence of {', '.join(bad)}."
        if bad
        else f"Two samplers agree on the evidence: at most {farthest:.1f} errors apart."
    )
    return _tests(rows, says + (f" One alone serves {', '.join(alone)}." if alone else ""))


def _on_learning(rows: Sequence[Row]) -> str:
    learnt = list(dict.fromkeys(x["parameter"] for x in rows if x["contraction"] >= LEARNT))
    kept = list(dict.fromkeys(x["parameter"] for x in rows if x["parameter"] not in learnt))
    said = "Records of this design inform " + (", ".join(learnt) or "nothing")
    return f"{said}; they leave the prior of {', '.join(kept)}." if kept else f"{said}."


def _on_curves(rows: Sequence[Row]) -> str:
    said = []
    for name in dict.fromkeys(x["hypothesis"] for x in rows):
        levels = [x["log_bayes_factor"] for x in rows if x["hypothesis"] == name]
        against = next(x["against"] for x in rows if x["hypothesis"] == name)
        said.append(f"{name} against {against} from {min(levels):.2f} to {max(levels):.2f}")
    return f"Log Bayes factor over the prior's width: {'; '.join(said)}." if said else "No effect to weigh."


def _on_scores(found: Sequence[Row]) -> str:
    totals = found[0]["totals"]
    if not totals:
        return "One window: nothing to leave out."
    said = []
    for given, words in ((OTHERS, "given the others"), (EARLIER, "given the earlier ones")):
        here = {x["hypothesis"]: x["log_score"] for x in totals if x["given"] == given}
        if len(here) > 1:
            said.append(f"{max(here.values()) - min(here.values()):.2f} {words}")
    return (
        f"Log scores of the hypotheses lie within {' and '.join(said)}."
        if said
        else "One hypothesis was scored."
    )


def _on_placebo(rows: Sequence[Row]) -> str:
    said = [
        f"{n}: the real dates are number {x['rank']} of {x['of']} by how far they lie from even"
        for n, x in standing(rows).items()
    ]
    return f"{'; '.join(said)}." if said else "No date can be moved inside the record."


def _on_sensitivity(rows: Sequence[Row]) -> str:
    count = {x: sum(r["diagnosis"] == x for r in rows) for x in (STRONG_PRIOR, CONFLICT)}
    return f"Of {len(rows)}, {count[STRONG_PRIOR]} hang on the prior alone, {count[CONFLICT]} on prior and data in conflict."


def _on_recovery(rows: Sequence[Row]) -> str:
    if not rows:
        return "No effect to recover."
    held = [x["coverage90"] for x in rows if x["design"] == "record"]
    return f"At the record's design 90% intervals hold the truth in {min(held):.0%} to {max(held):.0%} of data sets."


def _on_needed(rows: Sequence[Row]) -> str:
    said = [
        f"{x['effect']} ({x['hypothesis']}) "
        + (f"about {x['needed']:.0f}" if x["needed"] is not None else f"more than {x['longest']}")
        for x in rows
        if x["struck"]
    ]
    return (
        f"Windows that would halve the 90% interval: {', '.join(said)}."
        if said
        else "No effect was struck for."
    )
