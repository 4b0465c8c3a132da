"""A level of mobilisation that was computed from the record, where windows of that time are admitted: the data twice.

The closed form holds g. Where settings state what is known of a level without the record (``uncertain``), the level ℓ is
given that prior and integrated out: one fit for each of a few levels, evenly spaced in log ℓ, each with its evidence Z,

    P(A | data) = Σ_k π(log ℓ_k) · Z(ℓ_k) · P(A | data, ℓ_k) / Σ_k π(log ℓ_k) · Z(ℓ_k)
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from calibration.distributions import distribution
from calibration.evidence import Evidence
from calibration.posterior import Posterior
from sim.scenario.common import Prior, days_between
from sim.scenario.settings import Mobilisation, Settings

STEP = 2.0
"""Levels lie so many of the counts' own errors apart: a normal of that sd is summed to a percent, a wider one better."""
LEAST = 0.005  # of the largest weight: levels further out are left out
MOST_LEVELS = 40


class Span(NamedTuple):
    """A dated piece of g: its number in the settings, and the admitted windows that begin in it."""

    piece: int
    windows: tuple[int, ...]


class Level(NamedTuple):
    """Levels ℓ, their weights (together 1) and the posterior at each."""

    levels: tuple[float, ...]
    weights: tuple[float, ...]
    posteriors: tuple[Posterior, ...]

    @property
    def mean(self) -> float:
        """Posterior mean of the level."""
        return float(np.dot(self.levels, self.weights))


def spans(settings: Settings, evidence: Evidence) -> list[Span]:
    """Each piece of mobilisation with the admitted windows that begin in it."""
    starts = [days_between(evidence.start, m.date) for m in settings.mobilisation]
    found: dict[int, list[int]] = {}
    for i, w in enumerate(evidence.windows):
        piece = max((k for k, at in enumerate(starts) if at <= w.start), default=0)
        found.setdefault(piece, []).append(i)
    return [Span(k, tuple(x)) for k, x in sorted(found.items())]


def used_twice(settings: Settings, evidence: Evidence) -> list[tuple[Mobilisation, list[str]]]:
    """Pieces whose level was computed from items that are admitted, and these items."""
    found = []
    for span in spans(settings, evidence):
        piece = settings.mobilisation[span.piece]
        ids = [evidence.windows[i].id for i in span.windows if evidence.windows[i].id in piece.computed_from]
        if ids:
            found.append((piece, ids))
    return found


def notes(settings: Settings, evidence: Evidence) -> list[str]:
    """What is wrong with each such level, in words."""
    return [
        f"the mobilisation level of “{piece.name}”, {piece.level:g}, was computed from {' and '.join(ids)}, which "
        f"{'is' if len(ids) == 1 else 'are'} admitted too: the data are used twice, and the level is held as if it were known"
        for piece, ids in used_twice(settings, evidence)
    ]


def at_level(settings: Settings, piece: int, level: float) -> Settings:
    """The settings with another level of one piece."""
    pieces = list(settings.mobilisation)
    pieces[piece] = pieces[piece].model_copy(update={"level": level})
    return settings.model_copy(update={"mobilisation": tuple(pieces)})


def integrated(prior: Prior, centre: float, step: float, fit: Callable[[float], Posterior]) -> Level:
    """Levels outward from a first guess until their weights are under half a percent of the largest, on both sides.

    ``step`` is in log ℓ; ``fit`` gives the posterior, with its evidence, at a level.
    """
    density = distribution(prior).log_density
    found: dict[int, tuple[float, Posterior]] = {}

    def log_weight(k: int) -> float:
        level = centre * float(np.exp(k * step))
        p = fit(level)
        weight = float(density(np.array([level]))[0]) + float(np.log(level)) + p.log_evidence
        found[k] = (weight, p)
        return weight

    best = log_weight(0)
    ends = {-1: 0, 1: 0}
    while ends and len(found) < MOST_LEVELS:
        for side in list(ends):
            ends[side] += side
            weight = log_weight(ends[side])
            best = max(best, weight)
            if weight < best + np.log(LEAST):
                del ends[side]
    order = sorted(found)
    log_w = np.array([found[k][0] for k in order])
    w = np.exp(log_w - log_w.max())
    w /= w.sum()
    levels = tuple(centre * float(np.exp(k * step)) for k in order)
    return Level(levels, tuple(w.tolist()), tuple(found[k][1] for k in order))


def first_guess(evidence: Evidence, span: Span, reference: float) -> tuple[float, float]:
    """The level at which the span's rate is to that of the other windows as its level to theirs, and the step about it."""
    inside = [evidence.windows[i] for i in span.windows]
    outside = [w for i, w in enumerate(evidence.windows) if i not in span.windows]
    n, m = (sum(w.attacks for w in x) + 1.0 for x in (inside, outside))
    days, others = (sum(w.end - w.start for w in x) for x in (inside, outside))
    ratio = (n / days) / (m / others) if others else 1.0
    return reference * ratio, STEP * float(np.sqrt(1.0 / n + 1.0 / m))


def reference_level(settings: Settings, evidence: Evidence, span: Span) -> float:
    """Mean level of the windows outside a span, by attacks; 1 where there are none."""
    others: Sequence[Span] = [x for x in spans(settings, evidence) if x.piece != span.piece]
    weights = [sum(evidence.windows[i].attacks for i in x.windows) + 1.0 for x in others]
    levels = [settings.mobilisation[x.piece].level for x in others]
    return float(np.average(levels, weights=weights)) if others else 1.0
