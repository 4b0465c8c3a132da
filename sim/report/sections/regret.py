"""Section 7: regret across the rival hypotheses, a policy a row."""

from collections.abc import Mapping
from typing import Any

from sim.report.parts import Cell, Column, Rows, Table, listed
from sim.report.rounding import MISSING, fixed, number

Regret = Mapping[str, Any]
CLEAR = 1.959963984540054
"""A regret within so many standard errors of 0 is not told apart from it: 95% of a normal."""


def regret_table(regret: Regret | None, horizon_days: float) -> Table | None:
    """Rows policies, columns hypotheses, their average and the largest; None where nothing is compared."""
    if not regret:
        return None
    under: Mapping[str, Any] = regret["hypotheses"]
    columns = [Column("Policy", numeric=False)]
    columns += [Column(h, "" if x["fitted"] else "not averaged") for h, x in under.items()]
    columns += [Column("Average", "of the fitted, by updated weights"), Column("Largest", "of all shown")]
    rows: Rows = []
    for policy, x in regret["policies"].items():
        cells = [_cell(h["policies"][policy]) for h in under.values()]
        average = Cell(attacks(x["average"]), _error(x["average_error"]))
        largest = Cell(attacks(x["largest"]), (f"under {x['largest_under']}",))
        rows.append([policy, *cells, average, largest])
    return Table(
        f"Regret: attacks in {number(horizon_days)} days more than under the best policy, by hypothesis",
        columns,
        rows,
    )


def regret_words(regret: Regret | None) -> list[str]:
    """Which policy has the least largest regret, and what that does not say."""
    if not regret or regret["minimax"] is None:
        return []
    said = [_minimax(regret, "minimax", "largest", "over every hypothesis shown")]
    fitted = regret["minimax_fitted"]
    if fitted is not None and fitted["policy"] != regret["minimax"]["policy"]:
        said.append(_minimax(regret, "minimax_fitted", "largest_fitted", "over the fitted ones alone"))
    said.append(
        "That is no recommendation: the largest regret is set by the hypothesis that is worst for a policy, however little "
        "speaks for it, and by which hypotheses and policies the study names."
    )
    return said


def _minimax(regret: Regret, which: str, name: str, over: str) -> str:
    found = regret[which]
    x = regret["policies"][found["policy"]]
    near = found["not_told_apart"]
    apart = f"; {listed(near)} can’t be told apart from it at this number of runs" if near else ""
    if x[name] == 0.0:
        return f"Minimax regret {over}: “{found['policy']}”, which no other of these policies beats under any{apart}."
    return (
        f"Minimax regret {over}: “{found['policy']}”, at most {attacks(x[name])} attacks more than the best policy "
        f"(under {x[name + '_under']}){apart}."
    )


def attacks(x: float | None) -> str:
    """Attacks to one decimal.

    >>> attacks(12.345), attacks(None)
    ('12.3', '–')
    """
    return MISSING if x is None else fixed(x, 1)


def clear(x: Mapping[str, Any]) -> bool:
    """Is a regret further from 0 than the simulation's noise?"""
    return x["regret_low"] is not None and x["regret_low"] > 0.0


def _cell(x: Mapping[str, Any]) -> Cell:
    """Regret and its 95% interval; 0 for the best, and a note where it may be 0 too."""
    if x["regret"] == 0.0:
        return Cell("0")
    if x["regret_low"] is None or x["regret_high"] is None:
        return Cell(attacks(x["regret"]), ("error unknown",))
    span = f"{attacks(max(0.0, x['regret_low']))} to {attacks(x['regret_high'])}"
    return Cell(attacks(x["regret"]), (span,) if clear(x) else (span, "may be 0"))


def _error(error: float | None) -> tuple[str, ...]:
    return (f"± {number(CLEAR * error, 2)}" if error is not None else MISSING,)
