"""The cache: a hit when nothing changed, a miss on any change, and never what was damaged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import calibration.calibrate as calibrating
import calibration.fitters as fitting
from calibration.cache import Cache
from calibration.calibrate import Calibration, calibrate
from sim.folders import user_folder
from tests.calibration.builders import a_hypothesis, a_record, beta, lognormal, some_settings, strike, windows

COUNTED = windows((0, 9.4, 19), (9.4, 22.1, 23), readings={"other": {"count": 16}})
CASE: Mapping[str, Any] = {
    "record": a_record(COUNTED, sections={"A": ("W1", "W2")}),
    "settings": some_settings(),
    "hypothesis": a_hypothesis("M0", base_rate=lognormal(1.0, 1.0), completeness=beta(14.0, 5.0)),
    "evidence": ("A",), "readings": {}, "seed": 1,
}  # fmt: skip


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the hypotheses that are really fitted, as it happens."""
    done: list[str] = []
    fit = fitting.fit_hypothesis

    def counted(name: str, *args: Any, **how: Any) -> Any:
        done.append(name)
        return fit(name, *args, **how)

    monkeypatch.setattr(fitting, "fit_hypothesis", counted)
    return done


def run(folder: Path | None, runs: int = 0, **changes: Any) -> Calibration:
    case = {**CASE, **changes}
    hypotheses = {case["hypothesis"].name: case["hypothesis"]}
    return calibrate(
        case["record"], case["settings"], hypotheses, evidence=case["evidence"], readings=case["readings"],
        seed=case["seed"], cache=folder, predictive_runs=runs,
    )  # fmt: skip


def test_a_second_call_reads_what_the_first_fitted(tmp_path: Path, fits: list[str]) -> None:
    """One fit for two calls; draws, weights and the predictive table are the same to the bit."""
    first, second = run(tmp_path, runs=5), run(tmp_path, runs=5)
    assert fits == ["M0"]
    np.testing.assert_array_equal(first.posteriors["M0"].draws, second.posteriors["M0"].draws)
    assert first.document() == second.document()


CHANGES: dict[str, dict[str, Any]] = {
    "a count": {"record": a_record(windows((0, 9.4, 20), (9.4, 22.1, 23)), sections={"A": ("W1", "W2")})},
    "a response": {"record": a_record(COUNTED, [strike(9.4)], sections={"A": ("W1", "W2")})},
    "the evidence": {"evidence": ("W1",)},
    "a reading": {"readings": {"W1": "other"}},
    "a prior": {"hypothesis": a_hypothesis("M0", base_rate=lognormal(1.0, 1.1), completeness=beta(14.0, 5.0))},
    "the settings": {"settings": some_settings(mobilisation=((-1000.0, 0.9),))},
    "the seed": {"seed": 2},
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_a_miss(change: str, tmp_path: Path, fits: list[str]) -> None:
    """Record, evidence, reading, hypothesis, settings, seed: each of them is in the key."""
    run(tmp_path)
    run(tmp_path, **CHANGES[change])
    assert fits == ["M0", "M0"]


def test_a_change_of_our_own_code_is_a_miss(
    tmp_path: Path, fits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash of the sources is in the key, so an update never reads an older version's posterior."""
    run(tmp_path)
    monkeypatch.setattr(calibrating, "fit_version", lambda: "another")
    run(tmp_path)
    assert fits == ["M0", "M0"]


@pytest.mark.parametrize("damage", ["", "{}", "cut", "flip", "\x00\xff"])
def test_a_damaged_file_is_fitted_anew(damage: str, tmp_path: Path, fits: list[str]) -> None:
    """Empty, foreign, cut short, or one digit changed: the numbers are those of the first fit, and the file is mended."""
    first = run(tmp_path)
    for path in tmp_path.glob("posterior-*.json"):
        text = path.read_text()
        middle = len(text) // 2
        digit = next(i for i in range(middle, len(text)) if text[i].isdigit())
        flipped = text[:digit] + str((int(text[digit]) + 1) % 10) + text[digit + 1 :]
        path.write_text({"cut": text[:middle], "flip": flipped}.get(damage, damage))
    second = run(tmp_path)
    np.testing.assert_array_equal(first.posteriors["M0"].draws, second.posteriors["M0"].draws)
    run(tmp_path)
    assert fits == ["M0", "M0"]


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path: Path, fits: list[str]) -> None:
    """A file stands where the folder should be: every call fits, and works."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    run(blocked / "cache")
    run(blocked / "cache")
    assert fits == ["M0", "M0"]


def test_the_users_folder_goes_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """``DETER_CACHE`` first, then ``XDG_CACHE_HOME``, then the home folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    monkeypatch.setenv("DETER_CACHE", "/d")
    assert user_folder() == Path("/d")
    monkeypatch.delenv("DETER_CACHE")
    assert user_folder() == Path("/x/deter")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/h")
    assert user_folder() == Path("/h/.cache/deter")


def test_files_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails at its last step leaves neither a file nor a scrap, and the answer is given all the same."""

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    rows = Cache(tmp_path).table("key", lambda: [{"a": 1}])
    assert rows == [{"a": 1}]
    assert list(tmp_path.iterdir()) == []
