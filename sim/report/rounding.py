"""Numbers as people read them: every rounding of the report and of the terminal's table is here."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

MINUS = "\u2212"
MISSING = "\u2013"
MOST_DECIMALS = 4
FEW = 3.0  # a half-width that begins with 1 or 2 keeps a second digit
_SUPERSCRIPT = str.maketrans("-0123456789", "\u207b⁰¹²³⁴⁵⁶⁷⁸⁹")


class Estimate(NamedTuple):
    """A mean and the ends of its interval, rounded alike."""

    mean: str
    low: str
    high: str

    @property
    def interval(self) -> str:
        """``low to high``."""
        return f"{self.low} to {self.high}"

    def __str__(self) -> str:
        """``mean (low to high)``."""
        return f"{self.mean} ({self.interval})"


def number(x: float | None, digits: int = 3) -> str:
    """A number to so many significant digits, whole from 100 on, without idle zeros.

    >>> number(71.34), number(1234.5), number(0.05), number(-2.0), number(None)
    ('71.3', '1,234', '0.05', '−2', '–')
    """
    if x is None or not math.isfinite(x):
        return MISSING
    if x == 0.0:
        return "0"
    power = math.floor(math.log10(abs(x)))
    if power < -4:
        factor = number(x / 10.0**power, digits=2)
        return f"{factor}×10{str(power).translate(_SUPERSCRIPT)}"
    text = fixed(x, max(0, digits - 1 - power))
    return text.rstrip("0").rstrip(".") if "." in text else text


def fixed(x: float, decimals: int) -> str:
    """A number with so many decimals, thousands apart; a rounded 0 has no sign.

    >>> fixed(-0.04, 1), fixed(-1234.56, 1)
    ('0.0', '−1,234.6')
    """
    text = f"{x:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def signed(text: str) -> str:
    """A rounded number with its sign, 0 without.

    >>> signed("1.2"), signed("−1.2"), signed("0.0")
    ('+1.2', '−1.2', '0.0')
    """
    return text if text.startswith((MINUS, MISSING)) or not text.strip("0.,") else f"+{text}"


def estimate(mean: float | None, low: float | None, high: float | None, *, sign: bool = False) -> Estimate:
    """A mean and its interval, rounded by the half-width: to its leading digit, or to two where that is 1 or 2.

    At most four decimals.

    >>> estimate(71.34, 69.2, 73.44)
    Estimate(mean='71.3', low='69.2', high='73.4')
    >>> estimate(71.34, 66.8, 75.88)
    Estimate(mean='71', low='67', high='76')
    >>> estimate(-3.0, -3.0, -3.0)
    Estimate(mean='−3', low='−3', high='−3')
    """
    ends = [x for x in (low, high) if x is not None and math.isfinite(x)]
    half = max((abs(x - mean) for x in ends), default=0.0) if mean is not None else 0.0
    if mean is None or half == 0.0:
        parts = [number(mean), number(low), number(high)]
    else:
        power = math.floor(math.log10(half))
        digits = 2 if half / 10.0**power < FEW else 1
        decimals = min(MOST_DECIMALS, max(0, digits - 1 - power))
        parts = [MISSING if x is None else fixed(x, decimals) for x in (mean, low, high)]
    return Estimate(*(signed(x) for x in parts)) if sign else Estimate(*parts)


def probability(p: float | None) -> str:
    """A probability to two decimals; what isn't certain is never shown as 0 or 1.

    >>> probability(0.561), probability(0.999), probability(1.0), probability(0.001)
    ('0.56', '>0.99', '1', '<0.01')
    """
    if p is None:
        return MISSING
    if p in (0.0, 1.0):
        return f"{p:.0f}"
    return "<0.01" if p < 0.005 else ">0.99" if p >= 0.995 else f"{p:.2f}"


def percent(share: float | None) -> str:
    """A share as a percentage; what isn't all or none is never shown as it.

    >>> percent(0.5), percent(0.999), percent(0.001), percent(0.0)
    ('50%', '>99%', '<1%', '0%')
    """
    if share is None:
        return MISSING
    if share in (0.0, 1.0):
        return f"{100 * share:.0f}%"
    return "<1%" if share < 0.005 else ">99%" if share >= 0.995 else f"{100 * share:.0f}%"


def percents(shares: Sequence[float]) -> list[str]:
    """Shares of a whole as whole percentages that sum to 100, by the largest remainders.

    What isn't none is never shown as it: a share above 0 that is left with nothing reads ``<1%``, and the one that
    is left with all beside it ``>99%``.

    >>> percents([0.155, 0.455, 0.39]), percents([0.002, 0.0, 0.998]), percents([0.0, 0.0, 1.0])
    (['16%', '45%', '39%'], ['<1%', '0%', '>99%'], ['0%', '0%', '100%'])
    """
    exact = [100.0 * x for x in shares]
    whole = [math.floor(x) for x in exact]
    short = 100 - sum(whole)
    for i in sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])[:short]:
        whole[i] += 1
    return [
        "<1%" if n == 0 and x > 0.0 else ">99%" if n == 100 and x < 1.0 else f"{n}%"
        for n, x in zip(whole, shares, strict=True)
    ]


def days(x: float) -> str:
    """Days in words.

    >>> days(1.0), days(9.4)
    ('1 day', '9.4 days')
    """
    text = number(x)
    return f"{text} day" if text == "1" else f"{text} days"


def date(moment: dt.date) -> str:
    """A date, with its time where it has one.

    >>> date(dt.date(2024, 3, 17)), date(dt.datetime(2024, 3, 26, 21, 30))
    ('17 March 2024', '26 March 2024, 21:30')
    """
    text = f"{moment.day} {moment:%B %Y}"
    return (
        f"{text}, {moment:%H:%M}"
        if isinstance(moment, dt.datetime) and (moment.hour or moment.minute)
        else text
    )


def short_date(moment: dt.date) -> str:
    """Day and month, for the ticks of a figure.

    >>> short_date(dt.date(2024, 3, 17))
    '17 Mar'
    """
    return f"{moment.day} {moment:%b}"
