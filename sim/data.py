"""Where the files that ship with deter lie: in a checkout, or in an installed package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def scenarios_folder() -> Path:
    """Return the folder of the shipped settings, hypotheses, policies, studies and sweeps.

    A wheel carries `scenarios/` inside this package. It is looked for first: beside an installed package, a folder
    called `scenarios` would be somebody else's.
    """
    installed = _PACKAGE / "_data" / "scenarios"
    return installed if installed.is_dir() else _PACKAGE.parent / "scenarios"


def records_folder() -> Path:
    """Return the folder of the shipped records, which lies in the package `calibration` either way."""
    return _PACKAGE.parent / "calibration" / "records"
