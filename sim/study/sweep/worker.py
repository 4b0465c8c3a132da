"""What runs on a worker of a Dask cluster: whether it is the same as the driver, and the chunks.

Only workers import this module, and a driver that has a cluster: it needs the extra ``cluster``.
"""

import platform
import threading
from collections.abc import Callable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import distributed

import calibration
import sim
from sim.folders import sources_digest
from sim.study.sweep.work import Blobs, Done

PACKAGES = ("numpy", "scipy", "numba", "pyarrow", "simpy", "distributed")
"""What can change a shard's bytes, and Dask itself."""


class Workshop(Protocol):
    """What works chunks out."""

    def chunk(self, i: int) -> Done:
        """Work one chunk out."""


Make = Callable[[Blobs, str, int], Workshop]


class Refused(NamedTuple):
    """A worker that would not give the driver's bytes, and why."""

    worker: str
    why: str


@cache
def facts() -> dict[str, str]:
    """What must be the same here and there for the same bytes."""
    folders = [Path(str(package.__file__)).parent for package in (sim, calibration)]
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "deter": sim.__version__,
        "sources": sources_digest(folders)[:12],
        **{name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"


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
        self, name: str, here: Mapping[str, str], make: Make, blobs: Blobs, engine: str, threads: int
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
        workshop: Workshop = self._own.workshop
        return workshop.chunk(i)


def work_chunk(bench: str, i: int) -> Done | Refused:
    """Work chunk ``i`` out on the bench of that name. This is the task that Dask sends round."""
    here = _benches[bench]
    return here.refused if here.refused.why else here.chunk(i)
