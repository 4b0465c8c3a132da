"""Calibration: rival hypotheses fitted to the evidence of one record, weighed, and held against it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np

from calibration import gate, held_levels
from calibration.ablation import Fits, ablate
from calibration.admission import Locate
from calibration.cache import Cache
from calibration.casualties import casualties_table
from calibration.correction import POINTS
from calibration.evidence import Evidence, admit, with_readings
from calibration.files import digest, engine_version, fit_version
from calibration.fitters import Fitter, fitter
from calibration.fullfit import LEAST_WORTH
from calibration.likelihoods.parameters import closed
from calibration.marks import fit_marks
from calibration.posterior import Posterior, from_prior
from calibration.predictive import counts_of, replays, table
from calibration.priors import PriorTransform
from calibration.weights import Fitted, LikeForLike, family_weights, like_for_like
from sim.errors import ConfigError
from sim.folders import user_folder
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Plausible, Record
from sim.scenario.settings import Settings

SEED = 1
PREDICTIVE_RUNS = 250
Row = dict[str, Any]


@dataclass(frozen=True)
class Calibration:
    """What the evidence says of each hypothesis.

    ``posteriors`` holds the fitted ones; ``weights`` (declared, updated by the evidence) of every one, (None,
    None) where it is not fitted and so never averaged; ``like_for_like`` what the data say of a strike effect with all
    else alike; ``marks`` the casualty marks; ``predictive`` a table of windows by hypothesis, ``hurt`` one of casualties.
    """

    record_id: str
    record_sha256: str
    evidence: Evidence
    readings: dict[str, str]
    posteriors: dict[str, Posterior]
    priors: dict[str, Posterior]
    marks: Posterior
    weights: dict[str, tuple[float | None, float | None]]
    like_for_like: list[LikeForLike]
    predictive: dict[str, list[Row]]
    hurt: dict[str, list[Row]]
    outside: dict[str, float | None]
    changes: list[Row] = field(default_factory=list)

    def document(self, posterior: str | None = None) -> dict[str, Any]:
        """The JSON document of ``deter calibrate``; ``posterior`` is the folder where the draws were saved."""
        return {
            "record": {"id": self.record_id, "sha256": self.record_sha256},
            "evidence": list(self.evidence.admitted),
            "readings": self.readings,
            "notes": list(self.evidence.notes),
            "posterior": posterior,
            "hypotheses": {name: self._hypothesis(name) for name in self.weights},
            "like_for_like": [x.document() for x in self.like_for_like],
            "what_would_change": self.changes,
            "marks": {**_parameters(self.marks), "notes": list(self.marks.notes)},
        }

    def _hypothesis(self, name: str) -> dict[str, Any]:
        declared, evidence = self.weights[name]
        fitted = self.posteriors.get(name)
        p = fitted if fitted is not None else self.priors[name]
        return {
            "fitted": fitted is not None,
            "log_evidence": None if fitted is None else p.log_evidence,
            "log_evidence_se": None if fitted is None else p.log_evidence_se,
            "ess": None if fitted is None else p.ess,
            "pareto_k": p.pareto_k if np.isfinite(p.pareto_k) else None,
            "sampler": p.sampler,
            "declared_weight": declared,
            "evidence_weight": evidence,
            "prior_predictive_outside": self.outside[name],
            "notes": list(p.notes),
            **_parameters(p),
            "predictive": self.predictive.get(name, []),
            "predictive_casualties": self.hurt.get(name, []),
        }


def calibrate(
    record: Record,
    settings: Settings,
    hypotheses: Mapping[str, Hypothesis],
    *,
    evidence: Sequence[str] = (),
    readings: Mapping[str, str] | None = None,
    seed: int = SEED,
    cache: Path | Literal["user"] | None = "user",
    predictive_runs: int = PREDICTIVE_RUNS,
    ablation: bool = False,
    progress: Callable[[str], None] | None = None,
    engine_ready: Callable[[], None] = lambda: None,
    locate: Locate | None = None,
    others: Mapping[str, Record] | None = None,
    points: int = POINTS,
) -> Calibration:
    """Fit each hypothesis to the evidence of a record.

    Arguments: the record, settings and hypotheses by name; ``evidence`` sections or items admitted (section A by
    default, else every window); ``readings`` alternative readings by item; ``seed`` of the sampler's points and
    of the predictive runs; ``cache`` a folder for what was fitted before (default the user's own, None for
    none); ``predictive_runs`` simulated for each hypothesis, 0 for none; ``ablation`` whether to find out what other
    readings and further items would change; ``progress`` is told what is being
    done; ``engine_ready`` is called before the compiled engine is needed, and returns when it can run; ``locate`` gives path,
    line and column of a field of the record; ``others`` records of the same attacks by name, for the ablation;
    ``points`` at which the exact filter corrects each fit.

    Returns a ``Calibration``. Raises ConfigError for evidence that doesn't fit together, a hypothesis that the
    closed form can't fit, or one that the prior predictive gate refuses.
    """
    say = progress if progress is not None else _silent
    chosen = dict(readings or {})
    read = with_readings(record, chosen)
    admitted = admit(read, settings, evidence, locate)
    admitted = admitted._replace(notes=(*admitted.notes, *held_levels.notes(settings, admitted)))
    store = Cache(user_folder() if cache == "user" else cache)
    attributes = {
        "record": record.name,
        "record_sha256": digest(record.model_dump(mode="json")),
        "evidence": list(admitted.admitted),
        "readings": chosen,
        "seed": seed,
        "fit_version": fit_version(),
        "versions": {x: version(x) for x in ("numpy", "scipy")},
    }
    base = {**attributes, "settings": settings.model_dump(mode="json")}
    posteriors: dict[str, Posterior] = {}
    priors: dict[str, Posterior] = {}
    predictive: dict[str, list[Row]] = {}
    hurt: dict[str, list[Row]] = {}
    outside: dict[str, float | None] = dict.fromkeys(hypotheses)
    say("fitting the casualty marks")
    marks = store.posterior(
        [base, "marks"], lambda: fit_marks(read, settings, admitted.admitted, seed, attributes)
    )
    entries: list[Fitted] = []

    def hold(name: str, h: Hypothesis) -> None:
        """Fit one hypothesis, and hold it against the record."""
        fit = fitter(h, settings, admitted, read.responses, marks, seed, attributes, points)
        if fit.hindrance is not None:
            priors[name] = from_prior(name, PriorTransform(h, admitted.places), notes=(fit.hindrance,))
            return
        key = [{**base, "hypothesis": h.model_dump(mode="json"), "points": points}, fit.version]
        if record.plausible is not None and gate.applies(admitted, record.plausible):
            outside[name] = _pass_gate(fit, record.plausible, store, key)
        say(f"fitting {name}")
        found = store.posterior(key, fit.fit)
        if found.ess < LEAST_WORTH:
            said = f"not fitted: draws that are worth {found.ess:.0f} say nothing of this evidence; it keeps its prior"
            priors[name] = from_prior(name, PriorTransform(h, admitted.places), notes=(said,))
            return
        posteriors[name] = found
        entries.append(Fitted(name, h.family, fit.signature, found.log_evidence))
        if predictive_runs > 0:
            say(f"holding {name} against the record")

            def simulate() -> list[Row]:
                how = (read.responses, predictive_runs, seed, marks)
                runs = list(replays(found, h, settings, admitted, *how))
                return table(admitted, counts_of(admitted, runs)) + casualties_table(read, admitted, runs)

            rows = store.table([*key, engine_version(), predictive_runs], simulate)
            predictive[name] = [x for x in rows if "window" in x]
            hurt[name] = [x for x in rows if "item" in x]

    asked = {n: h for n, h in hypotheses.items() if h.fitted}
    short = {n: h for n, h in asked.items() if closed(h, settings)}
    for name, h in short.items():
        hold(name, h)
    changes: list[Row] = []
    if ablation:
        say("trying other readings and further items")
        changes = _changes(
            store, base, record, admitted, chosen, settings, short, posteriors, seed, others or {}
        )
    if len(short) < len(asked):
        engine_ready()
    for name, h in asked.items():
        if name not in short:
            hold(name, h)
    for name, h in hypotheses.items():
        if not h.fitted:
            priors[name] = from_prior(
                name, PriorTransform(h, admitted.places), notes=("not fitted: it keeps its prior",)
            )
    posteriors = {n: posteriors[n] for n in asked if n in posteriors}
    known = family_weights(entries)
    weights: dict[str, tuple[float | None, float | None]] = {
        n: (known[n].declared, known[n].evidence) if n in known else (None, None) for n in hypotheses
    }
    pairs = {n: h.without_effect for n, h in hypotheses.items()}
    alike = like_for_like(pairs, {n: (p.log_evidence, p.log_evidence_se) for n, p in posteriors.items()})
    return Calibration(
        record.name, str(attributes["record_sha256"]), admitted, chosen, posteriors, priors, marks, weights,
        alike, predictive, hurt, outside, changes,
    )  # fmt: skip


def _changes(
    store: Cache,
    base: Mapping[str, Any],
    record: Record,
    admitted: Evidence,
    chosen: dict[str, str],
    settings: Settings,
    hypotheses: Mapping[str, Hypothesis],
    posteriors: Mapping[str, Posterior],
    seed: int,
    others: Mapping[str, Record],
) -> list[Row]:
    """What other evidence would change under the hypotheses that have an effect of strikes."""
    asked = {n: p for n, p in posteriors.items() if hypotheses[n].family == "effect"}
    if not asked:
        return []
    rivals = {n: hypotheses[n] for n in asked}
    key = [base, "ablation", {n: h.model_dump(mode="json") for n, h in rivals.items()}]
    key.append({n: x.model_dump(mode="json") for n, x in others.items()})
    fits = Fits(settings, rivals, asked, seed, admitted)
    return store.table(key, lambda: ablate(record, admitted, chosen, fits, others))


def _pass_gate(fit: Fitter, plausible: Plausible, store: Cache, key: Sequence[Any]) -> float:
    how = [*key, "gate", plausible.model_dump(mode="json")]
    (row,) = store.table(how, lambda: [{"outside": fit.share_outside(plausible)}])
    share = float(row["outside"])
    if share > gate.LARGEST_SHARE:
        raise ConfigError(
            f"{fit.name}: parameters: expected priors under which at most {gate.LARGEST_SHARE:.0%} of draws give fewer than "
            f"{plausible.fewest} or more than {plausible.most} attacks on the responses as they were, found {share:.1%}"
        )
    return share


def _parameters(p: Posterior) -> dict[str, Any]:
    return {"parameters": {n: x.document() for n, x in p.summary.items()}}


def _silent(_: str) -> None:
    """Nobody listens."""
