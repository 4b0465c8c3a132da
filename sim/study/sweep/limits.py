"""What a sweep will cost, and whether that is more than it may."""

import shutil
from pathlib import Path
from typing import NamedTuple

from sim.errors import ConfigError
from sim.scenario.sweeps.config import SweepBudget
from sim.study.sweep.layout import Layout
from sim.study.sweep.work import Done

GIB = 2**30
SPARE = 1.2  # the table, and shards less regular than the one that was tried
ROUGH = 2.0  # bytes of a stored number, before any was tried: about twice what they take


class Cost(NamedTuple):
    """What is known of a sweep before it runs; seconds only after a trial."""

    runs: int
    bytes: float
    seconds: float | None = None

    def words(self) -> str:
        """In a line."""
        time = "" if self.seconds is None else f", about {duration(self.seconds)}"
        return f"{self.runs:,} runs, about {size(self.bytes)}{time}"


def rough_cost(layout: Layout, columns: int) -> Cost:
    """The cost by the number of runs and of stored columns alone."""
    runs = layout.cells * layout.runs_per_cell
    return Cost(runs, SPARE * ROUGH * runs * columns)


def tried_cost(layout: Layout, done: Done, workers: int) -> Cost:
    """The cost by one chunk that was worked out."""
    runs, here = layout.cells * layout.runs_per_cell, layout.runs_of(done.chunk)
    return Cost(runs, SPARE * len(done.data) * runs / here, done.seconds * runs / here / workers)


def needs_trial(cost: Cost, budget: SweepBudget, folder: Path) -> bool:
    """Whether a chunk should be tried before the sweep begins."""
    asked = budget.minutes is not None or budget.disk_gib is not None
    return asked or cost.bytes > free_space(folder)


def check(cost: Cost, budget: SweepBudget, folder: Path) -> None:
    """Refuse what is too much. Raises ConfigError with the figures."""
    refused: list[str] = []
    if budget.runs is not None and cost.runs > budget.runs:
        refused.append(f"{cost.runs:,} runs where budget.runs allows {budget.runs:,}")
    if budget.minutes is not None and cost.seconds is not None and cost.seconds > 60.0 * budget.minutes:
        refused.append(f"about {duration(cost.seconds)} where budget.minutes allows {budget.minutes:g} min")
    if budget.disk_gib is not None and cost.bytes > budget.disk_gib * GIB:
        refused.append(f"about {size(cost.bytes)} where budget.disk_gib allows {budget.disk_gib:g} GiB")
    if cost.bytes > (free := free_space(folder)):
        refused.append(f"about {size(cost.bytes)} where the disk has {size(free)} free")
    if refused:
        raise ConfigError(
            f"sweep: too large, nothing was begun: it needs {'; '.join(refused)}: fewer points, draws or measures, or another budget"
        )


def free_space(folder: Path) -> float:
    """Bytes that are free where a folder is or will be."""
    here = folder.absolute()
    while not here.exists():
        here = here.parent
    return float(shutil.disk_usage(here).free)


def size(count: float) -> str:
    """Bytes in words.

    >>> size(3 * 2**20)
    '3.0 MiB'
    """
    for unit, scale in (("GiB", 2**30), ("MiB", 2**20)):
        if count >= scale:
            return f"{count / scale:,.1f} {unit}"
    return f"{count / 1024:.0f} KiB"


def duration(seconds: float) -> str:
    """A time in words.

    >>> duration(90), duration(7300)
    ('90 s', '2.0 h')
    """
    if seconds < 120.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 7200.0 else f"{seconds / 3600.0:,.1f} h"


def progress_words(done: int, of: int, seconds: float) -> str:
    """How far, how fast, and how long yet."""
    if done == 0 or seconds <= 0.0:
        return f"running the sweep: 0 of {of:,} runs"
    rate = done / seconds
    return f"running the sweep: {done:,} of {of:,} runs, {rate:,.0f} a second, about {duration((of - done) / rate)} left"
