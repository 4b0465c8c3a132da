"""The table of a sweep says what a comparison of the same policies says, and the shards are what the engines give."""

import dataclasses
import io
import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from calibration.calibrate import Calibration
from sim.engine.streams import Draws
from sim.measures import measure
from sim.model.registry import PARAMETERS
from sim.scenario.sweeps.config import Design
from sim.scenario.sweeps.design import points_of
from sim.scenario.sweeps.files import SweepFiles
from sim.study import precision, tables
from sim.study.expected import expected
from sim.study.plan import world_of
from sim.study.points import Mode, PointSource
from sim.study.runner import Plan, stretch
from sim.study.sweep.cells import Cells
from sim.study.sweep.draws import read_draws
from sim.study.sweep.folder import SweepFolder
from sim.study.sweep.plan import plan_of
from sim.study.sweep.work import Blobs, Workshop, holding

POINT = 7  # an arbitrary one: its delay and its defence differ from the base's


def cells(folder: SweepFolder) -> Cells:
    """The cells of a sweep."""
    return Cells.read(folder.blobs().design, folder.plan["paths"])


@pytest.fixture(scope="module")
def rows(done: SweepFolder) -> pd.DataFrame:
    """The table."""
    return done.table()


def test_a_row_for_each_point_measure_and_reference(done: SweepFolder, rows: pd.DataFrame) -> None:
    """12 points, 14 measures, two policies compared with; in order; coordinates as in the design."""
    assert len(rows) == 12 * 14 * 2
    assert rows["point"].is_monotonic_increasing
    grid = rows.drop_duplicates("point")[
        ["policy.delay_days", "policy.trigger.after_attacks", "settings.defence.level"]
    ]
    assert [tuple(x) for x in grid.to_numpy().tolist()] == [
        (d, n, level) for d in (0.5, 2.0) for n in (1, 3, 5) for level in (0.5, 2.0)
    ]
    assert set(rows["against"]) == {"none", "infrastructure"}


def test_expected_measures_are_a_comparisons(
    files: SweepFiles, fitted: Calibration, done: SweepFolder, rows: pd.DataFrame
) -> None:
    """Means by draw, and what is better on average: those of ``expected`` for the same worlds, draws and luck."""
    row = rows[(rows.point == POINT) & (rows.against == "none")].set_index("measure")
    variant = files.variants.of(cells(done).of_point(POINT).values)
    source = PointSource(files.files.settings, files.files.hypotheses, fitted, files.seed)
    worlds = {
        "point": world_of(variant.files, variant.policy),
        "none": world_of(variant.files, files.files.policies["none"]),
    }
    plan = Plan(files.seed, True, worlds, source)
    names = ["attacks", "deaths", "strikes", "longest_lull_days"]
    after = expected(plan, Mode("posterior"), list(tables.MEASURES), 12, 4, 1, lambda _: None)
    ahead = expected(plan, Mode("prior"), list(tables.MEASURES), 6, 4, 1, lambda _: None)
    for name in names:
        m = after.names.index(name)
        assert row.loc[name, "mean"] == pytest.approx(after.mean[m, 0].mean(), rel=1e-12)
        assert row.loc[name, "prior_mean"] == pytest.approx(ahead.mean[m, 0].mean(), rel=1e-12)
        difference = after.mean[m, 0] - after.mean[m, 1]
        assert row.loc[name, "difference"] == pytest.approx(difference.mean(), rel=1e-12, abs=1e-12)
        sign = tables.summary.better_sign(name)
        assert row.loc[name, "probability_mean_better"] == tables.summary.probability_better(difference, sign)


def test_single_runs_are_a_comparisons(files: SweepFiles, fitted: Calibration) -> None:
    """With one run at each draw a point's runs are those that a comparison of that policy has."""
    runs = files.sweep.runs.model_copy(update={"each": 1, "draws": 40, "prior_draws": 0, "hypotheses": ()})
    one = dataclasses.replace(
        files, sweep=files.sweep.model_copy(update={"runs": runs, "shard_runs": 10_000})
    )
    begun = plan_of(one, fitted)
    shop = Workshop(
        Blobs(begun["plan.json"], begun["config.json"], begun["design.parquet"], begun["draws.parquet"])
    )
    table = pq.read_table(io.BytesIO(shop.chunk(0).data)).to_pandas()
    design = pd.read_parquet(io.BytesIO(begun["design.parquet"]))
    cell = design[(design.policy == "infrastructure") & (design.point < 0)].iloc[0]
    source = PointSource(files.files.settings, files.files.hypotheses, fitted, files.seed)
    variant = files.variants.reference(
        "infrastructure", {"settings.defence.level": cell["settings.defence.level"]}
    )
    world = world_of(variant.files, variant.policy)
    found = stretch(Plan(files.seed, True, {"infrastructure": world}, source), Mode("posterior"), range(40))
    here = table[table.cell == cell.cell]
    for name in ("attacks", "strikes", "longest_lull_days", "days_to_quiet_fortnight"):
        assert here[name].to_numpy().tolist() == found.column(name)[:, 0].tolist()


def test_a_row_of_a_shard_is_its_run_on_the_reference_engine(
    files: SweepFiles, fitted: Calibration, done: SweepFolder
) -> None:
    """The events of the SimPy engine, measured, are the row; and so is the whole shard, to the byte."""
    blobs = done.blobs()
    chunk = 3
    compiled, simpy = Workshop(blobs).chunk(chunk), Workshop(blobs, "simpy").chunk(chunk)
    assert compiled.data == simpy.data
    assert compiled.data == done.store.present(check=True)[chunk].read_bytes()

    from sim.engine.simpy_engine import run

    table = pd.read_parquet(done.store.present(check=True)[chunk])
    points = {x.cell: x for x in cells(done) if x.point >= 0}
    row = table[(table.set == "posterior") & table.cell.isin(points)].iloc[17]
    variant = files.variants.of(points[int(row.cell)].values)
    source = PointSource(files.files.settings, files.files.hypotheses, fitted, files.seed)
    (point,) = source.points(Mode("posterior"), [int(row.draw)])
    luck = (int(row.draw) + 1) * 2**32 + int(row.run)
    events = run(
        world_of(variant.files, variant.policy), point.params, point.shares, Draws(files.seed, luck, 0)
    )
    found = measure(events, 7.0, done.plan["places"])
    assert {name: float(row[name]) for name in done.plan["columns"]} == {
        name: found[name] for name in done.plan["columns"]
    }


def test_a_point_that_is_its_reference_ties_with_it(files: SweepFiles, fitted: Calibration) -> None:
    """A policy varied to what it was, compared with itself: the same runs, no difference, whatever the setting."""
    sweep = files.sweep.model_copy(
        update={"design": Design(list=({"policy.target.fighters": 1.0, "settings.defence.level": 2.0},))}
    )
    same = dataclasses.replace(
        files, sweep=sweep, policy="fighters", against=("fighters",), points=points_of(sweep)
    )
    begun = plan_of(same, fitted)
    shop = Workshop(
        Blobs(begun["plan.json"], begun["config.json"], begun["design.parquet"], begun["draws.parquet"])
    )
    assert shop.layout.cells == 2
    table = pq.read_table(io.BytesIO(shop.chunk(0).data)).to_pandas().drop(columns="cell")
    half = len(table) // 2
    assert table[:half].reset_index(drop=True).equals(table[half:].reset_index(drop=True))


def test_what_is_not_known_is_empty(done: SweepFolder, rows: pd.DataFrame) -> None:
    """A week has no quiet fortnight: all runs are censored, the quantiles empty; no cell is infinite."""
    quiet = rows[rows.measure == "days_to_quiet_fortnight"]
    assert (quiet["censored"] == 1.0).all()
    assert quiet["q50"].isna().all()
    numbers = rows.select_dtypes("number").to_numpy(float)
    assert not (abs(numbers) == float("inf")).any()
    assert json.loads((done.path / "manifest.json").read_text())["complete"] is True


def test_over_the_best_is_paired_directly(done: SweepFolder, rows: pd.DataFrame) -> None:
    """Against the best point of the same setting, run by run from the shards; the interval clusters by posterior draw."""
    runs = pd.concat([pd.read_parquet(x) for x in done.store.present(check=True).values()])
    runs = runs[runs.set == "posterior"]
    draws = pq.read_table(io.BytesIO(done.blobs().draws)).to_pandas()
    draws = draws[draws.set == "posterior"]
    cluster = precision.clusters(
        np.unique(draws.hypothesis, return_inverse=True)[1], draws.posterior_draw.to_numpy()
    ).repeat(4)
    design = done.design()
    points = design[design.point >= 0]
    mine = rows[rows.against == "none"].set_index(["measure", "point"])
    for measure_name in ("attacks", "longest_lull_days", "wider_war"):
        sign = tables.summary.better_sign(measure_name)
        for level in (0.5, 2.0):
            here = points[points["settings.defence.level"] == level]
            values = {
                p: runs[runs.cell == c][measure_name].to_numpy(float)
                for p, c in zip(here.point, here.cell, strict=True)
            }
            best = max(values, key=lambda p: (sign * values[p].mean(), -p))
            for point, x in values.items():
                d = x - values[best]
                row = mine.loc[(measure_name, point)]
                assert row.over_best == pytest.approx(d.mean(), abs=1e-12)
                half = precision.NORMAL_95 * precision.clustered_error(d, cluster)
                assert row.over_best_high - row.over_best_low == pytest.approx(2.0 * half, abs=1e-12)
            assert (
                mine.loc[(measure_name, best)][["over_best", "over_best_low", "over_best_high"]] == 0.0
            ).all()


def test_a_held_parameter_is_held_where_it_is_declared(files: SweepFiles, done: SweepFolder) -> None:
    """M3's effect is held under M3 and leaves M0, which has none, as it was; an assumption of the settings under both."""
    runs = read_draws(done.blobs().draws, done.layout.sets, done.plan["places"])
    points, _ = runs.part(range(done.layout.runs_per_cell))
    declared = {h: files.declared(h) for h in files.files.hypotheses}
    names = list(PARAMETERS)
    is_m3 = np.array([points.hypotheses[w] == "M3" for w in points.which])
    assert 0 < is_m3.sum() < len(points)
    held = holding(points, {"strike_effect": -0.75, "value_of_failure": 0.5}, declared)
    for target in ("infrastructure", "fighters", "sponsor", "leader"):
        column = names.index(f"effect_{target}")
        assert (held.params[is_m3, column] == -0.75).all()
        assert (held.params[~is_m3, column] == 0.0).all()
    assert (held.params[:, names.index("value_of_failure")] == 0.5).all()
    same = [i for i, x in enumerate(names) if not x.startswith("effect_") and x != "value_of_failure"]
    assert (held.params[:, same] == points.params[:, same]).all()
