"""Expected measures by draw: means of inner runs, their luck, and the split of the variance against known truth."""

from math import isfinite, sqrt

import numpy as np
import pytest
from annotated_types import Le
from scipy import stats

from sim.measures import MEASURES, measure
from sim.scenario.study import Budget
from sim.study import expected as module
from sim.study import summary
from sim.study.expected import INNER, Expected, expected, split
from sim.study.points import Mode, Points
from sim.study.runner import Plan, replay, simulate
from tests.chance import MOST_Z, assert_mean, assert_share, z_of_mean

DRAWS, RUNS = 5, 3
NAMES = list(MEASURES)


def _nothing(_done: int) -> None:
    """Nobody is told how far it is."""


def _expected(plan: Plan, mode: Mode = Mode("posterior"), draws: int = DRAWS, inner: int = RUNS) -> Expected:  # noqa: B008
    return expected(plan, mode, NAMES, draws, inner, 1, _nothing)


@pytest.fixture(scope="module")
def found(plan: Plan) -> Expected:
    """Five draws of the main study with three runs at each, on the compiled engine."""
    return _expected(plan)


# the split of a variance


def test_split_by_hand() -> None:
    """Points 1, 3 | 10, 14 with four inner runs each, of variance 4, 4 | 8, 8.

    chance = 6. Squares about the hypotheses' means 2 and 12: 1 + 1 + 4 + 4 = 10, over 4 - 2: 5 within, so that
    parameters = 5 - 6/4 = 3.5. About the mean 7 of all: 36 + 16 + 9 + 49 = 110, over 3; hypothesis = 110/3 - 5 = 95/3.
    """
    got = split(
        np.array([1.0, 3.0, 10.0, 14.0]), np.array([4.0, 4.0, 8.0, 8.0]), np.array([0, 0, 1, 1]), inner=4
    )
    total = 95 / 3 + 3.5 + 6.0

    assert got is not None
    assert got == pytest.approx((95 / 3 / total, 3.5 / total, 6.0 / total))
    assert sum(got) == pytest.approx(1.0)


def test_without_variance_of_parameters_all_is_chance() -> None:
    """Points with one and the same mean: nothing is left for parameters or hypotheses, however much chance there is."""
    got = split(
        np.full(6, 70.0), np.array([1.0, 9.0, 4.0, 2.0, 3.0, 5.0]), np.array([0, 0, 0, 1, 1, 1]), inner=8
    )

    assert got == (0.0, 0.0, 1.0)


def test_what_never_varies_has_no_split() -> None:
    """Shares of nothing are not shares: two policies that never differ."""
    assert split(np.zeros(4), np.zeros(4), np.array([0, 0, 1, 1]), inner=8) is None


def test_a_part_is_never_below_0() -> None:
    """Means closer together than chance over inner runs allows: within = 2 and hypotheses' means equal, 8/2 > 2."""
    got = split(np.array([1.0, 3.0, 1.0, 3.0]), np.full(4, 8.0), np.array([0, 0, 1, 1]), inner=2)

    assert got == (0.0, 0.0, 1.0)


def test_without_chance_the_law_of_total_variance() -> None:
    """No chance at all: hypothesis and parameters share 1, by the textbook's decomposition."""
    mean, which = np.array([0.0, 2.0, 4.0, 10.0, 12.0, 14.0]), np.array([0, 0, 0, 1, 1, 1])
    got = split(mean, np.zeros(6), which, inner=8)
    within = 4.0  # of 0, 2, 4 and of 10, 12, 14

    assert got == pytest.approx((1 - within / mean.var(ddof=1), within / mean.var(ddof=1), 0.0))


HYPOTHESES = (0.4, 3.0)  # weight of the second, and how far its mean lies from the first's
SD, LUCK, INNER_RUNS = 2.0, 5.0, 8


def two_levels(
    rng: np.random.Generator, points: int, sd: float, apart: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means and variances by point, and hypotheses, of the model y = μ_h + sd·θ + 5·luck with 8 runs at each point."""
    which = (rng.random(points) < HYPOTHESES[0]).astype(np.int64)
    truth = apart * which + sd * rng.normal(size=points)
    runs = truth[:, None] + LUCK * rng.normal(size=(points, INNER_RUNS))
    return runs.mean(axis=1), runs.var(axis=1, ddof=1), which


def test_split_of_a_normal_model_on_two_levels() -> None:
    """The three shares are those of the model: 2.16 by hypothesis, 4 by parameters and 25 by chance, of 31.16.

    200 data sets of 400 points; each share's mean within 4 of its standard errors. False alarm 6.4e-5 a share, at
    most 1.9e-4 in all. The bias of a share of estimates, about 1e-4, is a tenth of a standard error. That the test
    sees what it is for: leaving chance/M in the parameters is off by more than 20 standard errors.
    """
    rng = np.random.default_rng(14)
    weight, apart = HYPOTHESES
    parts = np.array([weight * (1 - weight) * apart**2, SD**2, LUCK**2])
    shares, naive = [], []
    for _ in range(200):
        mean, variance, which = two_levels(rng, 400, SD, apart)
        shares.append(split(mean, variance, which, INNER_RUNS))
        naive.append(split(mean, variance, which, 10**9))

    for got, true in zip(np.array(shares).T, parts / parts.sum(), strict=True):
        assert_mean(got, float(true))
    assert z_of_mean([x.parameters for x in naive if x], float(parts[1] / parts.sum())) > 20.0


def test_split_of_a_normal_model_without_parameters() -> None:
    """One truth at every point: what the means of 8 runs still scatter is chance, and is not taken for parameters.

    Parameters' part is (variance of 4,000 means - mean variance of runs/8), of standard error 3.125·√(2/3999 + 2/28000)
    = .0747 on a variance of 25: its share is above 4 errors, .012, in 3.2e-5 of seeds. The hypotheses' part is some
    3.1·(χ² - 1)/4000 and never comes near that.
    """
    mean, variance, which = two_levels(np.random.default_rng(15), 4000, 0.0, 0.0)
    got = split(mean, variance, which, INNER_RUNS)
    error = LUCK**2 / INNER_RUNS * sqrt(2 / 3999 + 2 / (4000 * (INNER_RUNS - 1))) / LUCK**2

    assert got is not None
    assert got.parameters <= MOST_Z * error
    assert got.hypothesis <= MOST_Z * error
    assert got.chance >= 1.0 - 2 * MOST_Z * error


@pytest.mark.parametrize("inner", [1, 8, 64])
def test_inner_noise_draws_a_probability_toward_one_half(inner: int) -> None:
    """With M inner runs a share of draws is Φ(μ/√(τ² + σ²/M)), where the truth is Φ(μ/τ): 1/M of a run's variance is left.

    μ = τ = 1, σ = 4: .60, .72 and .81 at M = 1, 8 and 64 for a truth of .84. Exact binomial test, false alarm 6.4e-5.
    """
    rng = np.random.default_rng(16)
    means = 1.0 + rng.normal(size=20_000) + 4.0 / sqrt(inner) * rng.normal(size=20_000)
    got = summary.probability_better(means, 1.0)

    assert_share(round(got * len(means)), len(means), float(stats.norm.cdf(1.0 / sqrt(1.0 + 16.0 / inner))))
    assert 0.5 < got < float(stats.norm.cdf(1.0))


# means of inner runs


def test_a_mean_is_the_plain_mean_of_the_same_runs_on_simpy(plan: Plan, found: Expected) -> None:
    """Each inner run alone on the other engine, from its events, by policy and draw; what never comes counts as the horizon."""
    on_simpy = plan._replace(engine="simpy")
    for j, (policy, world) in enumerate(plan.worlds.items()):
        for i, point in enumerate(found.points):
            runs = [
                measure(
                    replay(on_simpy, policy, (i + 1) * 2**32 + r, point), world.horizon_days, world.places
                )
                for r in range(RUNS)
            ]
            for m, name in enumerate(NAMES):
                values = [x[name] if isfinite(x[name]) else world.horizon_days for x in runs]
                assert found.mean[m, j, i] == pytest.approx(sum(values) / RUNS, rel=1e-12), (policy, i, name)
                assert found.variance[m, j, i] == pytest.approx(np.var(values, ddof=1), rel=1e-9, abs=1e-12)


def test_the_variance_of_a_difference_is_that_of_pairs(plan: Plan, found: Expected) -> None:
    """Paired with the same inner run of the other policy, worked out run by run."""
    luck = [(i + 1) * INNER + r for i in range(DRAWS) for r in range(RUNS)]
    at = found.points.take(np.repeat(np.arange(DRAWS), RUNS))
    attacks = simulate(plan, at, luck)[0][NAMES.index("attacks")].reshape(3, DRAWS, RUNS)
    got = found.paired[NAMES.index("attacks")]

    for a in range(3):
        for b in range(3):
            assert got[a, b] == pytest.approx((attacks[a] - attacks[b]).var(axis=1, ddof=1))


def test_the_points_are_those_of_the_study(plan: Plan, found: Expected) -> None:
    """Draw i is the point of the study's replication i."""
    assert found.points == plan.source.points(Mode("posterior"), range(DRAWS))


# their luck


def test_inner_luck_has_numbers_of_its_own(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run r of draw i has the luck of replication (i + 1)·2³² + r, at the point of draw i, for all policies in one call."""
    asked: list[tuple[list[str], Points, list[int]]] = []

    def listening(plan: Plan, points: Points, luck: np.ndarray, threads: int) -> object:
        asked.append((list(plan.worlds), points, luck.tolist()))
        return simulate(plan, points, luck, threads)

    monkeypatch.setattr(module, "simulate", listening)
    monkeypatch.setattr(module, "POINTS_AT_ONCE", 2)
    told: list[int] = []
    got = expected(plan, Mode("posterior"), NAMES, DRAWS, RUNS, 1, told.append)

    assert [x for _, _, luck in asked for x in luck] == [
        (i + 1) * 2**32 + r for i in range(DRAWS) for r in range(RUNS)
    ]
    assert [policies for policies, _, _ in asked] == [list(plan.worlds)] * 3
    points = [p for _, at, _ in asked for p in at]
    assert points == [p for p in got.points for _ in range(RUNS)]
    assert told == [2, 2, 1]


def _most(field: str) -> int:
    """The largest number that a budget may have there."""
    (bound,) = (int(str(x.le)) for x in Budget.model_fields[field].metadata if isinstance(x, Le))
    return bound


def test_no_run_of_a_study_has_the_luck_of_an_inner_run() -> None:
    """The largest study's replications stay below 2³², where inner numbers begin; draws don't reach into each other's.

    The last inner number of the largest study fits 63 bits.
    """
    sets = ("replications", "prior_replications", "hypothesis_replications", "paired_replications")

    assert max(_most(x) for x in sets) <= INNER == 2**32
    assert _most("expected_runs") <= INNER
    assert _most("expected_draws") * INNER + _most("expected_runs") < 2**63


def test_luck_is_the_same_for_every_policy(plan: Plan) -> None:
    """One world under two names: every inner run is the same, so that no difference is left, nor any variance of one."""
    world = plan.worlds["fighters"]
    got = _expected(plan._replace(worlds={"one": world, "other": world}))

    assert np.array_equal(got.mean[:, 0], got.mean[:, 1])
    assert got.variance[NAMES.index("attacks")].min() > 0.0
    assert not got.paired.any()


def test_luck_differs_from_draw_to_draw_and_from_the_study(plan: Plan) -> None:
    """At one fixed point, five draws have five means, and no inner run is a run of the study or another inner run.

    A number that lost its upper 32 bits on the way would make the draws the same.
    """
    at = plan.source.points(Mode("fixed", "M0"), range(1))
    study = [replay(plan, "none", i, at[0]) for i in range(DRAWS)]
    inner = [replay(plan, "none", (i + 1) * INNER + r, at[0]) for i in range(DRAWS) for r in range(RUNS)]
    runs = [tuple(e.time for e in events) for events in (*study, *inner)]
    got = _expected(plan, Mode("fixed", "M0"))

    assert len(set(runs)) == len(runs)
    assert len(set(got.column("attacks")[:, 0])) > 1


def test_draws_do_not_depend_on_how_many_are_run_at_once(
    plan: Plan, found: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at a time or all together, and the first of them alone."""
    monkeypatch.setattr(module, "POINTS_AT_ONCE", 2)
    again, first = _expected(plan), _expected(plan, draws=2)

    for name in ("mean", "variance", "paired"):
        assert np.array_equal(getattr(again, name), getattr(found, name)), name
        assert np.array_equal(getattr(first, name), getattr(found, name)[..., :2]), name
