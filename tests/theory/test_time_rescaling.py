"""Simulated attacks, in units of their integrated intensity, are a Poisson process of rate 1 (Ogata 1988).

The intensity is the compensator's, worked out from the events alone. Three tests for each place: the
number of attacks against the integral (z of a Poisson count), the gaps against Exp(1) (Kolmogorov-Smirnov)
and neighbouring gaps against each other (correlation); each has a false-alarm rate of 6.4e-5 for a fresh
seed, so about 2e-4 a place. The controls switch the mechanism off in the compensator alone, and must fail.
"""

import numpy as np
import pytest
from scipy import stats

from sim.engine.events import Event
from tests.chance import FALSE_ALARM, MOST_Z
from tests.theory.compensator import Compensator, Floats, joined_gaps
from tests.theory.mechanisms import MECHANISMS, Mechanism
from tests.worlds import params, simulate, times

SHARES = (0.6, 0.4)


def enough_runs(m: Mechanism, attacks: int, seed: int) -> list[list[Event]]:
    """Whole runs until so many attacks have come."""
    runs: list[list[Event]] = []
    seen = 0
    while seen < attacks:
        runs.append(simulate(m.world, params(**m.on), SHARES, seed=seed, replication=len(runs)))
        seen += len(times(runs[-1]))
    return runs


def gaps_by_place(
    m: Mechanism, runs: list[list[Event]], changed: dict[str, float]
) -> list[tuple[Floats, float]]:
    """Gaps in operational time and the whole of it, by place."""
    full = {**params(**m.on)._asdict(), **changed}
    compensators = [Compensator(m.world, full, SHARES, events) for events in runs]
    return [joined_gaps(compensators, c) for c in range(len(SHARES))]


def z_of_count(gaps: Floats, whole: float) -> float:
    return float((len(gaps) - whole) / np.sqrt(whole))


def assert_unit_poisson(gaps: Floats, whole: float) -> None:
    z = z_of_count(gaps, whole)
    assert abs(z) <= MOST_Z, f"{len(gaps)} attacks for an integral of {whole:.1f}, z = {z:.2f}"
    p = stats.kstest(gaps, "expon").pvalue
    assert p > FALSE_ALARM, f"gaps of {len(gaps)} attacks are not Exp(1), p = {p:.2g}"
    u = -np.expm1(-gaps)
    r = np.corrcoef(u[1:], u[:-1])[0, 1] * np.sqrt(len(u) - 1)
    assert abs(r) <= MOST_Z, f"neighbouring gaps are correlated, z = {r:.2f}"


@pytest.mark.parametrize("name", MECHANISMS)
def test_attacks_are_unit_poisson_in_operational_time(name: str) -> None:
    """With the mechanism on, joined across runs; false alarm 4e-4 for each mechanism."""
    m = MECHANISMS[name]
    for gaps, whole in gaps_by_place(m, enough_runs(m, 1_000, seed=11), {}):
        assert_unit_poisson(gaps, whole)


@pytest.mark.nightly
@pytest.mark.parametrize("name", MECHANISMS)
def test_attacks_are_unit_poisson_over_many_runs(name: str) -> None:
    """The same over 20,000 attacks: an error of 4% in the rate of either place would show."""
    m = MECHANISMS[name]
    for gaps, whole in gaps_by_place(m, enough_runs(m, 20_000, seed=12), {}):
        assert_unit_poisson(gaps, whole)


@pytest.mark.nightly
@pytest.mark.parametrize("name", MECHANISMS)
def test_a_compensator_without_the_mechanism_fails(name: str) -> None:
    """Control: with the mechanism off in the compensator, the same tests fail by more than 5 standard errors."""
    m = MECHANISMS[name]
    for gaps, whole in gaps_by_place(m, enough_runs(m, 8_000, seed=13), dict(m.off)):
        p = stats.kstest(gaps, "expon").pvalue
        assert abs(z_of_count(gaps, whole)) > 5.0 or p < 1e-6


# Attacks that it takes to see that a mechanism is left out; the rest of them are for the nightly control alone.
SEEN_IN = dict.fromkeys(MECHANISMS, 1000) | dict.fromkeys(
    ("surprise", "capability used", "mobilisation", "many pieces"), 4_000
)
NIGHTLY_ONLY = ("constant rate", "struck every 0.05 day", "everything")  # 8,000 attacks and up to 10 s each


@pytest.mark.parametrize("name", [x for x in MECHANISMS if x not in NIGHTLY_ONLY])
def test_a_mechanism_left_out_is_seen_at_once(name: str) -> None:
    """Control for every run: with the mechanism off in the compensator alone, attacks differ from their integral.

    By more than 5 errors over both places together, or in the gaps of one of them (p < 1e-6): bounds that a
    compensator which is right passes in 1 of 400,000 uses.
    """
    m = MECHANISMS[name]
    found = gaps_by_place(m, enough_runs(m, SEEN_IN[name], seed=11), dict(m.off))
    attacks, whole = (sum(x) for x in zip(*((len(gaps), w) for gaps, w in found), strict=True))
    z = (attacks - whole) / np.sqrt(whole)
    p = min(float(stats.kstest(gaps, "expon").pvalue) for gaps, _ in found)
    assert abs(z) > 5.0 or p < 1e-6, (
        f"{attacks} attacks for an integral of {whole:.1f}, z = {z:.2f}, p = {p:.2g}"
    )
