"""Weights of rival hypotheses: by family as declared, and updated by the evidence."""

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

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
