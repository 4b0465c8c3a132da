"""A second measure to be mapped beside attacks: the price on which the points differ most clearly."""

from typing import NamedTuple

from sim.report.parts import listed
from sim.report.rounding import number
from sim.report.sections.grid import heading
from sim.report.sweep.reader import Sweep

ASKED = ("injuries", "deaths", "wider_war", "political_cost")


class Second(NamedTuple):
    """The measure, what it is called, and why it was chosen."""

    measure: str
    title: str
    why: str


def second(sweep: Sweep) -> Second | None:
    """That of ``ASKED`` whose means spread widest over the points relative to their intervals; None where none differs."""
    found = {}
    for measure in ASKED:
        if measure not in sweep.measures:
            continue
        rows = sweep.rows(measure)
        if not rows[["mean", "mean_low", "mean_high"]].notna().all(axis=None):
            continue
        spread = float(rows["mean"].max() - rows["mean"].min())
        width = float((rows["mean_high"] - rows["mean_low"]).median())
        if spread > 0.0:
            found[measure] = float(f"{spread / width:.6g}") if width > 0.0 else float("inf")
    if not found:
        return None
    best = max(found, key=found.__getitem__)
    title, by = heading(best).title, "means have no error"
    if found[best] < float("inf"):
        by = f"means spread {number(found[best], 2)} times as far as their own intervals are wide (at the median point)"
    if len(found) == 1:
        return Second(best, title, "The one price of a policy that differs between points.")
    asked = listed([heading(x).title.lower() for x in ASKED if x in found])
    return Second(best, title, f"Chosen of {asked} as the measure whose {by}, further than the others’.")
