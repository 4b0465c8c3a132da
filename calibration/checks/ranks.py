"""Simulation-based calibration: does a hypothesis's fit give back the parameters that made the data?

Draw parameters from the prior, simulate counts on the record's own windows and strikes, rank the truth among draws of
the posterior: for a right fit the ranks are uniform, for each parameter and for anything else that parameters and data
determine. Here that is also the joint log likelihood (without it a posterior that is the prior would pass), the attacks expected
over the next 30 days, and the count of those days itself, ties broken at random.

A choice of data sets that looks at the data alone, never at the truth, leaves the ranks of the others uniform: left out are
those of more than 2,000 attacks, and those for which the prior draws are worth fewer than 99. Both are counted.
Sources: Talts and others (2018), arXiv 1804.06788; Modrák and others (2023), Bayesian Analysis (data-dependent quantities).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from calibration.arrays import Floats, Indices, as_floats, as_indices
from calibration.checks.dataset import DataSet, Simulator, data_set
from calibration.checks.draws import PriorDraws, Seen, Weighed, see
from calibration.likelihoods.counts import Counts
from calibration.priors import SHARE, PriorTransform
from calibration.simulate import TooManyAttacks, simulate_places
from sim.model.streamkeys import name_key

RANKED = 99
"""Draws of a posterior that the truth is ranked among; a posterior on draws worth fewer is left out."""
MOST_ATTACKS = 2_000
LEVEL_OF_ALL, EXPECTED_AHEAD, COUNT_AHEAD = "log_likelihood", "attacks_ahead", "count_ahead"
OTHERS = (LEVEL_OF_ALL, EXPECTED_AHEAD, COUNT_AHEAD)
STREAM = "checks.ranks"
Draw = Callable[[np.random.Generator], Floats]


class Ranks(NamedTuple):
    """Of each data set: ranks 0 … 99 of the truth [N, names], and where it lies in the posterior, 0 to 1 [N, names].

    ``names`` are the parameters, then the three other quantities. ``means``, ``sds`` and ``widths`` (of the central
    90%) are the posterior's, ``truths`` what made the data, of the parameters alone [N, parameters]. ``worth`` [N] is how many draws each posterior is worth.
    """

    names: tuple[str, ...]
    ranks: Indices
    places: Floats
    means: Floats
    sds: Floats
    widths: Floats
    truths: Floats
    worth: Floats
    too_large: int
    too_few: int

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that are parameters."""
        return self.names[: -len(OTHERS)]

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Parts of a run as one."""

        def rows(k: int) -> Any:
            return np.concatenate([p[k] for p in parts])

        return cls(
            parts[0].names, rows(1), rows(2), rows(3), rows(4), rows(5), rows(6), rows(7),
            sum(p.too_large for p in parts), sum(p.too_few for p in parts),
        )  # fmt: skip


def ranked_names(transform: PriorTransform, *, by_place: bool) -> tuple[str, ...]:
    """What is ranked: fitted parameters (shares only where the data have places), then the other quantities."""
    return (*(n for n in transform.inputs if by_place or not n.startswith(SHARE)), *OTHERS)


def from_the_prior(transform: PriorTransform) -> Draw:
    """One truth from the prior."""
    return lambda rng: as_floats(transform.from_normal(rng.standard_normal((1, transform.dimensions)))[0])


def rank_truths(
    draws: PriorDraws,
    which: Sequence[int],
    seed: int,
    *,
    stream: str = STREAM,
    truth: Draw | None = None,
    simulator: Simulator = simulate_places,
) -> Ranks:
    """Ranks over the data sets of these numbers; each has luck of its own, so any share of them can be had alone."""
    the_design, transform = draws.likelihood.evidence, draws.transform
    by_place = bool(the_design.totals or any(w.by_place for w in the_design.windows))
    names = ranked_names(transform, by_place=by_place)
    columns = [transform.names.index(n) for n in names[: -len(OTHERS)]]
    draw = truth if truth is not None else from_the_prior(transform)
    rows: list[tuple[Floats, ...]] = []
    worth: list[float] = []
    too_large = too_few = 0
    for i in which:
        rng = np.random.default_rng([seed, name_key(stream), i])
        point = draw(rng)
        try:
            data = data_set(
                the_design, dict(zip(transform.names, point.tolist(), strict=True)), rng, simulator
            )
        except TooManyAttacks:
            too_large += 1
            continue
        if data.attacks > MOST_ATTACKS:
            too_large += 1
            continue
        posterior = draws.weigh(data)
        if posterior.worth < RANKED:
            too_few += 1
            continue
        true = see(draws.likelihood, draws.likelihood.prepared(point[None, :]), data.evidence, 1)
        rows.append(_row(posterior, point, true, data, columns, rng))
        worth.append(posterior.worth)
    ranks, places, means, sds, widths, truths = (
        np.array([r[k] for r in rows]).reshape(len(rows), -1) for k in range(6)
    )
    return Ranks(
        names, as_indices(ranks), places, means, sds, widths, truths, np.array(worth), too_large, too_few
    )


def _row(
    posterior: Weighed, truth: Floats, true: Seen, data: DataSet, columns: list[int], rng: np.random.Generator
) -> tuple[Floats, ...]:
    w, values = posterior.weights, posterior.values[:, columns]
    chosen = rng.choice(len(w), RANKED, p=w)
    among = np.column_stack([values, posterior.seen.log_likelihood, posterior.seen.attacks_ahead])
    against = np.array([*truth[columns], true.log_likelihood[0], true.attacks_ahead[0]])
    counts = sample_counts(posterior.seen.count_ahead, chosen, rng)
    ties = int((counts == data.ahead).sum())
    rank_of_count = int((counts < data.ahead).sum()) + int(rng.integers(0, ties + 1))
    ranks = [*(among[chosen] < against).sum(axis=0), rank_of_count]
    places = [*(w @ (among < against)), (rank_of_count + rng.random()) / (RANKED + 1)]
    means = w @ values
    sds = np.sqrt(np.maximum(w @ (values - means) ** 2, 0.0))
    low, high = np.quantile(values[chosen], (0.05, 0.95), axis=0)
    return np.array(ranks), np.array(places), as_floats(means), as_floats(sds), high - low, truth[columns]


def sample_counts(counts: Counts, rows: Indices, rng: np.random.Generator) -> Indices:
    """A generalized Poisson count of each of these rows: all descendants of Poisson(θ) founders, Poisson(λ) children each."""
    generation = rng.poisson(counts.theta[rows])
    lam, total = counts.lam[rows], generation
    while generation.any():
        generation = rng.poisson(lam * generation)
        total = total + generation
    return as_indices(total)
