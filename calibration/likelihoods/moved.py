"""Counts of which some attacks may have been counted on the wrong side of an edge.

At an edge, s of the attacks before it were counted after it (s < 0: the other way about), so that a window with n counted has

    t = n + s_end - s_start

attacks. Edges are settled in order of time: with c = t + s_start attacks at hand in the window before and t' in the one
after, s is uniform on the whole numbers from -min(k, t') to min(k, c): each shift alike, but none that takes more than there
is; where nobody counts after an edge, from -k. An attack that opened a window stays there. The sum over all shifts goes
from edge to edge, one state for each s: exact without self-excitation; with it a state's excitation is its mean
over the shifts before.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, logsumexp

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.likelihoods.counts import log_probability
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.places import Moments
from calibration.likelihoods.prepared import Prepared, WindowCounts
from calibration.shifts import TOUCHING


class MovedCounts(NamedTuple):
    """Log probability [W] of each count given those before it, and mean and variance of each window's count."""

    counts: list[Floats]
    moments: list[Moments]


class States(NamedTuple):
    """Shifts at an edge, the attacks at hand before it under each, and the log probability of all so far [states, W]."""

    most: int
    shifts: Floats
    at_hand: Floats
    level: Floats


def moved_counts(likelihood: CountFilter, prepared: Prepared, attacks: Sequence[int]) -> MovedCounts:
    """Sum over every way in which attacks may have been moved."""
    evidence, held = likelihood.evidence, likelihood.triggers_held
    states = States(0, np.zeros(1), np.zeros(1), np.zeros((1, 1)))
    x = as_floats(prepared.at_start[None, :])
    known: Floats = np.zeros(1)
    counts, moments = [], []
    for stage in prepared.stages:
        i = stage.stretch.window
        if i < 0:
            x = x * stage.left + stage.gain
            continue
        seen = attacks[i]
        if evidence.windows[i].begins_at_attack:
            seen -= 1
            x = x + prepared.excitement
        window = prepared.counts(stage, x)
        before = np.exp(states.level - logsumexp(states.level, axis=0))
        moments.append(
            tuple((before * m).sum(axis=0) for m in (window.reported_mean, window.reported_variance))
        )
        most, shifts = (
            evidence.windows[i].moved,
            np.arange(-evidence.windows[i].moved, evidence.windows[i].moved + 1.0),
        )
        true = seen + shifts[None, :] - states.shifts[:, None]
        joint = states.level[:, None, :] + _log_ways(likelihood, window, states, true, held[i], seen)
        joint = np.where((seen + shifts >= 0.0)[None, :, None], joint, -np.inf)
        if not _counted_after(evidence, i):  # settled at once
            joint = (
                joint - np.log(np.minimum(most, np.maximum(seen + shifts, 0.0)) + most + 1.0)[None, :, None]
            )
        level = as_floats(logsumexp(joint, axis=0))
        if likelihood.reader.excites:
            ahead = (x * stage.left)[:, None, :] + stage.gain * _likely(window, true)
            chance = np.exp(joint - np.where(np.isfinite(level), level, 0.0))
            x = as_floats((chance * ahead).sum(axis=0))
        if _counted_after(evidence, i):
            states = States(most, shifts, seen + shifts, level)
            upto = as_floats(logsumexp(level, axis=0)) - np.log(len(shifts))
        else:
            upto = as_floats(logsumexp(level, axis=0))
            x = as_floats((np.exp(level - upto) * x).sum(axis=0)[None, :])
            states = States(0, np.zeros(1), np.zeros(1), upto[None, :])
        counts.append(upto - known)
        known = upto
    return MovedCounts(counts, moments)


def _log_ways(
    likelihood: CountFilter, window: WindowCounts, states: States, true: Floats, triggers: int, seen: int
) -> Floats:
    """Log probability [states, shifts, W] of the true number, and of the shift at the window's start."""
    number = np.maximum(true, 0.0)
    law = likelihood.given(window.reported_mean[:, None, :], window.reported_variance[:, None, :])
    at_start = (
        np.minimum(states.most, np.maximum(states.at_hand, 0.0))[:, None]
        + np.minimum(states.most, number)
        + 1.0
    )
    fixed = _arrangements(number, triggers) - _arrangements(np.array(max(seen, triggers, 0.0)), triggers)
    fixed = np.where(true >= 0.0, fixed - np.log(at_start), -np.inf)
    return as_floats(log_probability(law, number[:, :, None]) + fixed[:, :, None])


def _arrangements(number: Floats, triggers: int) -> Floats:
    """log n!/(n - m)!: which of n attacks are the m that triggered an end; -inf for m > n."""
    if triggers == 0:
        return np.zeros_like(number)
    return as_floats(gammaln(number + 1.0) - gammaln(number - triggers + 1.0))


def _likely(window: WindowCounts, true: Floats) -> Floats:
    """Attacks that so many reported ones make likely, as ``CountFilter.made_likely`` [states, shifts, W]."""
    slope = window.completeness * window.variance / window.reported_variance
    above = true[:, :, None] - window.reported_mean[:, None, :]
    return np.maximum(window.mean[:, None, :] + slope[:, None, :] * above, 0.0)


def _counted_after(evidence: Evidence, i: int) -> bool:
    """Whether the next window begins where window i ends."""
    return (
        i + 1 < len(evidence.windows) and evidence.windows[i + 1].start <= evidence.windows[i].end + TOUCHING
    )
