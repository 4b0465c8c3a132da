"""Evidence with edges that are exact: on a fixed lattice for a likelihood, drawn for a simulation."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence

LAYOUTS = 8
"""Points of the lattice, a power of 2; docs/decisions/0016 says how fast the answer settles."""


def layouts(evidence: Evidence, points: int = LAYOUTS) -> tuple[Evidence, ...]:
    """The evidence at each point of a lattice of equal weights; itself alone where no edge is uncertain."""
    if not evidence.shifts:
        return (evidence,)
    return tuple(moved(evidence, u) for u in lattice(points, len(evidence.shifts)))


def lattice(points: int, dimensions: int) -> Floats:
    """Sobol's points in the middle of their cells [points, dimensions]: each column is the midpoint rule.

    ``points`` is a power of 2. Source: Sobol' (1967); direction numbers of Joe & Kuo (2008) by SciPy.
    """
    found = qmc.Sobol(dimensions, scramble=False).random_base2(points.bit_length() - 1)
    return as_floats(found + 0.5 / points)


def moved(evidence: Evidence, u: Sequence[float] | Floats) -> Evidence:
    """The evidence with shift i at the share ``u[i]`` of its range."""
    starts: dict[str, float] = {}
    ends: dict[str, float] = {}
    struck: dict[str, float] = {}
    for x, at in zip(evidence.shifts, u, strict=True):
        days = x.low + (x.high - x.low) * float(at)
        for found, ids in ((starts, x.starts), (ends, x.ends), (struck, x.strikes)):
            for i in ids:
                found[i] = found.get(i, 0.0) + days
    windows = [
        w._replace(start=w.start + starts.get(w.id, 0.0), end=w.end + ends.get(w.id, 0.0))
        for w in evidence.windows
    ]
    strikes = [x._replace(time=x.time + struck.get(x.id, 0.0)) for x in evidence.strikes]
    return evidence._replace(
        windows=tuple(windows), strikes=tuple(sorted(strikes, key=lambda x: (x.time, x.id))), shifts=()
    )


def longer_ends(stated: Evidence, layout: Evidence) -> list[float]:
    """log(L stated/L in the layout) of each triggered end: it is held against a constant rate over its window as stated."""
    days = [w.end - w.start for w in stated.windows]
    return [
        math.log(days[x.inside] / (layout.windows[x.inside].end - layout.windows[x.inside].start))
        for x in layout.triggers
    ]


def drawn(evidence: Evidence, rng: np.random.Generator) -> Evidence:
    """The evidence with each shift drawn."""
    return moved(evidence, rng.random(len(evidence.shifts)))
