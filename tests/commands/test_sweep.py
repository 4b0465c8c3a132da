"""``deter sweep``: the JSON contract, going on, refusing, stopping, sharing, and failed points as data."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from sim.cli import main
from sim.data import scenarios_folder
from tests.commands.conftest import PROGRAM, ROOT
from tests.study.sweep.conftest import STUDY, contents

SWEEP = """\
kind: sweep
version: 1
name: small
question: q
study: week.yaml
policy: fighters
against: [none]
design:
  grid:
    policy.delay_days: [0.5, 2]
    policy.strength: {low: 0.5, high: 2, steps: 3, scale: log}
runs: {draws: 20, each: 5, prior_draws: 5}
shard_runs: 130
"""
TALL = """\
kind: policy
version: 1
name: tall
says: More rungs than the compiled engine has room for.
trigger: {after_attacks: 1}
ladder:
"""


class Said(NamedTuple):
    """What a call came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Its JSON."""
        return dict(json.loads(self.out))

    @property
    def line(self) -> str:
        """Its one line of error; what was being done is told before it."""
        lines = [
            x
            for x in self.err.splitlines()
            if not x.startswith(("deter: fitting", "deter: going on", "deter: trying"))
        ]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


Call = Callable[..., Said]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study of one hypothesis, and a sweep."""
    folder = tmp_path_factory.mktemp("sweeps")
    (folder / "week.yaml").write_text(STUDY.replace("[M0, M3]", "[M0]"), "utf-8")
    (folder / "small.yaml").write_text(SWEEP, "utf-8")
    rungs = "".join(f"  - {{after: {{attacks: {i + 1}}}, set: {{strength: {1 + i}}}}}\n" for i in range(17))
    (folder / "tall.yaml").write_text(TALL + rungs, "utf-8")
    (folder / "settings").symlink_to(scenarios_folder() / "settings")
    return folder


@pytest.fixture
def call(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """``deter sweep`` in this process, its posterior kept for the next call."""
    monkeypatch.setenv(
        "DETER_CACHE", os.environ.get("DETER_CACHE") or str(Path("~/.cache/deter").expanduser())
    )
    monkeypatch.chdir(place)

    def sweep(*arguments: str | Path) -> Said:
        capsys.readouterr()
        code = main(["sweep", *map(str, arguments)])
        return Said(code, *capsys.readouterr())

    return sweep


@pytest.fixture
def whole(call: Call, tmp_path: Path) -> tuple[Path, Said]:
    """The sweep, run at one go."""
    said = call("small.yaml", "--out", tmp_path / "whole", "--workers", "1", "--json")
    return tmp_path / "whole", said


def variant(place: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The sweep with changes of its text."""
    text = SWEEP
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = place / f"{name}.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_document_and_the_folder(whole: tuple[Path, Said]) -> None:
    """At least the contract's keys; 6 points of 125 runs, with the policy that they are compared with; a table of them."""
    folder, said = whole
    assert said.code == 0
    document = said.document
    assert {"study", "bundle", "points", "runs", "failed", "table"} <= set(document)
    assert (document["study"], document["points"], document["runs"], document["failed"]) == (
        "small",
        6,
        7 * 125,
        0,
    )
    assert document["bundle"] == str(folder)
    table = pd.read_parquet(document["table"])
    assert sorted(set(table["point"])) == list(range(6))
    assert table["policy.strength"].drop_duplicates().tolist() == [0.5, 1.0, 2.0]
    assert {
        "manifest.json",
        "plan.json",
        "config.json",
        "design.parquet",
        "draws.parquet",
        "report.html",
    } <= {x.name for x in folder.iterdir()}


def test_going_on_runs_nothing_again(call: Call, whole: tuple[Path, Said]) -> None:
    """The same call, and one that names the folder, touch no shard and say the same."""
    folder, said = whole
    before = {x: (x.read_bytes(), x.stat().st_mtime_ns) for x in (folder / "shards").iterdir()}
    for target in (["small.yaml", "--out", folder], [folder]):
        again = call(*target, "--json")
        assert again.code == 0
        assert again.document == said.document
    assert before == {x: (x.read_bytes(), x.stat().st_mtime_ns) for x in (folder / "shards").iterdir()}


def test_what_was_begun_otherwise_is_refused(call: Call, place: Path, whole: tuple[Path, Said]) -> None:
    """Another config is refused in a line that says where it differs; so is other code; nothing is touched."""
    folder, _ = whole
    before = contents(folder)
    other = variant(place, "other", ("[0.5, 2]", "[0.5, 3]"), ("draws: 20", "draws: 30"))
    said = call(other, "--out", folder)
    assert said.code == 2
    assert "sweep.design.grid.policy.delay_days[1], sweep.runs.draws" in said.line
    plan = json.loads((folder / "plan.json").read_text())
    assert contents(folder) == before
    (folder / "plan.json").write_text(
        json.dumps({**plan, "code_sha256": "0", "versions": {**plan["versions"], "numba": "0.1"}})
    )
    said = call("small.yaml", "--out", folder)
    assert said.code == 2
    assert "the code of deter; numba, 0.1 then and" in said.line


@pytest.mark.parametrize("name", ["plan.json", "config.json", "draws.parquet", "design.parquet"])
def test_a_damaged_beginning_is_refused(name: str, call: Call, whole: tuple[Path, Said]) -> None:
    """Cut short, or gone: one line that names the file."""
    folder, _ = whole
    next((folder / "shards").iterdir()).unlink()
    path = folder / name
    path.write_bytes(path.read_bytes()[:-40])
    said = call(folder)
    assert said.code == 2
    assert name in said.line
    path.unlink()
    said = call(folder)
    assert said.code == 2
    assert name in said.line or "plan.json" in said.line


def test_a_failed_point_is_data(call: Call, place: Path, tmp_path: Path) -> None:
    """A policy too tall for the compiled engine fails by itself: exit 3, what, where and the message; on SimPy it runs."""
    sweep = variant(
        place,
        "tall-one",
        ("policy: fighters\n", ""),
        ("    policy.delay_days", "    policy: [fighters, tall]\n    policy.delay_days"),
    )
    said = call(sweep, "--out", tmp_path / "x", "--workers", "1", "--json")
    assert said.code == 3
    assert said.document["failed"] == 6
    assert said.document["complete"]
    failed = json.loads((tmp_path / "x" / "failed.json").read_text())
    assert [f["point"] for f in failed] == list(range(6, 12))
    assert {(f["where"], f["what"], f["policy"]) for f in failed} == {("running", "RunError", "tall")}
    assert "room for 16 rungs, found 18" in failed[0]["message"]
    table = pd.read_parquet(said.document["table"])
    assert sorted(set(table["point"])) == list(range(6))
    again = call(tmp_path / "x", "--retry-failed", "--engine", "simpy", "--workers", "1", "--json")
    assert again.code == 0
    assert sorted(set(pd.read_parquet(again.document["table"])["point"])) == list(range(12))
    assert not (tmp_path / "x" / "failed.json").exists()


def test_stopped_after_so_many_runs_and_gone_on_with(
    call: Call, whole: tuple[Path, Said], tmp_path: Path
) -> None:
    """A budget of runs stops cleanly with a table of what is there; going on gives the bytes of one go."""
    said = call("small.yaml", "--out", tmp_path / "x", "--stop-after-runs", 300, "--workers", "1", "--json")
    assert said.code == 0
    document = said.document
    assert (document["stopped_by"], document["complete"], document["runs_done"]) == ("runs", False, 250)
    assert document["go_on"] == f"deter sweep {tmp_path / 'x'}"
    assert sorted(set(pd.read_parquet(document["table"])["point"])) == [0]
    status = call(tmp_path / "x", "--status", "--json")
    assert (status.code, status.document["runs_done"], status.document["chunks_done"]) == (0, 250, 2)
    assert (
        "2 of 7 shards, 250 of 875 runs of 6 points; go on with"
        in call("small.yaml", "--out", tmp_path / "x", "--status").out
    )
    said = call(tmp_path / "x", "--stop-after-minutes", 0.000001, "--workers", "1", "--json")
    assert (said.document["stopped_by"], said.document["runs_done"]) == ("minutes", 375)
    assert call(tmp_path / "x", "--json").document["complete"]
    assert contents(tmp_path / "x") == contents(whole[0])


def test_parts_in_one_folder_and_in_their_own(call: Call, whole: tuple[Path, Said], tmp_path: Path) -> None:
    """A batch queue's tasks, by --shard: in one folder, or put together by --merge; the same bytes."""
    one = tmp_path / "one"
    for k in (2, 1):
        said = call("small.yaml", "--out", one, "--shard", f"{k}/2", "--workers", "1", "--json")
        assert (said.code, said.document["complete"]) == (0, k == 1)
        assert said.document["table"] is None or k == 1
    assert contents(one) == contents(whole[0])
    for k in (1, 2, 3):
        call("small.yaml", "--out", tmp_path / f"part{k}", "--shard", f"{k}/3", "--workers", "1")
    parts = [x for k in (1, 2, 3) for x in ("--merge", tmp_path / f"part{k}")]
    said = call("small.yaml", "--out", tmp_path / "lacking", *parts[:4])
    assert said.code == 1
    assert "2 of 7 shards are in none of the folders" in said.line
    said = call("small.yaml", "--out", tmp_path / "merged", *parts, "--json")
    assert said.code == 0
    assert contents(tmp_path / "merged") == contents(whole[0])


def test_parts_of_another_sweep_are_refused(
    call: Call, place: Path, whole: tuple[Path, Said], tmp_path: Path
) -> None:
    other = variant(place, "seed", ("q\n", "q\nseed: 9\n"))
    call(other, "--out", tmp_path / "other", "--workers", "1")
    said = call("small.yaml", "--out", whole[0], "--merge", tmp_path / "other")
    assert said.code == 2
    assert "found another in" in said.line
    assert "the seed" in said.line


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        ("runs: 800", "it needs 875 runs where budget.runs allows 800"),
        ("disk_gib: 0.000001", "where budget.disk_gib allows 1e-06 GiB"),
        ("minutes: 0.00001", "where budget.minutes allows 1e-05 min"),
    ],
)
def test_too_large_is_refused_before_it_starts(
    budget: str, words: str, call: Call, place: Path, tmp_path: Path
) -> None:
    """Past a budget of its own: the figures in a line, and nothing on the disk."""
    sweep = variant(place, "budget", ("shard_runs", f"budget: {{{budget}}}\nshard_runs"))
    said = call(sweep, "--out", tmp_path / "x", "--workers", "1")
    assert said.code == 2
    assert words in said.err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_too_large_for_the_disk_is_refused(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 5 kB free: refused with what it needs and what there is."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=5_000))
    said = call("small.yaml", "--out", tmp_path / "x", "--workers", "1")
    assert said.code == 2
    assert "where the disk has 5 KiB free" in said.err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "3/2"], "--shard: expected k/N with k from 1 to N"),
        (["--shard", "a"], "--shard: expected k/N"),
        (
            ["--status", "--export", "x.csv"],
            "--export: expected one of --status, --merge, --export, --sql, --shard in a call",
        ),
        (["--engine", "fast"], "--engine: expected compiled or simpy"),
        (["--out", "settings"], "--out: expected a new or empty folder"),
    ],
)
def test_usage(arguments: list[str], words: str, call: Call) -> None:
    said = call("small.yaml", *arguments)
    assert said.code == 2
    assert words in said.line


def test_a_folder_that_is_no_sweep(call: Call, tmp_path: Path) -> None:
    said = call(tmp_path, "--status")
    assert said.code == 2
    assert "expected the folder of a sweep" in said.line


@pytest.fixture
def begun(place: Path, tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Begin a sweep that takes seconds, in a process of its own; it is ended if it still runs."""
    started: list[subprocess.Popen[str]] = []
    some = variant(
        place,
        "long",
        ("draws: 20, each: 5", "draws: 400, each: 200"),
        ("shard_runs: 130", "shard_runs: 2000"),
    )

    def start(*arguments: str | Path, sweep: Path = some) -> "subprocess.Popen[str]":
        job = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, "sweep", str(sweep), *map(str, arguments)],
            cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        started.append(job)
        return job

    yield start
    for job in started:
        if job.poll() is None:
            job.kill()
        job.communicate()


def _until_shards(folder: Path, job: "subprocess.Popen[str]") -> None:
    for _ in range(600):
        if len(list((folder / "shards").glob("part-*"))) > 1:
            return
        assert job.poll() is None, job.communicate()
        time.sleep(0.05)
    raise AssertionError("no shards in half a minute")


@pytest.mark.parametrize(("sent", "workers"), [(signal.SIGINT, 2), (signal.SIGTERM, 1)])
def test_stopped_by_a_signal(
    sent: signal.Signals, workers: int, begun: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    """Ctrl-C, or a batch queue's SIGTERM: exit 130 and a line that says how to go on; no worker is left."""
    job = begun("--out", tmp_path / "x", "--workers", str(workers))
    _until_shards(tmp_path / "x", job)
    job.send_signal(sent)
    _, err = job.communicate(timeout=30)
    assert job.returncode == 130, err
    last = err.splitlines()[-1]
    assert last.startswith("deter: interrupted: ")
    assert last.endswith(f"go on with: deter sweep {tmp_path / 'x'}")
    assert "Traceback" not in err
    assert not list((tmp_path / "x" / "shards").glob(".*"))


def test_ctrl_c_in_a_chunk_that_takes_long(
    place: Path, begun: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    """The compiled loop hears no signal; one worker in this process stops at once all the same."""
    changes = ("draws: 20, each: 5", "draws: 9000, each: 1000"), ("shard_runs: 130", "shard_runs: 10000000")
    job = begun("--out", tmp_path / "x", "--workers", "1", sweep=variant(place, "longest", *changes))
    assert job.stderr is not None
    while "running the sweep" not in job.stderr.readline():
        assert job.poll() is None
    time.sleep(1.0)
    started = time.monotonic()
    job.send_signal(signal.SIGINT)
    job.wait(timeout=30)
    assert time.monotonic() - started < 5.0  # a chunk takes half a minute
    assert job.returncode == 130


def test_what_a_user_asks_of_a_sweep_that_goes_on(
    call: Call, whole: tuple[Path, Said], tmp_path: Path
) -> None:
    """A table that is older than the shards is not read; one that is of some of them says so; a part that is done says so."""
    folder = tmp_path / "x"
    call("small.yaml", "--out", folder, "--stop-after-runs", 300, "--workers", "1")
    said = call(folder, "--sql", "SELECT count(DISTINCT point) AS n FROM points")
    assert (said.code, said.out) == (0, "n\n1\n")
    assert "5 of 7 shards are not there yet" in said.line
    said = call(folder, "--shard", "1/2", "--workers", "1", "--json")
    assert said.document["go_on"] == f"deter sweep {folder}"
    for question in (["--sql", "SELECT 1"], ["--export", tmp_path / "x.csv"]):
        said = call(folder, *question)
        assert said.code == 2
        assert (
            f"its table was made of 2 shards, and there are 5: `deter sweep {folder}` sums them up"
            in said.line
        )
    assert not (tmp_path / "x.csv").exists()
    assert call(folder, "--workers", "1").code == 0
    assert contents(folder) == contents(whole[0])


def test_status_of_another_sweep_is_refused(call: Call, place: Path, whole: tuple[Path, Said]) -> None:
    """Beside a sweep's file, --status looks whether the folder is of it; without --out it says what is missing."""
    other = variant(place, "other", ("[0.5, 2]", "[0.5, 3]"))
    said = call(other, "--out", whole[0], "--status")
    assert said.code == 2
    assert "sweep.design.grid.policy.delay_days[1]" in said.line
    said = call("small.yaml", "--status")
    assert said.code == 2
    assert "write --out FOLDER" in said.line


def test_two_runs_on_one_folder(
    begun: Callable[..., "subprocess.Popen[str]"], call: Call, tmp_path: Path
) -> None:
    """The second is refused in a line while the first works; when that is gone, however it went, it may."""
    job = begun("--out", tmp_path / "x", "--workers", "1")
    _until_shards(tmp_path / "x", job)
    said = call(tmp_path / "x", "--workers", "1")
    assert said.code == 1
    assert "another run is at work on" in said.line
    job.kill()
    job.communicate()
    said = call(tmp_path / "x", "--stop-after-runs", 1, "--workers", "1", "--json")
    assert said.code == 0


def test_a_folder_that_can_be_read_only(call: Call, whole: tuple[Path, Said], tmp_path: Path) -> None:
    """On a disk that takes no writing: one line, and what is there stays."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs root, to mount a disk that can only be read")
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"this machine mounts no disk: {done.stderr.strip()}")
    try:
        shutil.copytree(whole[0], folder / "x")
        next(iter((folder / "x" / "shards").iterdir())).unlink()
        before = contents(folder / "x")
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        for arguments in ([folder / "x"], ["small.yaml", "--out", folder / "y"]):
            said = call(*arguments, "--workers", "1")
            assert said.code == 1
            assert "Read-only file system" in said.err.splitlines()[-1]
            assert "Traceback" not in said.err
        assert contents(folder / "x") == before
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_run_of_a_point_again(whole: tuple[Path, Said], capsys: pytest.CaptureFixture[str]) -> None:
    """``trace`` gives the events of any run: measured, they are its row. A point or run that is not there is one line."""
    folder, _ = whole
    assert main(["trace", str(folder), "--policy", "4", "--run", "61", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    design = pd.read_parquet(folder / "design.parquet")
    cell = int(design.loc[design["point"] == 4, "cell"].iloc[0])
    rows = pd.concat([pd.read_parquet(x) for x in sorted((folder / "shards").iterdir())])
    row = rows[(rows["cell"] == cell) & (rows["set"] == "posterior")].iloc[61]
    kinds = [e["kind"] for e in document["events"]]
    assert (kinds.count("attack launched"), kinds.count("strike")) == (row["attacks"], row["strikes"])
    assert row["strikes"] > 0
    for arguments, words in (
        (
            ["--policy", "6", "--run", "0"],
            "expected the number of a point, 0 to 5, or a policy that points are compared with (none)",
        ),
        (["--policy", "none", "--run", "100"], "expected a run from 0 to 99"),
    ):
        assert main(["trace", str(folder), *arguments]) == 2
        assert words in capsys.readouterr().err


def test_a_folder_verifies_until_it_is_touched(
    whole: tuple[Path, Said], capsys: pytest.CaptureFixture[str]
) -> None:
    """Hashes, draws fitted again, the table summed up again, rows on both engines; a changed number is found."""
    folder, _ = whole

    def verify() -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main(["verify", str(folder), "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, document = verify()
    assert code == 0, document
    assert document["rows"] == 24
    said = {x["what"] for x in document["checks"]}
    assert {
        "7 shards",
        "draws, fitted again",
        "table, summed up again",
        "12 rows on compiled",
        "12 rows on simpy",
    } <= said
    table = pd.read_parquet(folder / "table.parquet")
    table.loc[3, "mean"] += 0.5
    table.to_parquet(folder / "table.parquet", index=False)
    manifest = json.loads((folder / "manifest.json").read_text())
    code, document = verify()
    assert code == 4
    assert [x["what"] for x in document["checks"] if not x["ok"]] == ["file table.parquet"]
    from sim.study.bundle import sha256

    manifest["files"]["table.parquet"] = sha256((folder / "table.parquet").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    code, document = verify()
    assert code == 4
    assert [x["what"] for x in document["checks"] if not x["ok"]] == ["table, summed up again"]
    path = sorted((folder / "shards").iterdir())[2]
    path.write_bytes(path.read_bytes()[:-1])
    code, document = verify()
    assert code == 4
    assert [x["what"] for x in document["checks"] if not x["ok"]] == ["7 shards"]
    assert path.exists(), "verifying moves nothing"


def test_the_report_anew(whole: tuple[Path, Said]) -> None:
    """The same bytes."""
    folder, _ = whole
    before = (folder / "report.html").read_bytes()
    (folder / "report.html").unlink()
    assert main(["report", str(folder)]) == 0
    assert (folder / "report.html").read_bytes() == before


def test_a_rows_config_gives_its_row(
    place: Path, whole: tuple[Path, Said], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The policy that the report shows to copy, in a sweep of one point: the row's own numbers."""
    from sim.study.sweep.exact import ExactConfigs
    from sim.study.sweep.folder import SweepFolder

    folder, _ = whole
    text = ExactConfigs(SweepFolder(folder))(4)
    (place / "copied.yaml").write_text(text, "utf-8")
    assert main(["check", str(place / "copied.yaml")]) == 0
    again = variant(place, "again", ("policy: fighters", "policy: copied.yaml"), ("policy.delay_days: [0.5, 2]", "policy.clarity: [0.5]"),
                    ("    policy.strength: {low: 0.5, high: 2, steps: 3, scale: log}\n", ""))  # fmt: skip
    assert main(["sweep", str(again), "--out", str(tmp_path / "again"), "--workers", "1"]) == 0
    own = pd.read_parquet(folder / "table.parquet")
    own = (
        own[own["point"] == 4]
        .set_index("measure")
        .drop(columns=["point", "policy.delay_days", "policy.strength"])
    )
    found = (
        pd.read_parquet(tmp_path / "again" / "table.parquet")
        .set_index("measure")
        .drop(columns=["point", "policy.clarity"])
    )
    alone = [
        x for x in own.columns if x.startswith("over_best")
    ]  # of one point there is nothing to be the best of
    assert found.drop(columns=alone).equals(own.drop(columns=alone))
