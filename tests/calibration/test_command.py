"""``deter calibrate``: names, files, options, what it prints and what it writes."""

import json
import shutil
from pathlib import Path

import pytest

import calibration.calibrate as calibrating
from calibration.arrays import Floats
from calibration.checks import simulated
from calibration.checks.draws import PriorDraws
from calibration.posterior import Posterior
from sim.cli import main
from sim.commands.calibrate import calibrate
from sim.data import scenarios_folder
from sim.errors import ConfigError
from tests.calibration.checks.quick import a_small_record, few, with_pair


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own, and few predictive runs."""
    monkeypatch.setenv("DETER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(calibrating.calibrate.__kwdefaults__, "predictive_runs", 20)
    monkeypatch.setenv("COLUMNS", "200")  # wide enough for every table
    monkeypatch.chdir(tmp_path)


def test_a_shipped_record_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables on stdout with prior and posterior, label and prediction; posteriors and a manifest in a new folder."""
    rivals = Path(shutil.copytree(scenarios_folder() / "hypotheses", tmp_path / "rivals"))
    shown_only = rivals / "M5-full.yaml"
    shown_only.write_text(
        shown_only.read_text().replace("family: effect\n", "family: effect\nfitted: false\n")
    )
    document = calibrate("brief", hypotheses=["M0", str(shown_only)], out=Path("fit"))
    shown = capsys.readouterr().out
    for text in ("prior-driven", "informed", "A6-places", "not fitted", "base_rate", "Posteriors in fit"):
        assert text in shown
    assert document["posterior"] == "fit"
    assert {x.name for x in Path("fit").iterdir()} == {
        "posterior-M0.json", "posterior-marks.json", "calibration.json", "config.json", "manifest.json",
    }  # fmt: skip
    assert json.loads(Path("fit/calibration.json").read_text()) == json.loads(json.dumps(document))
    manifest = json.loads(Path("fit/manifest.json").read_text())
    assert manifest["record"]["sha256"] == document["record"]["sha256"]
    assert Posterior.load(Path("fit/posterior-M0.json")).hypothesis == "M0"
    with pytest.raises(ConfigError, match="nothing is overwritten"):
        calibrate("brief", hypotheses=["M0"], out=Path("fit"))


def test_with_json_nothing_else_is_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """The caller prints the document; progress is on stderr."""
    document = calibrate("brief", hypotheses=["M0"], as_json=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "fitting M0" in err
    json.dumps(document, allow_nan=False)


def test_a_plain_csv_with_responses(tmp_path: Path) -> None:
    """Windows in one file, strikes in another: the effect's hypothesis sees them, and is not the one without."""
    Path("mine.csv").write_text("start,end,count\n2023-10-17,2023-10-26,19\n2023-10-26,2023-11-08,23\n")
    Path("strikes.csv").write_text("date,place,target\n2023-10-26,syria,fighters\n")
    document = calibrate("mine.csv", responses=Path("strikes.csv"), hypotheses=["M2", "M3"], as_json=True)
    assert document["record"]["id"] == "mine"
    assert document["evidence"] == ["W1", "W2"]
    m2, m3 = (document["hypotheses"][n] for n in ("M2", "M3"))
    assert m2["log_evidence"] != m3["log_evidence"]
    assert [r["window"] for r in m3["predictive"]] == ["W1", "W2"]


def test_readings_and_evidence_are_chosen_by_name() -> None:
    """Items as item=reading; the document says which were used."""
    chosen = ["A3=late-boundary", "A4=late-boundary"]
    document = calibrate("brief", hypotheses=["M0"], readings=chosen, evidence=["A"], as_json=True)
    assert document["readings"] == {"A3": "late-boundary", "A4": "late-boundary"}
    rows = {
        r["window"]: r["observed"] for r in document["hypotheses"]["M0"]["predictive"] if r["place"] is None
    }
    assert (rows["A3"], rows["A4"]) == (6, 18)


def test_evidence_that_shares_attacks_is_one_located_line() -> None:
    """A6 counts the attacks of A1 to A5 again: path, line and column of the record."""
    with pytest.raises(ConfigError) as error:
        calibrate("brief", hypotheses=["M0"], evidence=["A", "A6"], as_json=True)
    (line,) = error.value.lines()
    path, row, column, said = line.split(":", 3)
    assert path.endswith("brief.yaml")
    assert int(row) > 1
    assert int(column) > 0
    assert "A1 and A6 count the same attacks" in said


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"record": "breif"}, "record: expected the name of a record"),
        ({"hypotheses": ["M9"]}, "hypothesis: expected the name of a hypothesis"),
        ({"hypotheses": ["M0", "M0"]}, "expected each hypothesis once"),
        ({"readings": ["A3"]}, "--reading: expected item=reading"),
        ({"evidence": ["Z"]}, "found Z"),
    ],
)
def test_a_wrong_name_is_one_line(how: dict[str, object], said: str) -> None:
    """What was expected, what was found."""
    with pytest.raises(ConfigError) as error:
        calibrate(**{"record": "brief", "hypotheses": ["M0"], "as_json": True, **how})
    assert len(error.value.lines()) == 1
    assert said in error.value.lines()[0]


def test_the_rows_of_a_file_are_told_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """One line on stderr for each file, the same in the document; a wrong place stands at its row and column."""
    Path("mine.csv").write_text("date,place\n2023-10-17,iraq\n,iraq\n2023-10-19,syria\n")
    Path("strikes.csv").write_text("date,place,target\n2023-10-18,syria,fighters\n")
    document = calibrate("mine.csv", responses=Path("strikes.csv"), hypotheses=["M0"], as_json=True)
    err = capsys.readouterr().err.splitlines()
    assert err[:2] == [
        "mine.csv: 3 rows read, 2 kept, 1 dropped: 1 without a date",
        "strikes.csv: 1 row read, 1 kept, 0 dropped",
    ]
    assert document["rows"] == [
        {"file": "mine.csv", "read": 3, "kept": 2, "dropped": {"without a date": 1}},
        {"file": "strikes.csv", "read": 1, "kept": 1, "dropped": {}},
    ]
    Path("mine.csv").write_text("date,place\n2023-10-17,iraq\n2023-10-19,siria\n")
    with pytest.raises(ConfigError, match=r"^mine\.csv:3:2: place: expected one of the settings' places"):
        calibrate("mine.csv", hypotheses=["M0"], as_json=True)


def test_an_import_is_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    """Named on the command line as a file; what must be known of the data is among the notes."""
    Path("e.csv").write_text(
        "id,type_of_violence,date_start,date_end,side_a,side_b,country\n"
        "1,1,2023-10-17,2023-10-17,Farland,River Front,Eastland\n2,1,2023-10-17,2023-10-18,Farland,River Front,Eastland\n"
    )
    Path("i.yaml").write_text(
        "kind: import\nversion: 1\nname: ged\nfile: e.csv\nsource: invented\ncount_by: day\n"
        "places: {iraq: {countries: [Eastland]}, syria: {countries: [Westland]}}\n"
    )
    document = calibrate("i.yaml", hypotheses=["M0"])
    assert document["record"]["id"] == "ged"
    assert document["rows"][0]["dropped"] == {"dated over a window's edge": 1}
    assert "no event without a death" in document["notes"][0]
    assert "Note: UCDP GED has no event without a death" in capsys.readouterr().out


def test_verify_writes_checks_and_their_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each check, ``checks`` and ``verified`` in the JSON, exit 0, and the report in the bundle."""
    few(monkeypatch, tmp_path)
    hypothesis = with_pair(tmp_path)[0]
    given = ["calibrate", *a_small_record(tmp_path), "--hypotheses", hypothesis, "--verify", "--out", "fit"]
    assert main(given) == 0
    shown = capsys.readouterr().out
    assert shown.count("Check, ") == 10
    assert "Check, Simulation-based calibration: passed." in shown
    assert "Report of the checks: fit/calibration.html" in shown
    document = json.loads(Path("fit/calibration.json").read_text())
    assert document["verified"] is True
    assert all(isinstance(x["passed"], bool) for x in document["checks"].values())
    assert "below" not in document["checks"]["ranks"]["rows"][0]
    assert len(json.loads(Path("fit/checks.json").read_text())["ranks"]["rows"][0]["below"]) == 99
    assert {"checks.json", "calibration.html"} <= set(
        json.loads(Path("fit/manifest.json").read_text())["files"]
    )
    assert Path("fit/calibration.html").read_text().lstrip().startswith("<!DOCTYPE html>")


def test_a_check_that_fails_is_exit_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A likelihood that is never multiplied in: the results are written, and the exit code says not to trust them."""

    class PriorOnly(PriorDraws):
        def log_weights(self, log_likelihood: Floats, log_correction: Floats, level: Floats) -> Floats:
            return log_correction

    few(monkeypatch, tmp_path)
    monkeypatch.setattr(simulated, "PriorDraws", PriorOnly)
    hypothesis = with_pair(tmp_path)[0]
    given = ["calibrate", *a_small_record(tmp_path), "--hypotheses", hypothesis, "--verify", "--out", "fit"]
    code = main([*given, "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 4
    assert document["verified"] is False
    assert document["checks"]["ranks"]["passed"] is False
    assert "log_likelihood under M0" in document["checks"]["ranks"]["says"]
    assert "did not pass" in Path("fit/calibration.html").read_text()
