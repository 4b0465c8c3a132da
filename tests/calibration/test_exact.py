"""The exact filter: against Poisson theory, the closed form, forward runs of the engine, and the filter of the full model."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from calibration.arrays import Floats
from calibration.evidence import Evidence, admit
from calibration.likelihoods.exact import ExactCounts
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.full import FullCounts
from calibration.likelihoods.parameters import Reader
from calibration.likelihoods.reliable import reliable
from calibration.predictive import moment
from calibration.priors import PriorTransform
from calibration.rows import Rows
from sim.engine.compiled.batch import run_batch
from sim.engine.compiled.layout import as_records
from sim.model.registry import PARAMETERS, make_params
from sim.scenario.record import Record
from sim.scenario.world import build_world
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    a_record,
    beta,
    lognormal,
    normal,
    some_evidence,
    some_settings,
    strike,
    windows,
)
from tests.calibration.shipped import brief, hypotheses, settings
from tests.chance import MOST_Z

EXCITED = {"branching_ratio": beta(2.0, 3.0), "excitation_days": lognormal(5.0, 0.7)}
SPLIT = {"by_place": {"iraq": 9, "syria": 5}}


def pooled(estimates: Floats) -> tuple[float, float]:
    """Log of the mean of estimates of one likelihood, with its error."""
    raw = np.exp(estimates - estimates.max())
    return float(estimates.max() + np.log(raw.mean())), float(
        raw.std(ddof=1) / raw.mean() / np.sqrt(len(raw))
    )


def shipped(name: str) -> tuple[CountFilter, PriorTransform]:
    """The closed form of a shipped hypothesis on the brief's section A, and its prior."""
    evidence = admit(brief(), settings())
    transform = PriorTransform(hypotheses()[name], evidence.places)
    return CountFilter(
        evidence, Reader(hypotheses()[name], settings(), transform.names, evidence.places)
    ), transform


def near_the_record(transform: PriorTransform, rows: int, seed: int) -> Floats:
    """Draws from the prior with a level under which the brief is not far out."""
    values = transform.from_normal(np.random.default_rng(seed).standard_normal((rows, transform.dimensions)))
    n = values[:, transform.names.index("branching_ratio")] if "branching_ratio" in transform.names else 0.0
    d = values[:, transform.names.index("completeness")]
    values[:, transform.names.index("base_rate")] = 1.9 / d * (1.0 - n)
    return values


def test_without_self_excitation_it_is_the_closed_form() -> None:
    """M1 on the brief: thinning, an opening attack, places in part unknown, an end that an attack brought on.

    The closed form is exact there. Twenty rows, each the mean of 16 estimates, within 4 of their errors (false alarm 1.3e-3).
    """
    counts, transform = shipped("M1")
    values = near_the_record(transform, 20, 1)
    exact = ExactCounts(counts.evidence, counts.reader, particles=64)(
        np.repeat(values, 16, axis=0), 2
    ).reshape(20, 16)
    for row, closed in zip(exact, counts(values).sum(axis=1), strict=True):
        found, error = pooled(row)
        assert abs(found - closed) < MOST_Z * max(error, 0.004), (found, closed, error)


def test_places_of_a_poisson_process_cost_no_noise() -> None:
    """No self-excitation, a split known in full: every particle has the same weight, that of theory.

    P = Poisson(14; 2·8.4)·C(14, 9)·.5^14 to 9 digits.
    """
    evidence = some_evidence(windows((0, 8.4, 14), **SPLIT))
    counts, _transform = a_filter(evidence, a_hypothesis(base_rate=lognormal(1.0, 1.0)))
    found = ExactCounts(evidence, counts.reader, particles=7)(np.array([[2.0, 0.5, 0.5]]), 3)
    theory = stats.poisson(16.8).logpmf(14) + stats.binom(14, 0.5).logpmf(9)
    assert found[0] == pytest.approx(theory, rel=1e-9)


def test_a_triggered_end_is_a_density_at_that_day() -> None:
    """Poisson with a drift: log of λ(T)·Λ^(n-1)·e^-Λ/(n-1)! · L/n by quadrature; after a delay, of λ at its attack.

    Mean of 400 estimates within 4 of its errors: the days of the other attacks are drawn, so that they are noisy.
    """
    evidence = some_evidence(windows((0, 8.4, 15), ended_by="triggered"))
    h = a_hypothesis(
        base_rate=lognormal(1.0, 1.0), mobilisation_drift=normal(0.0, 0.5), held={"drift_days": 20.0}
    )
    counts, _transform = a_filter(evidence, h)
    values = np.array([[1.5, 0.8, 0.5, 0.5]])
    rate = lambda t: 1.5 * np.exp(0.8 * (1 - np.exp(-t / 20.0)))  # noqa: E731  one line of a formula
    whole = quad(rate, 0, 8.4)[0]
    theory = (
        np.log(rate(8.4))
        + 14 * np.log(whole)
        - whole
        - float(np.log(np.arange(1, 15)).sum())
        + np.log(8.4 / 15)
    )
    found, error = pooled(
        ExactCounts(evidence, counts.reader, particles=16)(np.repeat(values, 400, axis=0), 4)
    )
    assert abs(found - theory) < MOST_Z * error
    assert counts(values).sum() == pytest.approx(theory, rel=1e-9)


def test_threads_change_nothing() -> None:
    """The same estimates to the bit on one thread and on three; another seed gives others."""
    counts, transform = shipped("M3")
    values = near_the_record(transform, 150, 5)
    one, three = (ExactCounts(counts.evidence, counts.reader, threads=t)(values, 7) for t in (1, 3))
    np.testing.assert_array_equal(one, three)
    assert not np.array_equal(one, ExactCounts(counts.evidence, counts.reader)(values, 8))


@pytest.mark.parametrize("rows", [24, pytest.param(240, marks=pytest.mark.nightly)])
def test_the_closed_form_is_near_where_it_says_so(rows: int) -> None:
    """Counts of the brief, no places, M2: within .15 nats wherever it calls itself reliable; the rule bites both ways.

    Branching ratios to .95, offspring after .05 to 30 days, the level held. Each exact value is the mean of 8 estimates of
    1,024 particles, and .15 is widened by 3 of their errors only where these exceed .02.
    """
    evidence = admit(brief(), settings())
    bare = evidence._replace(
        windows=tuple(w._replace(by_place={}, triggered=False) for w in evidence.windows), totals=()
    )
    transform = PriorTransform(hypotheses()["M2"], bare.places)
    counts = CountFilter(bare, Reader(hypotheses()["M2"], settings(), transform.names, bare.places))
    values = near_the_record(transform, rows, 6)
    rng = np.random.default_rng(6)
    n, days = 0.95 * rng.random(rows), 0.05 * 600.0 ** rng.random(rows)
    values[:, transform.names.index("branching_ratio")] = n
    values[:, transform.names.index("excitation_days")] = days
    values[:, transform.names.index("base_rate")] = (
        1.9 * (1 - n) / values[:, transform.names.index("completeness")]
    )
    relied = reliable(counts, values)
    assert 0.2 < relied.mean() < 0.95
    exact = ExactCounts(bare, counts.reader, particles=1024)
    estimates = exact(np.repeat(values[relied], 8, axis=0), 9).reshape(-1, 8)
    for row, closed in zip(estimates, counts(values[relied]).sum(axis=1), strict=True):
        found, error = pooled(row)
        assert abs(found - closed) < 0.15 + (3 * error if error > 0.02 else 0.0)


def by_the_engine(
    record: Record, evidence: Evidence, params: Floats, shares: Floats, runs: int, seed: int
) -> Floats:
    """Reported attacks of one window in forward runs of the compiled engine: all, then by place [runs, 1 + places]."""
    window = evidence.windows[0]
    world = build_world(
        some_settings(), None, start=moment(evidence.start, evidence.origin), horizon_days=window.end - evidence.origin,
        responses=record.responses,
    )  # fmt: skip
    found = run_batch(
        world,
        as_records(np.tile(params, (runs, 1))),
        np.tile(shares, (runs, 1)),
        seed,
        np.arange(runs),
        threads=2,
    )
    return np.asarray(found.tallies["reported"], float)


FULL = {
    "base_rate": 1.4, "completeness": 0.8, "branching_ratio": 0.4, "excitation_days": 2.0, "suppression_infrastructure": 0.9,
    "suppression_sponsor": 0.6, "backlash_infrastructure": 0.5, "backlash_sponsor": 0.3, "suppression_days": 3.0,
    "backlash_days": 12.0, "spill": 0.4, "capability_exponent": 0.8, "attack_use": 0.03, "resupply_days": 15.0,
    "attrition_infrastructure": 0.2, "attrition_sponsor": 0.1, "resolve_unanswered": 0.2, "answer_window_days": 1.5,
    "resolve_success": 0.1, "resolve_cost": 0.2, "resolve_days": 20.0, "surprise_weight": 1.0, "expected_strength": 0.7,
    "expectation_days": 30.0, "expectation_weight": 0.5, "restraint_base": 0.05, "restraint_sponsor": 0.2,
    "restraint_death": 0.5, "restraint_days": 2.0, "injuring_share": 0.3, "injury_scale": 2.0, "injury_tail": 2.0,
    "fatal_share": 0.1, "fatality_tail": 2.5,
}  # fmt: skip
"""Every mechanism of the full model, strong."""


@pytest.mark.parametrize("count", [(2, 1), (4, 3)])
def test_the_full_models_filter_is_the_engines_frequency(count: tuple[int, int]) -> None:
    """Every mechanism on, two strikes inside six days: P(so many reported in each place) against 400,000 forward runs.

    Within 4 joint errors (false alarm 6.4e-5 each).
    """
    iraq, syria = count
    responses = [strike(1.5), strike(3.0, "C2", place="syria", sponsor=1.0)]
    record = a_record(windows((0, 6, iraq + syria), by_place={"iraq": iraq, "syria": syria}), responses)
    evidence = admit(record, some_settings())
    params, shares = np.array([tuple(make_params(FULL))]), np.array([[0.6, 0.4]])
    runs = by_the_engine(record, evidence, params, shares, 400_000, 1)
    hit = (runs[:, 1] == iraq) & (runs[:, 2] == syria)
    p, error = hit.mean(), np.sqrt(hit.mean() / len(hit))
    rows = (np.repeat(params, 64, axis=0), np.repeat(shares, 64, axis=0))
    found, noise = pooled(FullCounts(evidence, some_settings(), record.responses, particles=256)(*rows, 2))
    assert abs(found - np.log(p)) < MOST_Z * np.hypot(error / p, noise)


@pytest.mark.parametrize("name", ["M0", "M2", "M4"])
def test_two_filters_agree_on_the_brief(name: str) -> None:
    """The exact filter of M0 to M4 and that of the full model share no loop: 6 rows each, within 4 joint errors."""
    counts, transform = shipped(name)
    values = near_the_record(transform, 6, 11)
    params, shares = Rows(hypotheses()[name], settings(), counts.evidence.places)(transform.names, values, 1)
    full = FullCounts(counts.evidence, settings(), brief().responses, particles=64)
    exact = ExactCounts(counts.evidence, counts.reader, particles=128)
    a = full(np.repeat(params, 24, axis=0), np.repeat(shares, 24, axis=0), 3).reshape(6, 24)
    b = exact(np.repeat(values, 24, axis=0), 4).reshape(6, 24)
    for one, other in zip(a, b, strict=True):
        (x, e), (y, f) = pooled(one), pooled(other)
        assert abs(x - y) < MOST_Z * np.hypot(e, f), (x, y, e, f)


def test_rows_lay_every_parameter_out() -> None:
    """What is fitted, held and assumed each reaches its column; what is drawn differs from row to row."""
    h = hypotheses()["M4"]
    evidence = admit(brief(), settings())
    transform = PriorTransform(h, evidence.places)
    values = near_the_record(transform, 3, 1)
    params, shares = Rows(h, settings(), evidence.places)(transform.names, values, 1)
    column = {n: params[:, i] for i, n in enumerate(PARAMETERS)}
    np.testing.assert_array_equal(
        column["effect_fighters"], values[:, transform.names.index("effect_fighters")]
    )
    np.testing.assert_array_equal(shares[:, 0], values[:, transform.names.index("share_iraq")])
    held = {k: x.value for k, x in {**settings().assumptions, **h.assumptions}.items() if x.value is not None}
    assert all((column[k] == v).all() for k, v in held.items() if k in column)
    drawn = [k for k, x in settings().assumptions.items() if x.prior is not None]
    assert all(len(set(column[k])) == 3 for k in drawn)
