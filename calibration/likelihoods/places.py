"""Where attacks fell, given how many there were: the country enters once, given the total.

Quasi-multinomial of the generalized Poisson family, so that self-excitation over-disperses the split:

    P(n_1 … n_C | n) = Π_c GP(n_c; θ_c, λ) / GP(n; Σθ_c, λ),     θ_c in proportion to the background there

It is multinomial at λ = 0. Windows whose split is known only together are one count with the sum of their means
and of their variances. Attacks of unknown place are summed over every way to place them; which attack's
place is unknown has nothing to do with where it was (hypergeometric factor).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import comb, log, prod
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, logsumexp

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.likelihoods.counts import LEAST, Counts
from sim.errors import ConfigError

MOST_WAYS = 5000

Given = Callable[[Floats, Floats], Counts]
Moments = tuple[Floats, Floats]


class Block(NamedTuple):
    """Windows (indices) that are one count for a split."""

    windows: tuple[int, ...]


class Way(NamedTuple):
    """One way to place every attack: counts by place for each block, and the log of its hypergeometric factor."""

    splits: tuple[tuple[int, ...], ...]
    log_weight: float


class Split(NamedTuple):
    """One term: blocks whose splits are known together, and the ways that fit what is known."""

    term: str
    blocks: tuple[Block, ...]
    ways: tuple[Way, ...]


class PlaceSplits:
    """All terms of the split by place."""

    def __init__(self, evidence: Evidence) -> None:
        self._splits = tuple(splits(evidence)) if len(evidence.places) > 1 else ()
        self.terms = [x.term for x in self._splits]

    def log_probability(
        self, windows: Sequence[Moments], by_place: Sequence[Floats], given: Given
    ) -> list[Floats]:
        """Log probability [W] of each term.

        ``windows`` holds mean and variance of each window's reported count, ``by_place`` the integrated
        background by place [W, places], ``given`` the distribution of a count of given moments.
        """
        return [self._term(x, windows, by_place, given) for x in self._splits]

    def _term(
        self, split: Split, windows: Sequence[Moments], by_place: Sequence[Floats], given: Given
    ) -> Floats:
        blocks = [_counts(b, windows, by_place, given) for b in split.blocks]
        ways = [
            w.log_weight
            + sum(log_quasi_multinomial(n, c, f) for n, (c, f) in zip(w.splits, blocks, strict=True))
            for w in split.ways
        ]
        return as_floats(ways[0] if len(ways) == 1 else logsumexp(np.stack(ways), axis=0))


def log_quasi_multinomial(split: Sequence[int], counts: Counts, fractions: Floats) -> Floats:
    """Log probability [W] of a split, given its sum; ``fractions`` [W, places] of θ sum to 1."""
    n = np.array(split, dtype=float)
    total = n.sum()
    if total == 0.0:
        return np.zeros(len(fractions))
    theta = np.maximum(counts.theta, LEAST)[:, None]
    lam = counts.lam[:, None]
    parts = np.maximum(theta * fractions, LEAST)
    places = np.log(parts) + (n - 1.0) * np.log(parts + lam * n)
    whole = np.log(theta) + (total - 1.0) * np.log(theta + lam * total)
    ways = gammaln(total + 1.0) - gammaln(n + 1.0).sum()
    return as_floats(ways + places.sum(axis=1) - whole[:, 0])


def _counts(
    block: Block, windows: Sequence[Moments], by_place: Sequence[Floats], given: Given
) -> tuple[Counts, Floats]:
    """Distribution of a block's count, and the fractions of it by place."""
    mean = as_floats(sum(windows[i][0] for i in block.windows))
    variance = as_floats(sum(windows[i][1] for i in block.windows))
    background = as_floats(sum(by_place[i] for i in block.windows))
    return given(mean, variance), background / np.maximum(background.sum(axis=1, keepdims=True), LEAST)


def splits(evidence: Evidence) -> Iterator[Split]:
    """Terms of a record: totals with the windows that they bind, then windows by themselves."""
    bound: set[int] = set()
    for total in evidence.totals:
        open_ = [i for i in total.windows if not _complete(evidence, i)]
        bound |= set(open_)
        left = [total.by_place.get(p, 0) for p in evidence.places]
        for i in total.windows:
            if i not in open_:
                left = [
                    a - evidence.windows[i].by_place.get(p, 0)
                    for a, p in zip(left, evidence.places, strict=True)
                ]
        if open_:
            yield _together(evidence, open_, left, total.id)
        elif any(left):
            raise ConfigError(f"{total.id}: by_place: expected the sum of its windows, found other counts")
    for i, w in enumerate(evidence.windows):
        if i not in bound and w.by_place:
            yield _together(evidence, [i], None, w.id)


def _complete(evidence: Evidence, i: int) -> bool:
    w = evidence.windows[i]
    return sum(w.by_place.values()) == w.attacks


def _together(evidence: Evidence, windows: Sequence[int], left: Sequence[int] | None, name: str) -> Split:
    """One term over windows; ``left`` is what their attacks sum to by place, None where no total says so.

    Windows with some places known are blocks of their own; those with none known are one block, if a total binds them.
    """
    part = [i for i in windows if evidence.windows[i].by_place]
    rest = [i for i in windows if not evidence.windows[i].by_place]
    ids = "+".join([*(evidence.windows[i].id for i in windows if i in part or left is None)])
    choices = [tuple(_placings(evidence, i)) for i in part]
    if prod(len(c) for c in choices) > MOST_WAYS:
        raise ConfigError(
            f"{name}: too many attacks of unknown place to sum over: leave it out of the evidence"
        )
    ways = []
    for way in product(*choices):
        splits = [s for s, _ in way]
        if left is not None:
            over = tuple(a - sum(s[c] for s in splits) for c, a in enumerate(left))
            if min(over) < 0 or (not rest and any(over)):
                continue
            splits += [over] if rest else []
        ways.append(Way(tuple(splits), sum(w for _, w in way)))
    if not ways:
        raise ConfigError(
            f"{name}: by_place: expected counts that fit those of its windows, found none that do"
        )
    blocks = [Block((i,)) for i in part] + ([Block(tuple(rest))] if rest and left is not None else [])
    term = f"{name}:place" if left is not None or not ids else f"{ids}:place"
    return Split(term, tuple(blocks), tuple(ways))


def _placings(evidence: Evidence, i: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Ways to place a window's attacks of unknown place, each with its log hypergeometric factor."""
    w = evidence.windows[i]
    known = [w.by_place.get(p, 0) for p in evidence.places]
    unknown = w.attacks - sum(known)
    if comb(unknown + len(known) - 1, len(known) - 1) > MOST_WAYS:
        raise ConfigError(
            f"{w.id}: by_place: {unknown} attacks of unknown place are too many to sum over: leave by_place out"
        )
    for extra in _compositions(unknown, len(known)):
        split = tuple(a + b for a, b in zip(known, extra, strict=True))
        seen = sum(log(comb(n, k)) for n, k in zip(split, known, strict=True))
        yield split, seen - log(comb(w.attacks, sum(known)))


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Every way to write ``total`` as an ordered sum of ``parts`` whole numbers ≥ 0."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)
