"""Equations shared by every mechanism: decay, limits, and inverse distribution functions.

All of them use scalar ``math`` only, so that every engine gets the same bits.
"""

import math

EXPONENT_LIMIT = 50.0


def bounded_exp(x: float) -> float:
    """exp(x) with x clamped to [-50, 50]; the one place where exponents are clamped."""
    return 1.0 if x == 0.0 else math.exp(min(EXPONENT_LIMIT, max(-EXPONENT_LIMIT, x)))


def decayed(value: float, since: float, t: float, days: float) -> float:
    """value · exp(-(t - since)/days): what is left at day t. Domain: t ≥ since, days > 0."""
    if value == 0.0 or t == since:
        return value
    return value * bounded_exp(-(t - since) / days)


def relaxed(value: float, target: float, since: float, t: float, days: float) -> float:
    """value + (target - value) · (1 - exp(-(t - since)/days)): return to a target; exactly value at since."""
    if value == target:
        return target
    return value + (target - value) * (1.0 - bounded_exp(-(t - since) / days))


def soft_limit(x: float, limit: float) -> float:
    """limit · tanh(x/limit): slope 1 at 0, never past ±limit. Domain: limit > 0. Absolute error about limit · 1e-16.

    By one exponential, e = exp(-2|x|/limit): limit · (1 - e)/(1 + e), with the sign of x.
    """
    if x == 0.0:
        return 0.0
    e = bounded_exp(-2.0 * abs(x) / limit)
    y = limit * ((1.0 - e) / (1.0 + e))
    return y if x > 0.0 else -y


def exponential_quantile(u: float) -> float:
    """-log(u): a unit exponential from u strictly inside (0, 1)."""
    return -math.log(u)


def poisson_quantile(u: float, mean: float, most: int) -> int:
    """Smallest n ≤ most with P(N ≤ n) ≥ u for N Poisson of this mean. Domain: 0 ≤ mean ≤ 50."""
    if mean <= 0.0:
        return 0
    term = bounded_exp(-mean)
    total = term
    n = 0
    while total < u and n < most:
        n += 1
        term = term * mean / n
        total += term
    return n


def binomial_quantile(u: float, n: int, p: float) -> int:
    """Smallest k with P(K ≤ k) ≥ u for K binomial(n, p). Domain: 0 ≤ p ≤ 1, 0 ≤ n ≤ 1000."""
    if p <= 0.0 or n == 0:
        return 0
    if p >= 1.0:
        return n
    mirrored = p > 0.5  # counts failures then, since (1 - p)^n would be too small to begin a sum with
    rare, left = (1.0 - p, 1.0 - u) if mirrored else (p, u)
    odds = rare / (1.0 - rare)
    term = 1.0  # (1 - rare)^n, at least 2^-1000; the clamp of exponents would cut it at exp(-50)
    for _ in range(n):
        term = term * (1.0 - rare)
    total = term
    k = 0
    while total < left and k < n:
        k += 1
        term = term * odds * (n - k + 1) / k
        total += term
    return n - k if mirrored else k


def heavy_tail_quantile(u: float, scale: float, tail: float, most: int) -> int:
    """Whole number ≥ 1 with a power tail: 1 + floor(scale · ((1 - u)^(-1/tail) - 1)), at most ``most``.

    P(N > n) = (1 + n/scale)^(-tail), a discretised Lomax. Domain: scale ≥ 0, tail > 0.
    """
    x = scale * (bounded_exp(-math.log(1.0 - u) / tail) - 1.0)
    return 1 + math.floor(min(float(most - 1), x))


def normal_quantile(u: float) -> float:
    """Inverse of the standard normal distribution function, relative error about 1e-16.

    Source: Wichura (1988), algorithm AS 241 (PPND16), Applied Statistics 37(3).
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _ratio(r, _CENTRE_TOP, _CENTRE_LOW)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        x = _ratio(r - 1.6, _MIDDLE_TOP, _MIDDLE_LOW)
    else:
        x = _ratio(r - 5.0, _TAIL_TOP, _TAIL_LOW)
    return -x if q < 0.0 else x


def lognormal_quantile(u: float, median: float, sigma: float) -> float:
    """median · exp(sigma · z(u)). Domain: median > 0, sigma ≥ 0."""
    return median * bounded_exp(sigma * normal_quantile(u))


def _ratio(r: float, top: tuple[float, ...], low: tuple[float, ...]) -> float:
    """Ratio of two polynomials in r, highest power first (Horner)."""
    a = 0.0
    for c in top:
        a = a * r + c
    b = 0.0
    for c in low:
        b = b * r + c
    return a / b


# Coefficients of AS 241, highest power first.
_CENTRE_TOP = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
)  # fmt: skip
_CENTRE_LOW = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
)  # fmt: skip
_MIDDLE_TOP = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
    3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
)  # fmt: skip
_MIDDLE_LOW = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0,
)  # fmt: skip
_TAIL_TOP = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
    2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0,
)  # fmt: skip
_TAIL_LOW = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0,
)  # fmt: skip
