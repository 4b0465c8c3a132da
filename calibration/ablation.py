"""What other readings of the admitted items, and further items of the record, would change.

A posterior on other evidence is the one at hand with its draws weighed by the ratio of the two likelihoods; where that
leaves too few of them, it is fitted anew. Readings of one name in several items go together, as in the record.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from calibration.arrays import Floats, Indices
from calibration.evidence import Evidence, admit, with_readings
from calibration.fitting import fit_hypothesis
from calibration.held_levels import at_level, first_guess, integrated, reference_level, spans, used_twice
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.mixture import counted
from calibration.likelihoods.parameters import Reader
from calibration.posterior import Posterior
from calibration.priors import COMMON_EFFECT
from calibration.reweigh import Reweigher
from calibration.summary import CONTRAST
from sim.errors import ConfigError
from sim.scenario.evidence import items
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Record
from sim.scenario.settings import Settings

LEAST_DRAWS = 500.0
"""Draws that weighing must leave: a probability is then good to .5/√500 = .022."""
POINTS = 2048
"""Points at which a fit anew is corrected: a probability is then good to .013."""
ASKED = {"effect_below_zero": COMMON_EFFECT, "fighters_better": CONTRAST}
"""What a change is shown to move: the probability that these lie below 0, under each hypothesis that has them."""


class Change(NamedTuple):
    """Evidence that differs: items admitted beside what is, readings in all, and what differs in words."""

    says: str
    admits: tuple[str, ...]
    readings: dict[str, str]


@dataclass(frozen=True)
class Fits:
    """Hypotheses that have a strike effect, with their posteriors under some evidence."""

    settings: Settings
    hypotheses: dict[str, Hypothesis]
    posteriors: dict[str, Posterior]
    seed: int
    evidence: Evidence

    @cached_property
    def weighers(self) -> dict[str, Reweigher]:
        """What weighs the draws of each posterior."""
        return {
            n: Reweigher(p, self.likelihood(n, self.evidence), self.seed) for n, p in self.posteriors.items()
        }

    def likelihood(self, name: str, evidence: Evidence) -> CountFilter:
        """The closed form of a hypothesis under other evidence."""
        reader = Reader(self.hypotheses[name], self.settings, self.posteriors[name].names, evidence.places)
        return counted(evidence, reader)


def ablate(
    record: Record,
    evidence: Evidence,
    readings: Mapping[str, str],
    fits: Fits,
    instead: Mapping[str, Record] | None = None,
) -> list[dict[str, Any]]:
    """A row for the evidence as it is, for each other record and reading, and for further items and their readings."""
    rows = [_row(Change("as admitted", (), dict(readings)), fits.posteriors, "fitted")]
    rows += _levels(record, evidence, readings, fits)
    rows += [_instead(other, fits) for other in (instead or {}).values()]
    named = [Change(x.says, x.admits, x.readings) for x in record.combinations]
    rows += [_changed(record, evidence, x, fits)[0] for x in other_readings(record, evidence, readings)]
    if record.reporting_lag_days is not None:
        prompt = record.model_copy(update={"reporting_lag_days": None})
        rows.append(
            _changed(prompt, evidence, Change("counts without a reporting lag", (), dict(readings)), fits)[0]
        )
    free = further_items(record, evidence)
    if not free:
        return rows + _named(record, evidence, named, fits)
    every = Change(f"admitting {_listed(free)}", tuple(free), dict(readings))
    row, posteriors = _changed(record, evidence, every, fits)
    rows.append(row)
    if len(posteriors) < len(fits.posteriors):
        return rows + _named(record, evidence, named, fits)
    wider = _admitted(record, evidence, fits.settings, every)
    fits = replace(fits, posteriors=posteriors, evidence=wider)
    singles = [Change(f"admitting {x} alone", (x,), dict(readings)) for x in free if len(free) > 1]
    others = [
        x._replace(says=f"{every.says}, {x.says}", admits=every.admits)
        for x in other_readings(record, wider, readings, besides=evidence)
    ]
    for x in (*singles, *others):
        if (
            _admitted(record, evidence, fits.settings, x) != wider
        ):  # place and delay of a strike are not in a fit
            rows.append(_changed(record, evidence, x, fits)[0])
    return rows + _named(record, evidence, named, fits)


def _named(record: Record, evidence: Evidence, changes: Sequence[Change], fits: Fits) -> list[dict[str, Any]]:
    """The rows of combinations that the record names, marked as such."""
    return [{**_changed(record, evidence, x, fits)[0], "named": True} for x in changes]


def other_readings(
    record: Record, evidence: Evidence, readings: Mapping[str, str], besides: Evidence | None = None
) -> Iterator[Change]:
    """Each other reading of an admitted count, or of a strike since the evidence begins; not those of ``besides``."""
    ids = _ids(evidence) - (_ids(besides) if besides is not None else set())
    known = {x: item for x, item in items(record).items() if x in ids}
    chosen = [x for x in known if x in readings]
    for x in chosen:
        yield Change(f"{x} as the record has it", (), {k: v for k, v in readings.items() if k != x})
    for name in dict.fromkeys(r for item in known.values() for r in item.readings):
        having = [x for x, item in known.items() if name in item.readings and readings.get(x) != name]
        if having:
            yield Change(
                f"{_listed(having)} read as “{name}”", (), dict(readings) | dict.fromkeys(having, name)
            )


def further_items(record: Record, evidence: Evidence) -> list[str]:
    """Windows that count every place and no attack of the evidence."""
    admitted = set(evidence.admitted)
    taken = {
        x for w in (*record.windows, *record.place_totals) if w.id in admitted for x in w.shares_attacks_with
    }
    return [
        w.id
        for w in record.windows
        if w.place is None and w.id not in admitted | taken and not admitted & set(w.shares_attacks_with)
    ]


def _levels(
    record: Record, evidence: Evidence, readings: Mapping[str, str], fits: Fits
) -> list[dict[str, Any]]:
    """A row for each level of mobilisation that was computed from what is admitted: integrated over its prior, not held."""
    rows = []
    twice = [piece for piece, _ in used_twice(fits.settings, evidence)]
    for span in spans(fits.settings, evidence):
        piece = fits.settings.mobilisation[span.piece]
        prior = piece.uncertain.prior if piece.uncertain is not None else None
        if prior is None or piece not in twice:
            continue
        below: dict[str, dict[str, float]] = {x: {} for x in ASKED}
        centre, step = first_guess(evidence, span, reference_level(fits.settings, evidence, span))
        found = {}
        for name, p in fits.posteriors.items():

            def fit(level: float, name: str = name, p: Posterior = p, k: int = span.piece) -> Posterior:
                other = at_level(fits.settings, k, level)
                admitted = admit(with_readings(record, readings), other, evidence.admitted)
                reader = Reader(fits.hypotheses[name], other, p.names, admitted.places)
                return fit_hypothesis(name, p.prior, counted(admitted, reader), fits.seed, points=POINTS)

            found[name] = integrated(prior, centre, step, fit)
            for what, parameter in ASKED.items():
                each = [_below_zero(x, parameter, None) for x in found[name].posteriors]
                if all(x is not None for x in each):
                    below[what][name] = float(np.dot(found[name].weights, [x or 0.0 for x in each]))
        means = ", ".join(f"{x.mean:.2g} under {n}" for n, x in found.items())
        says = f"the level of “{piece.name}” fitted ({means}), not held at {piece.level:g}"
        rows.append({**_document(Change(says, (), dict(readings)), below, "fitted"), "named": True})
    return rows


def _instead(other: Record, fits: Fits) -> dict[str, Any]:
    """The row of another record of the same attacks in this one's place: its default evidence, fitted by itself."""
    change = Change(f"the record “{other.name}” instead", (), {})
    try:
        evidence = admit(other, fits.settings)
    except ConfigError as e:
        return _row(change, {}, f"not possible: {e}")
    anew = {}
    for name, p in fits.posteriors.items():
        anew[name] = fit_hypothesis(name, p.prior, fits.likelihood(name, evidence), fits.seed, points=POINTS)
    return _row(change, anew, "fitted")


def _changed(
    record: Record, evidence: Evidence, change: Change, fits: Fits
) -> tuple[dict[str, Any], dict[str, Posterior]]:
    """The row of a change, and the posteriors that were fitted anew for it."""
    try:
        other = _admitted(record, evidence, fits.settings, change)
    except ConfigError as e:
        return _row(change, {}, f"not possible: {e}"), {}
    below: dict[str, dict[str, float]] = {x: {} for x in ASKED}
    anew: dict[str, Posterior] = {}
    for name, p in fits.posteriors.items():
        likelihood = fits.likelihood(name, other)
        weigh = fits.weighers[name]
        w, worth = weigh(likelihood)
        if worth < LEAST_DRAWS:
            anew[name] = fit_hypothesis(name, p.prior, likelihood, fits.seed, points=POINTS)
        for what, parameter in ASKED.items():
            found = _below_zero(anew.get(name, p), parameter, None if name in anew else (weigh.rows, w))
            if found is not None:
                below[what][name] = found
    how = "weighed" if not anew else "fitted" if len(anew) == len(fits.posteriors) else "in part fitted"
    twice = [x for _, ids in used_twice(fits.settings, other) for x in ids if x in change.admits]
    if twice:
        how += f"; g of that time held, though it was computed from {_listed(twice)}"
    return _document(change, below, how), anew


def _admitted(record: Record, evidence: Evidence, settings: Settings, change: Change) -> Evidence:
    return admit(with_readings(record, change.readings), settings, (*evidence.admitted, *change.admits))


def _below_zero(p: Posterior, parameter: str, weights: tuple[Indices, Floats] | None) -> float | None:
    """Probability that a parameter, or the contrast of targets, lies below 0; None if the hypothesis lacks it.

    Weights move the posterior's own probability by as much as they move the draws', so that equal weights move nothing.
    """
    known = p.summary[parameter].below_zero if parameter in p.summary else None
    if known is None or weights is None:
        return known
    column = {n: p.draws[:, i] for i, n in enumerate(p.names)}
    x = (
        column[parameter]
        if parameter in column
        else column["effect_fighters"] - column["effect_infrastructure"]
    )
    rows, w = weights
    below = x[rows] < 0.0
    return float(min(1.0, max(0.0, known + w @ below - below.mean())))


def _row(change: Change, posteriors: Mapping[str, Posterior], how: str) -> dict[str, Any]:
    below = {
        what: {n: x for n, p in posteriors.items() if (x := _below_zero(p, parameter, None)) is not None}
        for what, parameter in ASKED.items()
    }
    return _document(change, below, how)


def _document(change: Change, below: Mapping[str, Mapping[str, float]], how: str) -> dict[str, Any]:
    shown = {"says": change.says, "admits": list(change.admits), "readings": change.readings}
    return {**shown, **below, "how": how}


def _ids(evidence: Evidence) -> set[str]:
    """Counts admitted, and strikes since the evidence begins."""
    first = min(evidence.windows[0].start, evidence.origin)
    return {*evidence.admitted, *(x.id for x in evidence.strikes if x.time >= first)}


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
