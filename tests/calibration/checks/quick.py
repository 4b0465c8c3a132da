"""A small record with two hypotheses, and checks of few data sets: all of ``--verify`` in seconds, on one process."""

from pathlib import Path

import pytest

import calibration.calibrate as calibrating
from calibration.checks import recovery, simulated
from calibration.checks import verify as module

FILES = Path(__file__).resolve().parents[2] / "scenario" / "files"


def few(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Few data sets, one process, few predictive runs, and a cache of its own."""
    patch.setenv("DETER_CACHE", str(folder / "cache"))
    patch.setenv("COLUMNS", "200")
    patch.setitem(calibrating.calibrate.__kwdefaults__, "predictive_runs", 20)
    patch.setattr(module, "default_workers", lambda: 1)
    patch.setattr(simulated, "POINTS", 2048)
    patch.setattr(recovery, "POINTS", 2048)
    patch.setitem(module.verify.__kwdefaults__, "data_sets", 60)
    patch.setitem(module.recovered.__kwdefaults__, "data_sets", 6)
    patch.setitem(module.recovered.__kwdefaults__, "lengths", (3, 6))


def a_small_record(folder: Path) -> list[str]:
    """A record of four windows and one of two strikes, as arguments of ``deter calibrate``, with settings for it."""
    (folder / "small.csv").write_text(
        "start,end,count\n2023-10-17,2023-10-22,9\n2023-10-22,2023-10-29,12\n2023-10-29,2023-11-03,6\n"
        "2023-11-03,2023-11-10,8\n",
        "utf-8",
    )
    (folder / "strikes.csv").write_text(
        "date,place,target\n2023-10-24,hills,fighters\n2023-11-01,hills,infrastructure\n", "utf-8"
    )
    responses, settings = str(folder / "strikes.csv"), str(FILES / "settings" / "small.yaml")
    return [str(folder / "small.csv"), "--responses", responses, "--settings", settings]


def with_pair(folder: Path) -> list[str]:
    """Files of a hypothesis without an effect and of the same with one, which says so."""
    flat, effect = (FILES / "hypotheses" / x for x in ("M0-flat.yaml", "M3-effect.yaml"))
    (folder / flat.name).write_text(flat.read_text("utf-8"), "utf-8")
    text = effect.read_text("utf-8").replace("family: effect\n", "family: effect\nwithout_effect: M0\n")
    (folder / effect.name).write_text(text, "utf-8")
    return [str(folder / flat.name), str(folder / effect.name)]
