"""Peers on their own ground: a plain self-exciting process, attacks a second, ours with everything else off."""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from sim.engine.compiled.batch import run_batch
from sim.engine.compiled.layout import PARAMS
from sim.model.levers import Levers
from sim.model.registry import make_params
from sim.study.plan import worlds
from tests.bench.engines import many_places
from tests.bench.study import main_study
from tests.bench.table import Row, Rows, best

DAYS, MU, BRANCHING, DECAY_DAYS = 36.0, 1.2, 0.4, 5.0
RUNS = 4_000


@njit
def _plain(runs: int, days: float, mu: float, n: float, beta: float, seed: int) -> int:
    """Ogata's thinning for an exponential kernel, with NumPy's generator in Numba and nothing else."""
    np.random.seed(seed)
    total = 0
    for _ in range(runs):
        t, y = 0.0, 0.0
        while True:
            bound = mu + y
            wait = np.random.exponential(1.0 / bound)
            t += wait
            if t >= days:
                break
            y *= np.exp(-beta * wait)
            if np.random.random() * bound < mu + y:
                total += 1
                y += n * beta
    return total


def peers() -> Rows:
    """Attacks a second of a plain self-exciting process, one thread."""
    files, _ = main_study()
    world = many_places(worlds(files, ["none"])["none"], 1)._replace(
        horizon_days=DAYS, ladder=(Levers(places_allowed=1),), deliveries=(), interceptors=0
    )
    params = make_params({"base_rate": MU, "branching_ratio": BRANCHING, "excitation_days": DECAY_DAYS})
    records, luck = np.repeat(np.array([tuple(params)], PARAMS), RUNS), np.arange(RUNS)
    shares = np.ones((RUNS, 1))
    total = int(run_batch(world, records, shares, 1, luck).tallies["attacks"][:, 0].sum())
    ours = total / best(lambda: run_batch(world, records, shares, 1, luck))
    plain_total = _plain(RUNS, DAYS, MU, BRANCHING, 1.0 / DECAY_DAYS, 1)
    plain = plain_total / best(lambda: _plain(RUNS, DAYS, MU, BRANCHING, 1.0 / DECAY_DAYS, 1))
    rows: Rows = [
        Row("deter, compiled, with marks, tally and keyed draws", f"{ours / 1e6:.2f} million attacks/s"),
        Row("a bare Numba kernel, no marks, no keys", f"{plain / 1e6:.2f} million attacks/s"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        rows.append(_hawkesbook(Path(folder)))
    return rows


def _hawkesbook(folder: Path) -> Row:
    """hawkesbook, installed for this run alone; where it can't be, says so."""
    name = "hawkesbook 0.1, simulate exponential by thinning"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), "hawkesbook", "tqdm"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return Row(name, "can't be installed here")
    sys.path.insert(0, str(folder))
    try:
        if importlib.util.find_spec("hawkesbook") is None:
            return Row(name, "can't be imported here")
        import hawkesbook  # type: ignore[import-not-found]

        theta = np.array([MU, BRANCHING / DECAY_DAYS, 1.0 / DECAY_DAYS])
        simulate: Any = hawkesbook.exp_simulate_by_thinning
        hawkesbook.numba_seed(1)
        total = sum(len(simulate(theta, DAYS)) for _ in range(200))
        seconds = best(lambda: [simulate(theta, DAYS) for _ in range(200)], 3)
        return Row(name, f"{total / seconds / 1e6:.2f} million attacks/s")
    except Exception as e:
        return Row(name, f"does not run here: {type(e).__name__}")
    finally:
        sys.path.remove(str(folder))
