"""Reading shards back: the runs of a stretch of cells as arrays, and which of them belong to which set."""

import io
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.study.sweep.layout import Layout, Set
from sim.study.sweep.summarise import Array, Group, group

REMEMBERED = 32  # single cells that are kept in memory: what many points are compared with


def failures_of(schema: pa.Schema) -> list[dict[str, Any]]:
    """What failed in a shard, by its schema."""
    return list(json.loads((schema.metadata or {}).get(b"failed", b"[]")))


class Read(NamedTuple):
    """A stretch of cells as their shards have them."""

    cells: list[int]  # those with every run
    values: dict[str, Array]  # by stored column: shape (cells, runs)
    failed: list[dict[str, Any]]


class Shards:
    """The shards of a sweep, read a stretch of cells at a time."""

    def __init__(self, layout: Layout, present: Mapping[int, Path], columns: Sequence[str]) -> None:
        self._layout, self._present, self._stored = layout, present, columns
        self.cell = lru_cache(maxsize=REMEMBERED)(self._cell)

    def read(self, first: int) -> Read | None:
        """The cells that share chunks with this one; None if a shard is missing."""
        layout = self._layout
        chunk = first // layout.cells_per_chunk * layout.parts_per_cell
        paths = [self._present.get(x) for x in range(chunk, chunk + layout.parts_per_cell)]
        tables, failed = [], []
        for path in paths:
            if path is None:
                return None
            table = pq.read_table(path, use_threads=False)
            tables.append(table)
            failed += failures_of(table.schema)
        table = pa.concat_tables(tables)
        runs = layout.runs_per_cell
        out = {f["cell"] for f in failed}
        here = [i for i in layout.part(chunk).cells if i not in out]
        values = {}
        for name in self._stored:
            column = table[name].to_numpy()
            if out and layout.parts_per_cell > 1:
                column = column[:0]  # the cell's other parts may be there
            values[name] = column.reshape(len(here), runs).astype(float)
        return Read(here, values, failed)

    def _cell(self, cell: int) -> dict[str, Array] | None:
        """One cell's runs by column; None if they are not there."""
        first = cell // self._layout.cells_per_chunk * self._layout.cells_per_chunk
        read = self.read(first)
        if read is None or cell not in read.cells:
            return None
        return {name: x[read.cells.index(cell)] for name, x in read.values.items()}


def groups(draws: bytes, sets: Sequence[Set]) -> tuple[Group, Group | None, dict[str, Group]]:
    """The posterior's runs, the prior's if there are any, and each hypothesis's by itself."""
    table = pq.read_table(io.BytesIO(draws), columns=["set", "hypothesis", "posterior_draw"])
    hypothesis = np.unique(np.asarray(table["hypothesis"].to_pylist()), return_inverse=True)[1]
    drawn = table["posterior_draw"].to_numpy()
    main: Group | None = None
    prior: Group | None = None
    single: dict[str, Group] = {}
    first = 0
    for x in sets:
        here = slice(first, first + x.draws)
        found = group(x.first, x.last, x.each, hypothesis[here], drawn[here])
        first += x.draws
        if x.hypothesis is not None:
            single[x.hypothesis] = found
        elif x.kind == "prior":
            prior = found
        else:
            main = found
    if main is None:
        raise ValueError("a sweep without runs under the posterior")
    return main, prior, single
