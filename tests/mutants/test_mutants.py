"""Faults put in on purpose are found: the tests can see what they are for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.table import ENGINE_MUTANTS, KERNEL, MUTANTS, RULE_MUTANTS, SIMPY, Mutant

ROOT = Path(__file__).parents[2]
FAILED = 1  # pytest's exit code where tests ran and some failed; another one is an error of ours


def names(mutants: tuple[Mutant, ...]) -> dict[str, list[str]]:
    return {"ids": [m.name for m in mutants]}


def python(arguments: list[str], root: Path) -> "subprocess.CompletedProcess[str]":
    """Python on a tree, which keeps no compiled code there."""
    env = os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("m", MUTANTS, **names(MUTANTS))
def test_each_fault_has_its_place_and_its_test(m: Mutant) -> None:
    """The text to be changed stands in its file once; the test that must find it is there."""
    assert (ROOT / m.file).read_text().count(m.old) == 1
    assert m.new != m.old
    file, test = m.caught_by.split("::")
    assert f"def {test}(" in (ROOT / file).read_text()


def test_there_are_ten_in_the_engines_and_ten_in_the_rules() -> None:
    assert min(len(ENGINE_MUTANTS), len(RULE_MUTANTS)) >= 10
    assert len({m.name for m in MUTANTS}) == len(MUTANTS)


@pytest.mark.nightly
@pytest.mark.parametrize("file", [KERNEL, SIMPY])
def test_without_a_fault_there_is_no_difference(file: str) -> None:
    """Control: the way in which the faults are put in makes none by itself."""
    done = python(["-m", "tests.mutants.differ", file], ROOT)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.nightly
@pytest.mark.parametrize("m", ENGINE_MUTANTS, **names(ENGINE_MUTANTS))
def test_a_fault_in_one_engine_is_found(m: Mutant) -> None:
    """By as many worlds as the differential test has in every run."""
    done = python(["-m", "tests.mutants.differ", m.name], ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() != ""


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that the tests of rules need."""
    folder = tmp_path_factory.mktemp("tree")
    for name in ("sim", "calibration", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def outcome(tree: Path, tests: list[str]) -> "subprocess.CompletedProcess[str]":
    """These tests in the copy, the nightly ones left out."""
    return python(["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not nightly", *tests], tree)


@pytest.mark.nightly
def test_without_a_fault_the_tests_of_the_rules_pass(tree: Path) -> None:
    """Control: nothing fails in the copy by itself."""
    done = outcome(tree, sorted({m.caught_by for m in RULE_MUTANTS}))
    assert done.returncode == 0, done.stdout


@pytest.mark.nightly
@pytest.mark.parametrize("m", RULE_MUTANTS, **names(RULE_MUTANTS))
def test_a_fault_in_a_rule_is_found(m: Mutant, tree: Path) -> None:
    """Both engines call the rule and change alike: theory, or a hand-worked number, must find it."""
    right = (tree / m.file).read_text()
    (tree / m.file).write_text(right.replace(m.old, m.new))
    try:
        done = outcome(tree, [m.caught_by])
    finally:
        (tree / m.file).write_text(right)
    assert done.returncode == FAILED, done.stdout + done.stderr
