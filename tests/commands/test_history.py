"""``deter history`` as its users call it: its document, a policy, a sealed forecast, and one line for each mistake."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import calibration.calibrate as calibrating
from sim.cli import main
from sim.commands.history import history
from sim.data import scenarios_folder
from sim.errors import ConfigError
from sim.study import bundle as bundles
from sim.study.sealed import counted_between, read_sealed, seal_of
from tests.calibration.builders import a_record, day, windows

ROWS = ["2023-01-01,2023-01-08,9,exact", "2023-01-08,2023-01-15,7,exact", "2023-01-15,2023-01-22,8,exact"]
LATER = ["2023-01-22,2023-01-27,6,exact", "2023-01-27,2023-01-29,1,exact", "2023-01-29,2023-02-05,12,exact"]


def a_csv(folder: Path, rows: list[str], name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_text("start,end,count,bound\n" + "\n".join(rows) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Fits of this module, kept once; compiled code stays where it is, since it takes a minute to make."""
    folder = tmp_path_factory.mktemp("fits")
    patch = pytest.MonkeyPatch()
    patch.setattr(calibrating, "user_folder", lambda: folder)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A forecast of three weeks, sealed when the record had three windows."""
    folder = tmp_path_factory.mktemp("sealed")
    record = a_csv(folder, ROWS)
    document = history(
        record, hypotheses=["M0"], forecast_from="2023-01-22", horizon_days=21.0, window_days=7.0, runs=500,
        out=folder / "bundle", as_json=True,
    )  # fmt: skip
    return folder / "bundle", document


def test_the_document_of_a_backtest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON document with the keys that others rely on; the bundle holds table, manifest and page."""
    out = tmp_path / "out"
    assert main(["history", "brief", "--hypotheses", "M0", "--runs", "200", "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["record"].keys() == {"id", "sha256"}
    keys = {
        "window",
        "observed",
        "q05",
        "q50",
        "q95",
        "crps",
        "log_score",
        "baseline_crps",
        "baseline_log_score",
    }
    assert all(keys <= row.keys() for row in found["scores"])
    assert [(r["window"], r["observed"]) for r in found["scores"]] == [
        ("A2", 23),
        ("A3", 9),
        ("A4", 15),
        ("A5", 2),
    ]
    inside = [r["q05"] <= r["observed"] <= r["q95"] for r in found["scores"]]
    assert found["coverage90"] == sum(inside) / 4
    total, base = (sum(r[k] for r in found["scores"]) for k in ("crps", "baseline_crps"))
    assert found["skill"]["constant_rate"]["crps"]["skill"] == pytest.approx(1.0 - total / base)
    assert len(found["forecasts"]) == len(pd.read_parquet(out / "scores.parquet")) == 10
    assert any("which nobody knew at the origin" in x for x in found["notes"])
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    for name, sha in manifest["files"].items():
        assert bundles.sha256((out / name).read_bytes()) == sha
    assert (out / "history.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_up_to_one_date_all_later_windows_are_forecast(tmp_path: Path) -> None:
    """8 November is midnight, before A2 ended: A1 alone is known, and A2 to A5 are forecast from there."""
    found = history(
        "brief", hypotheses=["M0"], until="2023-11-08", runs=200, out=tmp_path / "x", as_json=True
    )
    assert [(r["origin"], r["lead"], r["window"]) for r in found["scores"]] == [
        ("A1", 1, "A2"), ("A1", 2, "A3"), ("A1", 3, "A4"), ("A1", 4, "A5"),
    ]  # fmt: skip


def test_a_policy_in_the_place_of_what_came(tmp_path: Path) -> None:
    """It is named, the responses that came are not used, and the log score is the sample's."""
    found = history(
        "brief",
        hypotheses=["M0"],
        until="2023-11-13",
        policy="fighters",
        runs=200,
        out=tmp_path / "x",
        as_json=True,
    )
    assert found["policy"] == "fighters"
    assert {r["log_score_by"] for r in found["scores"]} == {"sample"}
    assert found["notes"][0].startswith("from each origin on the policy “fighters” decides")


def test_people_get_tables_and_sentences(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each window, both baselines, what chance allows, and where the page is; no line over 100 columns but paths."""
    record = a_csv(tmp_path, [*ROWS, *LATER])
    out = tmp_path / "x"
    assert main(["history", str(record), "--hypotheses", "M0", "--runs", "200", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    for text in (
        "W2",
        "W6",
        "one constant rate: skill",
        "the last window’s rate: skill",
        "too few to show",
        f"report: {out}",
    ):
        assert text in said
    assert all(len(x) <= 100 for x in said.splitlines() if not x.startswith(("bundle:", "report:")))


def test_a_sealed_forecast_knows_nothing_later(sealed: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """The same record with later rows, forecast from the same date on the same windows: the same table and sample."""
    folder, document = sealed
    record = a_csv(tmp_path, [*ROWS, *LATER])
    again = history(
        record, hypotheses=["M0"], forecast_from="2023-01-22", horizon_days=21.0, window_days=7.0, runs=500,
        out=tmp_path / "bundle", as_json=True,
    )  # fmt: skip
    assert again["forecasts"] == document["forecasts"]
    for name in ("forecast.parquet", "sample.parquet"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(folder / name), pd.read_parquet(tmp_path / "bundle" / name)
        )
    one, other = read_sealed(folder).manifest, read_sealed(tmp_path / "bundle").manifest
    assert one["record"] == other["record"]


def test_the_records_own_windows_are_forecast_where_it_has_them(tmp_path: Path) -> None:
    """Only their edges: the document has no count of theirs, and its record hash is that of the past."""
    rows = [*ROWS, *LATER]
    documents = []
    for i, last in enumerate(("12", "400")):
        record = a_csv(tmp_path, [*rows[:-1], rows[-1].replace(",12,", f",{last},")])
        documents.append(
            history(
                record,
                hypotheses=["M0"],
                forecast_from="2023-01-22",
                runs=200,
                out=tmp_path / str(i),
                as_json=True,
            )
        )
    assert [x["window"] for x in documents[0]["forecasts"]] == ["W4", "W5", "W6"]
    left = [{k: v for k, v in d.items() if k not in ("bundle", "report", "seal")} for d in documents]
    assert left[0] == left[1]


def test_a_sealed_forecast_is_scored_when_the_record_has_grown(
    sealed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """Weeks are met by the record's windows of 5 and 2 days together; the third week is still to come."""
    folder, document = sealed
    record = a_csv(tmp_path, [*ROWS, *LATER])
    found = history(record, score=folder, out=tmp_path / "scored", as_json=True)
    assert [(r["window"], r["observed"]) for r in found["scores"]] == [("F1", 7), ("F2", 12)]
    assert [x["window"] for x in found["pending"]] == ["F3"]
    assert found["seal"] == document["seal"]
    assert found["record_revised"] is False
    assert [r["q50"] for r in found["scores"]] == [r["q50"] for r in document["forecasts"][:2]]


def test_a_revised_past_is_said(sealed: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    """A count of before the date that has changed since: the forecast is scored, and a note says so."""
    record = a_csv(tmp_path, [ROWS[0].replace(",9,", ",10,"), *ROWS[1:], *LATER])
    found = history(record, score=sealed[0], out=tmp_path / "scored", as_json=True)
    assert found["record_revised"] is True
    assert any("revised since" in x for x in found["notes"])


@pytest.mark.parametrize(
    "name", ["forecast.parquet", "sample.parquet", "config.json", "forecast.json", "manifest.json"]
)
def test_a_broken_seal_is_refused(
    sealed: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Any byte of any file: one located line, exit 2, and nothing is written."""
    copy = tmp_path / "copy"
    shutil.copytree(sealed[0], copy)
    file = copy / name
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"seed": 1,', b'"seed": 2,') if name == "manifest.json" else data + b" ")
    record = a_csv(tmp_path, [*ROWS, *LATER])
    assert main(["history", str(record), "--score", str(copy), "--out", str(tmp_path / "x")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{file}:1:1: ")
    assert "the seal is broken: expected " in line
    assert not (tmp_path / "x").exists()


def test_a_seal_is_of_all_that_the_manifest_says(sealed: tuple[Path, dict[str, Any]]) -> None:
    """Changing any of its fields changes it."""
    manifest = read_sealed(sealed[0]).manifest
    assert all(seal_of({**manifest, k: "other"}) != manifest["seal"] for k in manifest if k != "seal")


def test_windows_that_do_not_fill_the_time_are_no_count() -> None:
    """From day 0 to 7: one window, or two that touch; not with a hole, nor past the end."""
    one = a_record(windows((0.0, 7.0, 5))).windows
    two = a_record(windows((0.0, 3.0, 2), (3.0, 7.0, 4), (7.0, 9.0, 50))).windows
    hole = a_record(windows((0.0, 3.0, 2), (4.0, 7.0, 4))).windows
    long = a_record(windows((0.0, 8.0, 5))).windows
    assert [counted_between(x, day(0.0), day(7.0)) for x in (one, two, hole, long)] == [5, 6, None, None]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"until": "2023-10-01"}, "--until: expected a date from 2023-10-26 21:30:00 on"),
        ({"until": "2024-01-01"}, "--until: expected a date before 2023-11-22"),
        ({"until": "yesterday"}, "--until: expected a date such as 2023-11-08"),
        ({"until": "2023-11-08T10:00+02:00"}, "--until: expected a date such as 2023-11-08"),
        ({"forecast_from": "2023-02-30"}, "--forecast-from: expected a date such as"),
        ({"forecast_from": "2023-10-01"}, "--forecast-from: expected a date from 2023-10-26"),
        (
            {"forecast_from": "2023-12-01"},
            "--forecast-from: the record has no window after 2023-12-01: write --horizon-days",
        ),
        ({"until": "2023-11-10", "forecast_from": "2023-11-10"}, "found --until and --forecast-from"),
        ({"horizon_days": 7.0}, "--horizon-days: expected --forecast-from beside it"),
        (
            {"forecast_from": "2023-11-22", "window_days": 7.0},
            "--window-days: expected --horizon-days beside it",
        ),
        ({"policy": "observed"}, "--policy: expected a policy that decides by itself, found observed"),
        ({"policy": "figthers"}, "did you mean 'fighters'?"),
        ({"evidence": ["A1"]}, "evidence: expected at least two windows"),
        ({"score": Path("nowhere")}, "expected a file of a bundle, found none"),
        ({"score": Path("nowhere"), "seed": 3}, "--seed: expected none beside --score"),
    ],
)
def test_a_mistake_is_one_line(how: dict[str, Any], said: str, tmp_path: Path) -> None:
    """What was expected, what was found; nothing is written."""
    with pytest.raises(ConfigError) as error:
        history(
            **{
                "record": "brief",
                "hypotheses": None if "score" in how else ["M0"],
                "out": tmp_path / "x",
                "as_json": True,
                **how,
            }
        )
    (line,) = error.value.lines()
    assert said in line
    assert not (tmp_path / "x").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder with something in it is refused before anything is fitted."""
    (tmp_path / "kept").write_text("mine", "utf-8")
    with pytest.raises(ConfigError, match="nothing is overwritten"):
        history("brief", out=tmp_path, as_json=True)


def test_a_hypothesis_that_is_not_fitted_forecasts_nothing(tmp_path: Path) -> None:
    """«fitted: false» alone: one line."""
    rivals = Path(shutil.copytree(scenarios_folder() / "hypotheses", tmp_path / "rivals"))
    kept = rivals / "M5-full.yaml"
    kept.write_text(kept.read_text().replace("family: effect\n", "family: effect\nfitted: false\n"))
    with pytest.raises(ConfigError, match="--hypotheses: expected at least one that is fitted"):
        history("brief", hypotheses=[str(kept)], runs=50, out=tmp_path / "x", as_json=True)
