"""Compiled code is kept in the user's folder, apart for each state of the sources, and nowhere else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = "from sim.engine.compiled.jit import cache_folder; print(cache_folder())"
DRAWS = """
import numpy as np
from sim.engine.compiled.uniforms import uniforms
print(*uniforms(1, np.array([7], np.uint64), "study.point")[0])
"""
KEPT = ("*.nbi", "*.nbc")  # Numba's index of what it keeps, and the code


def python(code: str, tree: Path, cache: Path) -> str:
    """What a program says that runs on the sources in a tree and keeps compiled code in a folder."""
    env = os.environ | {"PYTHONPATH": str(tree), "DETER_CACHE": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the package."""
    shutil.copytree(ROOT / "sim", tmp_path / "tree" / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "tree"


def written(folder: Path) -> list[str]:
    """Names of what Numba has kept under a folder."""
    return sorted(x.name.split("-")[0] for pattern in KEPT for x in folder.rglob(pattern))


@pytest.mark.parametrize("file", ["model/effects.py", "engine/compiled/kernel.py", "engine/streams.py"])
def test_another_state_of_the_sources_has_another_folder(file: str, tree: Path, tmp_path: Path) -> None:
    """A rule, the loop or a stream changed: another folder under DETER_CACHE. Changed back: the first one."""
    before = python(FOLDER, tree, tmp_path)
    path = tree / "sim" / file
    text = path.read_text()
    path.write_text(text + "# changed\n")
    after = python(FOLDER, tree, tmp_path)
    path.write_text(text)
    assert Path(before).parent == Path(after).parent == tmp_path / "compiled"
    assert before != after
    assert python(FOLDER, tree, tmp_path) == before


def test_another_checkout_has_another_folder(tree: Path, tmp_path: Path) -> None:
    """Numba finds nothing that was compiled from the same sources elsewhere: what is kept there is not counted here."""
    other = tmp_path / "other"
    shutil.copytree(tree, other)
    assert python(FOLDER, tree, tmp_path) != python(FOLDER, other, tmp_path)


def test_what_the_engine_does_not_read_leaves_the_folder(tree: Path, tmp_path: Path) -> None:
    """The report, changed: nothing is compiled again."""
    before = python(FOLDER, tree, tmp_path)
    with (tree / "sim" / "measures.py").open("a") as file:
        file.write("# changed\n")
    assert python(FOLDER, tree, tmp_path) == before


def test_code_is_kept_in_the_users_folder_and_not_beside_the_sources(tree: Path, tmp_path: Path) -> None:
    """An index and a piece of code after the first call; none in the tree, and no folder of caches there."""
    cache = tmp_path / "cache"
    first = python(DRAWS, tree, cache)
    assert written(cache) == ["uniforms._fill", "uniforms._fill"]
    assert python(DRAWS, tree, cache) == first
    assert len(written(cache)) == 2
    assert written(tree) == []
    assert not list(tree.rglob("__pycache__"))


def test_a_cache_that_cannot_be_written_is_done_without(tree: Path, tmp_path: Path) -> None:
    """DETER_CACHE under a regular file: the same numbers, compiled in memory; nothing is written beside the sources."""
    (tmp_path / "file").write_text("")
    found = python(DRAWS, tree, tmp_path / "file" / "cache")
    assert found == python(DRAWS, tree, tmp_path / "cache")
    assert written(tree) == []


def test_a_package_folder_that_cannot_be_written_is_enough(tree: Path, tmp_path: Path) -> None:
    """`__pycache__` a regular file everywhere, so that nobody, not even root, can keep anything beside the sources."""
    for folder in [x for x in (tree / "sim").rglob("*") if x.is_dir()]:
        (folder / "__pycache__").write_text("")
    cache = tmp_path / "cache"
    assert python(DRAWS, tree, cache) == python(DRAWS, ROOT, tmp_path / "another")
    assert written(cache) == ["uniforms._fill", "uniforms._fill"]
