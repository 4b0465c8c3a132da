"""Attacks simulated by clusters: immigrants, their offspring, and which of them are reported.

A second way to simulate the process, without the engine and without thinning under a bound that moves: for checks
that need thousands of data sets.
"""

from collections.abc import Mapping

import numpy as np

from calibration.arrays import Floats, Indices, as_floats
from calibration.evidence import Evidence
from calibration.layouts import drawn
from calibration.likelihoods.immigrants import ImmigrantRate
from calibration.observe import miscounted

MOST_ATTACKS = 20_000


class TooManyAttacks(ValueError):
    """A run of more than 20,000 attacks."""


def simulate_windows(
    evidence: Evidence, parameters: Mapping[str, float], rng: np.random.Generator
) -> list[int]:
    """Reported attacks in each window of the evidence, one run; edges and counts that are uncertain are drawn.

    If the first window begins at an attack, one is put there, reported. Raises TooManyAttacks past 20,000.
    """
    return [int(n) for n in simulate_places(evidence, parameters, rng).sum(axis=1)]


def simulate_places(evidence: Evidence, parameters: Mapping[str, float], rng: np.random.Generator) -> Indices:
    """Reported attacks by window and place [windows, places], one run; offspring fall where their parent did."""
    if evidence.shifts:
        evidence = drawn(evidence, rng)
    rate = ImmigrantRate(evidence, parameters)
    start, end = evidence.origin, evidence.windows[-1].end
    number = rng.poisson(rate.most * (end - start))
    candidates = start + (end - start) * rng.random(min(number, MOST_ATTACKS + 1))
    kept = (
        candidates[rng.random(len(candidates)) * rate.most < rate(candidates)]
        if len(candidates)
        else candidates
    )
    opening = evidence.windows[0].begins_at_attack
    days = parameters.get("excitation_days", 5.0)
    late = start + rng.exponential(days, rng.poisson(rate.left_before * days))  # set off before the record
    kept = as_floats(np.append(kept, late[late < end]))
    generation: Floats = as_floats(np.append(kept, start) if opening else kept)
    first, family = generation, np.arange(len(generation))
    times, families = [kept], [family[: len(kept)]]
    n = parameters.get("branching_ratio", 0.0)
    total = len(kept)
    while len(generation) and n > 0.0:
        offspring = rng.poisson(n, len(generation))
        parents, family = np.repeat(generation, offspring), np.repeat(family, offspring)
        generation = parents + rng.exponential(days, len(parents))
        generation, family = generation[generation < end], family[generation < end]
        times.append(generation)
        families.append(family)
        total += len(generation)
        if total > MOST_ATTACKS:
            raise TooManyAttacks(f"more than {MOST_ATTACKS} attacks")
    attacks, whose = np.concatenate(times), np.concatenate(families)
    reported = rng.random(len(attacks)) < parameters.get("completeness", 1.0)
    where = rate.places(first, rng.random(len(first)))
    counts = np.zeros((len(evidence.windows), len(evidence.places)), dtype=np.int64)
    for i, w in enumerate(evidence.windows):
        inside = reported & (w.start <= attacks) & (attacks < w.end)
        counts[i] = np.bincount(where[whose[inside]], minlength=len(evidence.places))
        if w.share < 1.0:
            counts[i] = rng.binomial(counts[i], w.share)
    if opening:
        counts[0, where[-1]] += 1
    if any(w.moved for w in evidence.windows):
        counts = miscounted(evidence, counts, rng)
    return counts
