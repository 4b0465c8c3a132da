"""The examples in the docstrings run."""

import doctest
import importlib
import pkgutil

import pytest

import sim.scenario

MODULES = sorted(x.name for x in pkgutil.walk_packages(sim.scenario.__path__, "sim.scenario."))


@pytest.mark.parametrize("name", [*MODULES, "sim.console", "sim.errors"])
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
