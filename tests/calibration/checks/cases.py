"""The shipped hypotheses on the brief's own design, as the checks take them."""

from functools import cache

from calibration.checks.fits import Case
from calibration.evidence import Evidence, admit
from tests.calibration.shipped import brief, hypotheses, settings


@cache
def the_brief() -> Evidence:
    return admit(brief(), settings())


def a_case(name: str) -> Case:
    return Case(hypotheses()[name], settings(), the_brief())


def fitted_cases() -> list[Case]:
    return [a_case(n) for n, h in hypotheses().items() if h.fitted]
