"""Both engines on the same work, the floor of bare draws, threads, and growth."""

import time
from typing import Any

import numpy as np
from numba import njit

from sim.engine.compiled.batch import run_batch
from sim.engine.compiled.layout import PARAMS, as_records
from sim.engine.compiled.philox import words
from sim.engine.compiled.uniforms import uniforms
from sim.engine.simpy_engine import run
from sim.engine.streams import Block, Draws
from sim.model.registry import make_params
from sim.model.streamkeys import name_key
from sim.model.world import World
from sim.study.plan import worlds
from sim.study.points import Mode, Points, PointSource
from tests.bench.study import main_study
from tests.bench.table import Row, Rows, best

RUNS = 4_000
ON_SIMPY = 60
ATTACKS = 70.0  # of a trajectory that figures are scaled to: about what the record has


class CompiledDraws(Draws):
    """The draws of a replication by the compiled function, one block at a call."""

    def __init__(self, seed: int, replication: int) -> None:
        super().__init__(seed, replication)
        self._where, self._seed = np.array([replication], np.uint64), seed

    def block(self, stream: str, entity: int, index: int) -> Block:
        """Four uniforms at an address."""
        a, b, c, d = uniforms(self._seed, self._where, stream, entity, index)[0].tolist()
        return (a, b, c, d)


@njit(error_model="numpy")
def _bare(seed: Any, runs: int, blocks: int) -> Any:
    z = np.uint64(0)
    for r in range(runs):
        for k in range(blocks):
            a, b, c, d = words(seed, np.uint64(r), np.uint64(k), np.uint64(7), np.uint64(9), np.uint64(0))
            z ^= a ^ b ^ c ^ d
    return z


def batch(world: World, points: Points, threads: int = 1) -> float:
    """Attacks of a batch of runs, on average."""
    found = run_batch(
        world, as_records(points.params), points.shares, 1, np.arange(len(points)), threads=threads
    )
    return float(found.tallies["attacks"][:, 0].mean())


def rate(world: World, points: Points, threads: int) -> tuple[float, float]:
    """Trajectories a second, as they are and scaled to 70 attacks each."""
    attacks = batch(world, points, threads)
    seconds = best(lambda: batch(world, points, threads)) / len(points)
    return 1.0 / seconds, attacks / ATTACKS / seconds


def engines() -> Rows:
    """SimPy against compiled on the same work; compiled against bare draws; one thread against two."""
    files, fitted = main_study()
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    world = worlds(files, ["fighters"])["fighters"]
    rows: Rows = []
    points = source.points(Mode("posterior"), range(RUNS))
    few = points[:ON_SIMPY]

    def on_simpy(draws: type[Draws]) -> None:
        for i, p in enumerate(few):
            run(world, p.params, p.shares, draws(1, i))

    on_simpy(CompiledDraws)  # compiles the draws
    slow = best(lambda: on_simpy(Draws), 3, time.process_time) / ON_SIMPY
    slow_compiled = best(lambda: on_simpy(CompiledDraws), 3, time.process_time) / ON_SIMPY
    batch(world, few)
    fast = best(lambda: batch(world, points), clock=time.process_time) / RUNS
    rows += [
        Row("SimPy, one process", f"{1 / slow:,.0f} trajectories/s"),
        Row("SimPy with the compiled draw function", f"{1 / slow_compiled:,.0f} trajectories/s"),
        Row("compiled, one thread, the same work", f"{1 / fast:,.0f} trajectories/s"),
        Row("compiled over SimPy", f"{slow / fast:,.0f} times"),
        _asked("compiled over SimPy with the compiled draw function", slow_compiled / fast, 100.0, "times"),
    ]
    for name, mode in (("posterior average", Mode("posterior")), ("M0", Mode("posterior", "M0")),
                       ("M4", Mode("posterior", "M4")), ("M5, every mechanism on", Mode("posterior", "M5"))):  # fmt: skip
        here = source.points(mode, range(RUNS if "M5" not in name else RUNS // 4))
        one, _ = rate(world, here, 1)
        two, scaled = rate(world, here, 2)
        rows += [
            Row(f"{name}: one thread", f"{one:,.0f} trajectories/s"),
            Row(f"{name}: two threads", f"{two:,.0f} trajectories/s, {two / one:.2f} times one"),
            _asked(
                f"{name}: two threads, scaled to {ATTACKS:.0f} attacks a trajectory",
                scaled,
                120_000.0,
                "trajectories/s",
            ),
        ]
    blocks = 300
    _bare(np.uint64(1), 1, 1)
    floor = best(lambda: _bare(np.uint64(1), RUNS, blocks), clock=time.process_time) / RUNS
    rows.append(
        Row(
            f"{blocks} bare blocks, about a trajectory's, of its time",
            f"{100 * floor / fast:.0f}% (the floor)",
        )
    )
    return rows


def _asked(what: str, found: float, least: float, unit: str) -> Row:
    return Row(what, f"{found:,.0f} {unit}", f"at least {least:,.0f}", found >= least)


def growth() -> Rows:
    """Exponent of the time of a batch against horizon, rate, replications and places."""
    files, _ = main_study()
    world = worlds(files, ["fighters"])["fighters"]
    p = {"base_rate": 2.0, "branching_ratio": 0.3, "effect_fighters": -0.3, "completeness": 0.8, "injuring_share": 0.1,
         "munitions_per_strength": 0.0}  # fmt: skip

    def seconds(w: World, params: dict[str, float], runs: int) -> float:
        records = np.repeat(np.array([tuple(make_params(params))], PARAMS), runs)
        shares = np.full((runs, len(w.places)), 1.0 / len(w.places))
        luck = np.arange(runs)
        run_batch(w, records[:2], shares[:2], 1, luck[:2])
        return best(lambda: run_batch(w, records, shares, 1, luck), clock=time.process_time)

    horizons, rates, counts, places = (
        (18.0, 36.0, 72.0, 144.0),
        (1.0, 2.0, 4.0, 8.0),
        (500, 1000, 2000, 4000),
        (1, 2, 4, 8),
    )
    times = {
        "horizon": (horizons, [seconds(world._replace(horizon_days=h), p, 1000) for h in horizons], 1.15),
        "rate": (rates, [seconds(world, {**p, "base_rate": x}, 1000) for x in rates], 1.15),
        "replications": (counts, [seconds(world, p, n) for n in counts], 1.15),
        "places, each with its own rate": (
            places, [seconds(many_places(world, n), {**p, "base_rate": 1.0 * n}, 1000) for n in places], 1.2,
        ),
    }  # fmt: skip
    rows = []
    for what, (x, y, most) in times.items():
        exponent = float(np.polyfit(np.log(x), np.log(y), 1)[0])
        rows.append(Row(f"exponent against {what}", f"{exponent:.2f}", f"at most {most:g}", exponent <= most))
    return rows


def many_places(world: World, n: int) -> World:
    """The world with n places alike."""
    names = tuple(f"place-{i}" for i in range(n))
    everywhere = tuple(lv._replace(places_allowed=2**n - 1) for lv in world.ladder)
    return world._replace(
        places=names, place_keys=tuple(name_key(x) for x in names), sensitivity=(0.0,) * n,
        groups=((("group", 1.0),),) * n, mobilisation=(1.0,) * n, calendar=(), ladder=everywhere,
    )  # fmt: skip
