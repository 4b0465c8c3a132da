"""How much of a prior lies outside a range."""

import math

from sim.scenario.common import LogNormal, Prior

Z95 = 1.6448536269514722  # standard normal quantile of 95%


def sigma_of(prior: LogNormal) -> float:
    """Sigma of a log-normal prior: as given, or log(high/low)/(2 z), z the 95% quantile of the standard normal."""
    if prior.sigma is not None or prior.low is None or prior.high is None:
        return prior.sigma or math.nan
    return (math.log(prior.high) - math.log(prior.low)) / (2.0 * Z95)


def outside(prior: Prior, low: float, high: float) -> float:
    """Probability that a prior gives to numbers below ``low`` or above ``high`` (which may be infinite).

    >>> from sim.scenario.common import Normal
    >>> round(outside(Prior(normal=Normal(mean=0.0, sd=1.0)), -1.96, 1.96), 3)
    0.05
    """
    if prior.normal is not None:
        mean, sd = prior.normal.mean, prior.normal.sd
        return _normal((low - mean) / sd) + _normal((mean - high) / sd)
    if prior.lognormal is not None:
        m, sigma = math.log(prior.lognormal.median), sigma_of(prior.lognormal)
        below = _normal((math.log(low) - m) / sigma) if low > 0.0 else 0.0
        return below + (_normal((m - math.log(high)) / sigma) if high > 0.0 else 1.0)
    if prior.half_normal is not None:
        scale = prior.half_normal.scale
        below = math.erf(low / scale / math.sqrt(2.0)) if low > 0.0 else 0.0
        return below + (math.erfc(high / scale / math.sqrt(2.0)) if high > 0.0 else 1.0)
    if prior.gamma is not None:
        shape, rate = prior.gamma.shape, prior.gamma.rate
        below = gamma_below(shape, low * rate) if low > 0.0 else 0.0
        return below + (1.0 - gamma_below(shape, high * rate) if high > 0.0 else 1.0)
    if prior.beta is not None:
        a, b = prior.beta.a, prior.beta.b
        return beta_below(a, b, low) + beta_below(b, a, 1.0 - high)
    if prior.uniform is not None:
        u = prior.uniform
        return 1.0 - max(0.0, min(u.high, high) - max(u.low, low)) / (u.high - u.low)
    return math.nan


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def gamma_below(shape: float, x: float) -> float:
    """P(X < x) of a gamma distribution of rate 1: x^a e^-x / Γ(a+1) · Σ x^k / ((a+1)…(a+k)).

    >>> round(gamma_below(1.0, 1.0), 6)  # 1 - 1/e
    0.632121
    """
    if x <= 0.0:
        return 0.0
    if x > shape + 30.0 * math.sqrt(shape) + 60.0:
        return 1.0  # the tail beyond is under 1e-16
    term = total = 1.0
    k = 0
    while term > total * 1e-17 and k < 100_000:
        k += 1
        term *= x / (shape + k)
        total += term
    return min(1.0, math.exp(shape * math.log(x) - x - math.lgamma(shape + 1.0)) * total)


def beta_below(a: float, b: float, x: float) -> float:
    """P(X < x) of a beta distribution, by the continued fraction of Press et al., Numerical Recipes, 6.4.

    >>> round(beta_below(2.0, 1.0, 0.5), 6)  # x²
    0.25
    """
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    front = math.exp(
        a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    )
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Lentz's evaluation; it converges fast for x < (a+1)/(a+b+2)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0), tiny)
    value = d
    for m in range(1, 2000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for step in (even, odd):
            d = 1.0 / _away(1.0 + step * d, tiny)
            c = _away(1.0 + step / c, tiny)
            change = c * d
            value *= change
        if abs(change - 1.0) < 1e-14:
            break
    return value


def _away(x: float, tiny: float) -> float:
    return x if abs(x) > tiny else tiny
