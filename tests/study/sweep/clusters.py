"""A scheduler and its workers as processes of their own, on this machine alone, gone when the test is."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def wait_for(happened: Callable[[], bool], said: Callable[[], str]) -> None:
    """Wait until something is so; after 20 s, fail with what was said."""
    for _ in range(400):
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError(said())


class Cluster:
    """Processes started by Dask's own commands."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder, self.environ = folder, environ
        self.processes: list[subprocess.Popen[bytes]] = []
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"

    def start(self, *command: str, paths: tuple[Path, ...] = ()) -> subprocess.Popen[bytes]:
        """Start one of Dask's commands, in a session of its own."""
        environ = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, (*paths, ROOT))),
            "DASK_TEMPORARY_DIRECTORY": str(self.folder),
            **self.environ,
        }
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=self.folder, env=environ,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def scheduler(self, *paths: Path) -> subprocess.Popen[bytes]:
        """Start the scheduler, without a dashboard, and wait until it listens."""
        process = self.start(
            "distributed.cli.dask_scheduler",
            *(
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
                "--no-dashboard",
                "--dashboard-address",
                "127.0.0.1:0",
            ),
            paths=paths,
        )
        wait_for(lambda: listens(self.port), self.said)
        return process

    def worker(
        self, *options: str, nanny: bool = False, paths: tuple[Path, ...] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a worker of one thread."""
        return self.start(
            "distributed.cli.dask_worker",
            *(self.address, "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard"),
            *(() if nanny else ("--no-nanny",)),
            *options,
            paths=paths,
        )

    def wait(self, workers: int) -> None:
        """Wait until so many workers have joined."""
        wait_for(lambda: self.said().count("Register worker") >= workers, self.said)

    def said(self) -> str:
        """What the processes printed."""
        return "\n".join(x.read_text() for x in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        """End every process and all that it started."""
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
