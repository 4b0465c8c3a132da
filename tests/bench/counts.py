"""What a trajectory is made of: candidates, blocks of draws, exponentials and logarithms."""

import math
from collections import Counter
from types import SimpleNamespace
from typing import Any
from unittest import mock

from sim.engine.simpy_engine import run
from sim.engine.streams import Block, Draws
from sim.study.plan import worlds
from sim.study.points import Mode, PointSource
from tests.bench.study import main_study
from tests.bench.table import Row, Rows

RUNS = 40
USERS = ("numbers", "capability", "defence", "expectation")
"""Modules of the rules that call ``math``."""


class CountedDraws(Draws):
    """Draws that count the blocks asked for, by stream."""

    def __init__(self, seed: int, replication: int, seen: Counter[str]) -> None:
        super().__init__(seed, replication)
        self._seen = seen

    def block(self, stream: str, entity: int, index: int) -> Block:
        """Four uniforms at an address."""
        self._seen[stream] += 1
        return super().block(stream, entity, index)


def counted(seen: Counter[str]) -> Any:
    """The module ``math``, with its exponentials and logarithms counted."""

    def count(name: str) -> Any:
        function = getattr(math, name)

        def call(x: float) -> float:
            seen[name] += 1
            return float(function(x))

        return call

    rest = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
    return SimpleNamespace(**{**rest, "exp": count("exp"), "log": count("log")})


def counts() -> Rows:
    """What a trajectory is made of under the policy fighters, counted on the reference engine (M0, M4, M5)."""
    files, fitted = main_study()
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    world = worlds(files, ["fighters"])["fighters"]
    rows: Rows = []
    for h in ("M0", "M4", "M5"):
        seen: Counter[str] = Counter()
        attacks = 0
        shim = counted(seen)
        patches = [mock.patch(f"sim.model.{x}.math", shim) for x in USERS]
        points = source.points(Mode("posterior", h), range(RUNS))
        for patch in patches:
            patch.start()
        try:
            for i, p in enumerate(points):
                events = run(world, p.params, p.shares, CountedDraws(1, i, seen))
                attacks += sum(e.kind == "attack launched" for e in events)
        finally:
            for patch in patches:
                patch.stop()
        blocks = sum(n for name, n in seen.items() if "." in name)
        figure = (
            f"{attacks / RUNS:.0f} attacks of {seen['attack.candidate'] / RUNS:.0f} candidates, {blocks / RUNS:.0f} blocks, "
            f"{seen['exp'] / RUNS:.0f} exponentials, {seen['log'] / RUNS:.0f} logarithms"
        )
        rows.append(Row(h, figure))
    return rows
