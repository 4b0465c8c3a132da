"""What a filter knows before it sees any count: for each window, moments as a line in the excitation carried in.

The moments and the moves of the excitation don't depend on the counts, so that once prepared, any number of
data sets can be tried on the same parameter vectors (simulation-based calibration, predictive moments).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from calibration.arrays import Floats
from calibration.evidence import Evidence
from calibration.likelihoods.clusters import MOST_BRANCHING, cluster_moments
from calibration.likelihoods.counts import thinned
from calibration.likelihoods.parameters import Parameters
from calibration.likelihoods.rates import Rate, Rates, Stretch

LEAST = 1e-300


class WindowCounts(NamedTuple):
    """A window's counts before they are seen: true mean and variance, and reported ones; each [W]."""

    mean: Floats
    variance: Floats
    reported_mean: Floats
    reported_variance: Floats
    completeness: Floats


class Stage(NamedTuple):
    """A window or a gap; each field [W].

    The count's mean is mean + mean_per_x · x for x carried in, and likewise its variance; then
    x → x · left + gain · (attacks in the window), or x · left + gain in a gap.
    """

    stretch: Stretch
    rate: Rate
    mean: Floats
    mean_per_x: Floats
    variance: Floats
    variance_per_x: Floats
    left: Floats
    gain: Floats


class Prepared(NamedTuple):
    """Stages in order of time, the excitation before the first, and what an attack adds to it, nβ; each [W].

    ``others`` is the same under other layouts of uncertain edges.
    """

    stages: tuple[Stage, ...]
    at_start: Floats
    excitement: Floats
    completeness: Floats
    others: tuple["Prepared", ...] = ()

    @property
    def windows(self) -> Iterator[Stage]:
        """The stages that are windows."""
        return (s for s in self.stages if s.stretch.window >= 0)

    def scaled(self, level: Floats) -> "Prepared":
        """The same at ``level`` times the immigrant rate [W]; what one attack does is unchanged."""
        stages = []
        for s in self.stages:
            rate = s.rate._replace(
                total=s.rate.total * level[:, None],
                by_place=s.rate.by_place * level[:, None],
                asked=s.rate.asked * level[:, None],
            )
            gain = s.gain * level if s.stretch.window < 0 else s.gain
            stages.append(s._replace(rate=rate, mean=s.mean * level, variance=s.variance * level, gain=gain))
        others = tuple(x.scaled(level) for x in self.others)
        return self._replace(stages=tuple(stages), at_start=self.at_start * level, others=others)

    def counts(self, stage: Stage, x: Floats) -> WindowCounts:
        """Moments of a window's counts, given the excitation carried into it."""
        mean = np.maximum(stage.mean + x * stage.mean_per_x, LEAST)
        variance = np.maximum(stage.variance + x * stage.variance_per_x, mean)
        reported = self.completeness * stage.stretch.share
        return WindowCounts(mean, variance, *thinned(mean, variance, reported), reported)


def prepare(rates: Rates, evidence: Evidence, p: Parameters, *, excites: bool) -> Prepared:
    """Everything that the filter needs of these parameter vectors."""
    nothing = np.zeros(1)
    stages = []
    following: Sequence[bool] = [w.begins_at_attack for w in evidence.windows]
    reached = 0
    for stretch, rate in rates.walk(p):
        if not excites:
            mean = rate.total @ rate.weights
            stages.append(Stage(stretch, rate, mean, nothing, mean, nothing, nothing, nothing))
        elif stretch.window < 0:
            stages.append(_gap(p, stretch, rate, quiet=following[reached]))
        else:
            stages.append(_window(p, stretch, rate))
        reached += stretch.window >= 0
    excitement = (branching(p) / p.excitation_days)[:, 0] if excites else nothing
    at_start = left_before(p, rates.unstruck_at_start(p)) if excites else nothing
    return Prepared(tuple(stages), at_start, excitement, p.completeness[:, 0])


def branching(p: Parameters) -> Floats:
    """n, kept below 1."""
    return np.minimum(p.branching_ratio, MOST_BRANCHING)


def left_before(p: Parameters, background: Floats) -> Floats:
    """x = v · n/(1 - n) · μ(0): the share v of the stationary excitation under the background of day 0 [W]."""
    n = branching(p)[:, 0]
    return p.excitation_at_start[:, 0] * n / (1.0 - n) * background


def _window(p: Parameters, stretch: Stretch, rate: Rate) -> Stage:
    """Mean ∫ (μ + x e^{-βu}) M and variance ∫ (μ + x e^{-βu}) S; x → x e^{-βL} + nβ N (1 - e^{-βL})/(βL)."""
    length = stretch.end - stretch.start
    m = cluster_moments(p.branching_ratio, p.excitation_days, stretch.end - rate.days)
    carried = np.exp(-(rate.days - stretch.start) / p.excitation_days) * rate.weights
    left = np.exp(-length / p.excitation_days[:, 0])
    return Stage(
        stretch,
        rate,
        (rate.total * m.mean) @ rate.weights,
        (carried * m.mean).sum(axis=1),
        (rate.total * m.second) @ rate.weights,
        (carried * m.second).sum(axis=1),
        left,
        branching(p)[:, 0] * (1.0 - left) / length,
    )


def _gap(p: Parameters, stretch: Stretch, rate: Rate, *, quiet: bool) -> Stage:
    """The mean of the excitation, nobody counting: x e^{-κG} + nβ ∫ μ(s) e^{-κ(G - s)} ds.

    A gap before a window that its first attack opens is quiet: x e^{-βG}.
    """
    nothing, length = np.zeros(1), stretch.end - stretch.start
    if quiet:
        left = np.exp(-length / p.excitation_days[:, 0])
        return Stage(stretch, rate, nothing, nothing, nothing, nothing, left, nothing)
    slow = (1.0 - branching(p)) / p.excitation_days
    gain = (rate.total * np.exp(-slow * (stretch.end - rate.days))) @ rate.weights
    excitement = (branching(p) / p.excitation_days)[:, 0]
    left = np.exp(-slow[:, 0] * length)
    return Stage(stretch, rate, nothing, nothing, nothing, nothing, left, excitement * gain)
