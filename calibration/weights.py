"""Weights of rival hypotheses: by family as declared, and updated by the evidence."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

MOST_LOG = 700.0  # of a factor that is a finite number
Family = Literal["no-effect", "effect"]


class Fitted(NamedTuple):
    """A fitted hypothesis; ``signature`` says what its likelihood reads under the evidence, with which priors."""

    name: str
    family: Family
    signature: str
    log_evidence: float


class Weights(NamedTuple):
    """Weights before and after the evidence; each sums to 1 over the fitted hypotheses."""

    declared: float
    evidence: float


class LikeForLike(NamedTuple):
    """A hypothesis against the same one without its strike effect; the error is that of the two fits together."""

    hypothesis: str
    without_effect: str
    log_bayes_factor: float
    log_bayes_factor_se: float

    def document(self) -> dict[str, Any]:
        """As plain JSON, the factor itself beside its log."""
        return {**self._asdict(), "bayes_factor": math.exp(min(self.log_bayes_factor, MOST_LOG))}


def like_for_like(
    pairs: Mapping[str, str | None], found: Mapping[str, tuple[float, float]]
) -> list[LikeForLike]:
    """Log Bayes factor log Z_h - log Z_without of each pair (hypothesis to the one without) of which both are fitted.

    ``found`` holds log evidence and its error; the errors of two fits are independent, so their squares add.

    >>> like_for_like({"M3": "M2", "M5": "M2"}, {"M2": (-20.0, 0.03), "M3": (-21.0, 0.04)})[0].log_bayes_factor
    -1.0
    """
    out = []
    for name, without in pairs.items():
        if without is not None and name in found and without in found:
            (a, error), (b, other) = found[name], found[without]
            out.append(LikeForLike(name, without, a - b, math.hypot(error, other)))
    return out


def family_weights(fitted: Iterable[Fitted]) -> dict[str, Weights]:
    """Weight of each fitted hypothesis.

    Each family that has a fitted hypothesis gets the same weight (one half if both have); within it hypotheses
    share equally, those of one signature as one. The evidence then multiplies: w_h ∝ declared_h · Z_h.

    >>> found = family_weights([Fitted("M0", "no-effect", "a", 0.0), Fitted("M1", "no-effect", "b", 0.0),
    ...                         Fitted("M3", "effect", "c", 0.0)])
    >>> [round(w.declared, 3) for w in found.values()]
    [0.25, 0.25, 0.5]
    """
    entries = list(fitted)
    families = {x.family for x in entries}
    declared: dict[str, float] = {}
    for family in families:
        members = [x for x in entries if x.family == family]
        signatures = [x.signature for x in members]
        for x in members:
            kinds, twins = len(set(signatures)), signatures.count(x.signature)
            declared[x.name] = 1.0 / len(families) / kinds / twins
    if not entries:
        return {}
    top = max(x.log_evidence for x in entries)
    raw = {x.name: declared[x.name] * math.exp(x.log_evidence - top) for x in entries}
    total = sum(raw.values())
    return {x.name: Weights(declared[x.name], raw[x.name] / total) for x in entries}
