"""Labels of contrasts: how many of each, why some have none, and what these numbers of draws could have shown."""

import math

import pandas as pd

from sim.report.parts import Column, Rows, Table
from sim.report.rounding import number
from sim.report.sections.grid import heading
from sim.report.sweep.reader import Sweep
from sim.report.sweep.rows import LABELS
from sim.report.words import NOT_JUDGED, quoted
from sim.study.summary import LEAST_UNTIED, MOVED, SURE


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """How many rows have each label."""
    found = rows["label"].value_counts()
    return {x: int(found.get(x, 0)) for x in (*LABELS, NOT_JUDGED)}


def evidence(sweep: Sweep) -> list[str]:
    """How many contrasts in attacks are informed by the record, prior-driven, or none; and what could have shown."""
    out, judged = [], False
    for against in sweep.against:
        n = counts(sweep.rows("attacks", against))
        total = sum(n.values())
        if not total:
            continue
        of = f"Of {total:,} contrasts in attacks with {quoted(against)}"
        informed, driven, none, open_ = (n[x] for x in (*LABELS, NOT_JUDGED))
        left = (
            "" if not open_ else f" {open_:,} {'is' if open_ == 1 else 'are'} not judged: {why_not(sweep)}."
        )
        if informed + driven == 0 and open_:
            same = f", {none:,} {'is' if none == 1 else 'are'} without difference" if none else ""
            out.append(f"{of} none is informed or prior-driven{same};{left}")
            continue
        judged = True
        out.append(
            f"{of}, {informed:,} {'is' if informed == 1 else 'are'} informed by the record, {driven:,} "
            f"{'is' if driven == 1 else 'are'} prior-driven and {none:,} without difference.{left}"
        )
    return [*out, resolution(sweep)] if judged and resolution(sweep) else out


def why_not(sweep: Sweep) -> str:
    """Why a contrast has no label."""
    n, m = sweep.draws("posterior"), sweep.draws("prior")
    if m == 0:
        return "nothing was run under the prior alone"
    return f"a label needs {LEAST_UNTIED} draws with the record and as many before it, and there are {n:,} and {m:,}"


def least_move(n: int, m: int) -> float:
    """The least move of a probability near one half that n and m draws could have shown: 2·√(.25/n + .25/m), at least .05.

    >>> round(least_move(250, 100), 3)
    0.118
    """
    return max(MOVED, SURE * math.sqrt(0.25 / n + 0.25 / m))


def resolution(sweep: Sweep) -> str:
    """What these numbers of draws could have shown; nothing where nothing is judged."""
    n, m = sweep.draws("posterior"), sweep.draws("prior")
    if not sweep.against or min(n, m) < LEAST_UNTIED:
        return ""
    least, said = least_move(n, m), f"With {n:,} draws with the record and {m:,} before it"
    if least <= MOVED:
        return f"{said} every move of the probability that counts, from {number(MOVED)} on, could have shown."
    return (
        f"{said} a move of the probability of less than {number(least, 2)} could not have shown where that is near one half; "
        "prior-driven then also means not resolved."
    )


def labels_table(sweep: Sweep) -> Table | None:
    """How many contrasts of each measure have each label."""
    found = [(m, x, counts(sweep.rows(m, x))) for m in sweep.measures for x in sweep.against]
    found = [(m, x, n) for m, x, n in found if sum(n.values())]
    if not found:
        return None
    kept = (*LABELS, NOT_JUDGED) if any(n[NOT_JUDGED] for _, _, n in found) else LABELS
    rows: Rows = [[heading(m).title, x, *(f"{n[k]:,}" for k in kept)] for m, x, n in found]
    columns = [
        Column("Measure", numeric=False),
        Column("Against", numeric=False),
        *(Column(x.capitalize()) for x in kept),
    ]
    return Table("How many points are informed by the record, by measure", columns, rows)
