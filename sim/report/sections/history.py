"""Section 4: what the admitted counts say by themselves, before any model of strikes."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from sim.report.parts import Cell, Column, Rows, Table
from sim.report.reader import Bundle, Counted
from sim.report.rounding import fixed, number
from sim.study.precision import NORMAL_95

TOLERANCE_DAYS = 1.0  # windows are closed by strikes whose hour is known to a few hours
LEAST_EXPECTED = 1.0  # smallest expected count at which chi squared is quoted


class ConstantRate(NamedTuple):
    """One Poisson rate for all windows: the rate a day, chi squared, its degrees of freedom and tail probability."""

    per_day: float
    chi2: float
    freedom: int
    tail: float


class Ratio(NamedTuple):
    """Rate after the first response over the rate before, with its 95% interval."""

    ratio: float
    low: float
    high: float


def of_the_runs(bundle: Bundle) -> list[Counted]:
    """Admitted windows that lie in the time of the runs."""
    return [w for w in bundle.windows if w.start_day >= -TOLERANCE_DAYS and w.days > 0.0]


def constant_rate(windows: list[Counted]) -> ConstantRate | None:
    """Pearson's chi squared of counts against one rate: Σ (n - r·d)² / (r·d), r = Σn / Σd; None if too few."""
    total, time = sum(w.attacks for w in windows), sum(w.days for w in windows)
    if len(windows) < 2 or not total:
        return None
    rate = total / time
    expected = np.array([rate * w.days for w in windows])
    if expected.min() < LEAST_EXPECTED:
        return None
    chi2 = float(np.sum((np.array([w.attacks for w in windows]) - expected) ** 2 / expected))
    return ConstantRate(rate, chi2, len(windows) - 1, float(stats.chi2.sf(chi2, len(windows) - 1)))


def before_and_after(windows: list[Counted], first_response_day: float) -> Ratio | None:
    """Ratio of the rates after and before the first response, log-normal interval: exp(±1.96·√(1/a + 1/b))."""
    before = [w for w in windows if w.end_day <= first_response_day + TOLERANCE_DAYS]
    after = [w for w in windows if w.start_day >= first_response_day - TOLERANCE_DAYS]
    a, b = sum(w.attacks for w in before), sum(w.attacks for w in after)
    if not a or not b:
        return None
    ratio = (b / sum(w.days for w in after)) / (a / sum(w.days for w in before))
    factor = float(np.exp(NORMAL_95 * np.sqrt(1.0 / a + 1.0 / b)))
    return Ratio(ratio, ratio / factor, ratio * factor)


def hurt_table(bundle: Bundle) -> Table | None:
    """People hurt over the responses as they were: observed, and median and 90% under each hypothesis; None if not predicted."""
    found = bundle.calibration["hypotheses"]
    by = {h: x for h in bundle.hypotheses if (x := found.get(h, {}).get("predictive_casualties"))}
    rows: Rows = []
    for i, row in enumerate(next(iter(by.values()), [])):
        cells = [Cell(number(x[i]["q50"]), (f"{x[i]['q05']} to {x[i]['q95']}",)) for x in by.values()]
        rows.append([f"{row['item']}, {row['what'].replace('_', ' ')}", str(row["observed"]), *cells])
    columns = (
        Column("Item", numeric=False), Column("Observed"), *(Column(h, "median, 90%") for h in by)
    )  # fmt: skip
    return (
        Table("People hurt: the record against each hypothesis, responses as they were", columns, rows)
        if rows
        else None
    )


def history(bundle: Bundle) -> list[str]:
    """Sentences on the counts alone."""
    windows = of_the_runs(bundle)
    out = []
    found = constant_rate(windows)
    if found is not None:
        verdict = (
            "one constant rate, the same before and after every strike, fits them"
            if found.tail > 0.05
            else "one constant rate does not fit them"
        )
        out.append(
            f"The {len(windows)} admitted windows count {sum(w.attacks for w in windows)} attacks, "
            f"{number(found.per_day)} a day; {verdict} (chi squared {number(found.chi2, 2)} on {found.freedom} degrees of "
            f"freedom, tail probability {number(found.tail, 2)})."
        )
    responses = bundle.responses
    ratio = before_and_after(windows, responses[0][0]) if responses else None
    if ratio is not None:
        reach = (
            "no change, a fall and a rise are all compatible with it"
            if ratio.low < 1.0 < ratio.high
            else "it excludes no change"
        )
        out.append(
            f"After the first response the rate is {fixed(ratio.ratio, 2)} times what it was before, with a 95% interval "
            f"from {fixed(ratio.low, 2)} to {fixed(ratio.high, 2)}: {reach}."
        )
    return out
