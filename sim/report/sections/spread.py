"""Section 6: where the spread of attacks comes from, and what of it more evidence could reduce."""

from collections.abc import Mapping

from sim.report.parts import Column, Rows, Table
from sim.report.reader import Bundle
from sim.report.rounding import MISSING, percents
from sim.report.words import headline, on_attacks, whence

PARTS = ("hypothesis", "parameters", "chance")


def spread_table(bundle: Bundle) -> Table | None:
    """Shares of the variance of attacks by policy, and of their difference by contrast; None where none is known."""
    by_policy = (bundle.result.get("variance") or {}).get("attacks") or {}
    rows: Rows = [[f"attacks under {p}", *_shares(by_policy[p])] for p in bundle.policies if p in by_policy]
    rows += [
        [f"difference, {d['policy']} less {d['against']}", *_shares(d["variance"])]
        for d in on_attacks(bundle.result)
        if "variance" in d
    ]
    columns = (
        Column("Spread of", numeric=False), Column("Hypothesis", "which one holds"), Column("Parameters", "within a hypothesis"),
        Column("Chance", "luck of one run, or of one pair"),
    )  # fmt: skip
    return (
        Table("Where the spread of attacks comes from: shares of the variance", columns, rows)
        if rows
        else None
    )


def spread_words(bundle: Bundle) -> str:
    """What the spread of the first contrast is made of, or what the parts are where it has none."""
    first = headline(bundle.result)
    said = whence(first) if first is not None else ""
    return said or (
        "Chance is the luck of a single run, which no evidence can reduce; parameters and hypothesis are what isn’t known, "
        "which more evidence could reduce."
    )


def _shares(split: Mapping[str, float] | None) -> list[str]:
    """The parts in percent; a dash for each where nothing varies."""
    return [MISSING] * len(PARTS) if split is None else percents([split[x] for x in PARTS])
