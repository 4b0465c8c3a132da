"""Writing the report: the same bytes, nothing overwritten, nothing half written, one line for what isn't a bundle."""

import json
from pathlib import Path

import pytest

from sim.errors import ConfigError, RunError
from sim.report import html as writer
from sim.report.html import write_report
from tests.report import bundles
from tests.report.bundles import write_bundle


def test_the_same_bundle_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Wherever the bundle lies and whenever it is read."""
    first = (folder / "report.html").read_bytes()
    other = write_bundle(tmp_path / "elsewhere" / "bundle")
    assert write_report(other, tmp_path / "out.html").read_bytes() == first
    assert str(folder).encode() not in first


def test_a_taken_path_is_refused(folder: Path, tmp_path: Path) -> None:
    """A file that isn't the bundle's own report stays as it was; a folder is no file."""
    taken = tmp_path / "mine.html"
    taken.write_text("mine")
    with pytest.raises(ConfigError, match="nothing is overwritten"):
        write_report(folder, taken)
    assert taken.read_text() == "mine"
    with pytest.raises(ConfigError, match="found a folder"):
        write_report(folder, tmp_path)
    with pytest.raises(ConfigError, match="nothing is overwritten"):
        write_report(folder, folder / "result.json")


def test_its_own_report_is_written_anew(folder: Path) -> None:
    """The bundle's report.html is replaced by the same."""
    before = (folder / "report.html").read_bytes()
    assert write_report(folder, folder / "report.html").read_bytes() == before


def test_a_write_that_fails_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk refuses at the last step, one line says so and no file or part of one is left."""

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "draw", lambda bundle: None)
    monkeypatch.setattr(writer, "page", lambda bundle, figures: "text")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(RunError, match="No space left on device"):
        write_report(folder, tmp_path / "out.html")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_bundle_is_one_line(tmp_path: Path) -> None:
    """A missing folder, a missing file, broken JSON, a config that doesn't check, a table that lacks a column."""
    with pytest.raises(ConfigError, match="expected the folder of a bundle, found nothing"):
        write_report(tmp_path / "missing", tmp_path / "out.html")
    folder = write_bundle(tmp_path / "bundle")
    good = (folder / "result.json").read_text()
    for text, wanted in (
        ("{", "expected a file of a bundle"),
        ("{}", "found none of"),
        ("[]", "found none of"),
    ):
        (folder / "result.json").write_text(text)
        with pytest.raises(ConfigError, match=wanted) as e:
            write_report(folder, tmp_path / "out.html")
        assert "\n" not in str(e.value)
    (folder / "result.json").write_text(good)
    config = bundles.config()
    config["policies"]["fighters"]["strength"] = -1.0
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ConfigError, match="strength") as e:
        write_report(folder, tmp_path / "out.html")
    assert "\n" not in str(e.value)
    (folder / "config.json").write_text(json.dumps(bundles.config()))
    bundles.runs().drop(columns="draw").to_parquet(folder / "runs.parquet")
    with pytest.raises(ConfigError, match="found none of draw"):
        write_report(folder, tmp_path / "out.html")
    assert not (tmp_path / "out.html").exists()


def test_a_policy_that_the_config_lacks_is_refused(tmp_path: Path) -> None:
    """A result that names what its config doesn't is no bundle; its name is shown, not run."""
    result = bundles.result() | {"policies": [*bundles.POLICIES, "<script>alert(1)</script>"]}
    folder = write_bundle(tmp_path / "bundle", result=result)
    with pytest.raises(ConfigError, match="expected a policy of config"):
        write_report(folder, tmp_path / "out.html")


def test_one_policy_alone_has_a_report(tmp_path: Path) -> None:
    """A bundle of `deter run`: no differences, no prior runs; the page says that nothing is compared."""
    result = bundles.result()
    result |= {"policies": ["fighters"], "differences": [], "prior_measures": {}}
    folder = write_bundle(tmp_path / "bundle", result=result)
    text = write_report(folder, tmp_path / "out.html").read_text("utf-8")
    assert "One policy was run, so nothing is compared." in text
    assert "figure-attacks" in text
