"""Simulation-based calibration: the shipped fits pass on the brief's design, and each of six planted faults does not."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from calibration.arrays import Indices
from calibration.checks.dataset import DataSet, data_set, design
from calibration.checks.draws import PriorDraws
from calibration.checks.fits import Case
from calibration.checks.ranks import OTHERS, Ranks, from_the_prior, rank_truths, sample_counts
from calibration.checks.simulated import coverage, learning, rank_all, tally, uniform
from calibration.evidence import Evidence
from calibration.likelihoods.counts import Counts
from calibration.posterior import Posterior
from calibration.predictive import simulate_counts
from calibration.samplers.sample import DRAWS
from calibration.simulate import simulate_places
from tests.calibration.builders import (
    a_hypothesis,
    a_prior,
    a_record,
    beta,
    gamma,
    lognormal,
    normal,
    some_evidence,
    some_settings,
    strike,
    windows,
)
from tests.calibration.checks.cases import a_case, fitted_cases
from tests.calibration.checks.faults import FAULTS, right
from tests.chance import assert_mean

ONE_PLACE = some_settings(places=("iraq",))
STRIKES = [strike(9.4, "C1"), strike(22.1, "C2"), strike(26.1, "C3"), strike(34.5, "C4")]
COUNTED = ((0.0, 9.4, 1), (9.4, 22.1, 1), (22.1, 26.1, 1), (26.1, 34.5, 1), (34.5, 35.5, 1))


@cache
def ranked(fault: Callable[[Case], PriorDraws], name: str) -> Ranks:
    return rank_truths(fault(a_case(name)), range(400), seed=7)


def failures(found: Ranks) -> list[str]:
    return [x["quantity"] for x in uniform({"H": found}) if not x["passed"]]


@pytest.mark.parametrize("name", ["M3", "M4"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda x: x.__name__)
def test_a_planted_fault_is_noticed(name: str, fault: Callable[[Case], PriorDraws]) -> None:
    """Each of six, on 400 data sets of the brief's five windows: some rank is far from uniform (p below 1e-6 in a trial)."""
    assert failures(ranked(fault, name))


def test_a_posterior_that_is_the_prior_shows_in_the_likelihood_alone() -> None:
    """Ranks of parameters are uniform under it: without the joint log likelihood it would pass."""
    assert failures(ranked(FAULTS[0], "M3")) == ["log_likelihood"]


@pytest.mark.parametrize("name", ["M3", "M4"])
def test_the_right_fit_passes(name: str) -> None:
    """The same 400 data sets, the same test: every rank is uniform (false alarm .01)."""
    assert failures(ranked(right, name)) == []


@pytest.mark.nightly
def test_every_shipped_fit_passes() -> None:
    """1,000 data sets of each of M0 to M4 (false alarm .01), coverage within four binomial errors."""
    cases = fitted_cases()
    found = rank_all(cases, seed=11, workers=2)
    assert all(len(r.worth) >= 1000 for r in found.values())
    assert all(x["passed"] for x in uniform(found))
    assert all(x["passed"] for x in coverage(found))


def test_processes_do_not_change_what_comes_out() -> None:
    """Two processes, or one: the same ranks, in the same order."""
    cases = [a_case("M0"), a_case("M2")]
    one, two = (rank_all(cases, seed=3, data_sets=20, workers=w) for w in (1, 2))
    assert tally(one) == tally(two)
    for name in one:
        np.testing.assert_array_equal(one[name].ranks, two[name].ranks)


def test_data_sets_are_left_out_by_their_data() -> None:
    """Those over 2,000 attacks and those with too few draws are counted; with the ranked ones they are all."""
    found = ranked(right, "M4")
    assert len(found.worth) + found.too_large + found.too_few == 400
    assert found.too_large > 0
    assert found.worth.min() >= 99


def test_what_is_read_off_the_ranks() -> None:
    """Coverage near its level, z-scores of mean 0 and sd 1 for what is prior-driven, contraction where the data speak."""
    case = a_case("M3")
    found = {"M3": ranked(right, "M3")}
    assert {x["interval"] for x in coverage(found)} == {0.5, 0.8, 0.9, 0.95}
    assert all(x["passed"] for x in coverage(found))
    rows = {x["parameter"]: x for x in learning(found, [case])}
    assert set(rows) == set(found["M3"].parameters)
    assert rows["base_rate"]["contraction"] > 0.9
    assert abs(rows["strength_exponent"]["contraction"]) < 0.1
    assert abs(rows["strength_exponent"]["z_sd"] - 1.0) < 4 / np.sqrt(700)
    assert abs(rows["strength_exponent"]["z_mean"]) < 4 / np.sqrt(350)


def test_a_narrow_posterior_covers_too_little() -> None:
    """The likelihood squared: the joint log likelihood's intervals hold the truth too seldom."""
    assert not all(x["passed"] for x in coverage({"M3": ranked(FAULTS[1], "M3")}))


def test_gamma_poisson_has_its_own_posterior() -> None:
    """One window, a gamma prior: the weighed draws have the mean and sd that Gamma(a + n, b + T) has."""
    h = a_hypothesis(base_rate=gamma(2.0, 1.0))
    evidence = design(some_evidence(windows((0.0, 10.0, 12)), settings=ONE_PLACE))
    case = Case(h, ONE_PLACE, evidence)
    draws = PriorDraws(case.likelihood, case.transform, 8192, seed=1)
    found = draws.weigh(DataSet(evidence, 0))
    x = found.values[:, 0]
    assert found.weights @ x == pytest.approx(14.0 / 11.0, rel=0.005)
    assert found.weights @ x**2 - (found.weights @ x) ** 2 == pytest.approx(14.0 / 121.0, rel=0.03)


def test_a_level_that_is_proposed_gives_the_posterior_of_the_prior_draws() -> None:
    """The proposal about the held level moves no mean: against 65,536 plain prior draws, within 3 of their errors."""
    case = a_case("M2")
    case = case.on(design(case.evidence, by_place=False))
    data = data_set(
        case.evidence,
        dict(zip(case.transform.names, case.transform.from_normal(np.zeros((1, 7)))[0], strict=True)),
        np.random.default_rng(1),
    )
    found = PriorDraws(case.likelihood, case.transform, 8192, seed=1).weigh(data)
    rng = np.random.default_rng(2)
    plain = case.transform.from_normal(rng.standard_normal((2**16, 7)))
    counts = [w.attacks for w in data.evidence.windows[:-1]]
    log_w = sum(case.likelihood.log_counts(case.likelihood.prepared(plain), [*counts, 0])[:-1])
    w = np.exp(log_w - log_w.max())
    w /= w.sum()
    for i, name in enumerate(case.transform.parameters):
        mean = float(w @ plain[:, i])
        error = float(np.sqrt((w**2) @ (plain[:, i] - mean) ** 2))
        ours = float(found.weights @ found.values[:, i])
        own = float(np.sqrt((found.weights**2) @ (found.values[:, i] - ours) ** 2))
        assert abs(ours - mean) < 3.0 * np.hypot(error, own), name


def test_generalized_poisson_counts_have_their_moments() -> None:
    """θ/(1 - λ) and θ/(1 - λ)³, by descendants (false alarm 6.4e-5 each)."""
    counts = Counts(np.full(1, 4.0), np.full(1, 0.4))
    x = sample_counts(counts, np.zeros(20_000, dtype=np.int64), np.random.default_rng(1)).astype(float)
    assert_mean(list(x), 4.0 / 0.6)
    assert_mean(list((x - 4.0 / 0.6) ** 2), 4.0 / 0.6**3)


def test_a_data_set_knows_of_places_what_the_record_does() -> None:
    """Totals sum to their windows; where the record hid the place of one attack, so does the data set."""
    the_design = design(a_case("M0").evidence)
    point = {"base_rate": 2.0, "share_iraq": 0.3, "share_syria": 0.7}
    found = data_set(the_design, point, np.random.default_rng(4)).evidence
    w = {x.id: x for x in found.windows}
    assert sum(found.totals[0].by_place.values()) == sum(x.attacks for x in found.windows[:-1])
    assert sum(w["A4"].by_place.values()) == w["A4"].attacks - 1
    assert sum(w["A5"].by_place.values()) == w["A5"].attacks
    assert not w["A1"].by_place
    assert not any(x.triggered for x in found.windows)


@pytest.mark.nightly
def test_the_split_by_place_is_calibrated_too() -> None:
    """400 data sets of M0 and of M3 with their places, in which offspring fall where their parent did."""
    for name in ("M0", "M3"):
        case = a_case(name)
        case = case.on(design(case.evidence))
        draws = PriorDraws(case.likelihood, case.transform, 32768, seed=3)
        assert failures(rank_truths(draws, range(400), seed=7)) == []


def narrow(**more: Any) -> Case:
    """M3 on five windows with priors under which data sets are of the record's size."""
    h = a_hypothesis(
        base_rate=lognormal(1.2, 0.6), branching_ratio=beta(2.0, 3.0), excitation_days=lognormal(4.0, 0.7),
        excitation_at_start=a_prior(uniform={"low": 0.0, "high": 1.0}), strike_effect=normal(0.0, 0.6),
        effect_days=lognormal(8.0, 0.6), **more,
    )  # fmt: skip
    return Case(h, ONE_PLACE, design(some_evidence(windows(*COUNTED), STRIKES, settings=ONE_PLACE)))


def test_a_simulator_that_differs_is_noticed() -> None:
    """Data whose excitation lasts as long and is half again as strong as the fit knows: some rank is not uniform."""

    def twice(evidence: Evidence, parameters: Mapping[str, float], rng: np.random.Generator) -> Indices:
        more = {"branching_ratio": min(0.95, 1.5 * parameters["branching_ratio"])}
        return simulate_places(evidence, {**parameters, **more}, rng)

    case = narrow()
    draws = PriorDraws(case.likelihood, case.transform, 4096, seed=1)
    assert failures(rank_truths(draws, range(600), seed=1, simulator=twice))


def test_the_closed_form_is_calibrated_against_the_engine() -> None:
    """300 data sets simulated by SimPy: simulator and likelihood are one model (false alarm .01)."""
    case = narrow()
    record, h = a_record(windows(*COUNTED), STRIKES), case.hypothesis
    transform = case.transform
    runs = iter(range(10**6))

    def engine(evidence: Evidence, parameters: Mapping[str, float], rng: np.random.Generator) -> Indices:
        row = np.array([parameters[n] for n in transform.names])
        fixed = Posterior("H", transform, np.tile(row, (DRAWS, 1)), 0.0, 0.0, 1.0, 0.0, "none")
        return simulate_counts(fixed, h, ONE_PLACE, evidence, record.responses, 1, next(runs))[0]

    draws = PriorDraws(case.likelihood, transform, 4096, seed=1)
    assert failures(rank_truths(draws, range(300), seed=1, simulator=engine)) == []


def test_a_truth_may_be_given() -> None:
    """Every data set from one known vector: its truths are that."""
    case = narrow()
    point = from_the_prior(case.transform)(np.random.default_rng(1))
    draws = PriorDraws(case.likelihood, case.transform, 1024, seed=1)
    found = rank_truths(draws, range(5), seed=1, truth=lambda _: point)
    assert found.names[-len(OTHERS) :] == OTHERS
    assert (found.truths == found.truths[0]).all()
