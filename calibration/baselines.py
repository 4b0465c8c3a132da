"""What a model must beat: one constant rate, and the last window's rate.

Both are the conjugate predictive of a Poisson rate under Jeffreys's prior, Gamma(½, 0): n attacks seen in T days
make the rate Gamma(n + ½, T), and the count of the next L days negative binomial,

    P(y) = Γ(y + r) / (Γ(r) y!) · p^r (1 - p)^y,    r = n + ½,    p = T / (T + L),    mean r L/T

The constant rate takes every window so far, the last window's rate takes that window alone. An attack that opened a
window is given, so it is not among the n.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from calibration.items import Window

PRIOR_SHAPE = 0.5  # Jeffreys's prior of a Poisson rate
TAIL = 1e-12  # probability past which a sum over counts stops
CONSTANT, LAST = "constant_rate", "last_window"


class NegativeBinomial(NamedTuple):
    """A negative binomial by its size r and probability p; mean r (1 - p)/p."""

    size: float
    probability: float

    def log_score(self, observed: int) -> float:
        """-ln P(observed), nats; lower is better."""
        return -float(stats.nbinom.logpmf(observed, self.size, self.probability))

    def crps(self, observed: int) -> float:
        """Σ_k (F(k) - 1[k ≥ observed])², attacks; lower is better. Exact to 1e-12.

        >>> round(NegativeBinomial(1e9, 1e9 / (1e9 + 3.0)).crps(3), 4)  # all but Poisson of mean 3
        0.3881
        """
        last = max(int(stats.nbinom.isf(TAIL, self.size, self.probability)), observed) + 1
        k = np.arange(last + 1)
        below = stats.nbinom.cdf(k, self.size, self.probability)
        return float(((below - (k >= observed)) ** 2).sum())


def predictive(windows: Sequence[Window], days: float) -> NegativeBinomial:
    """The count of a window of so many days, after these windows at one constant rate."""
    attacks = sum(w.attacks - w.begins_at_attack for w in windows)
    time = sum(w.end - w.start for w in windows)
    return NegativeBinomial(attacks + PRIOR_SHAPE, time / (time + days))


def baselines(windows: Sequence[Window], days: float) -> dict[str, NegativeBinomial]:
    """Both baselines by name for a window of so many days."""
    return {CONSTANT: predictive(windows, days), LAST: predictive(windows[-1:], days)}
