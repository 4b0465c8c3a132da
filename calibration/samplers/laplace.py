"""Modes of a posterior from several starts, each with the normal approximation there."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from calibration.arrays import Floats, as_floats
from calibration.samplers.sample import LogDensity, sobol_normals
from calibration.samplers.target import Target

STARTS = 4
SCOUTS = 512
STEP = 1e-3
WIDEST, NARROWEST = 4.0, 1e-8  # variances of a proposal, against the prior's 1
APART = 4.0
"""Modes nearer than so many standard deviations are one."""


class Mode(NamedTuple):
    """A mode: where, the covariance there, and the log evidence that Laplace's method gives it."""

    y: Floats
    covariance: Floats
    log_mass: float


def modes(target: Target, dimensions: int, seed: int) -> list[Mode]:
    """Distinct modes in the target's coordinates, the one of most mass first.

    Starts are the prior's centre and the best of 512 Sobol draws from the prior that lie apart.
    """

    def log_posterior(y: Floats) -> Floats:
        return target.see(y).log_posterior

    found: list[Mode] = []
    scouts = target.to_y(np.vstack([np.zeros((1, dimensions)), sobol_normals(SCOUTS, dimensions, seed)]))
    for start in _starts(log_posterior, scouts):
        mode = _climb(log_posterior, start)
        if all(distance(mode, other) > APART for other in found):
            found.append(mode)
        else:
            twin = next(i for i, other in enumerate(found) if distance(mode, other) <= APART)
            found[twin] = max(found[twin], mode, key=lambda m: m.log_mass)
    return sorted(found, key=lambda m: -m.log_mass)


def distance(a: Mode, b: Mode) -> float:
    """Standard deviations between two modes, by the wider covariance along the line between them."""
    gap = a.y - b.y
    return float(min(np.sqrt(gap @ np.linalg.solve(m.covariance, gap)) for m in (a, b)))


def _starts(log_posterior: LogDensity, scouts: Floats) -> list[Floats]:
    """The first scout, and the best of the others that lie apart."""
    chosen = [scouts[0]]
    for i in np.argsort(-log_posterior(scouts)):
        if all(np.linalg.norm(scouts[i] - c) > 1.0 for c in chosen):
            chosen.append(scouts[i])
        if len(chosen) == STARTS:
            break
    return chosen


def _climb(log_posterior: LogDensity, start: Floats) -> Mode:
    """BFGS on central differences, all of a gradient's points in one call."""
    size = len(start)
    steps = np.vstack([np.eye(size), -np.eye(size)]) * STEP

    def down(z: Floats) -> tuple[float, Floats]:
        values = log_posterior(z + np.vstack([np.zeros((1, size)), steps]))
        return -float(values[0]), as_floats(-(values[1 : size + 1] - values[size + 1 :]) / (2.0 * STEP))

    best = minimize(down, start, jac=True, method="BFGS", options={"gtol": 1e-3, "maxiter": 100})
    z = as_floats(best.x)
    curvature, axes = np.linalg.eigh(_hessian(log_posterior, z))
    variances = np.clip(1.0 / np.maximum(curvature, 1.0 / WIDEST), NARROWEST, WIDEST)
    log_mass = -float(best.fun) + 0.5 * size * np.log(2.0 * np.pi) + 0.5 * float(np.log(variances).sum())
    return Mode(z, as_floats((axes * variances) @ axes.T), log_mass)


def _hessian(log_posterior: LogDensity, z: Floats) -> Floats:
    """Second differences of -log posterior, all points in one call."""
    size, step = len(z), 10.0 * STEP
    one = np.eye(size) * step
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    points = [z + a * one[i] + b * one[j] for i, j in pairs for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    v = log_posterior(np.array(points)).reshape(len(pairs), 4)
    out = np.empty((size, size))
    for (i, j), (pp, pm, mp, mm) in zip(pairs, v, strict=True):
        out[i, j] = out[j, i] = -(pp - pm - mp + mm) / (4.0 * step**2)
    return out
