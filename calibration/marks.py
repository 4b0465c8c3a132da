"""Casualty marks: how often an attack injures, how many, and how often it kills, from the record's casualties.

The number injured in n attacks is a sum of n zero-inflated discretised Lomax marks (``compound``); brain
injuries are a binomial share of the injured; the number killed is a sum like the injured, of scale 1. A
count that is not given says nothing, and its parameter keeps its prior.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from calibration.arrays import Floats, as_floats
from calibration.compound import lomax_mark, sum_of
from calibration.posterior import Posterior, from_prior, from_sample
from calibration.priors import PriorTransform, quantile
from calibration.samplers.fit import sample
from sim.model.registry import PARAMETERS
from sim.scenario.record import Casualties, Record
from sim.scenario.settings import Settings

NAME = "marks"
FITTED = ("injuring_share", "injury_scale", "injury_tail", "tbi_share", "fatal_share")
SECTION = "B"
LEAST = 1e-15  # convolution by FFT is exact to about this; a probability below it is not told from 0


def fitted_casualties(
    record: Record, admitted: Sequence[str]
) -> tuple[tuple[Casualties, ...], tuple[str, ...]]:
    """Casualties that the marks are fitted to, and notes on those left out.

    They are those admitted by name, else those of section B, else all; of two that count the same people, the
    first in the record.
    """
    named = [c for c in record.casualties if c.id in admitted]
    pool = (
        named
        or [c for c in record.casualties if c.id in record.sections.get(SECTION, ())]
        or list(record.casualties)
    )
    kept: list[Casualties] = []
    notes: list[str] = []
    for c in pool:
        twin = next((k for k in kept if c.id in k.shares_attacks_with or k.id in c.shares_attacks_with), None)
        if twin is None:
            kept.append(c)
        else:
            notes.append(f"{c.id} counts the same people as {twin.id} and is left out of the marks")
    return tuple(kept), tuple(notes)


class MarksLikelihood:
    """Log likelihood of casualties: call with values [W, names], get [W, terms].

    ``constants`` hold the marks that are not fitted, ``fatality_tail`` among them.
    """

    def __init__(
        self, casualties: Sequence[Casualties], names: Sequence[str], constants: Mapping[str, float]
    ) -> None:
        self._names, self._constants = list(names), dict(constants)
        self._items = [c for c in casualties if c.attacks > 0]
        self.terms = [
            f"{c.id}:{what}"
            for what in ("injured", "brain_injured", "killed")
            for c in self._items
            if self._known(c, what)
        ]

    def _known(self, c: Casualties, what: str) -> bool:
        return getattr(c, what) is not None

    def __call__(self, values: Floats) -> Floats:
        """Log likelihood [W, terms]."""
        column = {n: values[:, i] for i, n in enumerate(self._names)}
        for name, value in self._constants.items():
            column.setdefault(name, np.full(len(values), value))
        one = np.ones(len(values))
        terms = self._sums("injured", column["injuring_share"], column["injury_scale"], column["injury_tail"])
        terms += [
            _log_binomial(c.brain_injured, c.injured, column["tbi_share"])
            for c in self._items
            if c.brain_injured is not None
        ]
        terms += self._sums("killed", column["fatal_share"], one, column["fatality_tail"])
        return np.column_stack(terms) if terms else np.empty((len(values), 0))

    def _sums(self, what: str, share: Floats, scale: Floats, tail: Floats) -> list[Floats]:
        """Log probability [W] of each known sum of a mark."""
        items = [(c.attacks, int(getattr(c, what))) for c in self._items if self._known(c, what)]
        out = []
        for attacks, total in items:
            if total == 0:
                out.append(as_floats(xlog1py(attacks, -share)))
            else:
                found = sum_of(lomax_mark(share, scale, tail, total), attacks)[:, total]
                out.append(np.log(np.maximum(found, LEAST)))
        return out


def _log_binomial(k: int, n: int, share: Floats) -> Floats:
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return as_floats(ways + xlogy(k, share) + xlog1py(n - k, -share))


def fit_marks(
    record: Record, settings: Settings, admitted: Sequence[str], seed: int, attributes: Mapping[str, Any]
) -> Posterior:
    """Posterior of the marks that have a prior in the settings."""
    entries = settings.assumptions
    priors = {n: x.prior for n in FITTED if (x := entries.get(n)) is not None and x.prior is not None}
    transform = PriorTransform.independent(priors)
    constants = {n: PARAMETERS[n].default for n in (*FITTED, "fatality_tail") if n not in priors}
    for name in constants:
        x = entries.get(name)
        if x is not None and x.value is not None:
            constants[name] = x.value
        elif x is not None and x.prior is not None:
            constants[name] = float(quantile(x.prior, np.array([0.5]))[0])
    casualties, notes = fitted_casualties(record, admitted)
    likelihood = MarksLikelihood(casualties, transform.names, constants)
    details: dict[str, Any] = {"constants": constants, "notes": notes, "attributes": dict(attributes)}
    if not likelihood.terms or transform.dimensions == 0:
        return from_prior(NAME, transform, **details)
    found = sample(
        lambda z: as_floats(likelihood(transform.from_normal(z)).sum(axis=1)), transform.dimensions, seed
    )
    terms = likelihood(transform.from_normal(found.z))
    observed = {f"{c.id}:{w}": float(v) for c in casualties for w, v in _counts(c).items() if v is not None}
    return from_sample(
        NAME,
        transform,
        found,
        log_likelihood={n: terms[:, i] for i, n in enumerate(likelihood.terms)},
        observed=observed,
        **details,
    )


def _counts(c: Casualties) -> dict[str, int | None]:
    return {"injured": c.injured, "brain_injured": c.brain_injured, "killed": c.killed}
