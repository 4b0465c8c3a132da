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
from scipy.special import gammaln

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.likelihoods.counts import log_probability
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.places import Moments
from calibration.likelihoods.prepared import LEAST, Prepared, WindowCounts
from calibration.shifts import TOUCHING


class MovedCounts(NamedTuple):
    """Log probability [W] of each count given those before it, and mean and variance of each window's count."""

    counts: list[Floats]
    moments: list[Moments]


class States(NamedTuple):
    """Shifts at an edge, the attacks at hand before it under each, and how likely each is so far [states, W]."""

    most: int
    shifts: Floats
    at_hand: Floats
    chance: Floats


NONE_MOVED = States(0, np.zeros(1), np.zeros(1), np.ones((1, 1)))


def moved_counts(likelihood: CountFilter, prepared: Prepared, attacks: Sequence[int]) -> MovedCounts:
    """Sum over every way in which attacks may have been moved."""
    evidence, triggers = likelihood.evidence, likelihood.triggers_held
    states, x = NONE_MOVED, as_floats(prepared.at_start[None, :])
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
        moments.append(
            (
                (states.chance * window.reported_mean).sum(axis=0),
                (states.chance * window.reported_variance).sum(axis=0),
            )
        )
        most = evidence.windows[i].moved
        shifts = np.arange(-most, most + 1.0)
        true = seen + shifts[None, :] - states.shifts[:, None]
        share = _share_of_ways(states, true) * (seen + shifts >= 0.0)
        share = share * np.exp(
            _arrangements(true, triggers[i]) - _arrangements(np.array([float(seen)]), triggers[i])
        )
        settled = not _counted_after(evidence, i)
        if settled:
            share = share / (np.minimum(most, np.maximum(seen + shifts, 0.0)) + most + 1.0)
        joint, log_scale = _joint(likelihood, window, states.chance, true, share)
        of_shift = as_floats(joint.sum(axis=0))
        total = of_shift.sum(axis=0)
        if likelihood.reader.excites:
            ahead = (x * stage.left)[:, None, :] + stage.gain * _likely(window, true)
            x = as_floats((joint * ahead).sum(axis=0) / np.maximum(of_shift, LEAST))
            x = as_floats((of_shift * x).sum(axis=0)[None, :] / np.maximum(total, LEAST)) if settled else x
        ways = np.log(len(states.shifts)) - (
            0.0 if settled else np.log(len(shifts))
        )  # 1/ways of an edge comes after it
        counts.append(as_floats(np.log(np.maximum(total, LEAST)) + log_scale + ways))
        chance = as_floats(of_shift / np.maximum(total, LEAST))
        states = NONE_MOVED if settled else States(most, shifts, seen + shifts, chance)
    return MovedCounts(counts, moments)


def _share_of_ways(states: States, true: Floats) -> Floats:
    """Probability [states, shifts] of the shift at a window's start, given what was at hand on either side; 0 if impossible."""
    before = np.minimum(states.most, np.maximum(states.at_hand, 0.0))[:, None]
    return np.where(true >= 0.0, 1.0 / (before + np.minimum(states.most, np.maximum(true, 0.0)) + 1.0), 0.0)


def _joint(
    likelihood: CountFilter, window: WindowCounts, chance: Floats, true: Floats, share: Floats
) -> tuple[Floats, Floats]:
    """Probability [states, shifts, W] of a state, the true number and a shift, over the exponential of a scale [W]."""
    number = np.maximum(true, 0.0)
    if likelihood.reader.excites:
        law = likelihood.given(window.reported_mean[:, None, :], window.reported_variance[:, None, :])
        log_p = log_probability(law, number[:, :, None])
        scale = as_floats(log_p.max(axis=(0, 1)))
        p = np.exp(log_p - scale)
    else:  # one law for every state: few different numbers
        different, where = np.unique(number, return_inverse=True)
        log_p = log_probability(
            likelihood.given(window.reported_mean, window.reported_variance), different[:, None]
        )
        scale = as_floats(log_p.max(axis=0))
        p = np.exp(log_p - scale)[where.reshape(number.shape)]
    return as_floats(chance[:, None, :] * share[:, :, None] * p), scale


def _arrangements(number: Floats, triggers: int) -> Floats:
    """log n!/(n - m)!: which of n attacks are the m that triggered an end; -inf for n < m."""
    if triggers == 0:
        return np.zeros_like(number)
    n = np.maximum(number, triggers)
    return np.where(number < triggers, -np.inf, gammaln(n + 1.0) - gammaln(n - triggers + 1.0))


def _likely(window: WindowCounts, true: Floats) -> Floats:
    """Attacks that so many reported ones make likely, as ``CountFilter.made_likely`` [states, shifts, W]."""
    slope = window.completeness * window.variance / window.reported_variance
    above = true[:, :, None] - window.reported_mean[:, None, :]
    return np.maximum(window.mean[:, None, :] + slope[:, None, :] * above, 0.0)


def _counted_after(evidence: Evidence, i: int) -> bool:
    """Whether attacks at the end of window i may have gone to the next, which begins there."""
    w = evidence.windows[i]
    return w.moved > 0 and i + 1 < len(evidence.windows) and evidence.windows[i + 1].start <= w.end + TOUCHING
