"""Attacks simulated by clusters: immigrants, their offspring, and which of them are reported.

A second way to simulate the process, without the engine and without thinning under a bound that moves: for checks
that need thousands of data sets.
"""

from collections.abc import Mapping

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.layouts import drawn
from calibration.likelihoods.immigrants import ImmigrantRate
from calibration.observe import miscounted

MOST_ATTACKS = 20_000


def simulate_windows(
    evidence: Evidence, parameters: Mapping[str, float], rng: np.random.Generator
) -> list[int]:
    """Reported attacks in each window of the evidence, one run; edges and counts that are uncertain are drawn.

    If the first window begins at an attack, one is put there, reported. Raises ValueError past 20,000 attacks.
    """
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
    times = [kept]
    n = parameters.get("branching_ratio", 0.0)
    total = len(kept)
    while len(generation) and n > 0.0:
        parents = np.repeat(generation, rng.poisson(n, len(generation)))
        generation = parents + rng.exponential(days, len(parents))
        generation = generation[generation < end]
        times.append(generation)
        total += len(generation)
        if total > MOST_ATTACKS:
            raise ValueError(f"more than {MOST_ATTACKS} attacks")
    attacks = np.concatenate(times)
    reported = attacks[rng.random(len(attacks)) < parameters.get("completeness", 1.0)]
    counts = [int(((w.start <= reported) & (reported < w.end)).sum()) for w in evidence.windows]
    counts = [
        n if w.share == 1.0 else int(rng.binomial(n, w.share))
        for n, w in zip(counts, evidence.windows, strict=True)
    ]
    counts[0] += opening
    if any(w.moved for w in evidence.windows):
        counts = [int(n) for n in miscounted(evidence, np.array(counts)[:, None], rng)[:, 0]]
    return counts
