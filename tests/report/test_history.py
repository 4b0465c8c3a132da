"""What the counts say by themselves, against the figures that were worked out by hand beforehand."""

import pytest

from sim.report.reader import Bundle, Counted
from sim.report.sections.history import before_and_after, constant_rate, history, of_the_runs

# SCIENCE 0, item 1: segments of 9.4, 12.7, 4.0, 8.4 and 1.0 days with 19, 23, 9, 15 and 2 attacks
LENGTHS, COUNTS = (9.4, 12.7, 4.0, 8.4, 1.0), (19, 23, 9, 15, 2)


def _windows() -> list[Counted]:
    day, out = 0.5, []
    for i, (days, n) in enumerate(zip(LENGTHS, COUNTS, strict=True)):
        out.append(Counted(f"A{i + 1}", day, day + days, n, False))
        day += days
    return out


def test_one_constant_rate_fits_the_record() -> None:
    """Pooled 1.92 a day, chi squared .44 on 4 degrees of freedom."""
    found = constant_rate(_windows())
    assert found is not None
    assert found.per_day == pytest.approx(68 / 35.5)
    assert found.chi2 == pytest.approx(0.44, abs=0.005)
    assert found.freedom == 4


def test_the_ratio_after_the_first_strike() -> None:
    """0.93 with a 95% interval from .55 to 1.58."""
    found = before_and_after(_windows(), 9.9)
    assert found is not None
    assert tuple(found) == pytest.approx((0.93, 0.55, 1.58), abs=0.005)


def test_the_shipped_record_gives_the_same(bundle: Bundle) -> None:
    """From the record's own dates and times, and in words."""
    assert [w.attacks for w in of_the_runs(bundle)] == list(COUNTS)
    assert [w.days for w in of_the_runs(bundle)] == pytest.approx(LENGTHS, abs=0.05)
    fits, ratio = history(bundle)
    assert (
        "68 attacks, 1.92 a day; one constant rate, the same before and after every strike, fits them" in fits
    )
    assert "0.93 times" in ratio
    assert (
        "a 95% interval from 0.55 to 1.58: no change, a fall and a rise are all compatible with it" in ratio
    )


def test_a_real_change_is_said() -> None:
    """Counts of 40 and 10 in equal windows fit no one rate: chi squared 15² / 25 · 2 = 18."""
    found = constant_rate([Counted("a", 0.0, 10.0, 40, False), Counted("b", 10.0, 20.0, 10, False)])
    assert found is not None
    assert found.chi2 == pytest.approx(18.0)
    assert found.tail < 0.001


def test_too_few_windows_say_nothing() -> None:
    """One window, or none with an attack."""
    assert constant_rate([Counted("a", 0.0, 10.0, 40, False)]) is None
    assert before_and_after(_windows(), -5.0) is None
