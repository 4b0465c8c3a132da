"""The tutorial keeps its word: its files are those that lie beside it, its commands run, and what it says comes out."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from calibration.history import read_record, read_responses
from sim.errors import ConfigError
from sim.scenario.common import days_between
from sim.scenario.loader import load
from sim.scenario.record import Record
from sim.scenario.study_files import load_study
from tests.docs.test_readme import blocks

ROOT = Path(__file__).parents[2]
FILES = ROOT / "docs" / "tutorial"
PAGE = (ROOT / "docs" / "tutorial-your-own-record.md").read_text("utf-8")
COMMANDS = re.findall(r"^    python3 run\.py (.+)$", PAGE, re.M)
PROGRAM = "import sys; sys.argv[0] = 'deter'; from sim.cli import main; sys.exit(main())"


def deter(folder: Path, cache: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, *arguments],
        cwd=folder,
        env={**os.environ, "DETER_CACHE": str(cache), "PYTHONPATH": str(ROOT), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Every command of the page but the last, in its order, from a folder that holds the project's docs: what each printed.

    The cache is the one of the other tests of commands, so that the engine is compiled once.
    """
    folder = tmp_path_factory.mktemp("tour")
    (folder / "docs").symlink_to(ROOT / "docs")
    out = {}
    base = tmp_path_factory.getbasetemp()
    cache = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    for command in COMMANDS[:-1]:
        done = deter(folder, cache, *shlex.split(command))
        assert done.returncode == 0, (command, done.stderr)
        out[command] = done.stdout
    return folder, out


def test_files_are_shown_as_they_are() -> None:
    """Each block of YAML is a file of the folder, whole; each of CSV the beginning of one."""
    shown = blocks(PAGE, "yaml")
    assert shown == [
        (FILES / f"{x}.yaml").read_text("utf-8") for x in ("settings", "study", "observed", "quick")
    ]
    for text, name in zip(blocks(PAGE, "csv"), ("windows", "strikes"), strict=True):
        assert (FILES / f"{name}.csv").read_text("utf-8").startswith(text)


def test_its_csv_files_are_the_shipped_record() -> None:
    """The same windows, places and strikes as the record «provinces», item by item."""
    shipped = load(ROOT / "calibration" / "records" / "provinces.yaml").model
    assert isinstance(shipped, Record)
    own = read_record(FILES / "windows.csv")
    strikes = read_responses(FILES / "strikes.csv", shipped.places)
    day = shipped.start
    assert [
        (days_between(day, w.start), days_between(day, w.end), w.count, w.bound, w.by_place)
        for w in own.windows
    ] == [
        (days_between(day, w.start), days_between(day, w.end), w.count, w.bound, w.by_place)
        for w in shipped.windows
    ]
    assert [(days_between(day, r.date), r.place, r.target, r.strength) for r in strikes] == [
        (days_between(day, r.date), r.place, r.target, r.strength) for r in shipped.responses
    ]


def test_every_command_runs(said: tuple[Path, dict[str, str]]) -> None:
    """In the order of the page, each with exit code 0 and something to say; the report is where the page says."""
    folder, out = said
    assert [shlex.split(x)[0] for x in out] == [
        "check",
        "calibrate",
        "check",
        "compare",
        "trace",
        "report",
        "verify",
    ]
    assert all(out.values())
    assert (folder / "results" / "compared" / "report.html").is_file()
    assert "results/compared: verified" in next(x for c, x in out.items() if c.startswith("verify"))


def test_what_it_says_comes_out(said: tuple[Path, dict[str, str]]) -> None:
    """A factor of five; labels; under 8 of 30 weeks outside; fighters under stores, from .6 to .9; M2 regrets nothing.

    The files and seeds are fixed, so these are the page's own numbers, to the width of its words.
    """
    folder, _ = said
    fitted = json.loads((folder / "results" / "fitted" / "calibration.json").read_text("utf-8"))
    (alike,) = fitted["like_for_like"]
    m4 = fitted["hypotheses"]["M4"]
    labels = {n: x["label"] for n, x in m4["parameters"].items()}
    assert (alike["hypothesis"], alike["without_effect"]) == ("M4", "M2")
    assert 1.5 < alike["log_bayes_factor"] < 1.7  # log 5 = 1.61
    assert {labels[f"effect_{x}"] for x in ("infrastructure", "fighters", "sponsor")} == {"informed"}
    assert labels["completeness"] == "prior-driven"
    assert sum(not x["q05"] <= x["observed"] <= x["q95"] for x in m4["predictive"] if x["place"] is None) < 8

    found = json.loads((folder / "results" / "compared" / "result.json").read_text("utf-8"))
    attacks = {p: x["mean"] for p, x in found["measures"]["attacks"].items()}
    assert 140 < attacks["fighters"] < 170
    assert 350 < attacks["infrastructure"] < 450
    assert 200 < attacks["observed"] < 225
    (row,) = (
        d
        for d in found["differences"]
        if (d["measure"], d["policy"], d["against"]) == ("attacks", "fighters", "infrastructure")
    )
    assert row["label"] == "informed"
    assert row["prior_probability_mean_better"] == pytest.approx(0.6, abs=0.06)
    assert row["probability_mean_better"] == pytest.approx(0.9, abs=0.05)
    regret = found["regret"]
    assert all(x["regret"] == 0.0 for x in regret["hypotheses"]["M2"]["policies"].values())
    assert regret["hypotheses"]["M4"]["policies"]["infrastructure"]["regret"] > 200


@pytest.mark.nightly
def test_the_last_command_shows_the_truth(tmp_path: Path) -> None:
    """A table of each true number beside its interval; what it holds is held in tests/calibration/test_synthetic.py."""
    done = deter(tmp_path, tmp_path / "cache", *shlex.split(COMMANDS[-1]))
    assert done.returncode == 0, done.stderr
    assert re.search(r"M4: the truth that this synthetic record was made with", done.stdout)
    assert re.search(r"effect_fighters\W+-1\W+-1\.\d+\W+0\.\d+\W+yes", done.stdout)


def test_a_policy_replays_a_csv_with_the_responses_given_beside_it() -> None:
    """The 22 strikes are the record's, and those that «observed» carries out; without them it has nothing to replay."""
    files = load_study(FILES / "study.yaml", FILES / "strikes.csv")
    assert len(files.record.responses) == 22
    assert files.replays["windows.csv"].responses == files.record.responses
    with pytest.raises(
        ConfigError, match=r"observed\.yaml:5:9: replay: expected a record with responses, found none"
    ):
        load_study(FILES / "study.yaml")
