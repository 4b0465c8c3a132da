"""One study, one hash: whatever the engine, the workers, how they start, their tasks and Python's hash seed."""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.study.determinism import Way

ROOT = Path(__file__).parents[2]
WORKERS, STARTS, SIZES, SEEDS = (1, 2, 4), ("spawn", "fork", "forkserver"), (1, 7, 64), ("0", "1", "random")
SIX: dict[str, list[Way]] = {
    "0": [("simpy", 1, "spawn", 64), ("compiled", 1, "spawn", 64)],
    "1": [("simpy", 2, "fork", 7), ("compiled", 2, "spawn", 7)],
    "random": [("simpy", 4, "spawn", 7), ("compiled", 4, "spawn", 1)],
}
ALL: list[Way] = [
    *(("simpy", *x) for x in product(WORKERS, STARTS, SIZES)),
    *(("compiled", n, "spawn", size) for n, size in product(WORKERS, SIZES)),  # threads: nothing is started
]  # fmt: skip


def hashes(ways: list[Way], seed: str) -> list[str]:
    """The study's hash for each of these ways, in a fresh process with this hash seed."""
    env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.study.determinism", json.dumps(ways)], cwd=ROOT, env=env, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_six_ways_give_one_hash() -> None:
    """Both engines, 1 to 4 workers, two ways to start them, tasks of 1 to 64, each hash seed."""
    found = [(x, h) for seed, ways in SIX.items() for x, h in zip(ways, hashes(ways, seed), strict=True)]
    assert len(found) == 6
    assert len({h for _, h in found}) == 1, found


@pytest.mark.nightly
def test_every_way_gives_one_hash() -> None:
    """Workers {1, 2, 4}, on SimPy by spawn, fork and forkserver, tasks of 1, 7 and 64, hash seeds 0, 1 and random."""
    found = [(seed, x, h) for seed in SEEDS for x, h in zip(ALL, hashes(ALL, seed), strict=True)]
    assert len(found) == 3 * (27 + 9)
    assert len({h for *_, h in found}) == 1, found
