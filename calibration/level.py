"""The ridge of every count model, straightened: the level trades off against all else that makes attacks.

A record sees the total far better than what makes it up. So in place of the base rate's own coordinate the sampler
moves in the log of the reported total that a point expects:

    y_i = z_i + (log T(z) - log T(0))/σ,        T = expected reports at base rate 1, σ that of the log-normal base rate

All else stays, and T does not depend on z_i, so volumes are kept. Everything scales with the base rate, so that one
preparation of the filter at base rate 1 serves both T and the likelihood.
"""

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.likelihoods.filter import CHUNK, CountFilter
from calibration.likelihoods.prepared import Prepared
from calibration.priors import PriorTransform
from calibration.samplers.target import Plain, Seen, Target

LEVEL = "base_rate"


def target(likelihood: CountFilter, transform: PriorTransform) -> Target:
    """The likelihood in straightened coordinates where the base rate is log-normal, else as it is."""
    sigma = transform.lognormal_sigma(LEVEL)
    if sigma is None:
        return Plain(lambda z: as_floats(likelihood(transform.from_normal(z)).sum(axis=1)))
    return LevelTarget(likelihood, transform, sigma)


class LevelTarget:
    """A count likelihood in which the log of the expected total is a coordinate."""

    def __init__(self, likelihood: CountFilter, transform: PriorTransform, sigma: float) -> None:
        self._likelihood, self._transform, self._sigma = likelihood, transform, sigma
        self._at = transform.parameters.index(LEVEL)
        self._centre = 0.0
        self._centre = float(self._shift(np.zeros((1, transform.dimensions)))[0])

    def see(self, y: Floats) -> Seen:
        """Look at rows of y."""
        parts = [self._see(y[i : i + CHUNK]) for i in range(0, len(y), CHUNK)]
        return Seen(np.concatenate([p.z for p in parts]), np.concatenate([p.log_likelihood for p in parts]))

    def to_y(self, z: Floats) -> Floats:
        """Rows of y from rows of z."""
        y = z.copy()
        for i in range(0, len(y), CHUNK):
            y[i : i + CHUNK, self._at] += self._shift(z[i : i + CHUNK])
        return y

    def _see(self, y: Floats) -> Seen:
        prepared = self._at_base_rate_1(y)
        z = y.copy()
        z[:, self._at] -= self._log_total(prepared) / self._sigma - self._centre
        level = self._transform.distribution(LEVEL).from_normal(z[:, self._at])
        terms = self._likelihood.log_terms(prepared.scaled(level), len(y))
        return Seen(z, as_floats(terms.sum(axis=1)))

    def _shift(self, z: Floats) -> Floats:
        return as_floats(self._log_total(self._at_base_rate_1(z)) / self._sigma - self._centre)

    def _at_base_rate_1(self, z: Floats) -> Prepared:
        values = self._transform.from_normal(z)
        values[:, self._at] = 1.0
        return self._likelihood.prepared(values)

    def _log_total(self, prepared: Prepared) -> Floats:
        """Log of the reports expected in all windows, an opening attack and its offspring apart."""
        x, total = prepared.at_start, np.zeros(1)
        for stage in prepared.stages:
            attacks = stage.mean + x * stage.mean_per_x
            gained = stage.gain if stage.stretch.window < 0 else stage.gain * attacks
            total = total + (attacks if stage.stretch.window >= 0 else 0.0)
            x = x * stage.left + gained
        return np.log(np.maximum(total * prepared.completeness, 1e-300))
