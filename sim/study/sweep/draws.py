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


def read_draws(data: bytes, sets: Sequence[Set], places: Sequence[str]) -> tuple[Points, Ints]:
    """The point and the luck of each run of a cell, sets one after the other."""
    table = pq.read_table(io.BytesIO(data))
    named = np.asarray(table["hypothesis"].to_pylist())
    hypotheses = tuple(dict.fromkeys(named.tolist()))
    which = np.array([hypotheses.index(h) for h in named], np.int64)
    params = np.column_stack([table[p].to_numpy() for p in PARAMETERS])
    shares = np.column_stack([table[f"share[{x}]"].to_numpy() for x in places])
    draws = Points(hypotheses, which, table["posterior_draw"].to_numpy().astype(np.int64), params, shares)
    rows, luck = [], []
    first = 0
    for x in sets:
        draw = np.repeat(np.arange(x.draws), x.each)
        rows.append(first + draw)
        luck.append(luck_of(draw, np.tile(np.arange(x.each), x.draws), x.each))
        first += x.draws
    return draws.take(np.concatenate(rows)), np.concatenate(luck)


def luck_of(draw: Ints, run: Ints, each: int) -> Ints:
    """The replication whose luck a run has: the draw's own, or that of an inner replication where it has several."""
    return draw if each == 1 else (draw + 1) * INNER + run
