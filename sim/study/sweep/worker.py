"""What runs on a worker of a Dask cluster: whether it is the same as the driver, and the chunks.

Only workers import this module, and a driver that has a cluster: it needs the extra ``cluster``.
"""

import platform
import threading
from collections.abc import Callable, Mapping
from functools import cache
from importlib import metadata
from typing import Any, NamedTuple, Protocol

import distributed

import sim
from sim.study.runner import Engine
from sim.study.sweep.plan import code_sha256, versions
from sim.study.sweep.work import Blobs, Done


class Works(Protocol):
    """What works chunks out, as the sweep's Workshop does."""

    def chunk(self, number: int) -> Done:
        """Work one chunk out."""


Make = Callable[[Blobs, Engine, int], Works]


class Refused(NamedTuple):
    """A worker that would not give the driver's bytes, and why."""

    worker: str
    why: str


@cache
def facts() -> dict[str, str]:
    """What must be the same here and there for the same bytes, and for Dask to understand itself."""
    return {
        "deter": sim.__version__,
        "sources": code_sha256()[:12],
        "python": ".".join(platform.python_version_tuple()[:2]),
        **versions(),
        "distributed": metadata.version("distributed"),
    }


def difference(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """What differs, in words; empty if nothing does.

    >>> difference({"numpy": "2.3.1", "numba": "0.61.0"}, {"numpy": "2.4.6", "numba": "0.61.0"})
    'numpy 2.3.1, here 2.4.6'
    """
    names = [x for x in here if there.get(x) != here[x]]
    if "deter" in names and "sources" in names:
        names.remove("sources")  # another version has other sources
    called = {"sources": "other sources of deter,"}
    return "; ".join(f"{called.get(x, x)} {there.get(x, 'none')}, here {here[x]}" for x in names)


_benches: dict[str, "Bench"] = {}


class Bench(distributed.WorkerPlugin):
    """A sweep's files on a worker: sent once to each, also to one that joins late or is started again."""

    def __init__(
        self, name: str, here: Mapping[str, str], make: Make, blobs: Blobs, engine: Engine, threads: int
    ) -> None:
        self.name = name
        self._expected, self._make, self._takes = dict(here), make, (blobs, engine, threads)

    def setup(self, worker: Any) -> None:
        """Stand on a worker that joined."""
        self.refused = Refused(worker.address, difference(facts(), self._expected))
        self._own = threading.local()
        _benches[self.name] = self

    def teardown(self, worker: Any) -> None:
        """Leave the worker: the driver is done."""
        _benches.pop(self.name, None)

    def chunk(self, i: int) -> Done:
        """Work a chunk out, in a workshop that each thread of the worker makes once."""
        if not hasattr(self._own, "workshop"):
            self._own.workshop = self._make(*self._takes)
        workshop: Works = self._own.workshop
        return workshop.chunk(i)


def work_chunk(bench: str, i: int) -> Done | Refused:
    """Work chunk ``i`` out on the bench of that name. This is the task that Dask sends round."""
    here = _benches[bench]
    return here.refused if here.refused.why else here.chunk(i)
