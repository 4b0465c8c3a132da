"""A finished sweep read by other tools says what its own files say."""

import csv
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim.errors import ConfigError, RunError
from sim.study.sweep.arrays import to_xarray, unit_of
from sim.study.sweep.export import export, write_csv, write_netcdf
from sim.study.sweep.query import connect, sql
from tests.study.sweep import synthetic
from tests.study.sweep.synthetic import AGAINST, DRAWS, EACH, GRID, LIST, MEASURES, MIX, SEED, value

MAIN = DRAWS * EACH


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.write(tmp_path_factory.mktemp("grid") / "sweep", GRID)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic.write(tmp_path_factory.mktemp("list") / "sweep", LIST)


def mean(measure: str, cell: int) -> float:
    return float(np.mean([value(measure, cell, r) for r in range(MAIN)]))


def files(folder: Path) -> dict[str, bytes]:
    return {str(x): x.read_bytes() for x in sorted(folder.rglob("*")) if x.is_file()}


class TestCsv:
    def test_read_again_is_the_table(self, grid: Path, tmp_path: Path) -> None:
        """Every number to the last bit; what is missing stays missing."""
        write_csv(grid, tmp_path / "out.csv")
        table = pd.read_parquet(grid / "table.parquet")
        again = pd.read_csv(tmp_path / "out.csv", dtype=table.dtypes.to_dict())
        pd.testing.assert_frame_equal(again, table, check_exact=True)

    def test_no_text_is_a_formula_and_numbers_are_as_they_are(self, listed: Path, tmp_path: Path) -> None:
        write_csv(listed, tmp_path / "out.csv")
        raw = (tmp_path / "out.csv").read_bytes()
        assert b"\r" not in raw
        assert raw.endswith(b"\n")
        rows = list(csv.DictReader(raw.decode().splitlines()))
        by_point = {r["point"]: (r["policy.places.iraq"], r["policy.delay_days"]) for r in rows}
        assert by_point == {
            "0": ("allowed", "-1.5"), "1": ("'=1+1", "1e-07"), "2": ("allowed", "0.1"), "3": ("'@x", "3.0"),
        }  # fmt: skip

    def test_nothing_is_overwritten(self, grid: Path, tmp_path: Path) -> None:
        for name in ("there.csv", "there.nc", "there.parquet"):
            (tmp_path / name).write_text("mine")
            with pytest.raises(ConfigError, match=r"expected a new file, found .+: nothing is overwritten"):
                export(grid, tmp_path / name)
            assert (tmp_path / name).read_text() == "mine"

    def test_formats(self, grid: Path, tmp_path: Path) -> None:
        """Each by its ending, into a folder that is made; another is refused."""
        for ending in ("csv", "nc", "parquet"):
            export(grid, tmp_path / "new" / f"out.{ending}")
        assert sorted(x.name for x in (tmp_path / "new").iterdir()) == ["out.csv", "out.nc", "out.parquet"]
        assert (tmp_path / "new" / "out.parquet").read_bytes() == (grid / "table.parquet").read_bytes()
        with pytest.raises(ConfigError, match=r"ends in \.csv, \.nc, \.parquet, found 'out\.xlsx'"):
            export(grid, tmp_path / "out.xlsx")

    def test_a_folder_that_does_not_take_it(self, grid: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(RunError, match="can't write"):
            export(grid, tmp_path / "file" / "out.csv")

    def test_an_unfinished_sweep(self, tmp_path: Path) -> None:
        folder = synthetic.write(tmp_path / "sweep", GRID)
        (folder / "table.parquet").unlink()
        for read in (to_xarray, connect, lambda x: write_csv(x, tmp_path / "out.csv")):
            with pytest.raises(ConfigError, match="expected a finished sweep, found no table"):
                read(folder)
        with pytest.raises(ConfigError, match="expected the folder of a sweep"):
            to_xarray(tmp_path)


class TestArrays:
    def test_a_grid_is_read_by_its_coordinates(self, grid: Path) -> None:
        found = to_xarray(grid)
        assert dict(found.sizes) == {
            "policy.delay_days": 3, "policy.trigger.after_attacks": 2, "measure": 2, "against": 2,
        }  # fmt: skip
        at = {"policy.delay_days": 2.0, "policy.trigger.after_attacks": 5}
        assert float(found["mean"].sel({**at, "measure": "attacks"})) == mean(
            "attacks", 5
        )  # 2 references, then the 4th point
        of = found.sel({**at, "measure": "longest_lull_days", "against": "infrastructure"})
        assert float(of["difference"]) == mean("longest_lull_days", 5) - mean("longest_lull_days", 1)
        assert str(of["label"].item()) == "informed"
        assert found["policy.delay_days"].attrs == {"path": "policy.delay_days", "unit": "days"}
        assert found["unit"].to_series().to_dict() == {"attacks": "attacks", "longest_lull_days": "days"}
        assert found["better"].to_numpy().tolist() == ["lower", "higher"]
        assert found["mean[M3]"].dims == found["mean"].dims
        assert (found.attrs["name"], found.attrs["seed"]) == ("invented", SEED)

    def test_every_row_of_the_table_is_there(self, grid: Path) -> None:
        table, found = pd.read_parquet(grid / "table.parquet"), to_xarray(grid)
        for _, row in table.iterrows():
            at = {k: row[k] for k in ("policy.delay_days", "policy.trigger.after_attacks", "measure")}
            here = found.sel(at).sel(against=row["against"])
            for name in table.columns.drop([*at, "against", "point"]):
                a, b = here[name].item(), row[name]
                assert a == b or (pd.isna(a) and pd.isna(b)), name

    def test_shares_are_one_dimension(self, tmp_path: Path) -> None:
        found = to_xarray(synthetic.write(tmp_path / "sweep", MIX))
        assert found["mean"].dims == ("policy.target", "policy.strength", "measure")
        assert found["policy.target.fighters"].dims == ("policy.target",)
        half = found.where(found["policy.target.fighters"] == 0.5, drop=True).sel({"policy.strength": 2.0})
        assert half["mean"].sel(measure="attacks").to_numpy().tolist() == [mean("attacks", 5)]

    def test_no_grid_is_points(self, listed: Path) -> None:
        found = to_xarray(listed)
        assert found["mean"].dims == ("point", "measure")
        assert found["policy.delay_days"].dims == ("point",)
        slow = found.sel(point=found["policy.delay_days"] > 1.0)
        assert slow["policy.places.iraq"].to_numpy().tolist() == ["@x"]
        assert slow["mean"].sel(measure="attacks").to_numpy().tolist() == [mean("attacks", 5)]

    def test_a_grid_with_points_left_out_is_points(self, tmp_path: Path) -> None:
        """Constraints leave holes: then no cube is invented."""
        less = {"design": GRID["design"], "rows": {k: x[:-1] for k, x in GRID["rows"].items()}}
        assert to_xarray(synthetic.write(tmp_path / "sweep", less))["mean"].dims == ("point", "measure")

    def test_a_point_that_failed_is_missing(self, tmp_path: Path) -> None:
        found = to_xarray(synthetic.write(tmp_path / "sweep", GRID, holes=(3,)))
        lost = found.sel({"policy.delay_days": 2.0, "policy.trigger.after_attacks": 5})
        assert np.isnan(lost["mean"]).all()
        assert set(lost["label"].to_numpy().ravel().tolist()) == {""}
        assert int(np.isnan(found["mean"]).sum()) == len(MEASURES)

    def test_without_references_nothing_compares(self, tmp_path: Path) -> None:
        found = to_xarray(synthetic.write(tmp_path / "sweep", GRID, against=[]))
        assert set(found.data_vars) == {"mean", "mean_low", "runs", "mean[M3]"}
        assert "against" not in found.dims

    @pytest.mark.parametrize("design", [GRID, MIX, LIST])
    def test_netcdf_there_and_back(self, design: dict[str, object], tmp_path: Path) -> None:
        """All numbers and texts; the one loss is a seed past 2³¹, which comes back as text."""
        folder = synthetic.write(tmp_path / "sweep", design)
        write_netcdf(folder, tmp_path / "out.nc")
        with xr.open_dataset(tmp_path / "out.nc", engine="scipy") as again:
            again.load()
        found = to_xarray(folder)
        xr.testing.assert_equal(again, found)
        assert again.attrs == {**found.attrs, "seed": str(SEED)}
        for name in found.coords:
            assert again[name].attrs == found[name].attrs

    def test_units(self) -> None:
        assert unit_of("policy.tempo.min_gap_days") == "days"
        assert unit_of("policy.target.fighters") is None
        assert unit_of("assumptions.base_rate") == "attacks per day"


class TestSql:
    def test_means_of_the_runs_are_the_tables(self, grid: Path) -> None:
        """A second way to the table's first column: from the shards, by another engine."""
        found = sql(
            grid,
            "SELECT point, avg(attacks) AS attacks, avg(longest_lull_days) AS longest_lull_days FROM runs JOIN design USING (cell) "
            "WHERE point >= 0 AND set = 'posterior' GROUP BY point ORDER BY point",
        )
        table = pd.read_parquet(grid / "table.parquet").query("against == 'none'")
        for measure in MEASURES:
            expected = table[table["measure"] == measure].set_index("point")["mean"]
            np.testing.assert_allclose(found.set_index("point")[measure], expected, rtol=1e-13)
        assert len(found) == 6

    def test_the_views(self, grid: Path) -> None:
        cells, runs = 6 + len(AGAINST), MAIN + synthetic.PRIOR * EACH
        counts = {
            x: int(sql(grid, f"SELECT count(*) FROM {x}").iloc[0, 0])
            for x in ("runs", "design", "draws", "points")
        }
        assert counts == {
            "runs": cells * runs,
            "design": cells,
            "draws": DRAWS + synthetic.PRIOR,
            "points": 6 * 2 * 2,
        }
        assert list(sql(grid, "SELECT DISTINCT set FROM runs ORDER BY set")["set"]) == ["posterior", "prior"]
        assert list(sql(grid, 'SELECT "policy.delay_days" FROM points LIMIT 1').columns) == [
            "policy.delay_days"
        ]

    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ("SELECT nothing FROM runs", "--sql: Binder Error: Referenced column \"nothing\" not found"),
            ("SELEC 1", "--sql: Parser Error: syntax error at or near \"SELEC\""),
            ("SELECT * FROM folder", "--sql: Catalog Error: Table with name folder does not exist"),
            ("", "--sql: expected a query that gives a table"),
        ],
    )  # fmt: skip
    def test_a_wrong_query_is_one_line(self, grid: Path, query: str, says: str) -> None:
        with pytest.raises(ConfigError) as caught:
            sql(grid, query)
        (line,) = caught.value.lines()
        assert line.startswith(says)

    def test_a_query_reaches_nothing_but_the_views(self, grid: Path, tmp_path: Path) -> None:
        """It can't write, not even into the sweep's own folder; nor read another file, load code, use the network or undo this."""
        before, shard = files(grid), next((grid / "shards").iterdir())
        (tmp_path / "secret.csv").write_text("a\n1\n")
        queries = [
            f"COPY (SELECT 1 AS a) TO '{tmp_path}/out.csv'", f"COPY (SELECT 1 AS a) TO '{shard}'",
            f"COPY (SELECT 1 AS a) TO '{grid}/out.parquet'", f"ATTACH '{tmp_path}/out.db'", f"EXPORT DATABASE '{grid}/out'",
            f"SELECT * FROM '{tmp_path}/secret.csv'", f"SELECT * FROM read_text('{tmp_path}/secret.csv')", f"SELECT * FROM glob('{tmp_path}/*')",
            "SELECT * FROM 'https://localhost/a.parquet'", "INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true",
            f"SET temp_directory = '{tmp_path}'",
        ]  # fmt: skip
        for query in queries:
            with pytest.raises(ConfigError, match=r"^--sql: (Permission|Invalid Input|IO|Catalog) "):
                sql(grid, query)
        assert files(grid) == before
        assert [x.name for x in tmp_path.iterdir()] == ["secret.csv"]

    def test_the_connection_gives_the_same(self, grid: Path) -> None:
        with connect(grid) as connection:
            found = connection.sql("SELECT max(cell) FROM runs").fetchall()
        assert found == [(7,)]


def test_a_missing_extra_says_what_to_install(grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(RunError, match=r'needs DuckDB.*pip install "duckdb>=1\.1"'):
        sql(grid, "SELECT 1")
    with pytest.raises(RunError, match=r'need xarray.*pip install "xarray>=2024\.7"'):
        to_xarray(grid)
