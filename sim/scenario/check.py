"""Checking a file with all that it names."""

from pathlib import Path

from sim.scenario.gather import Gatherer
from sim.scenario.loader import Loaded, load
from sim.scenario.study_files import study_files


def check_file(path: Path | str, responses: Path | None = None) -> dict[str, Loaded]:
    """Check a file and what it names, and return them by what each is: «study», «settings», «policy fighters».

    Raises ConfigError with every mistake in any of them.
    """
    loaded = load(path)
    if loaded.kind == "study":
        return study_files(loaded, responses).loaded
    if loaded.kind == "sweep":
        from sim.scenario.sweeps.files import sweep_files  # a check of anything else starts sooner without

        return sweep_files(loaded, responses).loaded
    files = Gatherer(loaded, loaded.kind)
    files.follow(loaded)
    files.settle()
    return files.loaded
