"""Designs: as many points as counting says, where the forms say, whatever the constraints leave."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.scenario.sweeps.config import Axis, Design, Sampled, Sweep
from sim.scenario.sweeps.design import column_names, points_of, size, uniform_shares

ALPHA = 1e-6  # false-alarm rate of a test on fixed points: they are the same in every run


def sweep(design: Design, *constraints: str) -> Sweep:
    """A sweep of this design; nothing else of it is looked at."""
    return Sweep(
        kind="sweep",
        version=1,
        name="x",
        question="q",
        study="s",
        policy="p",
        design=design,
        constraints=constraints,
    )


def test_a_grid_is_every_combination() -> None:
    """The last path varies fastest; ends are included; values of a list stay what they are, whole numbers whole."""
    design = Design(
        grid={"policy.a": (1, 2), "policy.b": Axis(low=0.0, high=1.0, steps=3), "policy.c": ("x", {"k": 1})}
    )
    points = points_of(sweep(design))
    want = list(itertools.product((1, 2), (0.0, 0.5, 1.0), ("x", {"k": 1})))
    assert [tuple(points.row(i).values()) for i in range(len(points))] == want
    assert size(design) == len(want) == points.drawn
    assert type(points.row(0)["policy.a"]) is int


def test_a_logarithmic_axis_has_equal_ratios() -> None:
    design = Design(grid={"policy.a": Axis(low=0.1, high=10.0, steps=5, scale="log")})
    found = points_of(sweep(design)).columns["policy.a"]
    assert found == pytest.approx([0.1, 0.316228, 1.0, 3.16228, 10.0], rel=1e-6)


@pytest.mark.parametrize(("parts", "steps"), [(2, 1), (3, 4), (4, 10), (5, 3)])
def test_a_simplex_of_a_grid_has_every_composition(parts: int, steps: int) -> None:
    """C(steps + parts − 1, steps) points, each once, whose shares sum to 1."""
    names = tuple("abcde"[:parts])
    design = Design(grid={"policy.target": Axis(simplex=names, steps=steps)})
    points = points_of(sweep(design))
    rows = [tuple(points.row(i).values()) for i in range(len(points))]
    assert len(rows) == len(set(rows)) == math.comb(steps + parts - 1, steps) == size(design)
    assert column_names(design) == [f"policy.target.{x}" for x in names]
    assert all(abs(sum(x) - 1.0) < 1e-9 and min(x) >= 0.0 for x in rows)


@pytest.mark.parametrize("form", ["sobol", "latin_hypercube"])
def test_a_sample_fills_its_space(form: str) -> None:
    """Each axis of 256 points has one in each 256th (what both designs promise), shares apart; within the ends."""
    over: dict[str, Any] = {
        "policy.a": Axis(low=-2.0, high=6.0),
        "policy.b": Axis(low=0.01, high=100.0, scale="log"),
        "policy.c": Axis(low=1.0, high=4.0, whole=True),
        "policy.d": ("x", "y"),
    }
    design = Design(**{form: Sampled(points=256, seed=3, over=over)})
    columns = points_of(sweep(design)).columns
    for u in ((np.array(columns["policy.a"]) + 2.0) / 8.0, (np.log10(columns["policy.b"]) + 2.0) / 4.0):
        assert sorted(np.minimum(255, np.floor(u * 256 + 1e-3)).astype(int)) == pytest.approx(
            list(range(256)), abs=1
        )
        assert (np.bincount(np.minimum(7, np.floor(u * 8)).astype(int)) == 32).all()
    assert sorted(set(columns["policy.c"])) == [1, 2, 3, 4]
    assert all(type(x) is int for x in columns["policy.c"])
    assert [columns["policy.c"].count(k) for k in (1, 2, 3, 4)] == [64] * 4
    assert columns["policy.d"].count("x") == 128


def test_a_design_is_its_seeds() -> None:
    """The same seed, the same points; another, others."""

    def found(seed: int) -> dict[str, list[Any]]:
        return points_of(
            sweep(Design(sobol=Sampled(points=64, seed=seed, over={"policy.a": Axis(low=0.0, high=1.0)})))
        ).columns

    assert found(1) == found(1)
    assert found(1) != found(2)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_shares_are_uniform_on_the_simplex(k: int) -> None:
    """Dirichlet(1, …, 1): each share is Beta(1, k − 1), by Kolmogorov and Smirnov over 20,000 independent points."""
    u = np.random.default_rng(7).random((20_000, k - 1))
    shares = np.array([uniform_shares(x) for x in u.tolist()])
    assert np.allclose(shares.sum(axis=1), 1.0, atol=1e-9)
    assert shares.min() >= 0.0
    for i in range(k):
        assert stats.kstest(shares[:, i], stats.beta(1, k - 1).cdf).pvalue > ALPHA / k
    assert np.cov(shares.T)[0, 1] == pytest.approx(
        -1.0 / (k * k * (k + 1)), rel=0.1
    )  # 0.1 is some 5 standard errors


def test_constraints_leave_out_and_keep_the_order() -> None:
    design = Design(grid={"policy.a": (1, 2, 3), "policy.b": (1, 2, 3)})
    points = points_of(
        sweep(design, "policy.a + 2 * policy.b <= 6", "policy.a != 2".replace("!=", ">").replace("2", "1"))
    )
    rows = [tuple(points.row(i).values()) for i in range(len(points))]
    assert rows == [(a, b) for a in (2, 3) for b in (1, 2, 3) if a + 2 * b <= 6]
    assert points.drawn == 9


def test_what_comes_twice_is_one_point() -> None:
    """Whole numbers of a sample coincide; 1 and 1.0 are not told apart by a run, but are by their file."""
    design = Design(sobol=Sampled(points=64, over={"policy.a": Axis(low=1.0, high=3.0, whole=True)}))
    points = points_of(sweep(design))
    assert sorted(points.columns["policy.a"]) == [1, 2, 3]
    assert points.drawn == 64


@given(st.lists(st.floats(0.0, 1.0, exclude_max=True), min_size=1, max_size=6))
def test_shares_of_any_numbers_sum_to_one(u: list[float]) -> None:
    shares = uniform_shares(u)
    assert len(shares) == len(u) + 1
    assert abs(sum(shares) - 1.0) < 1e-9
    assert min(shares) >= 0.0
