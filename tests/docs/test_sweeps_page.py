"""What the page on sweeps and clusters shows can be done."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.study.sweep.arrays import to_xarray
from sim.study.sweep.query import sql
from tests.study.sweep import synthetic
from tests.study.sweep.synthetic import DRAWS, EACH, GRID, value

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sweeps-on-a-cluster.md").read_text("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.write(tmp_path_factory.mktemp("page") / "sweep", GRID)


def test_its_queries(folder: Path) -> None:
    """Each gives rows; what they say of an invented sweep is worked out by hand."""
    best, bad, fifths = (sql(folder, q) for q in re.findall(r"^```sql\n(.*?)^```", PAGE, re.M | re.S))
    # a cell has 10 attacks more than the one before it, none is cell 0 and the first point cell 2
    assert best["difference"].tolist() == [20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
    assert sorted(bad["point"]) == list(range(6))
    assert bad["over_150"].max() == 0.0
    runs = [value("attacks", 3 + len(synthetic.AGAINST), r) for r in range(DRAWS * EACH)]
    assert bad.set_index("point").loc[3, "q99"] == pytest.approx(np.quantile(runs, 0.99))
    # the draws' base rates rise, so that each fifth is one draw of two runs
    cell = 3 + len(synthetic.AGAINST)
    expected = [np.mean([value("attacks", cell, EACH * d + k) for k in range(EACH)]) for d in range(DRAWS)]
    assert fifths["attacks"].tolist() == expected


def test_its_arrays(folder: Path) -> None:
    (code,) = (x for x in re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S) if "to_xarray" in x)
    lines = [x for x in code.splitlines() if x.startswith("ds[")]
    ds = to_xarray(folder)
    mean, best = (eval(x, {"ds": ds}) for x in lines)
    assert mean.dims == ("policy.trigger.after_attacks",)
    assert best.to_numpy().tolist() == [0.5, 0.5]


@pytest.mark.parametrize("command", ["scheduler", "worker"])
def test_its_commands_of_dask(command: str) -> None:
    """Every option of Dask's commands that it shows is one that they have."""
    (line,) = re.findall(rf"^\.venv/bin/dask {command} (.*?)(?:  +#.*)?$", PAGE, re.M)
    done = subprocess.run(
        [sys.executable, "-m", f"distributed.cli.dask_{command}", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for option in re.findall(r"--[a-z-]+", line):
        assert re.search(rf"{option}\b", done.stdout), option
