"""A workshop that hashes what it is given, so that a cluster can be tested without the simulation."""

import hashlib
import os
import signal
import time
from pathlib import Path

from sim.study.sweep.work import Blobs, Done

BLOBS = Blobs(b"plan", b"config", b"design", b"draws")


class Cheap:
    """Bytes that depend on the files, the engine and the chunk alone; the design may hold orders for a worker."""

    def __init__(self, blobs: Blobs, engine: str, threads: int) -> None:
        self.seed = b"|".join((*blobs[:2], blobs.draws, engine.encode(), str(threads).encode()))
        self.orders = dict(x.split("=") for x in blobs.design.decode().split(";") if "=" in x)
        self.made = f"{os.getpid()}-{id(self)}"

    def chunk(self, i: int) -> Done:
        """One chunk; 'data' is as long as a small shard's."""
        time.sleep(float(self.orders.get("seconds", 0)))
        if str(i) == self.orders.get("breaks"):
            raise ValueError(f"chunk {i}\nbroke")
        if str(i) == self.orders.get("kills"):
            os.kill(os.getpid(), signal.SIGKILL)
        if "once" in self.orders and i == 5:  # the first worker that gets chunk 5 dies of it
            mark = Path(self.orders["once"])
            if not mark.exists():
                mark.write_text(str(os.getpid()))
                os.kill(os.getpid(), signal.SIGKILL)
        if "log" in self.orders:
            with Path(self.orders["log"]).open("a") as log:
                log.write(f"{self.made} {i}\n")
        data = hashlib.sha256(self.seed + str(i).encode()).digest() * 100
        return Done(i, data, [{"point": i}] if i % 7 == 0 else [], 10, 0.0)


def here(chunks: range, engine: str = "compiled", threads: int = 1) -> dict[int, Done]:
    """The same chunks in this process."""
    workshop = Cheap(BLOBS, engine, threads)
    return {i: workshop.chunk(i) for i in chunks}


def ordered(**orders: object) -> Blobs:
    """The files, with orders for the workers."""
    return BLOBS._replace(design=";".join(f"{k}={v}" for k, v in orders.items()).encode())
