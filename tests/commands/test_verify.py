"""``deter verify``: what a bundle holds is what it says, and what either engine gives again."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.study.bundle import MANIFEST, file_hashes
from tests.commands.conftest import Deter


@pytest.fixture
def copy(made: tuple[Path, str], tmp_path: Path) -> Path:
    """A bundle to spoil."""
    return Path(shutil.copytree(made[0], tmp_path / "bundle"))


def manifest(bundle: Path, **changes: Any) -> None:
    """Change the manifest, as somebody would who knows how."""
    path = bundle / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def altered(bundle: Path, column: str, by: float) -> None:
    """Add to one measure of every run, and let the manifest have the file's new hash."""
    path = bundle / "runs.parquet"
    whole = pq.ParquetFile(path)
    groups = [whole.read_row_group(i) for i in range(whole.num_row_groups)]
    with pq.ParquetWriter(path, groups[0].schema) as writer:
        for group in groups:
            where = group.schema.get_field_index(column)
            writer.write_table(group.set_column(where, column, pa.array(group[column].to_numpy() + by)))
    manifest(bundle, files=file_hashes(bundle))


def checked(deter: Deter, bundle: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and document."""
    done = deter("verify", bundle, "--json", *arguments)
    return done.returncode, json.loads(done.stdout)


def failing(document: dict[str, Any]) -> list[str]:
    return [x["what"] for x in document["checks"] if not x["ok"]]


def test_a_bundle_verifies_on_both_engines(deter: Deter, made: tuple[Path, str]) -> None:
    """Every hash, the posterior fitted again, and 24 rows, half of them on either engine."""
    code, document = checked(deter, made[0])

    assert (code, document["ok"], failing(document)) == (0, True, [])
    assert document["rows"] == 24
    counts = {
        x["what"].split()[-1]: int(x["what"].split()[0]) for x in document["checks"] if "rows on" in x["what"]
    }
    assert sum(counts.values()) == 24
    assert counts == {"compiled": 12, "simpy": 12}
    assert {"config", "record", "posterior, fitted again", "file runs.parquet"} <= {
        x["what"] for x in document["checks"]
    }


def test_a_number_that_no_run_gave_is_found(deter: Deter, copy: Path) -> None:
    """One more attack in each row, under a hash that agrees: both engines say so."""
    altered(copy, "attacks", 1.0)
    code, document = checked(deter, copy)

    assert code == 4
    assert len(failing(document)) == 2
    assert all("rows on" in x for x in failing(document))


def test_the_last_bit_counts(deter: Deter, copy: Path) -> None:
    """Lulls longer by one part in 10^15: no report would show it, and it does not verify."""
    altered(copy, "longest_lull_days", 4e-15)

    assert checked(deter, copy)[0] == 4


def test_a_spoilt_file_is_named(deter: Deter, copy: Path) -> None:
    """A byte flipped in the middle of a table: its hash differs, and nothing is run."""
    path = copy / "points.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    code, document = checked(deter, copy)

    assert (code, failing(document), document["rows"]) == (4, ["file points.parquet"], 0)


@pytest.mark.parametrize("what", ["config_sha256", "record", "posterior_sha256"])
def test_a_manifest_of_something_else(deter: Deter, copy: Path, what: str) -> None:
    """Another config, record or posterior than the one that the bundle was made from."""
    wrong = {
        "config_sha256": "0" * 64,
        "record": {"id": "brief", "sha256": "0" * 64},
        "posterior_sha256": {"M0": "0" * 64},
    }
    manifest(copy, **{what: wrong[what]})

    assert checked(deter, copy)[0] == 4


def test_what_is_no_bundle(deter: Deter, tmp_path: Path) -> None:
    """One line, exit code 2."""
    done = deter("verify", tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_either_engine_writes_the_same_runs(
    deter: Deter, made: tuple[Path, str], study: Path, tmp_path: Path
) -> None:
    """The tables of runs, points, weeks and events of the SimPy engine are those of the compiled one."""
    done = deter(
        "compare", study, "--replications", "6", "--engine", "simpy", "--out", tmp_path / "simpy", "--json"
    )
    assert done.returncode == 0, done.stderr

    for name in ("runs", "points", "weeks", "events"):
        ours, theirs = (pq.read_table(x / f"{name}.parquet") for x in (made[0], tmp_path / "simpy"))
        assert ours.equals(theirs), name
    document = json.loads(done.stdout)
    assert document["engine"] == "simpy"
    assert all(d["probability_mean_better"] is None for d in document["differences"])
