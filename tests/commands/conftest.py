"""The command as its users call it: in a process of its own, with a posterior cache shared by the tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = "import sys; sys.argv[0] = 'deter'; from sim.cli import main; sys.exit(main())"
Deter = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def deter(tmp_path_factory: pytest.TempPathFactory) -> Deter:
    """Run ``deter`` with arguments, in a folder (default: a fresh one)."""
    base = tmp_path_factory.getbasetemp()
    cache = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"

    def call(
        *arguments: str | Path, folder: Path | None = None, **environ: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-P", "-c", PROGRAM, *map(str, arguments)],
            cwd=folder or tmp_path_factory.mktemp("here"),
            env={**os.environ, "DETER_CACHE": str(cache), "PYTHONPATH": str(ROOT), **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture(scope="session")
def study() -> Path:
    """The main study."""
    return ROOT / "scenarios" / "fighters-vs-infrastructure.yaml"


@pytest.fixture(scope="session")
def made(deter: Deter, study: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A small bundle of the main study, and what ``compare --json`` said of it."""
    out = tmp_path_factory.mktemp("made") / "bundle"
    done = deter("compare", study, "--replications", "6", "--workers", "1", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return out, done.stdout
