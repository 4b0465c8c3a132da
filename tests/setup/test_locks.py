"""The locks name exact files and no place to fetch them from; what CI runs is what the README says."""

import re
import tomllib
from pathlib import Path

import pytest

import run

ROOT = Path(run.ROOT)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NAME = re.compile(r"[A-Za-z0-9._-]+")


def lines(lock):
    return (ROOT / lock).read_text("utf-8").replace("\\\n", " ").splitlines()


def pins(lock):
    """Return {(name, marker): version}."""
    found = {}
    for line in lines(lock):
        requirement = line.split(" --hash")[0]
        pin, _, marker = requirement.partition(";")
        name, _, version = pin.strip().partition("==")
        found[name, marker.strip()] = version
    return found


def normal(requirement):
    return re.sub(r"[-_.]+", "-", NAME.match(requirement).group()).lower()


@pytest.mark.parametrize("lock", [run.MAIN, run.DEV])
class TestLocks:
    def test_names_no_place(self, lock):
        """Any index or folder with the genuine files will do."""
        text = (ROOT / lock).read_text("utf-8")
        for word in (
            "://",
            "--index",
            "--extra-index",
            "--find-links",
            "--trusted-host",
            "file:",
            " @ ",
            "#",
        ):
            assert word not in text

    def test_every_line_is_a_pin_with_hashes(self, lock):
        for line in lines(lock):
            assert re.fullmatch(r"[a-z0-9-]+==[^ ;]+( ; [^-]+?)?\s+(--hash=sha256:[0-9a-f]{64}\s*)+", line), (
                line
            )

    def test_covers_what_the_project_asks_for(self, lock):
        """A dependency added to pyproject.toml without a new lock is missing on the user's machine."""
        asked = PROJECT["project"]["dependencies"] + (
            PROJECT["dependency-groups"]["dev"] if lock == run.DEV else []
        )
        assert {normal(requirement) for requirement in asked} <= {name for name, _ in pins(lock)}


def test_the_two_locks_agree():
    """The tests run on the versions that users have."""
    main, dev = pins(run.MAIN), pins(run.DEV)
    assert {key: dev.get(key) for key in main} == main


def test_dependencies_have_lower_bounds_and_reasons():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for requirement in PROJECT["project"]["dependencies"]:
        assert ">=" in requirement
        assert re.search(rf'"{re.escape(requirement)}", +# \w', text), requirement


def test_extras_are_tested_on_real_ones():
    """What an extra asks for is among the test tools, word for word."""
    extras = PROJECT["project"]["optional-dependencies"]
    assert set(extras) == {"cluster", "query", "arrays"}
    for asked in extras.values():
        assert set(asked) <= set(PROJECT["dependency-groups"]["dev"])


def test_ci_runs_the_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert script[0] == "#!/usr/bin/env bash"
    assert script[-1] == "python3 run.py test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
