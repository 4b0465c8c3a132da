"""Draws of the closed form corrected by the exact likelihood: importance weights, and what they are worth.

    w_i ∝ prior(θ_i) · L̂(θ_i)/proposal(θ_i)

with L̂ the particle filter's unbiased estimate, so that the corrected draws and evidence are the exact model's whatever the
noise of L̂ (Fearnhead and others 2010, random-weight importance sampling); noise and the closed form's own error cost draws.
"""

import math
from collections.abc import Callable

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.samplers.importance import about
from calibration.samplers.pareto import pareto_k
from calibration.samplers.sample import DRAWS, Sample, Weighted, systematic
from calibration.samplers.target import Seen, Target

POINTS = 8192
FLATTENED = 0.75
"""Points are taken from the sampler's with their weights to this power: the exact tails may be heavier."""
LEAST_SHARE, MOST_PARETO_K = 0.3, 0.7
"""A correction worth less, or with a heavier tail, is not trusted: then every point is looked at by the exact filter."""
Exact = Callable[[Floats, int], Floats]
"""Log likelihood, estimated, at rows of z, with a seed."""


def corrected(found: Sample, target: Target, exact: Exact, seed: int, points: int = POINTS) -> Sample:
    """A sample of the exact posterior from one of the closed form's ``target``.

    ``points`` of the sampler's are looked at. ``notes`` says how many draws it is worth and how far the evidence moved; where the closed form's draws do not serve,
    points are drawn anew about them and weighed by the exact likelihood alone.
    """
    z, log_ratio = _points(found, points)
    level = target.see(target.to_y(z)).log_likelihood
    log_weights = as_floats(log_ratio + exact(z, seed) - level)
    w = np.exp(log_weights - log_weights.max())
    share = float(w.sum() ** 2 / (w**2).sum()) / len(w)
    k = pareto_k(log_weights)
    if share < LEAST_SHARE or k > MOST_PARETO_K:
        return _anew(
            z, as_floats(w), target, exact, seed, points, f"Pareto k {k:.2f}, effective share {share:.2f}"
        )
    base = np.exp(log_ratio - log_ratio.max())
    moved = float(log_weights.max() - log_ratio.max() + math.log(w.sum() / base.sum()))
    relative = float(np.sqrt(((w / w.sum() - base / base.sum()) ** 2).sum()))
    return Sample(
        z=z[systematic(w, DRAWS)],
        log_evidence=found.log_evidence + moved,
        log_evidence_se=math.hypot(found.log_evidence_se, relative),
        ess=1.0 / (1.0 / found.ess + 1.0 / (share * len(w))),
        ess_share=share,
        pareto_k=k,
        sampler=f"{found.sampler}, corrected",
        notes=(
            *found.notes,
            f"corrected by the exact filter: {share:.0%} of the points looked at are worth their number, log evidence moves by {moved:+.3f}",
        ),
        weighted=Weighted(z, as_floats(w)),
    )


def _points(found: Sample, points: int) -> tuple[Floats, Floats]:
    """Points in z and the log of what each counts for: the sampler's weight over the chance of being taken."""
    if found.weighted is None:
        return found.z, np.zeros(len(found.z))
    w = found.weighted.weights
    taken = w**FLATTENED
    rows = systematic(as_floats(taken), points)
    return as_floats(found.weighted.z[rows]), as_floats((1.0 - FLATTENED) * np.log(w[rows]))


class _ExactTarget:
    """The exact likelihood in the target's coordinates."""

    def __init__(self, target: Target, exact: Exact, seed: int) -> None:
        self._target, self._exact, self._seed = target, exact, seed

    def see(self, y: Floats) -> Seen:
        """Look at rows of y."""
        z = self._target.see(y).z
        return Seen(z, self._exact(z, self._seed))

    def to_y(self, z: Floats) -> Floats:
        """Rows of y from rows of z."""
        return self._target.to_y(z)


def _anew(
    z: Floats, weights: Floats, target: Target, exact: Exact, seed: int, points: int, why: str
) -> Sample:
    """Importance sampling by the exact likelihood alone, about where the correction points."""
    found = about(_ExactTarget(target, exact, seed + 1), target.to_y(z), weights, 2 * points, seed + 1)
    return found._replace(
        sampler="importance by the exact filter",
        notes=(f"the closed form is not reliable here ({why}): the exact filter took its place",),
    )
