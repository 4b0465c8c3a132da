"""Working out a chunk: a pure function of the sweep's plan and the chunk's number, whose result is a file's bytes."""

import io
import json
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from calibration.rows import by_name
from sim.engine.events import Event
from sim.engine.simpy_engine import run as simulate_events
from sim.engine.streams import Draws
from sim.errors import RunError
from sim.measures import MEASURES, columns
from sim.model.registry import PARAMETERS
from sim.model.streamkeys import name_key
from sim.model.world import World
from sim.scenario.sweeps.files import SweepFiles
from sim.study.plan import world_of
from sim.study.points import Points
from sim.study.runner import Engine, Floats, runs_in
from sim.study.sweep.cells import Cell, Cells
from sim.study.sweep.draws import read_draws
from sim.study.sweep.layout import Layout, Part

COMPRESSION = "snappy"  # within a tenth of zstd's size at a third of its time


class Blobs(NamedTuple):
    """All that a worker needs, as the contents of four files."""

    plan: bytes
    config: bytes
    design: bytes
    draws: bytes


class Done(NamedTuple):
    """A chunk worked out. Without ``data`` it was lost with its worker, and a resumed sweep tries it again."""

    chunk: int
    data: bytes
    failed: list[dict[str, Any]]
    runs: int
    seconds: float


class Workshop:
    """Works out chunks of one sweep."""

    def __init__(self, blobs: Blobs, engine: Engine = "compiled", threads: int = 1) -> None:
        """Read the plan."""
        plan = json.loads(blobs.plan)
        self._id, self._seed, self._places = str(plan["id"]), int(plan["seed"]), list(plan["places"])
        self.layout = Layout.from_document(plan)
        files = SweepFiles.from_resolved(json.loads(blobs.config))
        self._variants, self._crn = files.variants, files.files.study.crn
        self._declared = {h: files.declared(h) for h in files.files.hypotheses}
        self.cells = Cells.read(blobs.design, plan["paths"])
        self._runs = read_draws(blobs.draws, self.layout.sets, self._places)
        self._kept = [str(x) for x in plan["columns"]]
        all_columns = [name for name, _, _ in columns(self._places)]
        self._which = [all_columns.index(x) for x in self._kept]
        self._engine, self._threads = engine, threads

    def chunk(self, number: int) -> Done:
        """Run every cell of a chunk. A cell that fails is data: what failed, where, and the message."""
        started = time.perf_counter()
        part = self.layout.part(number)
        found, failed = [], []
        for i in part.cells:
            cell, where = self.cells[i], "building the world"
            try:
                world, held = self._world(cell)
                where = "running"
                found.append((i, self._run(cell, world, held, part.runs)))
            except Exception as error:  # whatever it is, the other cells go on
                failed.append(_failure(cell, where, error))
        data = self._file(number, part, found, failed)
        runs = len(part.cells) * len(part.runs)
        return Done(number, data, failed, runs, time.perf_counter() - started)

    def row(self, cell: int, run: int) -> list[float]:
        """One run's stored columns."""
        world, held = self._world(self.cells[cell])
        return [float(x) for x in self._run(self.cells[cell], world, held, range(run, run + 1))[0]]

    def events(self, cell: Cell, run: int) -> list[Event]:
        """One run's events, on the reference engine."""
        world, held = self._world(cell)
        points, luck = self._runs.part(range(run, run + 1))
        point = holding(points, held, self._declared)[0]
        draws = Draws(self._seed, int(luck[0]), self._salt(cell))
        return simulate_events(world, point.params, point.shares, draws)

    def _world(self, cell: Cell) -> tuple[World, dict[str, float]]:
        """What a cell runs in, and the parameters that it holds."""
        made = self._variants
        variant = made.reference(cell.policy, cell.values) if cell.point < 0 else made.of(cell.values)
        return world_of(variant.files, variant.policy), variant.held

    def _run(self, cell: Cell, world: World, held: Mapping[str, float], runs: range) -> Floats:
        points, luck = self._runs.part(runs)
        points = holding(points, held, self._declared)
        table, _ = runs_in(world, points, luck, self._seed, self._salt(cell), self._engine, self._threads)
        return np.asarray(table[:, self._which])

    def _salt(self, cell: Cell) -> int:
        """What a cell adds to the address of a draw: nothing, unless common random numbers are off."""
        return 0 if self._crn else name_key(f"{cell.policy} {cell.point}")

    def _file(
        self, number: int, part: Part, found: list[tuple[int, Floats]], failed: list[dict[str, Any]]
    ) -> bytes:
        """The shard: rows in order of cell and run."""
        here = slice(part.runs.start, part.runs.stop)
        n = len(part.runs)
        sets, which, draw, run = self._index
        table: dict[str, Any] = {
            "cell": np.repeat(np.array([i for i, _ in found], np.int32), n),
            "set": pa.DictionaryArray.from_arrays(
                pa.array(np.tile(which[here], len(found))), pa.array(sets, pa.string())
            ),
            "draw": np.tile(draw[here], len(found)),
            "run": np.tile(run[here], len(found)),
        }
        for j, name in enumerate(self._kept):
            values = np.concatenate([x[:, j] for _, x in found]) if found else np.empty(0)
            table[name] = _whole(values) if MEASURES[name.partition("[")[0]].whole else values
        metadata = {"sweep": self._id, "chunk": str(number), "failed": json.dumps(failed, sort_keys=True)}
        out = io.BytesIO()
        pq.write_table(pa.table(table).replace_schema_metadata(metadata), out, compression=COMPRESSION)
        return out.getvalue()

    @cached_property
    def _index(self) -> tuple[list[str], Any, Any, Any]:
        """Set, draw, and run within the draw, of each run of a cell."""
        sets = self.layout.sets
        which = np.repeat(np.arange(len(sets), dtype=np.int8), [x.last - x.first for x in sets])
        draw = np.concatenate([np.repeat(np.arange(x.draws, dtype=np.int32), x.each) for x in sets])
        run = np.concatenate([np.tile(np.arange(x.each, dtype=np.int32), x.draws) for x in sets])
        return [x.name for x in sets], which, draw, run


def _whole(values: Floats) -> Any:
    """Counts as whole numbers. Raises RunError for one that has no room."""
    if len(values) and float(values.max()) > np.iinfo(np.int32).max:
        raise RunError(f"a count of {values.max():g} has no room in a table")
    return values.astype(np.int32)


def holding(points: Points, held: Mapping[str, float], declared: Mapping[str, frozenset[str]]) -> Points:
    """Points with some parameters at a value, under those hypotheses that have them (``declared``)."""
    if not held:
        return points
    params = points.params.copy()
    for name, value in held.items():
        has = np.array([name in declared[h] for h in points.hypotheses])[points.which]
        for parameter in by_name([name], np.array([[value]])):
            params[has, list(PARAMETERS).index(parameter)] = value
    return Points(points.hypotheses, points.which, points.draws, params, points.shares)


def _failure(cell: Cell, where: str, error: Exception) -> dict[str, Any]:
    return {
        "cell": cell.cell,
        "point": cell.point,
        "policy": cell.policy,
        "where": where,
        "what": type(error).__name__,
        "message": " ".join(str(error).split())[:300],
    }
