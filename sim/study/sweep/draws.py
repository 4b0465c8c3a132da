"""The draws that all cells of a sweep share: hypothesis, parameters and luck, as a table and back."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.model.registry import PARAMETERS
from sim.study.expected import INNER
from sim.study.points import Points, PointSource
from sim.study.sweep.layout import Set

Ints = np.ndarray[Any, np.dtype[np.int64]]


def draws_table(source: PointSource, sets: Sequence[Set], places: Sequence[str]) -> bytes:
    """A Parquet file with a row for each draw: set, draw, hypothesis, posterior draw, parameters, places' shares."""
    parts = []
    for x in sets:
        points = source.points(x.mode, range(x.draws))
        parts.append(
            pa.table(
                {
                    "set": pa.array([x.name] * x.draws, pa.string()),
                    "draw": np.arange(x.draws, dtype=np.int32),
                    "hypothesis": pa.array([points.hypotheses[w] for w in points.which], pa.string()),
                    "posterior_draw": points.draws,
                    **{p: points.params[:, i] for i, p in enumerate(PARAMETERS)},
                    **{f"share[{place}]": points.shares[:, c] for c, place in enumerate(places)},
                }
            )
        )
    out = io.BytesIO()
    pq.write_table(pa.concat_tables(parts), out, compression="snappy")
    return out.getvalue()


class CellRuns:
    """The point and the luck of each run of a cell, sets one after the other; points are laid out a stretch at a time."""

    def __init__(self, draws: Points, rows: Ints, luck: Ints) -> None:
        self._draws, self._rows, self._luck = draws, rows, luck
        self._last: tuple[range, Points] = (range(0), draws)

    def part(self, runs: range) -> tuple[Points, Ints]:
        """The points and luck of a range of runs."""
        here = slice(runs.start, runs.stop)
        last = self._last  # cells of a chunk ask for the same, one after the other
        if last[0] != runs or not len(runs):
            self._last = last = (runs, self._draws.take(self._rows[here]))
        return last[1], self._luck[here]


def read_draws(data: bytes, sets: Sequence[Set], places: Sequence[str]) -> CellRuns:
    """The runs of a cell, from the table that ``draws_table`` wrote."""
    table = pq.read_table(io.BytesIO(data))
    named = np.asarray(table["hypothesis"].to_pylist())
    hypotheses = tuple(dict.fromkeys(named.tolist()))
    which = np.unique(named, return_inverse=True)[1]
    order = np.array([hypotheses.index(h) for h in np.unique(named).tolist()], np.int64)
    params = np.column_stack([table[p].to_numpy() for p in PARAMETERS])
    shares = np.column_stack([table[f"share[{x}]"].to_numpy() for x in places])
    drawn = table["posterior_draw"].to_numpy().astype(np.int64)
    rows, luck = [], []
    first = 0
    for x in sets:
        draw = np.repeat(np.arange(x.draws), x.each)
        rows.append(first + draw)
        luck.append(luck_of(draw, np.tile(np.arange(x.each), x.draws), x.each))
        first += x.draws
    points = Points(hypotheses, order[which], drawn, params, shares)
    return CellRuns(points, np.concatenate(rows), np.concatenate(luck))


def luck_of(draw: Ints, run: Ints, each: int) -> Ints:
    """The replication whose luck a run has: the draw's own, or that of an inner replication where it has several."""
    return draw if each == 1 else (draw + 1) * INNER + run
