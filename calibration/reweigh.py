"""A posterior's draws under other evidence: weighed by the ratio of two likelihoods, where that leaves enough of them."""

from functools import cached_property

import numpy as np

from calibration.arrays import Floats, Indices, as_floats
from calibration.likelihoods.exact import ExactCounts
from calibration.likelihoods.filter import CountFilter
from calibration.posterior import Posterior

LOOKED_AT = 2000
"""Draws at which the exact filter looks: every second one."""
PARTICLES = 64  # below the fraction, where noise would bias the weights


class Reweigher:
    """Weights of draws under other likelihoods than ``base``, that of the posterior itself.

    ``rows`` are the draws that are looked at. With self-excitation both likelihoods are the exact filter's: an end that an
    attack brought on, or a split by place, is more than the closed form knows.
    """

    def __init__(self, posterior: Posterior, base: CountFilter, seed: int) -> None:
        self._posterior, self._base, self._seed = posterior, base, seed
        count = len(posterior.draws)
        self.rows: Indices = np.arange(0, count, max(1, count // LOOKED_AT) if base.reader.excites else 1)

    def __call__(self, other: CountFilter) -> tuple[Floats, float]:
        """Weights of the rows that sum to 1, L'/L, and how many draws they are worth, 1/Σw²."""
        draws = self._posterior.draws[self.rows]
        exact = _exact(other)
        if exact is not None and self._base_exact is not None:
            level = exact(draws, self._seed + 1) - self._base_exact
        else:
            level = as_floats(other(draws).sum(axis=1) - self._base(draws).sum(axis=1))
        w = np.exp(level - level.max())
        w = w / w.sum()
        return as_floats(w), float(1.0 / (w**2).sum())

    @cached_property
    def _base_exact(self) -> Floats | None:
        if _exact(self._base) is None:
            return None
        exact = ExactCounts(self._base.evidence, self._base.reader, PARTICLES)
        return exact(self._posterior.draws[self.rows], self._seed)


def _exact(likelihood: CountFilter) -> ExactCounts | None:
    """The exact filter, where it is more than the closed form and can be had."""
    if not likelihood.reader.excites:
        return None
    found = ExactCounts(likelihood.evidence, likelihood.reader)
    return found if found.hindrance is None else None
