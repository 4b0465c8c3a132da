"""Records that a reactive policy makes, and whether a likelihood gives back the parameters behind them.

A policy answers attacks, so that attacks cut the windows in which they are counted. Each data set is a run of the compiled engine
with parameters from the prior: its strikes are the record's responses, its windows end where they fall. A likelihood that
takes those ends for exogenous finds backlash that is not there. Which attack a strike at once answers is settled by the order
of events, not by their time: it belongs to the window that it ends.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from calibration.admission import mobilisation
from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.items import Strike, Window
from calibration.likelihoods.parameters import Reader
from calibration.priors import PriorTransform, to_parameters
from sim.engine.compiled.batch import run_events
from sim.engine.events import Event, Reported, ResponseDecided, Struck
from sim.model.registry import PARAMETERS, make_params
from sim.model.world import World
from sim.scenario.common import days_between
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.policy import Policy
from sim.scenario.settings import Settings
from sim.scenario.world import build_world

RANKED = 99
Likelihood = Callable[[Evidence, Reader], Callable[[Floats], Floats]]
"""From evidence and a reader to what gives log likelihood [W, terms] of values [W, names]; ``CountFilter`` is one."""


class Loop(NamedTuple):
    """A hypothesis whose attackers a policy answers, for so many days from the settings' start."""

    hypothesis: Hypothesis
    settings: Settings
    policy: Policy
    horizon_days: float

    @property
    def world(self) -> World:
        """What the engine runs."""
        return build_world(
            self.settings, self.policy, start=self.settings.start, horizon_days=self.horizon_days
        )


class Ranks(NamedTuple):
    """Rank of the truth among 99 posterior draws [data sets, names], uniform on 0 to 99 for a right likelihood.

    ``names`` are the hypothesis's parameters and ``log_likelihood``; ``worth`` the effective number of draws of each posterior.
    """

    names: list[str]
    ranks: Floats
    worth: Floats

    def distance(self, name: str) -> float:
        """√R times the largest gap between the ranks' distribution and the uniform one."""
        u = (self.ranks[:, self.names.index(name)] + 0.5) / (RANKED + 1)
        grid = np.arange(1, RANKED + 1) / (RANKED + 1)
        return float(np.abs((u[:, None] <= grid).mean(axis=0) - grid).max() * np.sqrt(len(u)))

    def mean(self, name: str) -> float:
        """Mean rank as a share: ½ for a right likelihood, with standard error .289/√R; lower where posteriors are too high."""
        return float((self.ranks[:, self.names.index(name)].mean() + 0.5) / (RANKED + 1))


def evidence_of(loop: Loop, events: Sequence[Event]) -> Evidence:
    """What a run leaves as a record: a window up to each strike, and one up to the horizon."""
    decided = {e.response: e.time for e in events if isinstance(e, ResponseDecided)}
    windows: list[Window] = []
    strikes: list[Strike] = []
    start, count = 0.0, 0

    def close(end: float, triggered: bool, delay: float) -> None:
        nonlocal start, count
        windows.append(Window(f"W{len(windows) + 1}", start, end, count, {}, False, triggered, delay))
        start, count = end, 0

    for e in events:
        if isinstance(e, Reported):
            count += 1
        elif isinstance(e, Struck):
            shares = (e.infrastructure, e.fighters, e.sponsor, e.leader)
            strikes.append(Strike(f"C{len(strikes) + 1}", e.time, shares, e.strength))
            close(e.time, triggered=True, delay=e.time - decided[e.response])
    close(loop.horizon_days, triggered=False, delay=0.0)
    places = tuple(sorted(loop.settings.places))
    pieces = mobilisation(loop.settings, places, lambda day: days_between(loop.settings.start, day))
    return Evidence(loop.settings.start, places, tuple(windows), (), tuple(strikes), pieces, 0.0, ())


def data_set(
    loop: Loop, world: World, numbers: Mapping[str, float], shares: Mapping[str, float], seed: int, run: int
) -> Evidence:
    """One run's record. ``numbers`` are parameters by registry name; what they lack is as the configs hold it."""
    held = loop.settings.assumptions | loop.hypothesis.assumptions
    values = {n: x.value for n, x in held.items() if x.value is not None} | dict(numbers)
    params = make_params({n: x for n, x in values.items() if n in PARAMETERS})
    return evidence_of(loop, run_events(world, params, tuple(shares[p] for p in world.places), seed, run))


def closed_loop_ranks(
    loop: Loop, likelihoods: Mapping[str, Likelihood], *, data_sets: int, draws: int, seed: int
) -> dict[str, Ranks]:
    """Ranks of the truth under each likelihood, on the same data sets; posteriors weigh one set of prior draws."""
    rng = np.random.default_rng(seed)
    transform = PriorTransform(loop.hypothesis, tuple(sorted(loop.settings.places)))
    reader = Reader(loop.hypothesis, loop.settings, transform.names, transform.places)
    names = [*transform.parameters, "log_likelihood"]
    values = transform.from_normal(rng.standard_normal((draws, transform.dimensions)))
    ranks = {n: np.empty((data_sets, len(names))) for n in likelihoods}
    worth = {n: np.empty(data_sets) for n in likelihoods}
    world = loop.world
    for r in range(data_sets):
        truth = transform.from_normal(rng.standard_normal((1, transform.dimensions)))
        evidence = data_set(loop, world, *to_parameters(transform.names, truth[0]), seed, r)
        u = rng.random(RANKED)
        for name, likelihood in likelihoods.items():
            level = as_floats(likelihood(evidence, reader)(np.concatenate([truth, values])).sum(axis=1))
            weights = np.exp(level[1:] - level[1:].max())
            chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), u).clip(max=draws - 1)
            worth[name][r] = weights.sum() ** 2 / (weights**2).sum()
            columns = len(transform.parameters)
            among = np.column_stack([values[chosen, :columns], level[1:][chosen]])
            ranks[name][r] = (among < np.append(truth[0, :columns], level[0])).sum(axis=0)
    return {n: Ranks(names, ranks[n], worth[n]) for n in likelihoods}


def exogenous(likelihood: Likelihood) -> Likelihood:
    """The same likelihood, told that no attack brought on any end: the control that must fail."""

    def told(evidence: Evidence, reader: Reader) -> Callable[[Floats], Floats]:
        return likelihood(
            evidence._replace(windows=tuple(w._replace(triggered=False) for w in evidence.windows)), reader
        )

    return told
