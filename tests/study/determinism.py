"""A small study as a program: the hash of all that it gives, for each way of running it.

`python -m tests.study.determinism '[["simpy", 2, "fork", 7], …]'` prints a hash a line: engine, workers, start method
(of SimPy's processes; the compiled engine has threads), replications in a task.
"""

import hashlib
import json
import multiprocessing
import sys
from types import SimpleNamespace
from typing import Any

from calibration.calibrate import calibrate
from sim.engine.compiled import batch
from sim.model.levers import LOGNORMAL
from sim.study import runner
from sim.study.points import Mode, PointSource
from sim.study.runner import Engine, Plan
from tests.calibration.builders import (
    a_hypothesis,
    a_record,
    beta,
    lognormal,
    normal,
    some_settings,
    strike,
    windows,
)
from tests.worlds import EVERYWHERE, a_world

REPLICATIONS = 40
FIGHTERS = EVERYWHERE._replace(
    trigger_attacks=4, delay_form=LOGNORMAL, delay_a=1.0, delay_b=0.5, infrastructure=0.0, fighters=1.0
)
Way = tuple[Engine, int, str, int]


def small_plan() -> Plan:
    """Two policies at points of the posteriors of two hypotheses, calibrated here and now."""
    excited = {"branching_ratio": beta(2.0, 3.0), "excitation_days": lognormal(5.0, 0.7)}
    hypotheses = {
        "M0": a_hypothesis("M0", base_rate=lognormal(1.0, 1.0), held={"completeness": 0.8}),
        "M1": a_hypothesis(
            "M1", base_rate=lognormal(1.0, 1.0), completeness=beta(14.0, 5.0), effect_fighters=normal(0.0, 0.5), **excited
        ),
    }  # fmt: skip
    record = a_record(windows((0, 9.4, 19), (9.4, 22.1, 23), (23, 27, 9)), [strike(12.0, fighters=1.0)])
    settings = some_settings()
    fitted = calibrate(record, settings, hypotheses, cache=None, predictive_runs=0)
    worlds = {"none": a_world(), "fighters": a_world(FIGHTERS)}
    return Plan(5, True, worlds, PointSource(settings, hypotheses, fitted, 5))


def fingerprint(plan: Plan, way: Way) -> str:
    """SHA-256 of points, measures and weekly counts of every run, in order of replication."""
    engine, workers, start, size = way
    runner.TASK[engine] = batch.STRETCH = size
    context = multiprocessing.get_context(start)
    runner.multiprocessing = SimpleNamespace(get_context=lambda _: context)  # type: ignore[assignment]
    with runner.runner(plan._replace(engine=engine), workers, lambda _: None) as simulate:
        runs = simulate(Mode("posterior"), 0, REPLICATIONS)
    columns: list[Any] = [
        runs.replications,
        runs.points.params,
        runs.points.shares,
        runs.measured,
        runs.weeks,
    ]
    return hashlib.sha256(b"".join(x.tobytes() for x in columns)).hexdigest()


if __name__ == "__main__":
    plan = small_plan()
    for way in json.loads(sys.argv[1]):
        print(fingerprint(plan, tuple(way)), flush=True)
