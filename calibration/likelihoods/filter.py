"""The moment-matched generalized-Poisson filter: closed form, thousands of parameter vectors at a call.

Attacks of all places together are a Hawkes process with the immigrant rate of ``rates``. In each window the
true number of attacks has the mean ∫ rM and variance ∫ rS of ``clusters``, with r(u) = μ(u) + x e^{-βu} and x
the excitation carried into the window; the reported number is thinned by the completeness d; both are
generalized Poisson of these moments. Then x moves on by the number of attacks that the report makes likely:

    N̂ = m + d·v/v_r · (n - d·m),        x → x e^{-βL} + nβ · N̂ (1 - e^{-βL})/(βL)

It starts from the share v of its stationary level, x = v · n/(1 - n) · μ(0): attacks before the record have left
something, and how much is not known.

A window that begins at an attack is conditioned on it: one attack fewer to explain, x starts nβ higher, and the
gap before it was quiet. Other gaps between windows move x by its mean. Exact for n = 0 (Poisson) and for fast
excitation. A bound of «at least» changes nothing: what went unreported is the completeness's, for the whole record.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from calibration.arrays import Floats
from calibration.evidence import Evidence
from calibration.files import canonical
from calibration.likelihoods.counts import Counts, log_probability, matched
from calibration.likelihoods.parameters import Reader
from calibration.likelihoods.places import Moments, PlaceSplits
from calibration.likelihoods.prepared import Prepared, Stage, WindowCounts, prepare
from calibration.likelihoods.rates import Rates
from calibration.priors import PriorTransform

CHUNK = 1024  # parameter vectors at a time: arrays of [1024, nodes] stay in the cache
IMPOSSIBLE = -1e12


class Step(NamedTuple):
    """A window as the filter comes by; ``seen`` leaves out the attack that opened it."""

    stage: Stage
    counts: WindowCounts
    seen: int


class CountFilter:
    """Log likelihood of a record's counts: call with values [W, names], get [W, terms].

    ``terms`` names the columns: each window; ``<window>:end`` where an attack triggered its end; and
    ``<windows>:place`` for each split by place. The boundary term of an end that an attack at U triggered is
    log(λ(U)·L/Λ) for the window that holds U, against an end at a constant rate; it is read only where there is no
    self-excitation (``notes`` says so). Edges and counts are taken as stated: ``mixture`` has the uncertain ones.
    """

    def __init__(self, evidence: Evidence, reader: Reader) -> None:
        self.evidence, self.reader = evidence, reader
        self._rates = Rates(evidence, drifts=reader.drifts, affects=reader.affects and bool(evidence.strikes))
        self._splits = PlaceSplits(evidence)
        self.triggers = () if reader.excites else evidence.triggers
        triggered = [i for i, w in enumerate(evidence.windows) if w.triggered]
        self.notes = tuple(
            f"the end of {evidence.windows[i].id} is taken for exogenous: with self-excitation the closed form "
            "does not know its boundary term"
            for i in triggered
            if reader.excites
        )
        ids = [w.id for w in evidence.windows]
        self.terms = [*ids, *(f"{ids[x.window]}:end" for x in self.triggers), *self._splits.terms]

    @property
    def triggers_held(self) -> list[int]:
        """How many attacks that triggered an end each window holds, of those whose boundary term is read."""
        return [sum(x.inside == i for x in self.triggers) for i in range(len(self.evidence.windows))]

    @property
    def splits_by_place(self) -> bool:
        """Whether the evidence says where attacks fell."""
        return bool(self._splits.terms)

    def __call__(self, values: Floats) -> Floats:
        """Log likelihood [W, terms] of values [W, names]."""
        parts = [self._chunk(values[i : i + CHUNK]) for i in range(0, len(values), CHUNK)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.terms)))

    def prepared(self, values: Floats) -> Prepared:
        """What doesn't depend on the counts."""
        return prepare(self._rates, self.evidence, self.reader.read(values), excites=self.reader.excites)

    def log_counts(self, prepared: Prepared, attacks: Sequence[int]) -> list[Floats]:
        """Log probability [W] of each window's count, for any counts in the place of the record's own."""
        return [
            log_probability(self.given(x.counts.reported_mean, x.counts.reported_variance), x.seen)
            for x in self.steps(prepared, attacks)
        ]

    def steps(self, prepared: Prepared, attacks: Sequence[int]) -> Iterator[Step]:
        """The windows in order of time, the excitation carried from one to the next."""
        x = prepared.at_start
        for stage in prepared.stages:
            if stage.stretch.window < 0:
                x = x * stage.left + stage.gain
                continue
            seen = attacks[stage.stretch.window]
            if self.evidence.windows[stage.stretch.window].begins_at_attack:
                seen -= 1
                x = x + prepared.excitement
            counts = prepared.counts(stage, x)
            yield Step(stage, counts, seen)
            x = x * stage.left + stage.gain * self.made_likely(counts, seen)

    def given(self, mean: Floats, variance: Floats) -> Counts:
        """Distribution of a count of this mean and variance."""
        return matched(mean, variance)

    def made_likely(self, counts: WindowCounts, seen: int) -> Floats:
        """Attacks that so many reported ones make likely (linear in what was seen), an opening one apart."""
        slope = counts.completeness * counts.variance / counts.reported_variance
        return np.maximum(counts.mean + slope * (seen - counts.reported_mean), 0.0)

    def signature(self, transform: PriorTransform) -> str:
        """What the likelihood reads under this evidence, and with which priors: equal for equal likelihoods."""
        document = transform.document()
        reads = self.reader.reads(self.evidence.strikes)
        return canonical(
            {
                "priors": {n: x for n, x in document["priors"].items() if n in reads},
                "constants": {
                    n: x for n, x in self.reader.constants.items() if n in reads - set(transform.names)
                },
                "pooling": [x for x in document["pooling"] if any(f'"{n}"' in x for n in reads)],
                "shares": document["concentration"] if self._splits.terms else None,
                "ends": self.triggers,
            }
        )

    def _chunk(self, values: Floats) -> Floats:
        return self.log_terms(self.prepared(values), len(values))

    def log_terms(self, prepared: Prepared, rows: int) -> Floats:
        """Log likelihood [rows, terms] of the record's own counts."""
        steps = list(self.steps(prepared, [w.attacks for w in self.evidence.windows]))
        moments = [(x.counts.reported_mean, x.counts.reported_variance) for x in steps]
        counts = [log_probability(self.given(*m), x.seen) for m, x in zip(moments, steps, strict=True)]
        return self.table(counts, moments, [x.stage for x in steps], rows)

    def table(
        self, counts: Sequence[Floats], moments: Sequence[Moments], stages: Sequence[Stage], rows: int
    ) -> Floats:
        """The terms as columns [rows, terms]: counts as given, ends and splits by their rates and moments."""
        ends = [_triggered_end(stages[x.inside], x.day) for x in self.triggers]
        splits = self._splits.log_probability(moments, [x.rate.by_place for x in stages], self.given)
        out = np.stack([np.broadcast_to(x, (rows,)) for x in (*counts, *ends, *splits)], axis=1)
        return np.where(np.isnan(out), IMPOSSIBLE, np.maximum(out, IMPOSSIBLE))


def _triggered_end(stage: Stage, day: float) -> Floats:
    """log(λ(U) · L/Λ): rate at the attack that triggered the end over its window's mean rate. 0 for a constant rate."""
    mean = np.maximum(stage.mean, 1e-300) / (stage.stretch.end - stage.stretch.start)
    return np.log(np.maximum(stage.rate.asked[:, stage.stretch.asked.index(day)], 1e-300) / mean)
