"""Priors in words."""

import numpy as np

from calibration.priors import quantile
from sim.report.rounding import number
from sim.scenario.common import Prior, Sourced


def sourced(x: Sourced) -> str:
    """A sourced number in words: its value, or its prior.

    >>> sourced(Sourced(value=1.0, source="[W1]"))
    'fixed at 1'
    """
    return prior(x.prior) if x.prior is not None else f"fixed at {number(x.value, 4)}"


def prior(x: Prior) -> str:
    """A prior by its family, its median and its central 90%.

    >>> from sim.scenario.common import Uniform
    >>> prior(Prior(uniform=Uniform(low=0.0, high=2.0)))
    'uniform, median 1, 90% 0.1 to 1.9'
    """
    low, middle, high = (float(v) for v in quantile(x, np.array([0.05, 0.5, 0.95])))
    return f"{_family(x)}, median {number(middle, 2)}, 90% {number(low, 2)} to {number(high, 2)}"


def _family(x: Prior) -> str:
    if x.normal is not None:
        return "normal"
    if x.lognormal is not None:
        return "log-normal"
    if x.half_normal is not None:
        return "half-normal"
    if x.beta is not None:
        return f"beta({number(x.beta.a)}, {number(x.beta.b)})"
    if x.gamma is not None:
        return f"gamma({number(x.gamma.shape)}, {number(x.gamma.rate)})"
    return "uniform"
