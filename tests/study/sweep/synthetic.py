"""A finished sweep's folder whose numbers come from a formula, written file by file in the format of the real ones."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.study.sweep.folder import SweepFolder

DRAWS, EACH, PRIOR = 5, 2, 4
AGAINST = ["none", "infrastructure"]
MEASURES = ["attacks", "longest_lull_days"]
SEED = 4_000_000_000  # needs more than 31 bits
GRID = {
    "design": {"grid": {"policy.delay_days": [0.5, 2.0, 4.0], "policy.trigger.after_attacks": [1, 5]}},
    "rows": {
        "policy.delay_days": [0.5, 0.5, 2.0, 2.0, 4.0, 4.0],
        "policy.trigger.after_attacks": [1, 5, 1, 5, 1, 5],
    },
}
MIX = {
    "design": {
        "grid": {
            "policy.target": {"simplex": ["fighters", "sponsor"], "steps": 2},
            "policy.strength": [1.0, 2.0],
        }
    },
    "rows": {
        "policy.target.fighters": [1.0, 1.0, 0.5, 0.5, 0.0, 0.0],
        "policy.target.sponsor": [0.0, 0.0, 0.5, 0.5, 1.0, 1.0],
        "policy.strength": [1.0, 2.0] * 3,
    },
}
LIST = {
    "design": {"list": []},
    "rows": {
        "policy.places.iraq": ["allowed", "=1+1", "allowed", "@x"],
        "policy.delay_days": [-1.5, 1e-07, 0.1, 3.0],
    },
}


def value(measure: str, cell: int, run: int) -> float:
    """A run's measure."""
    return 10.0 * cell + run if measure == "attacks" else 100.0 / 3.0 + cell * 0.1 - run


def write(
    folder: Path, design: dict[str, Any], *, holes: tuple[int, ...] = (), against: list[str] | None = None
) -> Path:
    """Write a sweep of one group: references first, then the points, in two shards. Points in ``holes`` failed."""
    against = AGAINST if against is None else against
    rows = design["rows"]
    points = len(next(iter(rows.values())))
    cells, runs = len(against) + points, DRAWS * EACH + PRIOR * EACH
    main = DRAWS * EACH
    half = -(-cells // 2)
    sets = [
        {"name": "posterior", "kind": "posterior", "hypothesis": None, "draws": DRAWS, "each": EACH, "first": 0, "last": main},
        {"name": "prior", "kind": "prior", "hypothesis": None, "draws": PRIOR, "each": EACH, "first": main, "last": runs},
    ]  # fmt: skip
    plan = {
        "id": "ab" * 32, "name": "invented", "question": "What does a formula say?", "study": "a-study", "seed": SEED,
        "record": {"id": "a-record", "sha256": "00"}, "paths": list(rows), "points": points, "sets": sets, "cells": cells,
        "runs_per_cell": runs, "cells_per_chunk": half, "runs_per_chunk": runs, "chunks": 2, "measures": MEASURES,
        "columns": MEASURES, "places": [], "horizon_days": 36.0, "against": against, "hypotheses": ["M3"],
    }  # fmt: skip
    (folder / "shards").mkdir(parents=True)
    (folder / "plan.json").write_text(json.dumps(plan))
    (folder / "config.json").write_text(json.dumps({"sweep": {"design": design["design"]}}))
    empty = [None] * len(against)
    pd.DataFrame(
        {
            "cell": np.arange(cells, dtype=np.int32),
            "point": np.array([-1] * len(against) + list(range(points)), np.int32),
            "policy": against + ["varied"] * points,
            **{
                f"reference[{x}]": pd.array([pd.NA] * len(against) + [k] * points, "Int32")
                for k, x in enumerate(against)
            },
            **{path: empty + list(x) for path, x in rows.items()},
        }
    ).to_parquet(folder / "design.parquet", index=False)
    pd.DataFrame(
        {
            "set": ["posterior"] * DRAWS + ["prior"] * PRIOR,
            "draw": [*range(DRAWS), *range(PRIOR)],
            "hypothesis": "M3",
            "base_rate": np.arange(1.0, 1.0 + DRAWS + PRIOR),
        }
    ).to_parquet(folder / "draws.parquet", index=False)
    store = SweepFolder(folder).store
    for chunk in range(2):
        here = [
            c for c in range(chunk * half, min(cells, (chunk + 1) * half)) if c - len(against) not in holes
        ]
        store.write(chunk, _shard(here, runs, main))
    _table(rows, points, holes, against, main).to_parquet(folder / "table.parquet", index=False)
    made = {str(k): x.name for k, x in store.present(check=True).items()}
    (folder / "manifest.json").write_text(json.dumps({"kind": "sweep", "shards": made}))
    return folder


def _shard(cells: list[int], runs: int, main: int) -> bytes:
    which = np.tile(np.array([0] * main + [1] * (runs - main), np.int8), len(cells))
    draw = [*np.repeat(np.arange(DRAWS), EACH), *np.repeat(np.arange(PRIOR), EACH)]
    table = {
        "cell": np.repeat(np.array(cells, np.int32), runs),
        "set": pa.DictionaryArray.from_arrays(pa.array(which), pa.array(["posterior", "prior"])),
        "draw": np.tile(np.array(draw, np.int32), len(cells)),
        "run": np.tile(np.arange(runs, dtype=np.int32) % EACH, len(cells)),
        **{m: [value(m, c, r) for c in cells for r in range(runs)] for m in MEASURES},
    }
    out = io.BytesIO()
    pq.write_table(pa.table(table), out)
    return out.getvalue()


def _table(
    rows: dict[str, list[Any]], points: int, holes: tuple[int, ...], against: list[str], main: int
) -> pd.DataFrame:
    found = []
    for point in range(points):
        if point in holes:
            continue
        cell = point + len(against)
        for m in MEASURES:
            own = [value(m, cell, r) for r in range(main)]
            for k, name in enumerate(against or [None]):  # type: ignore[list-item]
                row: dict[str, Any] = {"point": point, **{p: x[point] for p, x in rows.items()}, "measure": m}
                row |= {
                    "mean": float(np.mean(own)),
                    "mean_low": np.nan,
                    "runs": main,
                    "mean[M3]": float(point),
                    "against": name,
                }
                difference = (
                    np.nan
                    if name is None
                    else float(np.mean(own)) - float(np.mean([value(m, k, r) for r in range(main)]))
                )
                row |= {
                    "difference": difference,
                    "difference_low": difference - 1.0,
                    "difference_high": difference + 1.0,
                    "probability_better": 0.25 * k,
                    "prior_probability_better": 0.5,
                    "probability_mean_better": 0.25 * k,
                    "prior_probability_mean_better": 0.5,
                }
                row["label"] = None if name is None else ("informed" if point % 2 else "prior-driven")
                found.append(row)
    frame = pd.DataFrame(found)
    frame["point"] = frame["point"].astype("int32")
    for name in ("against", "label"):
        frame[name] = frame[name].astype("str")
    return frame
