"""The moment-matched generalized-Poisson filter: closed form, thousands of parameter vectors at a call.

Attacks of all places together are a Hawkes process with the immigrant rate of ``rates``. In each window the
true number of attacks has the mean ∫ rM and variance ∫ rS of ``clusters``, with r(u) = μ(u) + x e^{-βu} and x
the excitation carried into the window; the reported number is thinned by the completeness d; both are
generalized Poisson of these moments. Then x moves on by the number of attacks that the report makes likely:

    N̂ = m + d·v/v_r · (n - d·m),        x → x e^{-βL} + nβ · N̂ (1 - e^{-βL})/(βL)

A window that begins at an attack is conditioned on it: one attack fewer to explain, x starts nβ higher, and the
gap before it was quiet. Other gaps between windows move x by its mean. Exact for n = 0 (Poisson) and for fast excitation. A bound of
«at least» changes nothing: what went unreported is the completeness's, for the whole record.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from calibration.arrays import Floats
from calibration.evidence import Evidence
from calibration.files import canonical
from calibration.likelihoods.clusters import MOST_BRANCHING, cluster_moments
from calibration.likelihoods.counts import Counts, log_probability, matched, thinned
from calibration.likelihoods.parameters import Parameters, Reader
from calibration.likelihoods.places import PlaceSplits
from calibration.likelihoods.rates import Rate, Rates, Stretch
from calibration.priors import PriorTransform

CHUNK = 1024  # parameter vectors at a time: arrays of [1024, nodes] stay in the cache
IMPOSSIBLE = -1e12


class WindowCounts(NamedTuple):
    """A window's counts before they are seen: true mean and variance, and reported ones; each [W]."""

    mean: Floats
    variance: Floats
    reported_mean: Floats
    reported_variance: Floats
    completeness: Floats


class Step(NamedTuple):
    """A window as the filter comes by; ``seen`` leaves out the attack that opened it."""

    stretch: Stretch
    rate: Rate
    counts: WindowCounts
    seen: int


class CountFilter:
    """Log likelihood of a record's counts: call with values [W, names], get [W, terms].

    ``terms`` names the columns: each window; ``<window>:end`` where an attack triggered its end; and
    ``<windows>:place`` for each split by place. The boundary term of a triggered end is log(λ(T)·L/Λ), against
    an end at a constant rate; it is read only where there is no self-excitation (``notes`` says so).
    """

    def __init__(self, evidence: Evidence, reader: Reader) -> None:
        self.evidence, self.reader = evidence, reader
        self._rates = Rates(evidence, drifts=reader.drifts, affects=reader.affects and bool(evidence.strikes))
        self._splits = PlaceSplits(evidence)
        triggered = [i for i, w in enumerate(evidence.windows) if w.triggered]
        self._ends = () if reader.excites else tuple(triggered)
        self.notes = tuple(
            f"the end of {evidence.windows[i].id} is taken for exogenous: with self-excitation the closed form "
            "does not know its boundary term"
            for i in triggered
            if reader.excites
        )
        ids = [w.id for w in evidence.windows]
        self.terms = [*ids, *(f"{ids[i]}:end" for i in self._ends), *self._splits.terms]

    def __call__(self, values: Floats) -> Floats:
        """Log likelihood [W, terms] of values [W, names]."""
        parts = [self._chunk(values[i : i + CHUNK]) for i in range(0, len(values), CHUNK)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.terms)))

    def signature(self, transform: PriorTransform) -> str:
        """What the likelihood reads under this evidence, and with which priors: equal for equal likelihoods."""
        document = transform.document()
        reads = self.reader.reads(self.evidence.strikes)
        pooled = [x for x in document["pooling"] if any(f'"{n}"' in x for n in reads)]
        return canonical(
            {
                "priors": {n: x for n, x in document["priors"].items() if n in reads},
                "constants": {n: x for n, x in self.reader.constants.items() if n in reads - set(transform.names)},
                "pooling": pooled,
                "shares": document["concentration"] if self._splits.terms else None,
                "ends": self._ends,
            }
        )

    def moments(self, values: Floats) -> list[WindowCounts]:
        """Moments of each window's reported count, an opening attack apart, given the windows before it."""
        return [x.counts for x in self._walk(self.reader.read(values))]

    def _chunk(self, values: Floats) -> Floats:
        p = self.reader.read(values)
        steps = list(self._walk(p))
        counts = [
            log_probability(self.given(x.counts.reported_mean, x.counts.reported_variance), x.seen) for x in steps
        ]
        ends = [_triggered_end(steps[i].stretch, steps[i].rate) for i in self._ends]
        splits = self._splits.log_probability(
            [(x.counts.reported_mean, x.counts.reported_variance) for x in steps],
            [x.rate.by_place for x in steps],
            self.given,
        )
        out = np.stack([np.broadcast_to(x, (len(values),)) for x in (*counts, *ends, *splits)], axis=1)
        return np.where(np.isnan(out), IMPOSSIBLE, np.maximum(out, IMPOSSIBLE))

    def _walk(self, p: Parameters) -> Iterator[Step]:
        """The windows in order of time, the excitation carried from one to the next."""
        state: Floats = np.zeros(len(p.shares))
        for stretch, rate in self._rates.walk(p):
            if stretch.window < 0:
                following = next(w for w in self.evidence.windows if w.start >= stretch.end - 1e-9)
                state = self._through_gap(p, stretch, rate, state, following.begins_at_attack)
                continue
            w = self.evidence.windows[stretch.window]
            seen = w.attacks
            if w.begins_at_attack:
                seen -= 1
                state = state + _excitement(p)
            counts = self.window_counts(p, stretch, rate, state)
            yield Step(stretch, rate, counts, seen)
            state = self._after_window(p, stretch, state, self.attacks(counts, seen))

    def given(self, mean: Floats, variance: Floats) -> Counts:
        """Distribution of a count of this mean and variance."""
        return matched(mean, variance)

    def attacks(self, window: WindowCounts, seen: int) -> Floats:
        """Number of attacks that ``seen`` reported ones make likely (linear in what was seen), after an opening one."""
        slope = window.completeness * window.variance / window.reported_variance
        return np.maximum(window.mean + slope * (seen - window.reported_mean), 0.0)

    def window_counts(self, p: Parameters, stretch: Stretch, rate: Rate, state: Floats) -> WindowCounts:
        """Moments of a window's counts."""
        d = p.completeness[:, 0]
        if not self.reader.excites:
            mean = np.maximum(rate.total @ rate.weights, 1e-300)
            variance = mean
        else:
            m = cluster_moments(p.branching_ratio, p.excitation_days, stretch.end - rate.days)
            r = rate.total + state[:, None] * np.exp(-(rate.days - stretch.start) / p.excitation_days)
            mean = np.maximum((r * m.mean) @ rate.weights, 1e-300)
            variance = np.maximum((r * m.second) @ rate.weights, mean)
        return WindowCounts(mean, variance, *thinned(mean, variance, d), d)

    def _after_window(self, p: Parameters, stretch: Stretch, state: Floats, attacks: Floats) -> Floats:
        """x e^{-βL} + nβ N̂ (1 - e^{-βL})/(βL)."""
        if not self.reader.excites:
            return state
        length = stretch.end - stretch.start
        left = np.exp(-length / p.excitation_days[:, 0])
        return state * left + _branching(p)[:, 0] * attacks * (1.0 - left) / length

    def _through_gap(self, p: Parameters, stretch: Stretch, rate: Rate, state: Floats, quiet: bool) -> Floats:
        """x e^{-κG} + nβ ∫ μ(s) e^{-κ(G - s)} ds: the mean of the excitation, nobody counting.

        A gap before a window that its first attack opens is quiet: x e^{-βG}.
        """
        if not self.reader.excites:
            return state
        if quiet:
            return state * np.exp(-(stretch.end - stretch.start) / p.excitation_days[:, 0])
        slow = (1.0 - _branching(p)) / p.excitation_days
        gain = np.exp(-slow * (stretch.end - rate.days))
        left = np.exp(-slow[:, 0] * (stretch.end - stretch.start))
        return state * left + _excitement(p) * ((rate.total * gain) @ rate.weights)


def _branching(p: Parameters) -> Floats:
    return np.minimum(p.branching_ratio, MOST_BRANCHING)


def _excitement(p: Parameters) -> Floats:
    """nβ [W]: what one attack adds to the rate."""
    return (_branching(p) / p.excitation_days)[:, 0]


def _triggered_end(stretch: Stretch, rate: Rate) -> Floats:
    """log(λ(T) · L/Λ): rate at the end over the window's mean rate. 0 for a constant rate."""
    mean = np.maximum(rate.total @ rate.weights, 1e-300) / (stretch.end - stretch.start)
    return np.log(np.maximum(rate.at_end, 1e-300) / mean)
