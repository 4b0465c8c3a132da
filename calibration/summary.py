"""What a posterior says of each parameter, with the prior beside it and how much was learnt."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.priors import COMMON_EFFECT, SHARE, PriorTransform
from sim.model.registry import PARAMETERS
from sim.model.spec import TARGETS

LEARNT = 0.3
"""A contraction from here on is informed (`SCIENCE.md` 8)."""
MOVED = 0.05
"""A contrast whose probability moved by more than this from the prior's is informed."""
MEAN_DAYS = 30.0
PRIOR_DRIVEN, INFORMED = "prior-driven", "informed"
EFFECTS = (COMMON_EFFECT, *(f"effect_{x}" for x in TARGETS))
FULL = (
    "backlash_days", "suppression_days", "capability_exponent", "resupply_days", "resolve_cost", "resolve_days",
    *(f"{what}_{x}" for what in ("backlash", "suppression", "attrition") for x in TARGETS),
)  # fmt: skip
"""What an effect of the full model is made of."""
_NODES, _WEIGHTS = (as_floats(x) for x in np.polynomial.legendre.leggauss(20))
_LAGS, _WEIGHTS = MEAN_DAYS / 2.0 * (_NODES + 1.0), _WEIGHTS / 2.0
CONTRAST = "contrast_fighters_infrastructure"


class Summary(NamedTuple):
    """One parameter. ``below_zero`` is the posterior probability of a fall, for what may have either sign."""

    unit: str
    mean: float
    sd: float
    q05: float
    q50: float
    q95: float
    prior_mean: float
    prior_sd: float
    contraction: float
    label: str
    below_zero: float | None = None
    prior_below_zero: float | None = None

    def document(self) -> dict[str, Any]:
        """As plain JSON; the two probabilities only where there are any."""
        out = self._asdict()
        return out if self.below_zero is not None else {k: v for k, v in out.items() if "below_zero" not in k}


def unit(name: str) -> str:
    """Unit of a parameter, a place's share, or a derived effect."""
    if name.startswith(SHARE):
        return "share"
    if name == CONTRAST or name.removesuffix("_30d") in EFFECTS:
        return "log rate"
    return PARAMETERS[name].unit


def derived(names: Sequence[str], draws: Floats, constants: Mapping[str, float]) -> dict[str, Floats]:
    """What follows from the parameters: each strike effect's mean over 30 days, and the contrast of targets.

    The mean of A e^{-u/τ} over u in 0 to 30 is A·τ/30·(1 - e^{-30/τ}); the contrast is the jump of
    fighters less that of infrastructure. Under the full model an effect is backlash less suppression, plus κ·log K of the
    capability destroyed, less resolve_cost, each as it decays: of one strike of strength 1, no surprise, where it falls.
    """
    column = {n: draws[:, i] for i, n in enumerate(names)}
    days = column.get("effect_days", np.full(len(draws), constants.get("effect_days", np.nan)))
    out = {f"{n}_30d": column[n] * _kept(days) for n in EFFECTS if n in column}
    if all(n in column for n in FULL):
        out |= {f"effect_{x}_30d": _full_effect(column, x) for x in TARGETS}
    if "effect_fighters" in column and "effect_infrastructure" in column:
        out[CONTRAST] = column["effect_fighters"] - column["effect_infrastructure"]
    return out


def _kept(days: Floats) -> Floats:
    """Mean over 30 days of what decays from 1 in so many days."""
    return as_floats(days / MEAN_DAYS * -np.expm1(-MEAN_DAYS / days))


def _full_effect(column: Mapping[str, Floats], target: str) -> Floats:
    """The full model's net effect of one strike on a target, mean over 30 days."""
    recovering = 1.0 + np.expm1(-column[f"attrition_{target}"])[:, None] * np.exp(
        -_LAGS / column["resupply_days"][:, None]
    )
    return as_floats(
        column[f"backlash_{target}"] * _kept(column["backlash_days"])
        - column[f"suppression_{target}"] * _kept(column["suppression_days"])
        + column["capability_exponent"] * (np.log(recovering) @ _WEIGHTS)
        - column["resolve_cost"] * _kept(column["resolve_days"])
    )


class Moments(NamedTuple):
    """Mean, sd and probability of being below 0."""

    mean: float
    sd: float
    below_zero: float


def moments_of(values: Mapping[str, Floats], weights: Floats | None = None) -> dict[str, Moments]:
    """Moments of each column, of equal weight unless ``weights`` are given."""
    out = {}
    for name, x in values.items():
        mean = float(np.average(x, weights=weights))
        variance = float(np.average((x - mean) ** 2, weights=weights))
        out[name] = Moments(mean, variance**0.5, float(np.average(x < 0.0, weights=weights)))
    return out


def columns(names: Sequence[str], draws: Floats, constants: Mapping[str, float]) -> dict[str, Floats]:
    """Every parameter, then what is derived from them."""
    return {n: draws[:, i] for i, n in enumerate(names)} | derived(names, draws, constants)


def summarize(
    prior: PriorTransform,
    draws: Floats,
    prior_draws: Floats,
    constants: Mapping[str, float],
    moments: Mapping[str, Moments] | None = None,
) -> dict[str, Summary]:
    """Every parameter, then what is derived from them.

    Contraction is 1 - Var(posterior)/Var(prior), the prior's variance exact where it is known. Below .3 it is
    ``prior-driven``. A 30-day effect is ``informed`` only if its jump is too: the decay that all classes share is
    learnt from those that were struck, and says nothing of the others. A contrast is ``informed`` if the probability of
    its sign moved by more than .05. ``moments`` are the posterior's, where they are known better than by the draws.
    """
    values = columns(prior.names, draws, constants)
    before = columns(prior.names, prior_draws, constants)
    after = dict(moments) if moments else moments_of(values)
    out: dict[str, Summary] = {}
    for name, x in values.items():
        exact = prior.moments(name) if name in prior.names else moments_of({name: before[name]})[name][:2]
        found = _one(name, x, after[name], before[name], *exact)
        jump = out.get(name.removesuffix("_30d"))
        out[name] = found if jump is None or jump.label == INFORMED else found._replace(label=PRIOR_DRIVEN)
    return out


def _one(
    name: str, draws: Floats, after: Moments, prior_draws: Floats, prior_mean: float, prior_sd: float
) -> Summary:
    contraction = 1.0 - (after.sd / prior_sd) ** 2 if prior_sd > 0.0 else 0.0
    signed = unit(name) == "log rate" and bool((prior_draws < 0.0).any())
    below = (after.below_zero, float((prior_draws < 0.0).mean())) if signed else (None, None)
    learnt = contraction >= LEARNT
    if name == CONTRAST and below[0] is not None and below[1] is not None:
        learnt = abs(below[0] - below[1]) > MOVED
    q05, q50, q95 = (float(x) for x in np.quantile(draws, (0.05, 0.5, 0.95)))
    return Summary(
        unit(name), after.mean, after.sd, q05, q50, q95, prior_mean, prior_sd,
        contraction, INFORMED if learnt else PRIOR_DRIVEN, *below,
    )  # fmt: skip
