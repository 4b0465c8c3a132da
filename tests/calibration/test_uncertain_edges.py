"""Edges, strikes and counts that a record says may lie elsewhere: what moves with what, and the likelihood's average."""

from typing import Any

import numpy as np
import pytest

from calibration.evidence import Evidence
from calibration.items import Shift
from calibration.layouts import lattice, layouts
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.mixture import CountMixture, counted
from calibration.predictive import counts_of
from sim.engine.events import ATTACK, Reported
from sim.errors import ConfigError
from tests.calibration.builders import (
    a_filter,
    a_hypothesis,
    beta,
    lognormal,
    normal,
    some_evidence,
    some_settings,
    strike,
    windows,
)
from tests.calibration.sbc import simulation_based_calibration

UNIFORM = 2.2  # √R · D past this has probability 1.2e-4 for uniform ranks (Kolmogorov)
ONE_PLACE = some_settings(places=("iraq",))
EFFECT = {"strike_effect": normal(0.0, 1.0), "effect_days": lognormal(8.0, 0.6)}
EXCITED = {"branching_ratio": beta(2.0, 3.0), "excitation_days": lognormal(4.0, 0.7)}


def hypothesis(*, excited: bool = False, **more: Any) -> Any:
    return a_hypothesis(base_rate=lognormal(1.5, 0.5), **EFFECT, **(EXCITED if excited else {}), **more)


def some_values(transform: Any, rows: int = 7) -> np.ndarray:
    return transform.from_normal(np.random.default_rng(4).standard_normal((rows, transform.dimensions)))


def uncertain(*per_window: dict[str, Any], responses: Any = (), **record: Any) -> Evidence:
    """Three windows, 0 to 6, 6 to 10 and 10 to 18, each with its fields."""
    three = windows((0, 6, 9), (6, 10, 5), (10, 18, 14))
    return some_evidence(tuple(w | x for w, x in zip(three, per_window, strict=True)), responses, **record)


def test_an_edge_is_shared_and_a_strike_at_it_stays_where_only_the_counts_edge_is_uncertain() -> None:
    """±1 day at the end of W1, half a day at the strike that ends W2: two shifts, and the second takes its strike along."""
    evidence = uncertain(
        {"end_within_days": 1.0},
        {},
        {},
        responses=[strike(6.0, "C1"), strike(10.0, "C2") | {"date_within_days": 0.5}],
    )
    assert evidence.shifts == (
        Shift(-1.0, 1.0, ("W2",), ("W1",)),
        Shift(-0.5, 0.5, ("W3",), ("W2",), ("C2",)),
    )
    for x in layouts(evidence):
        one, two, three = x.windows
        assert one.end == two.start
        assert two.end == three.start == x.strikes[1].time
        assert x.strikes[0].time == 6.0
        assert (one.start, three.end) == (0.0, 18.0)
        assert not x.uncertain


def test_a_lag_moves_every_edge_together_but_a_strikes_and_an_opening_attacks() -> None:
    """Counts up to 6 and 18 lag by 0 to 2 days; the edge at the strike of day 10 and the first attack's hour do not."""
    evidence = uncertain(
        {"begins_at_attack": True},
        {},
        {},
        responses=[strike(10.0)],
        reporting_lag_days={"low": 0.0, "high": 2.0},
    )
    assert evidence.shifts == (Shift(-2.0, -0.0, ("W2",), ("W1", "W3")),)
    edges = [[(w.start, w.end) for w in x.windows] for x in layouts(evidence, 2)]
    assert edges == [[(0, 4.5), (4.5, 10), (10, 16.5)], [(0, 5.5), (5.5, 10), (10, 17.5)]]


def test_the_lattice_has_each_edge_at_the_midpoints_of_equal_cells() -> None:
    """Each column of 8 points is (i + ½)/8 in some order, in up to 30 dimensions."""
    for column in lattice(8, 30).T:
        np.testing.assert_allclose(np.sort(column), (np.arange(8) + 0.5) / 8)


def test_nothing_uncertain_leaves_the_plain_filter() -> None:
    """``counted`` gives the filter itself; a mixture over one layout equals it to rounding, with and without excitation."""
    evidence = uncertain({"begins_at_attack": True, "by_place": {"iraq": 4}}, {"ended_by": "triggered"}, {})
    for excited in (False, True):
        plain, transform = a_filter(evidence, hypothesis(excited=excited))
        assert type(a_filter(evidence, hypothesis(excited=excited), kind=counted)[0]) is CountFilter
        mixture, _ = a_filter(evidence, hypothesis(excited=excited), kind=CountMixture)
        values = some_values(transform)
        np.testing.assert_allclose(mixture(values), plain(values), rtol=1e-12, atol=1e-12)
        assert mixture.terms == plain.terms


def of_points(points: int) -> Any:
    """The mixture over so many layouts, as a builder takes it."""
    return lambda evidence, reader: CountMixture(evidence, reader, points)


@pytest.mark.parametrize("excited", [False, True])
def test_two_layouts_are_averaged(excited: bool) -> None:
    """End of W1 within ±1 day at 2 points: log ½(L(5.5) + L(6.5)) of plain filters on records written so by hand."""
    evidence = uncertain(
        {"end_within_days": 1.0, "by_place": {"iraq": 4, "syria": 5}}, {}, {}, responses=[strike(6.0)]
    )
    mixture, transform = a_filter(evidence, hypothesis(excited=excited), kind=of_points(2))
    values = some_values(transform)
    by_hand = []
    for edge in (5.5, 6.5):
        moved = windows((0, edge, 9), (edge, 10, 5), (10, 18, 14), by_place={"iraq": 4, "syria": 5})
        plain, _ = a_filter(some_evidence(moved, [strike(6.0)]), hypothesis(excited=excited))
        by_hand.append(plain(values))
    total = np.log(np.mean(np.exp([x.sum(axis=1) for x in by_hand]), axis=0))
    found = mixture(values)
    np.testing.assert_allclose(found.sum(axis=1), total, rtol=1e-10)
    first = np.log(np.mean(np.exp([x[:, 0] for x in by_hand]), axis=0))
    np.testing.assert_allclose(found[:, 0], first, rtol=1e-10)


def test_a_triggered_end_is_held_against_one_rate_over_the_window_as_stated() -> None:
    """W1 ends at a strike within ±1 day: log ½ Σ P(9; Λ_j)·λ(T_j)·6/Λ_j over T_j = 5.5 and 6.5, whatever the layout's length.

    The density of an end at T_j is λ(T_j)·n/Λ_j; 6/n, the same in every layout, makes it a ratio to one at a constant rate.
    """
    from scipy import stats
    from scipy.integrate import quad

    evidence = some_evidence(
        windows((0, 6, 9), ended_by="triggered"),
        [strike(6.0) | {"date_within_days": 1.0}],
        settings=ONE_PLACE,
    )
    drift = a_hypothesis(
        base_rate=lognormal(1.0, 1.0), mobilisation_drift=normal(0.0, 0.5), held={"drift_days": 10.0}
    )
    mixture, transform = a_filter(evidence, drift, ONE_PLACE, of_points(2))
    row = np.array(
        [[{"base_rate": 1.4, "mobilisation_drift": 0.9, "share_iraq": 1.0}[n] for n in transform.names]]
    )
    rate = lambda t: 1.4 * np.exp(0.9 * (1 - np.exp(-t / 10.0)))  # noqa: E731  one line of a formula
    by_hand = 0.0
    for end in (5.5, 6.5):
        mean = quad(rate, 0, end)[0]
        by_hand += 0.5 * stats.poisson(mean).pmf(9) * rate(end) * 6.0 / mean
    assert mixture(row).sum() == pytest.approx(np.log(by_hand), rel=1e-9)


@pytest.mark.parametrize(
    ("fields", "responses", "said"),
    [
        (
            ({"end_within_days": 2.5}, {"end_within_days": 1.5}, {}),
            (),
            "W2 is 4 days long: expected uncertain edges",
        ),
        (
            ({}, {"start_within_days": 1.0}, {}),
            (),
            "expected 0 where W1 ends, found 1: write it as that one's",
        ),
        (
            ({"ended_by": "triggered", "end_within_days": 0.5}, {}, {}),
            [strike(6.0)],
            "write its date_within_days",
        ),
    ],
)
def test_edges_that_could_turn_a_window_round_are_refused(fields: Any, responses: Any, said: str) -> None:
    """One line says what to write."""
    with pytest.raises(ConfigError, match=said):
        uncertain(*fields, responses=responses)


def test_the_mistake_is_located_in_the_record() -> None:
    """Path, line and column of the window come from the file's own reader."""
    from calibration.evidence import admit
    from tests.calibration.builders import a_record

    record = a_record(tuple(windows((0, 1, 2), (1, 3, 4))[i] | {"end_within_days": 2.0} for i in (0, 1)))
    with pytest.raises(ConfigError, match=r"mine.yaml:7:3: "):
        admit(record, some_settings(), locate=lambda field: ("mine.yaml", 7, 3))


def test_predictive_counts_take_the_layouts_in_turn() -> None:
    """Attacks at days 5.2 and 6.2, the edge at 6 within ±1, so at 5 + (i + ½)/4: W1 holds 0 once, 1 four times, 2 thrice."""
    evidence = uncertain({"end_within_days": 1.0}, {}, {})
    events = [Reported(t, ATTACK, i, "iraq", i) for i, t in enumerate((5.2, 6.2))]
    counts = counts_of(evidence, [events] * 8)
    assert sorted(counts[:, 0, 0].tolist()) == [0, 1, 1, 1, 1, 2, 2, 2]
    assert (counts.sum(axis=(1, 2)) == 2).all()


def checked(evidence: Evidence, kind: Any, data_sets: int = 300) -> Any:
    h = a_hypothesis(base_rate=lognormal(6.0, 0.4), strike_effect=normal(0.0, 1.0))
    likelihood, transform = a_filter(evidence, h, ONE_PLACE, kind)
    return simulation_based_calibration(likelihood, transform, data_sets=data_sets, draws=1500, seed=3)


def test_a_strike_whose_day_is_uncertain_is_calibrated_and_the_plain_filter_is_not() -> None:
    """300 data sets, the strike and the edge at it drawn within ±3 days of day 5 (false alarm 3.6e-4 for three ranks).

    The plain filter, sure of the day, is off by more than twice what chance allows in each.
    """
    evidence = some_evidence(
        windows((0, 5, 1), (5, 10, 1)), [strike(5.0) | {"date_within_days": 3.0}], settings=ONE_PLACE
    )
    right, control = checked(evidence, counted), checked(evidence, CountFilter)
    assert max(right.distance.values()) < UNIFORM, right
    assert control.distance["strike_effect"] > UNIFORM
    assert control.distance["log_likelihood"] > 2 * UNIFORM


def test_a_lag_and_an_edge_that_is_not_the_strike_are_calibrated() -> None:
    """150 data sets each: a lag of 0 to 3 days, and an edge within ±2 days of a strike that stays (false alarm 7e-4)."""
    lagging = some_evidence(
        windows(*((2.0 * i, 2.0 * i + 2.0, 1) for i in range(5))),
        [strike(6.5)],
        settings=ONE_PLACE,
        reporting_lag_days={"low": 0.0, "high": 3.0},
    )
    three = windows((0, 3, 1), (3, 6, 1), (6, 9, 1))
    loose = some_evidence(
        (three[0], three[1] | {"end_within_days": 2.0}, three[2]), [strike(6.0)], settings=ONE_PLACE
    )
    for evidence in (lagging, loose):
        found = checked(evidence, counted, 150)
        assert max(found.distance.values()) < UNIFORM, found
