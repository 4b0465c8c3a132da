"""Regret across hypotheses: by hand on small tables, with its errors, averages and minimax."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.study.regret import regrets, under

POLICIES = ["none", "fighters", "stores"]


def found(*rows: tuple[float, ...], draws: tuple[int, ...] | None = None) -> Any:
    """Runs of one hypothesis: a row a run, a column a policy; each run a draw of its own unless said."""
    values = np.array(rows, float)
    which = np.zeros(len(rows), np.int64)
    of = np.arange(len(rows)) if draws is None else np.array(draws)
    return SimpleNamespace(column=lambda name: values, points=SimpleNamespace(which=which, draws=of))


M3 = found((10, 6, 14), (12, 10, 16))  # means 11, 8, 15: differences to fighters 4, 2 and 8, 6
M0 = found((7, 7, 7), (9, 9, 9))
M5 = found((5, 9, 8), (5, 7, 8))  # means 5, 8, 8


def test_regret_is_the_difference_to_the_best_with_its_paired_error() -> None:
    """Differences 4 and 2: mean 3, error √(((4 − 3)² + (2 − 3)²)/1/2) = 1; the best has 0 and 0."""
    u = under(M3)
    assert u.best == 1
    np.testing.assert_allclose(u.regret, [3.0, 0.0, 7.0])
    np.testing.assert_allclose(u.error, [1.0, 0.0, 1.0])


def test_runs_of_one_draw_go_together() -> None:
    """Four runs of two draws, differences 5, 5 and 1, 1: two clusters' error, √(2/1 · (4² + 4²))/4 = 2."""
    u = under(found((5, 0), (5, 0), (1, 0), (1, 0), draws=(3, 3, 8, 8)))
    np.testing.assert_allclose(u.error, [2.0, 0.0])


def test_the_table() -> None:
    """Weights .25 and .75 average M0 and M3; M5 is not fitted: it may set the largest, never the average."""
    table = regrets(POLICIES, {"M0": M0, "M3": M3, "M5": M5}, {"M0": 0.25, "M3": 0.75, "M5": None})
    assert table is not None
    rows = table["policies"]
    assert [rows[p]["average"] for p in POLICIES] == pytest.approx([2.25, 0.0, 5.25])
    assert [rows[p]["average_error"] for p in POLICIES] == pytest.approx([0.75, 0.0, 0.75])
    assert [(rows[p]["largest"], rows[p]["largest_under"]) for p in POLICIES] == [
        (3, "M3"),
        (3, "M5"),
        (7, "M3"),
    ]
    assert [rows[p]["largest_fitted"] for p in POLICIES] == [3, 0, 7]
    assert table["minimax_fitted"] == {"policy": "fighters", "not_told_apart": []}
    assert table["minimax"] == {"policy": "none", "not_told_apart": ["fighters"]}  # 3 under either: a tie
    assert not table["hypotheses"]["M5"]["fitted"]
    m3 = table["hypotheses"]["M3"]
    assert m3["best"] == "fighters"
    assert m3["policies"]["none"] == pytest.approx(
        {"mean": 11.0, "regret": 3.0, "regret_low": 3.0 - 1.96, "regret_high": 3.0 + 1.96}, abs=1e-4
    )


def test_some_policy_has_no_regret_under_each_hypothesis_and_none_has_less() -> None:
    """1,000 tables: regrets are at least 0, and the best's is 0 whatever the numbers."""
    rng = np.random.default_rng(1)
    for _ in range(1000):
        u = under(found(*map(tuple, rng.normal(size=(4, 3)))))
        assert u.regret.min() == u.regret[u.best] == 0.0


def test_nothing_to_regret() -> None:
    """One policy has no rival; a single run has no error, which is null in the document."""
    assert regrets(["none"], {"M0": found((3,), (4,))}, {"M0": 1.0}) is None
    table = regrets(["a", "b"], {"M0": found((3, 4))}, {"M0": 1.0})
    assert table is not None
    assert table["hypotheses"]["M0"]["policies"]["b"]["regret_high"] is None
    assert table["minimax"] == {"policy": "a", "not_told_apart": ["b"]}


def test_without_a_fitted_hypothesis_nothing_is_averaged() -> None:
    """Shown, with its largest, and no average."""
    table = regrets(POLICIES, {"M5": M5}, {"M5": None})
    assert table is not None
    assert table["policies"]["none"]["average"] is None
    assert table["minimax_fitted"] is None
