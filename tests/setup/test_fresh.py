"""From nothing to a running command: needs the network and a minute each, so these are for the night."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import run

ROOT = Path(run.ROOT)
NOT_CLONED = shutil.ignore_patterns(
    ".venv*", ".git", "*_cache", "__pycache__", ".hypothesis", "results", "dist"
)
NETWORK = ("PIP_", "HTTP", "HTTPS", "NO_PROXY", "http", "no_proxy", "SSL_", "REQUESTS_")

pytestmark = pytest.mark.nightly


@pytest.fixture
def clone(tmp_path):
    """Return a copy of the checkout in a path with a space, as a clone would be."""
    return Path(shutil.copytree(ROOT, tmp_path / "a clone", ignore=NOT_CLONED))


def call(command, tmp_path):
    """Run with an empty home and nothing of this session but its way to the network."""
    (tmp_path / "home").mkdir(exist_ok=True)
    environ = {name: value for name, value in os.environ.items() if name.startswith(NETWORK)}
    environ |= {"HOME": str(tmp_path / "home"), "PATH": os.defpath}
    return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)


def base_python():
    """Return the Python behind this environment: what a user would call run.py with."""
    return os.path.realpath(sys.executable)


def test_a_fresh_clone_sets_itself_up_once(clone, tmp_path):
    first = call([base_python(), str(clone / "run.py"), "--help"], tmp_path)
    assert first.returncode == 0, first.stderr
    assert "run.py: set up in" in first.stderr
    started = time.perf_counter()
    second = call([base_python(), str(clone / "run.py"), "--help"], tmp_path)
    assert time.perf_counter() - started < 3  # what deter itself takes to start, on a busy machine
    assert second.returncode == 0
    assert second.stderr == ""
    assert second.stdout == first.stdout

    # Moved, and called through the environment's own command.
    moved = clone.rename(tmp_path / "moved")
    assert call([base_python(), str(moved / "run.py"), "--help"], tmp_path).stdout == first.stdout
    own = call([str(moved / ".venv" / "bin" / "deter"), "--help"], tmp_path).stdout
    assert own.startswith("Usage: deter")
    assert first.stdout.endswith(own)  # run.py says a few lines of its own before


def test_killed_half_way_the_next_call_starts_again(clone, tmp_path):
    environ = {name: value for name, value in os.environ.items() if name.startswith(NETWORK)}
    environ |= {"HOME": str(tmp_path), "PATH": os.defpath}
    command = [base_python(), str(clone / "run.py"), "--help"]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as first:
        unfinished = clone / ".venv" / ".unfinished"
        while not unfinished.exists() and first.poll() is None:
            time.sleep(0.05)
        time.sleep(2)
        first.kill()
    assert unfinished.exists()
    again = call(command, tmp_path)
    assert again.returncode == 0, again.stderr
    assert not unfinished.exists()


def test_a_python_without_ensurepip(clone, tmp_path):
    """Debian without python3-venv: this Python's own pip installs into the environment."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import run; run.has_ensurepip = lambda: False; sys.exit(run.main(['--help']))"
    done = call([base_python(), "-c", code, str(clone)], tmp_path)
    assert done.returncode == 0, done.stderr
    assert not list((clone / ".venv").glob("lib/*/site-packages/pip"))


def test_the_wheel_in_a_clean_environment(tmp_path):
    """What `pip install deter` gives: the command runs and finds its study."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("deter-*.whl")
    subprocess.run([base_python(), "-m", "venv", str(tmp_path / "clean")], check=True, capture_output=True)
    python = str(tmp_path / "clean" / "bin" / "python")
    pip = [python, "-m", "pip", "install", "-q", "--no-deps"]
    locked = call([*pip, "--require-hashes", "-r", str(ROOT / run.MAIN)], tmp_path)
    assert locked.returncode == 0, locked.stderr
    assert call([*pip, "--no-index", str(wheel)], tmp_path).returncode == 0
    assert call([python, "-m", "pip", "check"], tmp_path).returncode == 0
    assert call([str(tmp_path / "clean" / "bin" / "deter"), "--help"], tmp_path).returncode == 0
    ask = "from sim.data import scenarios_folder; print((scenarios_folder() / 'fighters-vs-infrastructure.yaml').is_file())"
    assert call([python, "-c", ask], tmp_path).stdout == "True\n"
