"""What the report of a sweep claims, and what it leaves unclaimed: against hand calculation and second methods."""

import itertools
import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.report.sweep.best import Told, told
from sim.report.sweep.labels import least_move
from sim.report.sweep.prior import chance_reach
from sim.report.sweep.rows import difference, spread
from sim.report.sweep.under import sides
from tests.report.dom import rows, table
from tests.report.sweep.conftest import Swept, swept
from tests.report.sweeps import DELAY, write_sweep


def _said(x: Swept, section: str = "answer") -> str:
    return x.page.all("section", aria_labelledby=section)[0].text


def _paired(*over: tuple[float, float]) -> pd.DataFrame:
    """Points with a difference from the best and its half-width; the first is the best."""
    return pd.DataFrame(
        {
            "mean": [50.0 + x for x, _ in over], "over_best": [x for x, _ in over],
            "over_best_low": [x - h for x, h in over], "over_best_high": [x + h for x, h in over],
        }
    )  # fmt: skip


def test_who_can_be_told_from_the_best() -> None:
    """Of four comparisons the intervals are 2.4977/1.9600 = 1.274 times as wide: ± 1 becomes ± 1.274."""
    found = _paired((0.0, 0.0), (1.2, 1.0), (1.3, 1.0), (0.0, 0.0), (0.5, 1.0))
    assert told(found) == Told(others=4, told=1, same=1)
    assert told(_paired((0.0, 0.0), (1.2, 1.0))) == Told(others=1, told=1, same=0)
    # of a measure of which more is better the best has most, and the others less
    assert told(_paired((0.0, 0.0), (-3.0, 1.0)).assign(mean=[1.0, 2.0])) == Told(others=1, told=1, same=0)


def test_what_is_the_same_as_the_best(simplex: Swept) -> None:
    """All shares to fighters, with either trigger, have the same attacks; the other 28 are told apart."""
    assert "28 of 29 other points can be told from point 8, and 1 is the same as it in every run." in _said(
        simplex
    )


def test_an_old_folder_says_nothing_of_it(tmp_path: Path) -> None:
    """Without paired differences from the best: no test, no count, and no column; the rest is whole."""
    folder = write_sweep(tmp_path / "s", "grid")
    found = pd.read_parquet(folder / "table.parquet")
    kept = [c for c in found.columns if not c.startswith(("over_best", "prior_q50", "difference_low["))]
    found[kept].to_parquet(folder / "table.parquet")
    page = swept(folder).page
    assert "can’t be told" not in page.text
    assert "can be told" not in page.text
    assert "winner’s curse" in page.text
    assert "More than the best" not in page.text


def test_points_that_are_all_the_same(tmp_path: Path) -> None:
    """No best, no winner’s curse, no ranking under the prior."""
    folder = write_sweep(tmp_path / "s", "grid")
    found = pd.read_parquet(folder / "table.parquet")
    for measure, part in found.groupby("measure"):
        same = found["measure"] == measure
        for c in part.select_dtypes("number").columns.drop(["point", *part.columns[1:3]]):
            found.loc[same, c] = part[c].iloc[0]
    found.assign(label="no difference").to_parquet(folder / "table.parquet")
    said = _said(swept(folder))
    assert "All 24 points have the same expected attacks in 36 days: 50.2" in said
    assert "The other 23 points are the same in every run." in said
    assert "winner’s curse" not in said
    assert "Ranked before any data" not in said


def test_settings_are_no_choices(tmp_path: Path) -> None:
    """The best of each of four settings: attacks are 50 + delay − 5 · level + what is held; no one best."""
    found = swept(write_sweep(tmp_path / "s", "settings"))
    said = _said(found)
    assert "The fit was not redone" in said
    assert "4 settings, which are scenarios and not choices: there is no one best" in said
    assert (
        "strike_effect is held under M3, the only one to have it; under M0, M4 and M5 it moves nothing."
        in said
    )
    for k, (level, held) in enumerate(itertools.product((1, 2), ("−1", "0"))):
        best = 50.25 - 5 * level + float(held.replace("−", "-"))
        here = f"Settings, defence: level {level}, assumption, strike effect {held}: point {k} (delay 0.25 days) with {best - 0.01:.1f}"
        assert here in said
    # three points to a setting: .75 and 1.75 beside ± .5 · 2.241/1.960
    assert said.count("All 2 other points can be told from point") == 4
    assert "winner’s curse" not in said
    assert "The best point of each setting, under each hypothesis by itself" in found.page.text
    # before any data the first of a setting is point k where k isn’t 0 or 3 (less .01, not .1), so in two of four
    assert "the first point is the best with the record too in 2 of 4 settings" in said


def test_only_policies_vary(grid: Swept) -> None:
    """Then nothing is said of settings."""
    assert "The fit was not redone" not in grid.page.text
    assert "scenarios" not in _said(grid)


def test_each_point_in_a_setting_of_its_own(sobol: Swept) -> None:
    """A level of defence that never comes twice: the ends of the range, and no best."""
    attacks = sobol.sweep.attacks["mean"]
    said = _said(sobol)
    assert "Each point stands in a setting of its own: 126 settings" in said
    assert f"at point {attacks.idxmin()} to " in said
    assert "can’t be told" not in said
    assert "winner’s curse" not in said


def _unjudged(folder: Path, *, old: bool = False, draws: int = 0) -> Swept:
    """A sweep without runs under the prior or with few draws of it; ``old``: with the labels of an earlier version."""
    plan = json.loads((folder / "plan.json").read_text())
    plan["sets"][1]["draws"] = draws
    if not draws:
        del plan["sets"][1]
    (folder / "plan.json").write_text(json.dumps(plan))
    found = pd.read_parquet(folder / "table.parquet").assign(label="prior-driven" if old else None)
    if not draws:
        found = found.assign(**{c: None for c in found.columns if c.startswith("prior_")})
    found.to_parquet(folder / "table.parquet")
    return swept(folder)


@pytest.mark.parametrize("old", [False, True])
def test_nothing_under_the_prior_is_not_judged(tmp_path: Path, old: bool) -> None:
    """No label beside it, and why; an old folder’s labels are not believed."""
    found = _unjudged(write_sweep(tmp_path / "s", "grid"), old=old)
    said = _said(found)
    assert (
        "Of 24 contrasts in attacks with “none” none is informed or prior-driven; 24 are not judged: nothing was run under the "
        "prior alone." in said
    )
    assert "could not have shown" not in found.page.text
    assert "against “none”, not judged." in found.page.by_id("explorer-status").text
    for part in (table(found.page, "24 of 24 points"), table(found.page, "Attacks less those under none")):
        assert "not judged" in part.text
        assert "prior-driven" not in part.text
    assert [c.text for c in rows(table(found.page, "How many points are informed"))[0][2:]] == [
        "0",
        "0",
        "0",
        "24",
    ]


def test_too_few_draws_are_not_judged(tmp_path: Path) -> None:
    """Nineteen under the prior: why, in numbers."""
    said = _said(_unjudged(write_sweep(tmp_path / "s", "grid"), draws=19))
    assert (
        "24 are not judged: a label needs 20 draws with the record and as many before it, and there are 250 and 19"
        in said
    )


def test_the_least_move_that_could_have_shown() -> None:
    """Two standard errors of the difference of two shares near one half; never less than the .05 that a label needs."""
    assert least_move(250, 100) == pytest.approx(2 * (0.25 * (1 / 250 + 1 / 100)) ** 0.5)
    assert least_move(100, 100) == pytest.approx(0.1414, abs=1e-4)
    assert least_move(100_000, 100_000) == 0.05


def test_sides_of_one_half() -> None:
    """Of 100 draws two standard errors are .1: .6 and .4 are even, what is further is not."""
    assert sides(pd.Series([0.61, 0.6, 0.5, 0.4, 0.39, 0.1]), 100) == (1, 2, 3)


def test_a_lever_of_chance() -> None:
    """Against all orders of eight points counted out, for two stretches and for four."""
    means = np.array([0.0, 1.0, 2.0, 4.0, 7.0, 11.0, 16.0, 22.0])

    def reaches(sizes: tuple[int, ...]) -> list[float]:
        orders = np.array(list(itertools.permutations(means)))
        ends = np.cumsum(sizes)[:-1]
        parts = np.stack([p.mean(axis=1) for p in np.split(orders, ends, axis=1)])
        return sorted(parts.max(axis=0) - parts.min(axis=0))

    found = chance_reach(means, [[4, 4], [2, 2, 2, 2]])
    for sizes, floor in zip(((4, 4), (2, 2, 2, 2)), found, strict=True):
        every = reaches(sizes)
        # of 200 shuffles the 95% quantile lies between the 90% and the 99% of all, but for once in ten thousand
        assert every[int(0.90 * len(every))] <= floor + 1e-9 <= every[int(0.99 * len(every))] + 2e-9
    assert chance_reach(means, [[4, 4]]) == found[:1]
    # whatever the order, one point of four has the 1
    assert chance_reach(np.array([0.0, 0.0, 0.0, 1.0]), [[2, 2]]) == pytest.approx([0.5])


def test_levers_beyond_chance_are_marked(grid: Swept) -> None:
    """Means by delay reach 13.75, by gap 3: twenty-four points in no order reach 3 or more by chance."""
    body = {
        r[0].text: [c.text for c in r[1:]] for r in rows(table(grid.page, "How far each lever moves attacks"))
    }
    assert (body["Delay"][1], body["Delay"][3]) == ("13.8", "yes")
    assert (body["Tempo: min gap"][1], body["Tempo: min gap"][3]) == ("3", "no")


def test_what_keeps_its_prior_is_assumed(grid: Swept, sobol: Swept, tmp_path: Path) -> None:
    """By lever; a parameter that the record informed under one hypothesis is not."""
    said = _said(sobol, "prior")
    assert (
        "The level of defence: value_of_failure keeps its prior in every hypothesis: that it lowers attacks is assumed."
        in said
    )
    assert "not that it told what the level of defence does." in said
    assert "The clarity of the message: clarity_weight keeps its prior" in said
    assert "How attacks answer to" in _said(grid)
    folder = write_sweep(tmp_path / "s", "quarters")
    every = (
        "Strikes on infrastructure, fighters, sponsor and leader: every effect of their own keeps its prior"
    )
    assert every in _said(swept(folder), "prior")
    path = folder / "calibration.json"
    document = json.loads(path.read_text())
    document["hypotheses"]["M4"]["parameters"]["effect_fighters"]["contraction"] = 0.3
    path.write_text(json.dumps(document))
    assert "Strikes on infrastructure, sponsor and leader: every effect" in _said(swept(folder), "prior")


def test_a_mix_of_four(tmp_path: Path) -> None:
    """Panels of single classes, corners and the equal mix: attacks are 60 − 8 · fighters + 4 · leaders."""
    found = swept(write_sweep(tmp_path / "s", "quarters"))
    assert "figure-mix-1" in [f.attributes.get("id") for f in found.page.all("figure")]
    said = _said(found)
    for what in (
        "all infrastructure at point 34 with 60.0",
        "all fighters at point 14 with 52.0",
        "equal shares at point 20 with 59.0",
    ):
        assert what in said
    assert "partly by averaging" in said
    body = rows(table(found.page, "Attacks by single shares of the target"))
    assert ["fighters", "100%", "1", "52"] in [[c.text for c in r[:4]] for r in body]


def test_shares_leave_combinations_out(simplex: Swept, grid: Swept) -> None:
    """A full grid of shares is not one of all combinations."""
    assert "Not every combination exists" in simplex.page.text
    assert "Every combination exists" in grid.page.text


def test_no_shared_luck_without_common_numbers(tmp_path: Path, grid: Swept) -> None:
    """A study that draws luck anew for each policy: only draws are shared."""
    page = swept(write_sweep(tmp_path / "s", "grid", crn=False)).page
    assert "share draws and luck" in grid.page.text
    assert "Points share their luck." in grid.page.text
    for text in ("draws and luck", "their luck.", "same luck", "and their luck", "shared luck"):
        assert text not in page.text
    assert "Points share their draws." in page.text


def test_a_cell_without_its_reference_holds_no_zero(tmp_path: Path) -> None:
    """Of 24 cells one has nothing to be compared with: two of the other 23 hold 0."""
    folder = write_sweep(tmp_path / "s", "grid", against=("none",))
    found = pd.read_parquet(folder / "table.parquet")
    compared = [c for c in found if c.startswith("difference") or c == "label"]
    found.loc[found["point"] == 0, compared] = None
    found.to_parquet(folder / "table.parquet")
    said = swept(folder).page.by_id("map-1-difference-text").text
    assert (
        "At 2 of 23 cells the interval of the difference holds 0. 1 has nothing to be compared with." in said
    )


@pytest.mark.parametrize(
    ("measure", "ends", "shown"),
    [
        ("wider_war", (-0.01, 0.05), "0.000 to 0.050"), ("quiet_fortnight_probability", (0.9, 1.04), "0.90 to 1.00"),
        ("days_to_quiet_fortnight", (20.0, 41.0), "20 to 36"), ("attacks", (48.0, 52.0), "48.0 to 52.0"),
    ],
)  # fmt: skip
def test_intervals_end_where_measures_do(measure: str, ends: tuple[float, float], shown: str) -> None:
    """Probabilities in 0 to 1, days in 0 to the horizon."""
    row: dict[str, Any] = {
        "mean": sum(ends) / 2,
        "mean_low": ends[0],
        "mean_high": ends[1],
        "q05": 0.0,
        "q95": 1.0,
    }
    low, high = spread(row, measure, 36.0).small[0].split(" to ")
    assert (float(low), float(high)) == tuple(float(x) for x in shown.split(" to "))
    wide = difference({"difference": 0.9, "difference_low": 0.7, "difference_high": 1.1}, end=1.0)
    assert float(wide.high) == 1.0


def test_what_constraints_left(tmp_path: Path) -> None:
    """Of six delays four are of four days at most, by four gaps."""
    keep = (f"{DELAY} <= 4",)
    said = _said(swept(write_sweep(tmp_path / "s", "grid", constraints=keep, keep=lambda d: d[DELAY] <= 4)))
    assert "Of 24 points drawn 16 were kept by the constraints; levers are then correlated" in said


def test_under_each_hypothesis(grid: Swept) -> None:
    """The best points’ differences with intervals, in a table and in the explorer: M3 has the average’s, ± 3."""
    body = rows(table(grid.page, "The 5 points with the fewest attacks, under each hypothesis by itself"))
    assert [r[0].text for r in body] == ["0", "4", "1", "5", "8"]
    assert body[0][2].text.replace("  ", " ") == "−10 −13 to −7"
    here = rows(table(grid.page, "Attacks at the point shown, under each hypothesis by itself"))
    assert [c.text for c in here[0]] == ["M3", "51.2", "−10 (−13 to −7)"]


def test_the_second_measure(tmp_path: Path, grid: Swept) -> None:
    """That whose means spread furthest beside their intervals, and why."""
    assert "Chosen of deaths and wider war as the measure whose means spread" in grid.page.text
    folder = write_sweep(tmp_path / "s", "grid")
    found = pd.read_parquet(folder / "table.parquet")
    war = found["measure"] == "wider_war"
    for c in ("mean_low", "mean_high"):
        found.loc[war, c] = found["mean"] + (found[c] - found["mean"]) / 2
    found.to_parquet(folder / "table.parquet")
    assert table(swept(folder).page, "Wider war by Delay and Tempo: min gap: mean")


def test_the_command_is_what_was_typed(tmp_path: Path, grid: Swept) -> None:
    """From the manifest, where it names a sweep’s file; a folder that was gone on with is no way to begin."""
    assert "deter sweep delay-and-tempo.yaml --seed 20231122" in grid.page.text
    folder = write_sweep(tmp_path / "s", "grid")
    typed = ["deter", "sweep", "my sweeps/delay.yaml", "--seed", "7"]
    (folder / "manifest.json").write_text(json.dumps({"command": typed}))
    assert shlex.join(typed) in swept(folder).page.text
    (folder / "report.html").unlink()
    (folder / "manifest.json").write_text(json.dumps({"command": ["deter", "sweep", "folder"]}))
    assert "deter sweep delay-and-tempo.yaml" in swept(folder).page.text
