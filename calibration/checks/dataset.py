"""A design and a data set on it: the windows of some evidence, and counts simulated for them."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from calibration.arrays import Indices
from calibration.evidence import Evidence
from calibration.items import Window
from calibration.simulate import simulate_places

AHEAD = "ahead"
AHEAD_DAYS = 30.0
"""What is predicted: the attacks of the month after the last window."""

Simulator = Callable[[Evidence, Mapping[str, float], np.random.Generator], Indices]
"""Evidence, parameters by name, a generator; gives reported attacks [windows, places]."""


class DataSet(NamedTuple):
    """Simulated evidence, and what the month after it brought; ``evidence`` has a window for that month, never fitted."""

    evidence: Evidence
    ahead: int

    @property
    def attacks(self) -> int:
        """Attacks of the windows that are fitted."""
        return sum(w.attacks for w in self.evidence.windows[:-1])


def design(evidence: Evidence, *, by_place: bool = True) -> Evidence:
    """The evidence with a month after it, edges and counts as stated, and no window's end brought on by an attack.

    A triggered end is a matter of the defender's policy, and has a check with the loop closed; an open loop has none.
    Uncertain edges and counts have checks of their own, too.
    """
    windows = tuple(w._replace(triggered=False, moved=0) for w in evidence.windows)
    if not by_place:
        windows = tuple(w._replace(by_place={}) for w in windows)
    end = windows[-1].end
    ahead = Window(AHEAD, end, end + AHEAD_DAYS, 0, {}, begins_at_attack=False, triggered=False)
    return evidence._replace(windows=(*windows, ahead), totals=evidence.totals if by_place else (), shifts=())


def data_set(
    design: Evidence,
    parameters: Mapping[str, float],
    rng: np.random.Generator,
    simulator: Simulator = simulate_places,
) -> DataSet:
    """One data set; what the record knows of the places of its attacks, the data set knows of its own."""
    counts = simulator(design, parameters, rng)
    windows = []
    for w, n in zip(design.windows, counts, strict=True):
        hidden = w.attacks - sum(w.by_place.values()) if w.by_place else 0
        seen = n - rng.multivariate_hypergeometric(n, min(hidden, int(n.sum()))) if hidden else n
        by_place = dict(zip(design.places, seen.tolist(), strict=True)) if w.by_place else {}
        windows.append(w._replace(attacks=int(n.sum()), by_place=by_place))
    totals = tuple(
        t._replace(
            by_place=dict(zip(design.places, counts[list(t.windows)].sum(axis=0).tolist(), strict=True))
        )
        for t in design.totals
    )
    windows[-1] = windows[-1]._replace(attacks=0)
    return DataSet(design._replace(windows=tuple(windows), totals=totals), int(counts[-1].sum()))
