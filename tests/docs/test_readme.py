"""README and the pages beside it keep their word: links lead somewhere, examples run, files are found as it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from calibration.history import read_record, read_responses
from sim.errors import ConfigError
from sim.scenario.evidence import admitted
from sim.scenario.policy import Policy
from sim.scenario.record import Record
from sim.scenario.study_files import load_study
from sim.study.plan import worlds

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text("utf-8")
OWN = (ROOT / "docs" / "records-of-your-own.md").read_text("utf-8")
EXPORTS = (ROOT / "docs" / "exports.md").read_text("utf-8")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:docs|scenarios|calibration|sim|tests)/[\w./-]*)`")


def blocks(text: str, language: str) -> list[str]:
    """Fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_local_links_and_pictures_exist(page: Path) -> None:
    """Every link that is no address leads to a file; so does every path in code that begins at one of our rooms."""
    text = page.read_text("utf-8")
    local = [page.parent / x.split("#")[0] for x in LINK.findall(text) if not re.match(r"[a-z]+:|#", x)]
    missing = [x for x in [*local, *(ROOT / x for x in NAMED.findall(text))] if not x.exists()]

    assert missing == []


def test_pictures_have_words() -> None:
    """A picture says in words what is on it."""
    assert re.findall(r"!\[\s*\]", "".join(p.read_text("utf-8") for p in PAGES)) == []


def test_the_picture_is_a_small_png() -> None:
    """As wide as a page, and less than 200 kB: it is fetched by everyone who reads README."""
    data = (ROOT / "docs" / "report.png").read_bytes()

    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 1200
    assert len(data) < 200_000


def test_the_python_policy_runs(tmp_path: Path) -> None:
    """The example, as it stands, from the project's folder: three lines, each with attacks and strikes."""
    (script,) = blocks(README, "python")
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DETER_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = re.findall(r"^(\d+) attacks, (\d+) strikes, the last event: \w+", done.stdout, re.M)
    assert len(found) == 3
    # A strike for each third reported attack: at least one in 3 runs, and never more than a third of the attacks.
    assert sum(int(s) for _, s in found) > 0
    assert all(3 * int(strikes) <= int(attacks) for attacks, strikes in found)


def test_the_study_and_the_policy_beside_it_are_found(tmp_path: Path) -> None:
    """The two files of README, saved in one folder outside: the policy is «quick» in the study."""
    study, policy = blocks(README, "yaml")
    (tmp_path / "my-study.yaml").write_text(study.replace("[none, fighters, delay-hours]", "[none, quick]").replace(
        "against: [none, fighters]", "against: [none]"))  # fmt: skip
    (tmp_path / "quick.yaml").write_text(policy)
    files = load_study(tmp_path / "my-study.yaml")

    assert list(files.policies) == ["none", "quick"]
    assert files.paths["policy quick"] == tmp_path / "quick.yaml"
    found = files.policies["quick"]
    assert isinstance(found, Policy)
    assert found.target is not None
    assert found.target.fighters == 1.0


def test_a_file_of_another_kind_beside_the_study_is_passed_over(tmp_path: Path) -> None:
    """A study called fighters.yaml is not the policy «fighters»."""
    study, _ = blocks(README, "yaml")
    (tmp_path / "fighters.yaml").write_text(study)

    assert load_study(tmp_path / "fighters.yaml").paths["policy fighters"].parent.name == "policies"


def test_the_study_as_it_stands(tmp_path: Path) -> None:
    """The study of README checks, wherever it is saved."""
    (tmp_path / "s.yaml").write_text(blocks(README, "yaml")[0])

    assert list(load_study(tmp_path / "s.yaml").policies) == ["none", "fighters", "delay-hours"]


def test_the_forms_of_records_read_as_the_page_says(tmp_path: Path) -> None:
    """Each example of the page, counted by hand: 42 attacks, 11 of them in Iraq; 33 after the base; two on one day."""
    windows, cumulative, events, responses = blocks(OWN, "csv")
    read: dict[str, Record] = {}
    for name, text in (("windows", windows), ("cumulative", cumulative), ("events", events)):
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        read[name] = read_record(path)
    (tmp_path / "responses.csv").write_text(responses)
    struck = read_responses(tmp_path / "responses.csv", ("iraq", "syria"))

    assert [(w.count, w.bound, w.by_place) for w in read["windows"].windows] == [
        (19, "at-least", {}),
        (23, "exact", {"iraq": 11}),
    ]
    assert [w.count for w in read["cumulative"].windows] == [27, 6]
    assert read["cumulative"].windows[1].by_place == {"iraq": 1, "syria": 5}
    assert [(w.count, w.by_place) for w in read["events"].windows] == [(2, {"iraq": 1, "syria": 1})]
    assert [(r.place, r.target.fighters, r.strength, r.delay_days) for r in struck] == [
        ("syria", 0.0, 1.0, None),
        ("syria", 0.5, 1.0, None),
        ("iraq", 1.0, 0.5, 0.1),
    ]


def test_the_import_runs_and_says_what_the_page_says(tmp_path: Path) -> None:
    """The example of the page of exports: its lines of rows, two attacks in the first week, one response."""
    (tmp_path / "river.yaml").write_text(blocks(EXPORTS, "yaml")[0])
    (tmp_path / "river.csv").write_text(blocks(EXPORTS, "csv")[0])
    record = read_record(tmp_path / "river.yaml")

    assert [x.line() for x in record.rows] == blocks(EXPORTS, "text")[0].splitlines()
    assert [w.count for w in record.windows] == [2, 0, 0, 0]
    assert [(f"{r.date:%Y-%m-%d}", r.place, r.target.fighters) for r in record.responses] == [
        ("2023-01-16", "syria", 0.5)
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("2023-10-26,syria,figthers,1,", "target: expected one of infrastructure, fighters, sponsor, leader, or several "
         "joined by +, found figthers: did you mean 'fighters'?"),
        ("2023-10-26,siria,fighters,1,", "place: expected one of the settings' places (iraq, syria), found 'siria': did "
         "you mean 'syria'?"),
    ],
)  # fmt: skip
def test_a_near_miss_in_a_csv(row: str, says: str, tmp_path: Path) -> None:
    """A misspelt target or place: file, line and column, and what was meant."""
    path = tmp_path / "strikes.csv"
    path.write_text(f"date,place,target,strength,delay_days\n{row}\n")
    with pytest.raises(ConfigError) as error:
        read_responses(path, ("iraq", "syria"))

    (line,) = error.value.lines()
    assert line.endswith(says)
    assert re.match(rf"{re.escape(str(path))}:2:[23]: ", line)


def test_a_csv_record_without_evidence_admits_every_window(tmp_path: Path) -> None:
    """A study that leaves ``evidence`` out takes section A of a record that has one, else every window."""
    study = blocks(README, "yaml")[0].replace("evidence: [A]\n", "")
    (tmp_path / "mine.csv").write_text(blocks(OWN, "csv")[0])
    (tmp_path / "a.yaml").write_text(study)
    (tmp_path / "b.yaml").write_text(
        study.replace("record: brief", "record: mine.csv").replace("horizon_days: 36", "horizon_days: 22")
    )
    a, b = load_study(tmp_path / "a.yaml"), load_study(tmp_path / "b.yaml")

    assert admitted(a.record, a.study.evidence) == list(a.record.sections["A"])
    assert admitted(b.record, b.study.evidence) == ["W1", "W2"]


def test_responses_given_beside_a_study(tmp_path: Path) -> None:
    """They are the record's in the calibration, and those that a policy replaying that record carries out."""
    study = blocks(README, "yaml")[0].replace("[none, fighters, delay-hours]", "[none, fighters, observed]")
    (tmp_path / "s.yaml").write_text(study)
    (tmp_path / "strikes.csv").write_text(blocks(OWN, "csv")[3])
    files = load_study(tmp_path / "s.yaml", tmp_path / "strikes.csv")

    assert [r.id for r in files.record.responses] == ["R1", "R2", "R3"]
    assert [(r.day, r.place, r.order.strength) for r in worlds(files, ["observed"])["observed"].replay] == [
        (9.0, 1, 1.0),
        (26.0, 1, 1.0),
        (34.0, 0, 0.5),
    ]
