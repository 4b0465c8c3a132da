"""Likelihood of a record that says what is uncertain about how its attacks were counted.

    log L = log Σ_j w_j L_j

over *layouts* j of the evidence, each with exact edges (``calibration.layouts``), and in each the sum over attacks that
may have been moved across an edge (``moved``). A term is the log probability of what it is named for, given all terms
before it: log Σ_j w_j L_j(first to k-th) - log Σ_j w_j L_j(first to k-1-th), so that terms sum to the total.
"""

from collections.abc import Sequence

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.layouts import LAYOUTS, layouts, longer_ends
from calibration.likelihoods.counts import log_probability
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.moved import MovedCounts, moved_counts
from calibration.likelihoods.parameters import Reader
from calibration.likelihoods.prepared import Prepared
from sim.errors import ConfigError


def counted(evidence: Evidence, reader: Reader) -> CountFilter:
    """The likelihood of counts: of a mixture where edges or counts are uncertain, else the plain filter."""
    return CountMixture(evidence, reader) if evidence.uncertain else CountFilter(evidence, reader)


class CountMixture(CountFilter):
    """As ``CountFilter``, over ``points`` layouts of the uncertain edges."""

    def __init__(self, evidence: Evidence, reader: Reader, points: int = LAYOUTS) -> None:
        super().__init__(evidence, reader)
        self._filters = tuple(CountFilter(x, reader) for x in layouts(evidence, points))
        ended = [x.window for x in self.triggers]
        if any([x.window for x in f.triggers] != ended for f in self._filters):
            raise ConfigError(
                "delay_days: expected an attack that triggered an end to lie in a window wherever the edges lie"
            )
        self._longer = [longer_ends(evidence, f.evidence) if f.triggers else [] for f in self._filters]

    def prepared(self, values: Floats) -> Prepared:
        """What doesn't depend on the counts: of the first layout, with the others in it."""
        first, *others = (f.prepared(values) for f in self._filters)
        return first._replace(others=tuple(others))

    def log_counts(self, prepared: Prepared, attacks: Sequence[int]) -> list[Floats]:
        """Log probability [W] of each window's count given those before it, for any counts."""
        found = [self._counts(f, p, attacks).counts for f, p in self._each(prepared)]
        rows = max(np.size(t) for terms in found for t in terms)
        by_layout = np.array([[np.broadcast_to(t, (rows,)) for t in terms] for terms in found])
        return list(chained(np.moveaxis(by_layout, 1, 2)).T)

    def log_terms(self, prepared: Prepared, rows: int) -> Floats:
        """Log likelihood [rows, terms] of the record's own counts."""
        attacks = [w.attacks for w in self.evidence.windows]
        tables = []
        for j, (f, p) in enumerate(self._each(prepared)):
            found = self._counts(f, p, attacks)
            table = f.table(found.counts, found.moments, list(p.windows), rows)
            ends = slice(len(attacks), len(attacks) + len(f.triggers))
            table[:, ends] += self._longer[j]
            tables.append(table)
        return chained(np.stack(tables))

    def _counts(self, f: CountFilter, prepared: Prepared, attacks: Sequence[int]) -> MovedCounts:
        if any(w.moved for w in self.evidence.windows):
            return moved_counts(f, prepared, attacks)
        steps = list(f.steps(prepared, attacks))
        moments = [(x.counts.reported_mean, x.counts.reported_variance) for x in steps]
        return MovedCounts(
            [log_probability(f.given(*m), x.seen) for m, x in zip(moments, steps, strict=True)], moments
        )

    def _each(self, prepared: Prepared) -> list[tuple[CountFilter, Prepared]]:
        return list(zip(self._filters, (prepared._replace(others=()), *prepared.others), strict=True))


def chained(tables: Floats) -> Floats:
    """Terms of a mixture [W, terms] from those of its members of equal weight [members, W, terms]."""
    upto = np.cumsum(tables, axis=2)
    most = upto.max(axis=0)
    mixed = most + np.log(np.exp(upto - most).mean(axis=0))
    return as_floats(np.diff(mixed, axis=1, prepend=0.0))
