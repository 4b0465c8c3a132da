"""How good a forecast of a count was, from a sample of it: CRPS, log score, mid-PIT, quantiles; each with its error.

Both scores are negatively oriented (lower is better) and proper: no forecast has a lower expected score than
the true distribution. Sources: Gneiting & Raftery (2007), JASA 102; Czado, Gneiting & Held (2009), Biometrics 65.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from calibration.arrays import Floats, as_floats

LEVELS = (0.5, 0.8, 0.9)
QUANTILES = {"q05": 0.05, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q95": 0.95}
ENDS = {0.5: ("q25", "q75"), 0.8: ("q10", "q90"), 0.9: ("q05", "q95")}
Sample = np.ndarray[Any, np.dtype[np.int64]]


class Score(NamedTuple):
    """A score and the standard error that the simulation leaves in it."""

    value: float
    se: float


def crps(sample: Sample, observed: int) -> Score:
    """Continuous ranked probability score, in attacks: E|X - y| - ½ E|X - X'|.

    Both means are over the sample, the second over pairs of different runs, so that the estimate is unbiased. Its
    error is that of a U-statistic, sd(h)/√R with h_i = |x_i - y| - mean_j |x_i - x_j|. Domain: at least 2 runs.

    >>> crps(np.array([0, 2]), 1).value  # 1 - ½·2
    0.0
    """
    x = np.sort(as_floats(sample))
    runs = len(x)
    # Σ_j |x_i - x_j| of sorted x: what lies below and what lies above, by running sums
    order, total = np.arange(runs), np.cumsum(x)
    apart = (x * order - (total - x)) + ((total[-1] - total) - x * (runs - 1 - order))
    away = np.abs(x - observed)
    value = away.mean() - 0.5 * apart.sum() / (runs * (runs - 1))
    influence = away - apart / (runs - 1)
    return Score(float(value), float(influence.std(ddof=1) / math.sqrt(runs)))


def log_score(sample: Sample, observed: int) -> Score:
    """-ln of the share of runs that gave the count, nats, one run added.

    p(y) = (runs that gave y + q(y)) / (R + 1): the one more run is spread as a geometric distribution,
    q(y) = 1/(1 + m) · (m/(1 + m))^y, of the mean m = (Σ x + 1)/R, so that no count is impossible. The error is the
    binomial one, √((1 - p)/(R p)).

    >>> round(log_score(np.array([1, 1, 1]), 1).value, 4)  # m = 4/3, q(1) = 12/49, p = (3 + 12/49)/4
    0.2092
    """
    runs = len(sample)
    m = (float(np.sum(sample)) + 1.0) / runs
    log_q = observed * math.log(m / (1.0 + m)) - math.log1p(m)
    hits = int((sample == observed).sum())
    log_p = float(np.logaddexp(math.log(hits), log_q) if hits else log_q) - math.log(runs + 1.0)
    p = max(math.exp(max(log_p, -700.0)), 1.0 / (runs + 1.0) ** 2)
    return Score(-log_p, math.sqrt(max(1.0 - p, 0.0) / (runs * p)))


def mid_pit(sample: Sample, observed: int) -> float:
    """P(X < y) + ½ P(X = y): ½ on average if the forecast is right."""
    return float((sample < observed).mean() + 0.5 * (sample == observed).mean())


def quantiles(sample: Sample) -> dict[str, int]:
    """5% to 95%, each one of the counts."""
    return {k: int(np.quantile(sample, x, method="inverted_cdf")) for k, x in QUANTILES.items()}


def held(sample: Sample, level: float) -> float:
    """Share of the forecast that lies in its central interval of a level: more than the level, as counts are whole."""
    low, high = (np.quantile(sample, QUANTILES[x], method="inverted_cdf") for x in ENDS[level])
    return float(((low <= sample) & (sample <= high)).mean())


def mixture_log_score(masses: dict[str, Floats], weights: dict[str, float], worth: dict[str, float]) -> Score:
    """-ln Σ_h w_h · mean over draws of P_h(y), nats; ``masses`` hold P_h(y) at each draw, ``worth`` how many draws count.

    The error is that of the means over draws, √(Σ w_h² var_h/worth_h) / p.
    """
    p = sum(weights[h] * float(m.mean()) for h, m in masses.items())
    variance = sum(weights[h] ** 2 * float(m.var()) / worth[h] for h, m in masses.items())
    p = max(p, float(np.finfo(float).tiny))
    return Score(-math.log(p), math.sqrt(variance) / p)
