"""What a sampler explores: a likelihood, in coordinates where its posterior is as straight as can be had."""

from typing import NamedTuple, Protocol

from calibration.arrays import Floats, as_floats
from calibration.samplers.sample import LogDensity, log_prior


class Seen(NamedTuple):
    """Points of y: where they are in z, and the log likelihood there [W]."""

    z: Floats
    log_likelihood: Floats

    @property
    def log_posterior(self) -> Floats:
        """Log of prior times likelihood; the same density in y as in z."""
        return as_floats(self.log_likelihood + log_prior(self.z))


class Target(Protocol):
    """A likelihood in coordinates y. The map from y to z must keep volumes (a Jacobian of 1)."""

    def see(self, y: Floats) -> Seen:
        """Look at rows of y."""

    def to_y(self, z: Floats) -> Floats:
        """Rows of y from rows of z."""


class Plain:
    """A likelihood of z as it is: y is z."""

    def __init__(self, log_likelihood: LogDensity) -> None:
        self._log_likelihood = log_likelihood

    def see(self, y: Floats) -> Seen:
        """Look at rows of y."""
        return Seen(y, self._log_likelihood(y))

    def to_y(self, z: Floats) -> Floats:
        """The same rows."""
        return z
