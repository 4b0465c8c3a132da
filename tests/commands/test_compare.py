"""``deter compare`` and ``deter run``: the JSON contract, the bundle, exit codes, and nothing overwritten."""

import json
from math import isnan
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from sim.measures import measure
from sim.study.bundle import canonical, sha256
from tests.commands.conftest import Deter


def _empty(x: object) -> bool:
    """Is it a cell of the table of events that its kind has no use for?"""
    return x is None or (isinstance(x, float) and isnan(x))


MEASURES = {
    "attacks", "attacks_per_day", "attacks_reported", "injuries", "tbi", "deaths", "quiet_fortnight_probability",
    "days_to_quiet_fortnight", "longest_lull_days", "attacks_averted", "strikes", "munitions", "interceptors",
    "political_cost", "wider_war",
}  # fmt: skip
SPREAD = {"mean", "mean_low", "mean_high", "sd", "q05", "q50", "q95"}
DIFFERENCE = {
    "measure", "policy", "against", "mean", "mean_low", "mean_high", "q05", "q95", "probability_better",
    "prior_probability_better", "probability_mean_better", "prior_probability_mean_better", "tied", "label",
    "variance_reduction", "by_hypothesis",
}  # fmt: skip
POLICIES = ["observed", "none", "infrastructure", "fighters", "sponsor", "mixed"]


def test_document_has_the_contracts_keys(made: tuple[Path, str]) -> None:
    """One JSON document on stdout, with at least the keys of the contract."""
    document = json.loads(made[1])

    assert {
        "study",
        "bundle",
        "seed",
        "replications",
        "stopped_by",
        "record",
        "hypotheses",
        "measures",
    } <= set(document)
    assert set(document["measures"]) == MEASURES
    assert list(document["measures"]["attacks"]) == POLICIES
    assert all(set(x) >= SPREAD for by_policy in document["measures"].values() for x in by_policy.values())
    assert all(set(x) >= DIFFERENCE for x in document["differences"])
    assert set(document["record"]) >= {"id", "sha256"}
    assert list(document["hypotheses"]) == ["M0", "M1", "M2", "M3", "M4", "M5"]
    assert set(document["differences"][0]["by_hypothesis"]) == set(document["hypotheses"])
    assert document["replications"] == 6
    assert document["stopped_by"] == "replications"


def test_weights_are_by_family(made: tuple[Path, str]) -> None:
    """M0 to M2 share one half, M3 to M5 the other."""
    weights = json.loads(made[1])["hypotheses"]

    assert sum(weights[h]["declared_weight"] for h in ("M0", "M1", "M2")) == pytest.approx(0.5)
    assert sum(weights[h]["declared_weight"] for h in ("M3", "M4", "M5")) == pytest.approx(0.5)
    assert sum(x["evidence_weight"] or 0.0 for x in weights.values()) == pytest.approx(1.0)
    assert all(x["fitted"] for x in weights.values())


def test_differences_add_up(made: tuple[Path, str]) -> None:
    """The mean of a paired difference is the difference of the means, for every measure and pair."""
    document = json.loads(made[1])
    for d in document["differences"]:
        by_policy = document["measures"][d["measure"]]
        expected = by_policy[d["policy"]]["mean"] - by_policy[d["against"]]["mean"]

        assert d["mean"] == pytest.approx(expected, abs=1e-9), d["measure"]


def test_bundle_is_whole(made: tuple[Path, str]) -> None:
    """Manifest, config, tables and report are there; hashes hold; the means follow from the table of runs."""
    bundle, said = made
    document = json.loads(said)
    manifest = json.loads((bundle / "manifest.json").read_text())
    runs = pd.read_parquet(bundle / "runs.parquet")

    main = runs[runs["set"] == "posterior"]

    assert manifest["config_sha256"] == sha256(canonical(json.loads((bundle / "config.json").read_text())))
    assert main.groupby("policy")["attacks"].mean().to_dict() == pytest.approx(
        {p: x["mean"] for p, x in document["measures"]["attacks"].items()}
    )
    assert {"points.parquet", "weeks.parquet", "events.parquet", "posterior.parquet", "report.html"} <= {
        x.name for x in bundle.iterdir()
    }


def test_a_traced_run_is_its_row(made: tuple[Path, str], deter: Deter) -> None:
    """``trace`` replays a run from the bundle alone: every measure is the stored row's, every event the stored one."""
    bundle, _ = made
    done = deter("trace", bundle, "--policy", "fighters", "--run", "4", "--json")
    events = json.loads(done.stdout)["events"]
    runs = pd.read_parquet(bundle / "runs.parquet")
    stored = pd.read_parquet(bundle / "events.parquet")
    row = runs[(runs["set"] == "posterior") & (runs["replication"] == 4) & (runs["policy"] == "fighters")]
    rows = stored[(stored["policy"] == "fighters") & (stored["replication"] == 4)]

    assert done.returncode == 0
    found = measure([SimpleNamespace(**e) for e in events], 36.0, ("iraq", "syria"))
    assert found == row.iloc[0][list(found)].to_dict()
    assert len(found) == len(runs.columns) - len(("set", "replication", "policy", "hypothesis", "draw"))
    assert events == [
        {k: x for k, x in e.items() if k not in ("policy", "replication") and not _empty(x)}
        for e in rows.to_dict("records")
    ]
    assert [e["sequence"] for e in events] == list(range(len(events)))


def test_same_seed_same_bytes(made: tuple[Path, str], deter: Deter, study: Path, tmp_path: Path) -> None:
    """Over two workers and another hash seed the tables are the same to the byte."""
    out = tmp_path / "again"
    deter("compare", study, "--replications", "6", "--workers", "2", "--out", out, PYTHONHASHSEED="7")

    for table in ("runs", "points", "weeks", "events"):
        assert (made[0] / f"{table}.parquet").read_bytes() == (out / f"{table}.parquet").read_bytes(), table


def test_run_of_one_policy_is_its_row_of_the_comparison(
    made: tuple[Path, str], deter: Deter, study: Path, tmp_path: Path
) -> None:
    """``run --policy`` gives what ``compare`` gives for that policy, and no differences."""
    done = deter(
        "run",
        study,
        "--policy",
        "fighters",
        "--replications",
        "6",
        "--workers",
        "1",
        "--out",
        tmp_path / "b",
        "--json",
    )
    document = json.loads(done.stdout)

    assert document["differences"] == []
    assert document["measures"]["attacks"] == {
        "fighters": json.loads(made[1])["measures"]["attacks"]["fighters"]
    }


def test_nothing_is_overwritten(made: tuple[Path, str], deter: Deter, study: Path) -> None:
    """A folder with something in it is refused in one line, exit 2, before any work."""
    done = deter("compare", study, "--replications", "6", "--out", made[0])

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "nothing is overwritten" in done.stderr
    assert done.stdout == ""


def test_a_fresh_folder_each_time(deter: Deter, study: Path, tmp_path: Path) -> None:
    """Without --out, bundles are numbered under results/."""
    for n in (1, 2):
        deter("run", study, "--policy", "none", "--replications", "2", "--workers", "1", folder=tmp_path)

        assert (tmp_path / "results" / f"fighters-vs-infrastructure-{n:03d}" / "result.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compare", "nowhere.yaml"), "nowhere.yaml"),
        (("run", "STUDY", "--policy", "fighterz"), "found 'fighterz': did you mean 'fighters'?"),
        (
            ("trace", "BUNDLE", "--policy", "fightrs", "--run", "0"),
            "found 'fightrs': did you mean 'fighters'?",
        ),
        (("run", "STUDY"), "--policy"),
        (("compare", "STUDY", "--engine", "abacus"), "--engine"),
        (("compare", "STUDY", "--replications", "0"), "--replications"),
        (("trace", "BUNDLE", "--policy", "nobody", "--run", "0"), "nobody"),
        (("trace", "BUNDLE", "--policy", "none", "--run", "6"), "0 to 5"),
        (("trace", "nowhere", "--policy", "none", "--run", "0"), "nowhere"),
        (("report", "nowhere"), "nowhere"),
        (("compere", "STUDY"), "compere"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(
    arguments: tuple[str, ...], says: str, made: tuple[Path, str], deter: Deter, study: Path
) -> None:
    """Bad input never ends in a traceback."""
    given = [str(study) if x == "STUDY" else str(made[0]) if x == "BUNDLE" else x for x in arguments]
    done = deter(*given)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_a_disk_that_refuses_is_one_line(deter: Deter, study: Path, tmp_path: Path) -> None:
    """A results folder that can't be made: exit 1, one line at the end, no half bundle."""
    (tmp_path / "file").write_text("in the way")
    done = deter(
        "run",
        study,
        "--policy",
        "none",
        "--replications",
        "2",
        "--workers",
        "1",
        "--out",
        tmp_path / "file" / "bundle",
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "file" in done.stderr.splitlines()[-1]
    assert sorted(x.name for x in tmp_path.iterdir()) == ["file"]
