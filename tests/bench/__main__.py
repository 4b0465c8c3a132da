"""``python3 run.py bench [part…]``: timings, memory, and whether plausible priors run away.

A figure of time is the least of several runs of one call, on a machine that others may share; compare
figures of one call only.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from calibration.calibrate import Calibration, calibrate
from sim.data import scenarios_folder
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.measures import tallied
from sim.scenario.study_files import StudyFiles, load_study
from sim.scenario.text import one_of
from sim.study.plan import worlds
from sim.study.points import Mode, PointSource

STUDY = scenarios_folder() / "fighters-vs-infrastructure.yaml"
PAST = 200  # attacks in 36 days that count as running away (DESIGN 3)
PRIOR_DRAWS = 400


def main_study() -> tuple[StudyFiles, Calibration]:
    """The main study with its calibration."""
    files = load_study(STUDY)
    study = files.study
    return files, calibrate(
        files.record, files.settings, files.hypotheses, evidence=study.evidence, readings=study.readings
    )


def engine() -> None:
    """SimPy replications a second on one core, main study, posterior draws, by policy."""
    files, fitted = main_study()
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    points = source.points(Mode("posterior"), range(200))
    print("SimPy replications a second on one core (200 posterior draws, CPU time)")
    for policy, world in worlds(files, files.study.policies).items():
        started = time.process_time()
        events = sum(len(run(world, p.params, p.shares, Draws(1, i))) for i, p in enumerate(points))
        spent = time.process_time() - started
        print(f"  {policy:<16} {200 / spent:8.0f} runs/s  {events / spent:10.0f} events/s")


def startup() -> None:
    """Wall time of ``deter --help`` and ``deter check``, least of seven."""
    deter = [sys.executable, "-P", "-c", "import sys; from sim.cli import main; sys.exit(main())"]
    print("Start-up, least of 7")
    for name, arguments in (("--help", ["--help"]), ("check STUDY", ["check", str(STUDY)])):
        best = min(_timed([*deter, *arguments]) for _ in range(7))
        print(f"  {name:<16} {best:8.3f} s")


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def job() -> None:
    """The main job with nothing cached, and again with the posterior cached; most memory of any process."""
    deter = [sys.executable, "-P", "-c", "import sys; from sim.cli import main; sys.exit(main())"]
    print("Main job: deter compare fighters-vs-infrastructure")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first call", "second call"):
            environ = {**os.environ, "DETER_CACHE": str(Path(folder) / "cache")}
            out = Path(folder) / name
            started = time.perf_counter()
            done = subprocess.run(
                [*deter, "compare", str(STUDY), "--out", str(out)],
                check=True, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            print(f"  {name:<16} {time.perf_counter() - started:8.1f} s")
            for line in done.stderr.splitlines():
                print(f"    {line}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  most memory of one process {peak:.0f} MiB")


def runaway() -> None:
    """Share of prior draws past 200 attacks in 36 days, by hypothesis and policy.

    The base rate's own prior reaches 20 a day, so that it alone is past 200 in many draws: «level held»
    gives each draw the background at which no strikes would mean the record's rate.
    """
    files, fitted = main_study()
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    held = source.points(Mode("posterior", "M0"), range(PRIOR_DRAWS))
    policies = worlds(files, files.study.policies)
    print(
        f"Share of {PRIOR_DRAWS} prior draws past {PAST} attacks in 36 days (level as the prior has it | level held)"
    )
    print("  " + " " * 6 + "".join(f"{p:>18}" for p in policies))
    for hypothesis in files.hypotheses:
        points = source.points(Mode("prior", hypothesis), range(PRIOR_DRAWS))
        row = []
        for world in policies.values():
            shares = []
            for level in (False, True):
                past = []
                for i, (point, base) in enumerate(zip(points, held, strict=True)):
                    p = point.params
                    if level:
                        p = p._replace(base_rate=base.params.base_rate * (1.0 - p.branching_ratio))
                    elif p.base_rate > PAST:  # thousands of attacks: counted without running them
                        past.append(True)
                        continue
                    events = run(world, p, point.shares, Draws(files.study.seed, i))
                    past.append(tallied(events, world.horizon_days, world.places).attacks[0] > PAST)
                shares.append(np.mean(past))
            row.append(f"{shares[0]:.3f} | {shares[1]:.3f}")
        print(f"  {hypothesis:<6}" + "".join(f"{x:>18}" for x in row), flush=True)


PARTS: dict[str, Callable[[], None]] = {"startup": startup, "engine": engine, "job": job, "runaway": runaway}


def main(parts: list[str]) -> int:
    """Run these parts, all if none is named; the exit code."""
    if {"-h", "--help"} & set(parts):
        print("usage: python3 run.py bench [PART...], all if none is named")
        for name, part in PARTS.items():
            print(f"  {name:<10} {(part.__doc__ or '').splitlines()[0]}")
        return 0
    for name in parts:
        if name not in PARTS:
            print(f"bench: {one_of(name, PARTS, 'a part')}", file=sys.stderr)
            return 2
    for name in parts or PARTS:
        PARTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
