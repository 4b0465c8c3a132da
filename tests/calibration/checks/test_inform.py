"""Checks that inform: placebo strikes, power-scaled priors, recovery of known truths, what it would take to know."""

from functools import cache
from typing import Any

import numpy as np
import pytest

import calibration.checks.placebo as module
from calibration.ablation import LEAST_DRAWS
from calibration.checks.dataset import DataSet, design
from calibration.checks.designs import inside, lengthened
from calibration.checks.draws import PriorDraws
from calibration.checks.fits import Case
from calibration.checks.placebo import moved, placebo, standing
from calibration.checks.recovery import crossing, recovered, windows_needed
from calibration.checks.sensitivity import (
    CONFLICT,
    NOTHING,
    STRONG_PRIOR,
    diagnosis,
    jensen_shannon,
    log_prior_of,
    powered,
    sensitivity,
)
from calibration.fitting import fit_hypothesis
from calibration.likelihoods.immigrants import ImmigrantRate
from calibration.posterior import Posterior
from tests.calibration.builders import (
    a_hypothesis,
    lognormal,
    normal,
    some_evidence,
    some_settings,
    strike,
    windows,
)
from tests.calibration.checks.cases import a_case, the_brief

ONE_PLACE = some_settings(places=("iraq",))


@cache
def fitted(name: str) -> Posterior:
    return a_case(name).fit(1)


# Placebo strikes


def struck(effect: float) -> Case:
    """Forty days in windows of two, 8 attacks a day but for three strikes whose effect decays over four days."""
    strikes = [strike(t, f"C{t:.0f}") for t in (13.0, 19.0, 25.0)]
    blank = windows(*((2.0 * i, 2.0 * i + 2.0, 0) for i in range(20)))
    held = {"effect_days": 4.0, "effect_limit": 10.0}
    rate = ImmigrantRate(
        some_evidence(blank, strikes, settings=ONE_PLACE), {"base_rate": 8.0, "strike_effect": effect, **held}
    )
    days = np.linspace(0.0, 2.0, 401)
    counts = [round(float(np.trapezoid(rate(2.0 * i + days), days))) for i in range(20)]
    counted = windows(*((2.0 * i, 2.0 * i + 2.0, n) for i, n in enumerate(counts)))
    h = a_hypothesis(
        "M3", family="effect", base_rate=lognormal(8.0, 1.0), strike_effect=normal(0.0, 0.7), held=held
    )
    return Case(h, ONE_PLACE, some_evidence(counted, strikes, settings=ONE_PLACE))


def test_strikes_are_moved_within_the_record_only() -> None:
    """C5 lies an hour from the end of the brief, so nothing can be moved on; C1 on day 9.9 can be moved back by 9."""
    evidence = the_brief()
    assert moved(evidence, 3) is None
    assert moved(evidence, -10) is None
    other = moved(evidence, -9)
    assert other is not None
    assert [s.time for s in inside(other)] == pytest.approx([s.time - 9 for s in inside(evidence)])
    assert other.windows == evidence.windows


def test_a_real_effect_stands_out_among_its_placebos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of an effect of -1: at its own dates it is found, strongest and surest; at four placebos less of it or none."""
    monkeypatch.setattr(module, "SHIFTS_DAYS", (-9, -3, 3, 9))
    case = struck(-1.0)
    rows = placebo([case], {"M3": case.fit(1)}, seed=1)
    assert [r["shift_days"] for r in rows] == [-9, -3, 0, 3, 9]
    assert min(rows, key=lambda r: r["mean"])["shift_days"] == 0
    assert rows[2]["mean"] == pytest.approx(-1.0, abs=0.15)
    assert rows[2]["below_zero"] > 0.99
    assert standing(rows)["M3"] == {"rank": 1, "of": 5}


def test_the_briefs_strikes_do_not_stand_out() -> None:
    """Seven placebos of the brief: every interval of the effect holds 0, at the real dates too."""
    rows = placebo([a_case("M0"), a_case("M3")], {n: fitted(n) for n in ("M0", "M3")}, seed=1)
    assert {r["hypothesis"] for r in rows} == {"M3"}
    assert [r["shift_days"] for r in rows] == [*range(-9, -2), 0]
    assert all(r["q05"] < 0.0 < r["q95"] for r in rows)
    assert standing(rows)["M3"]["of"] == 8


def test_weighing_and_fitting_anew_agree() -> None:
    """The placebo of -5 days by weighing the draws, and by a fit of its own: P(effect < 0) within 4 joint errors.

    Weighing leaves at least 500 draws, and the fit says what its own are worth (false alarm 6.4e-5).
    """
    case = a_case("M3")
    row = next(r for r in placebo([case], {"M3": fitted("M3")}, seed=1) if r["shift_days"] == -5)
    evidence = moved(case.evidence, -5)
    assert row["how"] == "weighed"
    assert evidence is not None
    anew = case.on(evidence).fit(2)
    error = 0.5 * np.sqrt(1.0 / LEAST_DRAWS + 1.0 / anew.ess)
    assert row["below_zero"] == pytest.approx(anew.summary["strike_effect"].below_zero, abs=4.0 * error)


def test_the_rank_of_the_real_dates() -> None:
    """By how far P(effect < 0) lies from a half; 1 stands out most."""
    rows = [
        {"hypothesis": "M3", "shift_days": d, "below_zero": p}
        for d, p in ((-4, 0.2), (-3, 0.6), (0, 0.7), (3, 0.5))
    ]
    assert standing(rows) == {"M3": {"rank": 2, "of": 4}}


# Power-scaled priors


def test_the_distance_is_that_of_arviz() -> None:
    """Power scaling of M3's prior and of its likelihood at .8 and 1.25: each parameter's sensitivity as arviz has it."""
    az = pytest.importorskip("arviz")
    case = a_case("M3")  # without the correction, whose repeated draws the two estimates treat unlike
    p = fit_hypothesis("M3", case.transform, case.likelihood, 1, points=0)
    prior = log_prior_of(p)
    likelihood = np.sum(list(p.log_likelihood.values()), axis=0)
    data = az.from_dict(
        posterior={n: p.draws[None, :, i] for i, n in enumerate(p.names)},
        log_likelihood={"all": likelihood[None, :, None]},
    )
    data.add_groups({"log_prior": {"all": prior[None, :]}}, coords={}, dims={})
    for component, values in (("prior", prior), ("likelihood", likelihood)):
        theirs = az.psens(data, component=component, delta=0.25)
        for i, name in enumerate(p.names):
            ours, _ = powered(p.draws[:, i], values)
            assert ours == pytest.approx(float(theirs[name]), rel=0.02, abs=0.002), (component, name)


def test_normal_and_normal_by_hand() -> None:
    """A normal prior and likelihood of equal precision: either power moves the posterior by the same, in closed form.

    With p(x) ∝ N(0, 1)·N(2, 1), a power α of the prior gives N(2/(1 + α), 1/(1 + α)); the distance of two normals is had
    by quadrature.
    """
    x = np.sqrt(0.5) * np.random.default_rng(1).standard_normal(200_000) + 1.0
    found, k = powered(x, -0.5 * x**2)
    grid = np.linspace(-5.0, 7.0, 20_001)
    from scipy.stats import norm

    def distance(flip: float, a: float) -> float:
        p = norm.cdf(grid, flip * 1.0, np.sqrt(0.5))
        q = norm.cdf(grid, flip * 2.0 / (1.0 + a), np.sqrt(1.0 / (1.0 + a)))
        low, high = x.min() * flip, x.max() * flip
        inside_ = (grid > min(low, high)) & (grid < max(low, high)) & (p > 0) & (q > 0)
        p, q = p[inside_], q[inside_]
        apart = p * np.log2(2 * p / (p + q)) + q * np.log2(2 * q / (p + q))
        return float(np.sqrt(apart.sum() / (p + q).sum()))

    expected = sum(max(distance(1.0, a), distance(-1.0, a)) for a in (0.8, 1.25)) / 2.0 / np.log2(1.25)
    assert found == pytest.approx(expected, rel=0.05)
    assert k < 0.7


def test_what_does_not_move_is_at_no_distance() -> None:
    """Equal weights, or draws that are one value: 0."""
    x = np.random.default_rng(1).standard_normal(100)
    assert jensen_shannon(x, np.full(100, 0.01)) == pytest.approx(0.0, abs=1e-6)
    assert jensen_shannon(np.ones(100), np.linspace(1, 2, 100) / 150.0) == 0.0


@pytest.mark.parametrize(
    ("prior", "likelihood", "said"),
    [(0.2, 0.01, STRONG_PRIOR), (0.2, 0.2, CONFLICT), (0.01, 0.2, NOTHING), (0.01, 0.01, NOTHING)],
)
def test_the_diagnosis(prior: float, likelihood: float, said: str) -> None:
    """By the threshold of .05."""
    assert diagnosis(prior, likelihood) == said


def test_effects_of_the_brief_hang_on_their_priors() -> None:
    """Under M4 every effect, and the contrast of targets, speaks with its prior's voice; the split by place with its own."""
    rows = {r["parameter"]: r for r in sensitivity({"M4": fitted("M4")})}
    for name in ("effect_fighters", "effect_leader", "contrast_fighters_infrastructure"):
        assert rows[name]["diagnosis"] == STRONG_PRIOR
    assert rows["share_iraq"]["diagnosis"] == NOTHING
    assert rows["share_iraq"]["likelihood"] > 0.05
    assert all(r["reliable"] for r in rows.values())


def test_normals_of_draws_are_those_they_came_from() -> None:
    """``to_normal`` undoes ``from_normal``, pooling and all."""
    transform = a_case("M4").transform
    z = np.random.default_rng(1).standard_normal((50, transform.dimensions))
    found = transform.to_normal(transform.from_normal(z))
    np.testing.assert_allclose(found, z[:, : len(transform.parameters)], atol=1e-5)


# Recovery, and what it would take to know


def test_a_longer_design_goes_on_as_the_record_does() -> None:
    """Twelve windows of 7.1 days: strikes at the record's gaps, round after round, none past the end."""
    evidence = the_brief()
    found = lengthened(evidence, 12)
    span = evidence.windows[-1].end - evidence.windows[0].start
    lengths = {round(w.end - w.start, 6) for w in found.windows}
    assert lengths == {round(span / 5, 6)}
    assert len(found.strikes) == 11
    assert [s.id for s in found.strikes[4:7]] == ["C5/1", "C1/2", "C2/2"]
    assert found.strikes[5].time == pytest.approx(evidence.strikes[-5].time + span)
    assert found.strikes[-1].time < found.windows[-1].end
    assert not found.windows[0].begins_at_attack


def test_the_remark_on_sixty_seven_events() -> None:
    """A lasting effect of one strike with 67 attacks on each side of it: its prior sd of .3 is halved (`SCIENCE.md` 8).

    Poisson counts, completeness 1, a level that the prior leaves open: var = 1/(1/.3² + 1/(2/67)).
    """
    evidence = design(
        some_evidence(windows((0.0, 35.0, 67), (35.0, 70.0, 67)), [strike(35.0)], settings=ONE_PLACE)
    )
    h = a_hypothesis(
        base_rate=lognormal(1.0, 3.0),
        strike_effect=normal(0.0, 0.3),
        held={"effect_days": 1e6, "effect_limit": 1e3},
    )
    case = Case(h, ONE_PLACE, evidence)
    found = PriorDraws(case.likelihood, case.transform, 16384, seed=1).weigh(DataSet(evidence, 0))
    x = found.values[:, case.transform.names.index("strike_effect")]
    sd = float(np.sqrt(found.weights @ x**2 - (found.weights @ x) ** 2))
    assert sd == pytest.approx(0.15, abs=0.004)


def test_longer_records_tell_more() -> None:
    """Twelve data sets each of 5 and of 40 windows under M3: intervals narrow, truths are covered, nothing is biased."""
    case = a_case("M3")
    rows = recovered([a_case("M0"), case], {"M3": fitted("M3")}, seed=1, data_sets=12, lengths=(5, 40))
    assert {r["hypothesis"] for r in rows} == {"M3"}
    assert {(r["design"], r["windows"]) for r in rows} == {("record", 5), ("longer", 5), ("longer", 40)}
    by = {(r["design"], r["windows"], r["parameter"]): r for r in rows}
    for name in ("branching_ratio", "strike_effect"):
        assert by["longer", 40, name]["width90"] < by["longer", 5, name]["width90"]
        assert by["longer", 40, name]["contraction"] > by["longer", 5, name]["contraction"]
    for r in rows:
        assert abs(r["bias"]) < 5.0 * r["bias_se"] + 1e-9, r
        assert r["coverage90"] >= 7 / 12  # a right 90% interval does worse in 1 of 2,000 cases


def test_windows_needed_by_hand() -> None:
    """Widths that fall as the root of the length: half at four times as many; never where they don't fall enough."""
    assert crossing([(5, 2.0), (10, 2.0 / np.sqrt(2)), (40, 2.0 / np.sqrt(8))], 1.0) == pytest.approx(20.0)
    assert crossing([(5, 2.0), (100, 1.5)], 1.0) is None
    assert crossing([(5, 0.8), (100, 0.5)], 1.0) == 5


def test_a_class_that_was_never_struck_is_not_learnt_from_more_of_the_same() -> None:
    """Rows for M4's four classes, which of them the record strikes, and «more than» where the longest design won't do."""
    case, p = a_case("M4"), fitted("M4")
    widths = {"effect_infrastructure": (1.6, 0.5), "effect_leader": (3.0, 2.9)}
    rows: list[dict[str, Any]] = [
        {"hypothesis": "M4", "design": "longer", "windows": n, "parameter": e, "width90": w}
        for e, both in widths.items()
        for n, w in zip((5, 50), both, strict=True)
    ]
    found = {r["effect"]: r for r in windows_needed(rows, [case], {"M4": p})}
    assert set(found) == set(widths)
    assert found["effect_infrastructure"]["struck"]
    assert 5 < found["effect_infrastructure"]["needed"] < 50
    assert not found["effect_leader"]["struck"]
    assert found["effect_leader"]["needed"] is None
    assert found["effect_leader"]["longest"] == 50
