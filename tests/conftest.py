"""Hypothesis: the same examples in every run; fresh ones, and more of them, in the nightly run."""

import pytest
from hypothesis import HealthCheck, settings

SLOW_MACHINE = [HealthCheck.too_slow]  # two cores are shared by many tests

settings.register_profile(
    "every run",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=100,
    suppress_health_check=SLOW_MACHINE,
)
settings.register_profile(
    "nightly",
    deadline=None,
    database=None,
    max_examples=2_000,
    print_blob=True,
    suppress_health_check=SLOW_MACHINE,
)


def pytest_configure(config: pytest.Config) -> None:
    """`run.py test` deselects the nightly tests; without that the nightly profile holds."""
    settings.load_profile("every run" if "not nightly" in config.option.markexpr else "nightly")
