"""A study with what it names."""

import json
import pickle
from pathlib import Path

import pytest

from sim.errors import ConfigError
from sim.scenario.check import check_file
from sim.scenario.evidence import admitted, with_readings
from sim.scenario.gather import load_named
from sim.scenario.loader import load
from sim.scenario.study_files import StudyFiles, load_study
from tests.scenario.places import FILES, ROOT

STUDY = (FILES / "study.yaml").read_text()


def tree(tmp_path: Path) -> Path:
    """A copy of the tests' own configs, to change."""
    for path in FILES.rglob("*.yaml"):
        copy = tmp_path / path.relative_to(FILES)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(path.read_text())
    return tmp_path


def mistakes(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_study(path)
    return [f"{Path(x.path).name}:{x.line}:{x.column}: {x.field}: {x.message}" for x in error.value.mistakes]


def test_everything_that_is_named_is_loaded() -> None:
    files = load_study(FILES / "study.yaml")
    assert list(files.hypotheses) == ["M0", "M3"]
    assert list(files.policies) == ["observed", "none", "fighters", "harder"]
    assert list(files.then_policies) == ["none"]
    assert list(files.replays) == ["small"]
    assert files.against == ("none",)
    assert files.settings.name == "small"
    assert files.paths["policy harder"].samefile(FILES / "policies" / "harder.yaml")


def test_resolved_config_is_json_without_paths_of_this_machine() -> None:
    """Defaults and inherited values are in it; floats and dates survive."""
    resolved = load_study(FILES / "study.yaml").resolved()
    text = json.dumps(resolved, allow_nan=False)
    assert str(ROOT) not in text
    assert resolved["study"]["start"] == "2023-10-17"
    assert resolved["study"]["crn"] is True
    assert resolved["policies"]["harder"]["clarity"] == 0.7
    assert set(resolved["sha256"]) == set(load_study(FILES / "study.yaml").loaded)


@pytest.mark.parametrize(
    "path", [FILES / "study.yaml", *sorted((ROOT / "scenarios").glob("*.yaml"))], ids=lambda p: p.stem
)
def test_resolved_config_is_the_whole_study(path: Path) -> None:
    """What was read can be had again from the resolved config alone: the same models, value for value."""
    files = load_study(path)
    again = StudyFiles.from_resolved(json.loads(json.dumps(files.resolved())))
    for part in (
        "study",
        "settings",
        "record",
        "hypotheses",
        "policies",
        "then_policies",
        "replays",
        "against",
    ):
        assert getattr(again, part) == getattr(files, part), part


def test_files_go_to_other_processes() -> None:
    files = load_study(FILES / "study.yaml")
    assert pickle.loads(pickle.dumps(files)).resolved() == files.resolved()


def test_names_are_looked_for_beside_the_study_first(tmp_path: Path) -> None:
    """Own policy «none» rather than the one that ships; «sponsor», which only ships, from there."""
    folder = tree(tmp_path)
    (folder / "policies" / "none.yaml").write_text(
        "kind: policy\nversion: 1\nname: none\nsays: mine\ntrigger: never\n"
    )
    study = STUDY.replace("[observed, none, fighters, harder]", "[none, place-iraq-only]")
    (folder / "study.yaml").write_text(study)
    with pytest.raises(ConfigError) as error:
        load_study(folder / "study.yaml")  # the one that ships allows places that these settings lack
    assert {Path(x.path).name for x in error.value.mistakes} == {"place-iraq-only.yaml"}
    assert load_study(FILES / "study.yaml").policies["none"].says == "No response."
    (folder / "study.yaml").write_text(STUDY)
    assert load_study(folder / "study.yaml").policies["none"].says == "mine"


def test_a_path_in_a_base_is_taken_from_the_base(tmp_path: Path) -> None:
    """The child lies elsewhere; the settings that its base names lie beside the base."""
    child = tmp_path / "elsewhere" / "child.yaml"
    child.parent.mkdir()
    child.write_text(f"kind: study\nversion: 1\nbase: {FILES}/study.yaml\nname: child\n")
    assert load_study(child).settings.name == "small"


def test_policies_by_path_go_by_their_own_names(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    study = STUDY.replace("[observed, none, fighters, harder]", "[policies/none.yaml, fighters]")
    (folder / "study.yaml").write_text(study.replace("against: [none]", "against: [policies/none.yaml]"))
    files = load_study(folder / "study.yaml")
    assert list(files.policies) == ["none", "fighters"]
    assert files.against == ("none",)
    (folder / "study.yaml").write_text(study)
    assert load_study(folder / "study.yaml").against == ("none",)


def test_policy_that_calls_itself_otherwise(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    own = folder / "policies" / "fighters.yaml"
    own.write_text(own.read_text().replace("name: fighters", "name: fighter"))
    assert mistakes(folder / "study.yaml") == [
        f"fighters.yaml:3:7: name: expected the name 'fighters', which {folder}/study.yaml asks for, found 'fighter'"
    ]


def test_two_hypotheses_that_a_name_may_mean(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    (folder / "hypotheses" / "M3-other.yaml").write_text(
        (folder / "hypotheses" / "M3-effect.yaml").read_text()
    )
    assert mistakes(folder / "study.yaml") == [
        "study.yaml:9:18: hypotheses[1]: expected one hypothesis, found 2: write one of M3-effect, M3-other"
    ]


def test_replay_of_a_record_without_responses(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    record = folder / "records" / "small.yaml"
    text = record.read_text()
    record.write_text(text[: text.index("responses:")] + text[text.index("casualties:") :])
    assert mistakes(folder / "study.yaml") == [
        "observed.yaml:5:9: replay: expected a record with responses, found none in 'small'"
    ]


def test_mistakes_of_every_file_come_together_the_study_s_first(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    (folder / "study.yaml").write_text(STUDY.replace("[M0, M3]", "[M0, M33]"))
    for name, old, new in (
        ("settings/small.yaml", "\nstage: 0", "\nstage: zero"),
        ("policies/harder.yaml", "strength: 2.0", "strength: -2.0"),
    ):
        path = folder / name
        path.write_text(path.read_text().replace(old, new))
    assert [x.split(":")[0] for x in mistakes(folder / "study.yaml")] == [
        "study.yaml",
        "small.yaml",
        "harder.yaml",
    ]


def test_readings_move_the_end_of_the_record(tmp_path: Path) -> None:
    """By one reading the record ends a day earlier, so that 20 days reach past it."""
    folder = tree(tmp_path)
    record = folder / "records" / "small.yaml"
    text = record.read_text().replace(
        "count: 15, bound: at-least}", "count: 15, readings: {early: {end: 2023-11-05}}}"
    )
    record.write_text(text[: text.index("  - {id: W3")] + text[text.index("place_totals:") :])
    load_study(folder / "study.yaml")
    (folder / "study.yaml").write_text(STUDY.replace("{W1: fewer}", "{W2: early}"))
    (line,) = mistakes(folder / "study.yaml")
    assert "expected at most 19 (the record ends on 2023-11-05) or after_record, found 20" in line


def test_readings_replace_an_item_s_fields() -> None:
    files = load_study(FILES / "study.yaml")
    read = with_readings(files.record, files.study.readings)
    assert (files.record.windows[0].count, read.windows[0].count, read.windows[0].bound) == (
        20,
        16,
        "at-least",
    )
    assert read.windows[1:] == files.record.windows[1:]
    assert read.windows[0].start == files.record.windows[0].start
    target = with_readings(files.record, {"R1": "fighters"}).responses[0].target
    assert (target.fighters, target.infrastructure) == (1.0, 0.0)
    with pytest.raises(KeyError):
        with_readings(files.record, {"R9": "fighters"})
    with pytest.raises(KeyError):
        with_readings(files.record, {"R1": "leaders"})


def test_shipped_files_by_name() -> None:
    assert load_named("brief", "record").model.name == "brief"  # type: ignore[attr-defined]
    assert load_named("M3", "hypothesis").model.name == "M3"  # type: ignore[attr-defined]
    assert load_named(str(FILES / "records" / "small.yaml"), "record").kind == "record"
    with pytest.raises(
        ConfigError, match=r"^record: expected the name of a record .*did you mean 'brief'\?$"
    ):
        load_named("breif", "record")


def test_a_policy_is_checked_with_what_it_names(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    assert list(check_file(folder / "policies" / "observed.yaml")) == ["policy", "replay small", "then none"]
    (folder / "records" / "small.yaml").write_text("kind: record\n")
    with pytest.raises(ConfigError):
        check_file(folder / "policies" / "observed.yaml")


def test_wrong_kind_is_told() -> None:
    with pytest.raises(ConfigError, match="kind: expected a file of kind study, found 'policy'"):
        load(FILES / "policies" / "none.yaml", "study")


def test_every_written_value_has_an_origin() -> None:
    """Each scalar of a file by its field: counted by hand in policies/none.yaml, which has five."""
    origin = load(FILES / "policies" / "none.yaml").origin
    assert {field: (spot.line, spot.column) for field, spot in origin.items()} == {
        ("kind",): (1, 7),
        ("version",): (2, 10),
        ("name",): (3, 7),
        ("says",): (4, 7),
        ("trigger",): (5, 10),
    }


def test_a_record_in_csv(tmp_path: Path) -> None:
    """A plain CSV file of windows stands for a record, in a study too."""
    folder = tree(tmp_path)
    (folder / "counts.csv").write_text("start,end,place,count,bound\n2023-10-17,2023-10-27,,20,exact\n")
    (folder / "study.yaml").write_text(
        STUDY.replace("records/small.yaml", "counts.csv")
        .replace("readings: {W1: fewer}\n", "after_record: 1.0\n")
        .replace("evidence: [A]", "evidence: []")
        .replace("[observed, none, fighters, harder]", "[none]")
    )
    record = load_study(folder / "study.yaml").record
    assert [w.count for w in record.windows] == [20]
    assert admitted(record, []) == [record.windows[0].id]
