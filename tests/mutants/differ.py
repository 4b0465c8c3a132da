"""Put a fault into one engine and run generated worlds through both: `python -m tests.mutants.differ NAME`.

Prints the first difference; nothing where there is none. The name of a file in place of a mutant's leaves it as it is.
"""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hypothesis import Phase, given, settings

from sim.engine import simpy_engine
from sim.engine.compiled import batch
from sim.engine.streams import Draws
from tests.engine.generated import Generated
from tests.engine.test_two_engines import any_horizon, differing, fits
from tests.mutants.table import KERNEL, MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
WORLDS = 300  # as many as the differential test has in every run


def mutated(m: Mutant) -> Any:
    """The module with the fault, in memory alone: no compiled code of it is kept, none that is kept is used."""
    module = ModuleType("mutant")
    source = (ROOT / m.file).read_text().replace(m.old, m.new)
    exec(compile(source, "<mutant>", "exec"), module.__dict__)
    return module


class Found(Exception):
    """A difference; it ends the search."""


def first_difference(m: Mutant) -> str:
    """What the differential test would say first over its first worlds; a run that fails is a difference, too."""
    module, run = mutated(m), simpy_engine.run
    if m.file == KERNEL:
        batch.run_many = module.run_many  # type: ignore[attr-defined]
    else:
        run = module.run

    @settings(
        max_examples=WORLDS, derandomize=True, database=None, deadline=None,
        phases=(Phase.generate,), report_multiple_bugs=False,
    )  # fmt: skip
    @given(any_horizon())
    def look(g: Generated) -> None:
        if not fits(g):
            return
        try:
            a = run(g.world, g.params, g.shares, Draws(1, 0))
            b = batch.run_events(g.world, g.params, g.shares, 1, 0)
        except Exception as e:  # whatever the fault brings about
            raise Found(repr(e)) from e
        if said := differing(a, b):
            raise Found(said)

    try:
        look()
    except Found as e:
        return str(e)
    return ""


if __name__ == "__main__":
    named = {m.name: m for m in MUTANTS}
    print(first_difference(named.get(sys.argv[1], Mutant("", sys.argv[1], "", "", ""))))
