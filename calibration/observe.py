"""How attacks come to be counted, for simulations: some on the wrong side of an edge."""

from typing import Any

import numpy as np

from calibration.evidence import Evidence
from calibration.shifts import TOUCHING

Counts = np.ndarray[Any, np.dtype[np.int64]]


def miscounted(evidence: Evidence, counts: Counts, rng: np.random.Generator) -> Counts:
    """Counts [windows, places] after attacks were moved across edges, by the rule of ``likelihoods.moved``."""
    out = counts.copy()
    windows = evidence.windows
    for i, w in enumerate(windows):
        if w.moved == 0:
            continue
        counted_after = i + 1 < len(windows) and windows[i + 1].start <= w.end + TOUCHING
        least = -min(w.moved, _movable(evidence, out, i + 1)) if counted_after else -w.moved
        shift = int(rng.integers(least, min(w.moved, _movable(evidence, out, i)) + 1))
        late = rng.multivariate_hypergeometric(out[i], max(shift, 0))
        if counted_after:
            early = rng.multivariate_hypergeometric(out[i + 1], max(-shift, 0))
            out[i + 1] += late - early
        else:
            early = np.zeros_like(late)
            early[int(rng.integers(len(early)))] = max(-shift, 0)
        out[i] += early - late
    return out


def _movable(evidence: Evidence, counts: Counts, i: int) -> int:
    """Attacks of a window but the one that opened it."""
    return int(counts[i].sum()) - evidence.windows[i].begins_at_attack
