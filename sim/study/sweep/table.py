"""The table of a sweep: a row for each point, measure and policy compared with, in the shape of a comparison."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.scenario.sweeps.paths import is_lever
from sim.study.summary import better_sign, censor
from sim.study.sweep import summarise
from sim.study.sweep.folder import SweepFolder
from sim.study.sweep.reading import Shards, groups
from sim.study.sweep.summarise import Array

AHEAD = 4  # blocks for each thread that are read before they are written
DIFFERENCES = (
    "difference", "difference_low", "difference_high", "difference_q05", "difference_q95", "probability_better",
    "prior_probability_better", "probability_mean_better", "prior_probability_mean_better", "tied",
    "variance_reduction",
)  # fmt: skip
OF_HYPOTHESES = (
    "difference", "difference_low", "difference_high", "probability_better", "probability_mean_better",
)  # fmt: skip
T = TypeVar("T")


class Tables:
    """Sums up a sweep's shards, a block of cells at a time."""

    def __init__(self, folder: SweepFolder, present: Mapping[int, Path]) -> None:
        """``present``: shards by chunk; points that some of their shards lack are left out."""
        plan, self._layout = folder.plan, folder.layout
        blobs = folder.blobs()
        self._paths, self._against = list(plan["paths"]), list(plan["against"])
        self._design = pq.read_table(io.BytesIO(blobs.design))
        self._points = self._design["point"].to_numpy()
        self._horizon, self._stored = float(plan["horizon_days"]), list(plan["columns"])
        self._groups = groups(blobs.draws, self._layout.sets)
        self._shards = Shards(self._layout, present, self._stored)
        self._best: dict[str, Array] = {}

    def blocks(self, threads: int) -> Iterator[tuple[pa.Table | None, list[dict[str, Any]]]]:
        """Rows of the table, a block of cells at a time in order of work, and what failed in it."""
        self._best = self._best_cells(threads)
        yield from self._each(self._block, threads)

    def _each(self, what: Callable[[int], T], threads: int) -> Iterator[T]:
        """Something for each block, in order, over threads; few are ahead of what is asked for."""
        step = self._layout.cells_per_chunk
        starts = list(range(0, len(self._design), step))
        with ThreadPoolExecutor(max(1, threads)) as pool:
            for a in range(0, len(starts), AHEAD * max(1, threads)):
                yield from pool.map(what, starts[a : a + AHEAD * max(1, threads)])

    def _best_cells(self, threads: int) -> dict[str, Array]:
        """For each measure, the cell with the best mean among the points in the same settings, for every cell; -1 if none."""
        means = {name: np.full(len(self._design), np.nan) for name in self._stored}
        for read in self._each(self._shards.read, threads):
            if read is None:
                continue
            for name in self._stored:
                values = censor(self._groups[0].of(read.values[name]), self._horizon)
                means[name][read.cells] = values.mean(axis=-1)
        around = [x for x in self._paths if not is_lever(x)]
        setting = np.zeros(len(self._design), np.int64)
        if around:
            keys = self._design.select(around).to_pandas().astype(str).agg("|".join, axis=1)
            setting = keys.factorize()[0].astype(np.int64)
        out = {}
        for name, mean in means.items():
            worth = np.where((self._points >= 0) & np.isfinite(mean), better_sign(name) * mean, -np.inf)
            order = np.lexsort((np.arange(len(worth)), -worth, setting))  # the first of equals is the best
            first = np.flatnonzero(np.diff(setting[order], prepend=-1))
            best = order[first]
            out[name] = np.where(np.isfinite(worth[best]), best, -1)[setting]
        return out

    def _block(self, first: int) -> tuple[pa.Table | None, list[dict[str, Any]]]:
        read = self._shards.read(first)
        if read is None:
            return None, []
        rows = [k for k, i in enumerate(read.cells) if self._points[i] >= 0]
        if not rows:
            return None, read.failed
        design = self._design.take(pa.array([read.cells[k] for k in rows]))
        own = {name: x[rows] for name, x in read.values.items()}
        references = [design[f"reference[{x}]"].to_pylist() for x in self._against]
        tables = []
        for name in self._stored:
            spread = self._spread(own[name]) | self._over_best(name, own[name], [read.cells[k] for k in rows])
            for k, against in enumerate(self._against or [None]):
                found = {} if against is None else self._difference(name, own[name], references[k])
                tables.append(self._rows(design, name, against, spread, found))
        order = np.arange(len(tables) * len(rows)).reshape(len(tables), len(rows)).T.ravel()
        return pa.concat_tables(tables).take(pa.array(order)), read.failed

    def _spread(self, values: Array) -> dict[str, Any]:
        """One measure's spread under the posterior, what it was under the prior, and means by hypothesis."""
        main, prior, single = self._groups
        found: dict[str, Any] = summarise.spread(main.of(values), main, self._horizon)
        nan = np.full(len(values), np.nan)
        before = {"mean": nan, "q05": nan, "q50": nan, "q95": nan}
        if prior is not None:
            before = summarise.spread(prior.of(values), prior, self._horizon)
        found |= {f"prior_{x}": before[x] for x in ("mean", "q05", "q50", "q95")}
        for h, runs in single.items():
            found[f"mean[{h}]"] = censor(runs.of(values), self._horizon).mean(axis=-1)
        return found

    def _over_best(self, name: str, own: Array, cells: Sequence[int]) -> dict[str, Array]:
        """Paired difference of points to the best in their settings; 0 with no width for the best itself."""
        main = self._groups[0]
        best = self._best[name][list(cells)]
        read = {i: self._shards.cell(i) for i in set(best.tolist()) - set(cells) if i >= 0}
        mine = {i: {name: own[k]} for k, i in enumerate(cells)}
        other = np.stack([(read.get(i) or mine[i])[name] for i in best.tolist()])
        d = main.of(censor(own, self._horizon) - censor(other, self._horizon))
        mean, low, high = summarise.interval(d, main)
        return {"over_best": mean, "over_best_low": low, "over_best_high": high}

    def _difference(self, name: str, own: Array, references: Sequence[int]) -> dict[str, Any]:
        """Paired differences of cells to their references; NaN where a reference is not there."""
        main, prior, single = self._groups
        sign = better_sign(name)
        read = {i: self._shards.cell(i) for i in dict.fromkeys(references)}
        there = np.array([read[i] is not None for i in references])
        other = np.stack(
            [np.full(own.shape[-1], np.nan) if (x := read[i]) is None else x[name] for i in references]
        )
        a, b = censor(own, self._horizon), np.where(np.isnan(other), np.nan, censor(other, self._horizon))
        d = a - b
        found: dict[str, Any] = {}
        after = main.of(d)
        found["difference"], found["difference_low"], found["difference_high"] = summarise.interval(
            after, main
        )
        found["difference_q05"], found["difference_q95"] = np.quantile(
            after, (summarise.LOW, summarise.HIGH), axis=-1
        )
        found["probability_better"] = summarise.probability_better(after, sign)
        found["tied"] = (after == 0.0).mean(axis=-1)
        found["variance_reduction"] = summarise.variance_reduction(main.of(a), main.of(b))
        ahead = None if prior is None else prior.of(d)
        nan = np.full(len(own), np.nan)
        found["prior_probability_better"] = (
            nan if ahead is None else summarise.probability_better(ahead, sign)
        )
        found["probability_mean_better"] = found["prior_probability_mean_better"] = nan
        judged = (after, ahead)
        if main.each > 1:
            means = main.by_draw(after), None if ahead is None or prior is None else prior.by_draw(ahead)
            found["probability_mean_better"] = summarise.probability_better(means[0], sign)
            if means[1] is not None:
                found["prior_probability_mean_better"] = summarise.probability_better(means[1], sign)
            judged = means
        for h, runs in single.items():
            mean, low, high = summarise.interval(runs.of(d), runs)
            found |= {f"difference[{h}]": mean, f"difference_low[{h}]": low, f"difference_high[{h}]": high}
            found[f"probability_better[{h}]"] = summarise.probability_better(runs.of(d), sign)
            of_means = summarise.probability_better(runs.by_draw(runs.of(d)), sign) if runs.each > 1 else nan
            found[f"probability_mean_better[{h}]"] = of_means
        found = {k: np.where(there, x, np.nan) for k, x in found.items()}
        words = summarise.labels(*judged, sign)
        found["label"] = [x if t else None for x, t in zip(words, there.tolist(), strict=True)]
        return found

    def _rows(
        self,
        design: pa.Table,
        measure: str,
        against: str | None,
        spread: Mapping[str, Any],
        found: Mapping[str, Any],
    ) -> pa.Table:
        """Rows of one measure and one policy compared with."""
        n = len(design)
        out: dict[str, Any] = {name: design[name] for name in ("point", *self._paths)}
        out["measure"] = pa.array([measure] * n, pa.string())
        out |= {name: _numbers(x) for name, x in spread.items()}
        out["runs"] = pa.array([self._groups[0].runs.stop] * n, pa.int64())
        out["against"] = pa.array([against] * n, pa.string())
        empty = np.full(n, np.nan)
        out |= {name: _numbers(found.get(name, empty)) for name in DIFFERENCES}
        out["label"] = pa.array(found.get("label", [None] * n), pa.string())
        for h in self._groups[2]:
            for name in OF_HYPOTHESES:
                out[f"{name}[{h}]"] = _numbers(found.get(f"{name}[{h}]", empty))
        return pa.table(out)


def in_order(table: pa.Table) -> pa.Table:
    """Rows in order of points, each point's as they were."""
    points = table["point"].to_numpy()
    if (np.diff(points) >= 0).all():
        return table
    return table.take(pa.array(np.argsort(points, kind="stable")))


def _numbers(values: Any) -> pa.Array:
    """A column in which what is no finite number is empty."""
    return pa.array(np.where(np.isfinite(values), values, np.nan), pa.float64(), from_pandas=True)
