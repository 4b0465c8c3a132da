"""``python3 run.py bench [part…] [--write]``: timings, memory, and whether plausible priors run away.

A figure of time is the least of several runs of one call, on a machine that others may share; compare
figures of one call only.
"""

import subprocess
import sys
from collections.abc import Callable

import numpy as np

from sim.engine.compiled.batch import run_batch
from sim.engine.compiled.layout import as_records
from sim.model.registry import PARAMETERS
from sim.scenario.text import one_of
from sim.study.plan import worlds
from sim.study.points import Mode, PointSource
from tests.bench.calibration import calibration, pyabc
from tests.bench.counts import counts
from tests.bench.engines import engines, growth
from tests.bench.job import DETER, job
from tests.bench.pairing import pairing
from tests.bench.peers import peers
from tests.bench.study import STUDY, main_study
from tests.bench.sweeps import sweeps
from tests.bench.table import PAGE, Row, Rows, best, show, write_page

PAST = 200  # attacks in 36 days that count as running away (DESIGN 3)
PRIOR_DRAWS = 400
START = 0.4  # seconds


def startup() -> Rows:
    """Wall time of ``deter --help`` and ``deter check``."""
    rows = []
    for name, arguments in (("deter --help", ["--help"]), ("deter check STUDY", ["check", str(STUDY)])):
        command = [*DETER, *arguments]
        seconds = best(lambda c=command: subprocess.run(c, check=True, stdout=subprocess.DEVNULL), 7)  # type: ignore[misc]
        rows.append(Row(name, f"{seconds:.2f} s", f"at most {START} s", seconds <= START))
    return rows


def runaway() -> Rows:
    """Share of prior draws past 200 attacks in 36 days, by hypothesis and policy: level as the prior has it | held.

    The base rate's own prior reaches 20 a day, so that it alone is past 200 in many draws: «level held»
    gives each draw the background at which no strikes would mean the record's rate.
    """
    files, fitted = main_study()
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    level, branching = (list(PARAMETERS).index(x) for x in ("base_rate", "branching_ratio"))
    held = source.points(Mode("posterior", "M0"), range(PRIOR_DRAWS)).params[:, level]
    rows = []
    for hypothesis in files.hypotheses:
        points = source.points(Mode("prior", hypothesis), range(PRIOR_DRAWS))
        params = points.params.copy()
        params[:, level] = held * (1.0 - params[:, branching])
        for policy, world in worlds(files, list(files.policies)).items():
            shares = []
            for chosen in (points.params, params):
                found = run_batch(
                    world, as_records(chosen), points.shares, files.study.seed, range(PRIOR_DRAWS), threads=2
                )
                shares.append(float(np.mean(found.tallies["attacks"][:, 0] > PAST)))
            rows.append(Row(f"{hypothesis}, {policy}", f"{shares[0]:.3f} | {shares[1]:.3f}"))
    return rows


PARTS: dict[str, Callable[[], Rows]] = {
    "startup": startup, "engines": engines, "counts": counts, "growth": growth, "job": job, "calibration": calibration, "pairing": pairing, "peers": peers,
    "sweeps": sweeps, "runaway": runaway, "pyabc": pyabc,
}  # fmt: skip
ONLY_IF_NAMED = {"pyabc"}
"""Parts that install much."""


def main(arguments: list[str]) -> int:
    """Run these parts, all but those that install much if none is named; the exit code."""
    if {"-h", "--help"} & set(arguments):
        print(
            f"usage: python3 run.py bench [PART...] [--write], all but {', '.join(ONLY_IF_NAMED)} if none is named; --write writes {PAGE.name}"
        )
        for name, part in PARTS.items():
            print(f"  {name:<10} {(part.__doc__ or '').splitlines()[0]}")
        return 0
    parts = [x for x in arguments if x != "--write"]
    for name in parts:
        if name not in PARTS:
            print(f"bench: {one_of(name, PARTS, 'a part')}", file=sys.stderr)
            return 2
    found: dict[str, Rows] = {}
    for name in parts or [x for x in PARTS if x not in ONLY_IF_NAMED]:
        title = (PARTS[name].__doc__ or "").splitlines()[0]
        found[title] = PARTS[name]()
        show(title, found[title])
    if "--write" in arguments:
        write_page(found)
        print(f"\nwritten: docs/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
