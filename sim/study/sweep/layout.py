"""How a sweep's work is cut up: sets of runs in a cell, and chunks of cells. The same on every machine."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.scenario.sweeps.config import Sweep, SweepRuns
from sim.study.points import Mode


class Set(NamedTuple):
    """Runs of every cell that are drawn alike: so many draws, and runs at each."""

    name: str  # posterior, prior, or «hypothesis M3»
    kind: str  # posterior or prior
    hypothesis: str | None
    draws: int
    each: int
    first: int  # of the cell's runs
    last: int

    @property
    def mode(self) -> Mode:
        """Which points the draws are."""
        return Mode("prior" if self.kind == "prior" else "posterior", self.hypothesis)


class Part(NamedTuple):
    """A chunk's share of the work: a range of cells and a range of each one's runs."""

    cells: range
    runs: range


class Share(NamedTuple):
    """Part k of n of the chunks, from 1."""

    k: int
    n: int

    def has(self, chunk: int) -> bool:
        """Whether a chunk is of this part: every n-th is, so that parts take about as long."""
        return chunk % self.n == self.k - 1


WHOLE = Share(1, 1)


class Layout(NamedTuple):
    """Cells, the runs of each, and chunks of them."""

    sets: tuple[Set, ...]
    cells: int
    cells_per_chunk: int
    runs_per_chunk: int

    @property
    def runs_per_cell(self) -> int:
        """Runs of one cell, over all sets."""
        return self.sets[-1].last

    @property
    def parts_per_cell(self) -> int:
        """Chunks that a cell is cut into; 1 where a chunk has whole cells."""
        return -(-self.runs_per_cell // self.runs_per_chunk)

    @property
    def chunks(self) -> int:
        """Chunks in all."""
        return -(-self.cells // self.cells_per_chunk) * self.parts_per_cell

    def part(self, chunk: int) -> Part:
        """What a chunk has."""
        block, part = divmod(chunk, self.parts_per_cell)
        cell, run = block * self.cells_per_chunk, part * self.runs_per_chunk
        return Part(
            range(cell, min(cell + self.cells_per_chunk, self.cells)),
            range(run, min(run + self.runs_per_chunk, self.runs_per_cell)),
        )

    def runs_of(self, chunk: int) -> int:
        """Runs in a chunk."""
        cells, runs = self.part(chunk)
        return len(cells) * len(runs)

    def run_of(self, chunk: int, row: int, rows: int) -> int:
        """Which run of its cell a row of a chunk's shard is. Cells that failed have no rows, whole cells at a time."""
        runs = self.part(chunk).runs
        if rows % len(runs):
            raise ValueError(f"a shard of {rows} rows for cells of {len(runs)}")
        return runs.start + row % len(runs)

    def document(self) -> dict[str, Any]:
        """What the plan says of it."""
        return {
            "sets": [x._asdict() for x in self.sets],
            "cells": self.cells,
            "runs_per_cell": self.runs_per_cell,
            "cells_per_chunk": self.cells_per_chunk,
            "runs_per_chunk": self.runs_per_chunk,
            "chunks": self.chunks,
        }

    @classmethod
    def from_document(cls, plan: Mapping[str, Any]) -> "Layout":
        """The layout that a plan states."""
        sets = tuple(Set(**x) for x in plan["sets"])
        return cls(sets, plan["cells"], plan["cells_per_chunk"], plan["runs_per_chunk"])


def layout_of(sweep: Sweep, cells: int) -> Layout:
    """Cut a sweep of so many cells up: shards of about ``shard_runs`` runs, of whole cells or of a part of one."""
    sets = sets_of(sweep.runs)
    runs = sets[-1].last
    if runs <= sweep.shard_runs:
        return Layout(sets, cells, min(cells, sweep.shard_runs // runs), runs)
    parts = -(-runs // sweep.shard_runs)
    return Layout(sets, cells, 1, -(-runs // parts))


def sets_of(runs: SweepRuns) -> tuple[Set, ...]:
    """The sets of runs of each cell, one after the other."""
    asked: list[tuple[str, str, str | None, int]] = [("posterior", "posterior", None, runs.draws)]
    if runs.before:
        asked.append(("prior", "prior", None, runs.before))
    asked += [(f"hypothesis {h}", "posterior", h, runs.hypothesis_draws) for h in runs.hypotheses]
    out: list[Set] = []
    for name, kind, hypothesis, draws in asked:
        first = out[-1].last if out else 0
        out.append(Set(name, kind, hypothesis, draws, runs.each, first, first + draws * runs.each))
    return tuple(out)
