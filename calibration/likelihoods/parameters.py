"""The parameters that a likelihood reads, as columns over many parameter vectors at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from calibration.arrays import Floats
from calibration.items import Strike
from calibration.priors import COMMON_EFFECT, SHARE
from sim.errors import ConfigError
from sim.model.registry import PARAMETERS
from sim.model.spec import TARGETS
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

EFFECTS = tuple(f"effect_{x}" for x in TARGETS)
READ = (
    "base_rate", "mobilisation_drift", "drift_days", "branching_ratio", "excitation_days",
    "excitation_at_start", *EFFECTS, "effect_days", "strength_exponent", "effect_limit", "spill", "completeness",
)  # fmt: skip
"""Every parameter that the closed form knows."""

MUST_BE_OFF = (
    *(f"suppression_{x}" for x in TARGETS), *(f"backlash_{x}" for x in TARGETS), "harm_backlash",
    "capability_exponent", "resolve_unanswered", "resolve_success", "resolve_cost",
    "restraint_base", "restraint_sponsor", "restraint_death",
)  # fmt: skip
"""Amplitudes that move the rate and that the closed form does not know: a hypothesis that has them is fitted in full."""


def closed(hypothesis: Hypothesis, settings: Settings) -> bool:
    """Whether the closed form knows all that moves the rate under a hypothesis."""
    entries = settings.assumptions | hypothesis.assumptions | hypothesis.parameters
    alike = "spill" not in entries or entries["spill"].value == 1.0
    return alike and all(entries[n].value == 0.0 for n in MUST_BE_OFF if n in entries)


class Parameters(NamedTuple):
    """Columns [W, 1] (constants [1, 1]); ``effects`` [W, 4] in the order of ``TARGETS``; ``shares`` [W, places]."""

    base_rate: Floats
    mobilisation_drift: Floats
    drift_days: Floats
    branching_ratio: Floats
    excitation_days: Floats
    excitation_at_start: Floats
    effects: Floats
    effect_days: Floats
    strength_exponent: Floats
    effect_limit: Floats
    completeness: Floats
    shares: Floats


class Reader:
    """Picks a hypothesis's parameters out of rows of values; what is not fitted is a constant.

    A constant comes from the hypothesis, else from the settings, else it is the model's default. Raises
    ConfigError if a fitted hypothesis switches on what the closed form does not know, or gives a prior to
    what the closed form reads without fitting it.
    """

    def __init__(
        self, hypothesis: Hypothesis, settings: Settings, names: Sequence[str], places: Sequence[str]
    ) -> None:
        self.names = list(names)
        entries = settings.assumptions | hypothesis.assumptions | hypothesis.parameters
        common = entries.get(COMMON_EFFECT)
        if common is not None:
            entries = {**entries, **dict.fromkeys(EFFECTS, common)}
        self.constants = {n: PARAMETERS[n].default for n in READ}
        fitted = set(names) | (set(EFFECTS) if COMMON_EFFECT in names else set())
        for name in MUST_BE_OFF:
            x = entries.get(name)
            if x is not None and x.value != 0.0:
                raise ConfigError(f"{hypothesis.name}: {name}: the closed form does not know it; expected 0")
        for name in READ:
            x = entries.get(name)
            if x is None or name in fitted:
                continue
            if x.value is None:
                raise ConfigError(
                    f"{hypothesis.name}: {name}: the fit reads it; expected it under parameters, or a value"
                )
            self.constants[name] = x.value
        if self.constants["spill"] != 1.0 or "spill" in fitted:
            raise ConfigError(
                f"{hypothesis.name}: spill: the fit knows effects that are felt everywhere; expected 1"
            )
        self._columns = {n: self.names.index(n) for n in READ if n in self.names}
        self._common = self.names.index(COMMON_EFFECT) if COMMON_EFFECT in self.names else -1
        self._shares = [self.names.index(SHARE + p) for p in places]
        self.excites = "branching_ratio" in fitted or self.constants["branching_ratio"] > 0.0
        self.drifts = "mobilisation_drift" in fitted or self.constants["mobilisation_drift"] != 0.0
        self.affects = any(n in fitted or self.constants[n] != 0.0 for n in EFFECTS)

    def reads(self, strikes: Sequence[Strike]) -> set[str]:
        """Parameters on which the likelihood depends, given the strikes."""
        out = {"base_rate", "completeness"}
        if self.drifts:
            out |= {"mobilisation_drift", "drift_days"}
        if self.excites:
            out |= {"branching_ratio", "excitation_days", "excitation_at_start"}
        struck = {
            e for s in strikes if s.strength > 0.0 for e, q in zip(EFFECTS, s.shares, strict=True) if q > 0.0
        }
        if self.affects and struck:
            out |= struck | {COMMON_EFFECT, "effect_days", "effect_limit"}
            if any(s.strength not in (0.0, 1.0) for s in strikes):
                out.add("strength_exponent")
        return out

    def read(self, values: Floats) -> Parameters:
        """Columns of ``values`` [W, names]."""

        def column(name: str) -> Floats:
            at = self._columns.get(name)
            return np.array([[self.constants[name]]]) if at is None else values[:, at : at + 1]

        if self._common >= 0:
            effects = np.repeat(values[:, self._common : self._common + 1], len(EFFECTS), axis=1)
        else:
            effects = np.column_stack([np.broadcast_to(column(n), (len(values), 1)) for n in EFFECTS])
        return Parameters(
            base_rate=column("base_rate"),
            mobilisation_drift=column("mobilisation_drift"),
            drift_days=column("drift_days"),
            branching_ratio=column("branching_ratio"),
            excitation_days=column("excitation_days"),
            excitation_at_start=column("excitation_at_start"),
            effects=effects,
            effect_days=column("effect_days"),
            strength_exponent=column("strength_exponent"),
            effect_limit=column("effect_limit"),
            completeness=column("completeness"),
            shares=values[:, self._shares],
        )
