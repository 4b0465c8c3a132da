"""Integrated intensity of attacks by place, worked out from the list of events alone.

An independent reimplementation of DESIGN 2: whole histories are summed afresh at every node (nothing is
kept as (value, since)), capability and expectation are followed event by event, and the integral is by
Gauss-Legendre on pieces between events. Nothing of ``sim.model`` is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.events import REPLAY, Event
from sim.model.world import World

Floats = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
CLASSES = ("infrastructure", "fighters", "sponsor", "leader")


@dataclass
class Pulse:
    """Decaying contributions: amounts at times, in one place or, by a share, everywhere."""

    days: float
    times: list[float] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)

    def add(self, t: float, amount: float) -> None:
        self.times.append(t)
        self.amounts.append(amount)

    def at(self, t: Floats) -> Floats:
        if not self.times:
            return np.zeros_like(t)
        age = t[:, None] - np.asarray(self.times)[None, :]
        return np.where(age > 0.0, np.asarray(self.amounts) * np.exp(-np.abs(age) / self.days), 0.0).sum(
            axis=1
        )


@dataclass
class Step:
    """A quantity that stays as it is between the times at which it is set."""

    first: float
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def set(self, t: float, value: float) -> None:
        self.times.append(t)
        self.values.append(value)

    def last(self) -> float:
        return self.values[-1] if self.values else self.first

    def at(self, t: Floats) -> Floats:
        after = np.searchsorted(np.asarray(self.times), t, side="left")
        return np.asarray([self.first, *self.values])[after]


class Compensator:
    """λ of each place as a function of time, given what happened."""

    def __init__(
        self, world: World, p: Mapping[str, float], shares: tuple[float, ...], events: list[Event]
    ) -> None:
        self.world, self.p, self.shares = world, p, shares
        n = len(world.places)
        self.excited = [Pulse(p["excitation_days"]) for _ in range(n)]
        for c, before in enumerate(self.excited):
            gone = max(0.0, -world.drift_from) / p["drift_days"]
            g = world.mobilisation[c] * np.exp(p["mobilisation_drift"] * (1.0 - np.exp(-gone)))
            kept_up = p["base_rate"] * shares[c] * g * p["branching_ratio"] / (1.0 - p["branching_ratio"])
            before.add(0.0, float(p["excitation_at_start"] * kept_up))
        self.net = [Pulse(p["effect_days"]) for _ in range(n)]
        self.down = [Pulse(p["suppression_days"]) for _ in range(n)]
        self.up = [Pulse(p["backlash_days"]) for _ in range(n)]
        self.resolve = Pulse(p["resolve_days"])
        self.allowed = Step({0: 1.0, 1: p["permission_amber"], 2: p["permission_red"]}[world.permission])
        self.stage = Step(world.stage)
        self.level = Step(world.defence_level)
        self.stock = Step(world.interceptors)
        self.g = [Step(x) for x in world.mobilisation]
        self.losses: list[list[tuple[float, float]]] = [[] for _ in range(n)]  # (day, factor on K)
        self.attack_times: list[list[float]] = [[] for _ in range(n)]
        self.breaks = {0.0, world.horizon_days, max(0.0, world.drift_from)}
        self.munitions, self.severity = world.munitions[0], [(-np.inf, p["expected_strength"])]
        self.opened: float | None = None
        self.delays: dict[int, float | None] = {}
        self.harmed = {e.response: e.civilians_harmed for e in events if e.kind == "destroyed"}
        for e in events:
            self.breaks.add(e.time)
            self._patience(e.time)
            getattr(self, "_" + e.kind.replace(" ", "_"), lambda _: None)(e)
        self._patience(world.horizon_days)

    def _place(self, e: Any) -> int:
        return self.world.places.index(e.place)

    def _patience(self, now: float) -> None:
        """A window of W days that opened at an attack has run out with no strike in it."""
        if self.opened is not None and now > self.opened + self.p["answer_window_days"]:
            end = self.opened + self.p["answer_window_days"]
            self.resolve.add(end, self.p["resolve_unanswered"])
            self.breaks.add(end)
            self.opened = None

    def _attack_launched(self, e: Any) -> None:
        c = self._place(e)
        self.attack_times[c].append(e.time)
        self.excited[c].add(e.time, self.p["branching_ratio"] / self.p["excitation_days"])
        self.losses[c].append((e.time, 1.0 - self.p["attack_use"]))
        if self.opened is None:
            self.opened = e.time

    def _intercepted(self, e: Any) -> None:
        self.stock.set(e.time, self.stock.last() - e.engaged)

    def _casualties(self, e: Any) -> None:
        self.resolve.add(e.time, self.p["resolve_success"])

    def _response_decided(self, e: Any) -> None:
        self.delays[e.response] = e.delay_days

    def _strike(self, e: Any) -> None:
        p, c, t, m = self.p, self._place(e), e.time, e.strength
        q = [getattr(e, x) for x in CLASSES]

        def over(name: str) -> float:
            return sum(share * p[f"{name}_{x}"] for share, x in zip(q, CLASSES, strict=True))

        since, then = self.severity[-1]
        expected = p["expected_strength"] + (then - p["expected_strength"]) * np.exp(
            -(t - since) / p["expectation_days"]
        )
        seen = expected * (1.0 + p["capacity_weight"] * min(1.0, self.munitions / p["munitions_needed"]))
        surprise = p["surprise_weight"] * min(np.log(5.0), max(0.0, np.log(m / seen)))
        delay = self.delays[e.response]
        late = 1.0 if delay is None else np.exp(-delay / p["attribution_days"])
        clear = 1.0 + p["clarity_weight"] * (e.clarity - 0.5)
        scale = m ** p["strength_exponent"]
        harm = p["harm_backlash"] if self.harmed[e.response] else 0.0
        for d in range(len(self.shares)):
            part = 1.0 if d == c else p["spill"]
            self.net[d].add(t, part * over("effect") * scale)
            self.down[d].add(t, part * over("suppression") * scale * (1.0 + surprise) * clear * late)
            self.up[d].add(t, part * (over("backlash") * scale + harm))
        self.losses[c].append((t, float(np.exp(-m * over("attrition")))))
        self.resolve.add(t, -p["resolve_cost"] * m)
        self.severity.append((t, expected + p["expectation_weight"] * (m - expected)))
        self.munitions -= (
            e.munitions if e.priority != REPLAY else 0
        )  # a strike of the record comes out of no stock
        self.opened = None

    def _permission_changed(self, e: Any) -> None:
        shares = {"green": 1.0, "amber": self.p["permission_amber"], "red": self.p["permission_red"]}
        self.allowed.set(e.time, shares[e.permission])

    def _stage_climbed(self, e: Any) -> None:
        self.stage.set(e.time, e.stage)

    def _mobilised(self, e: Any) -> None:
        self.g[self._place(e)].set(e.time, e.level)

    def _emboldened(self, e: Any) -> None:
        if e.cause != "unanswered":  # another front; windows are followed here, not read
            self.resolve.add(e.time, self.p["resolve_success"])

    def _resupply(self, e: Any) -> None:
        if e.stock == "interceptors":
            self.stock.set(e.time, self.stock.last() + e.amount)
        else:
            self.munitions += e.amount

    def _defence_raised(self, e: Any) -> None:
        self.level.set(e.time, e.level)
        self.stock.set(e.time, self.stock.last() + e.interceptors_added)

    def _capability(self, c: int, t: Floats) -> Floats:
        """K at nodes: losses one by one, return toward the target between them, never above 1."""
        p = self.p
        balance = p["base_rate"] * self.shares[c] / (1.0 - p["branching_ratio"])
        target = 1.0 + p["attack_use"] * p["resupply_days"] * balance
        since, after = [-1.0], [1.0]
        for day, factor in self.losses[c]:
            k = min(1.0, target + (after[-1] - target) * np.exp(-(day - since[-1]) / p["resupply_days"]))
            since.append(day)
            after.append(k * factor)
        i = np.searchsorted(np.asarray(since), t, side="left") - 1
        gap = (np.asarray(after)[i] - target) * np.exp(-(t - np.asarray(since)[i]) / p["resupply_days"])
        return np.minimum(1.0, target + gap)

    def _stopped(self, level: Floats, stage: Floats) -> Floats:
        """Share of attacks with no round through, summed over the number of rounds."""
        extra, chance, k = self.p["salvo_extra"], np.exp(-self.p["salvo_extra"]), 0
        total = np.zeros_like(level)
        used = np.zeros_like(level)
        inside = [
            np.asarray(stage >= s, dtype=float) * w
            for s, w in zip(self.world.weapon_stage, self.world.weapon_weight, strict=True)
        ]
        while k < 30:
            for weight, q in zip(inside, self.world.weapon_interception, strict=True):
                total += chance * weight * (1.0 - (1.0 - q) ** level) ** (k + 1)
            k += 1
            chance *= extra / k
        for weight in inside:
            used += weight
        return total / used

    def rate(self, c: int, t: Floats) -> Floats:
        """λ_c at nodes that are no event's time."""
        p = self.p
        since_start = np.maximum(0.0, t - self.world.drift_from)
        g = self.g[c].at(t) * np.exp(p["mobilisation_drift"] * (1.0 - np.exp(-since_start / p["drift_days"])))
        limit, x = p["effect_limit"], self.net[c].at(t) + self.up[c].at(t) - self.down[c].at(t)
        tilt = limit * np.tanh(x / limit)
        tilt = tilt + p["resolve_limit"] * np.tanh(self.resolve.at(t) / p["resolve_limit"])
        level = np.where(self.stock.at(t) > 0, self.level.at(t), 0.0)
        stage = self.stage.at(t)
        tilt = tilt - p["value_of_failure"] * (
            self._stopped(level, stage) - self._stopped(np.ones_like(t), stage)
        )
        rested = p["base_rate"] * self.shares[c] * g * np.exp(tilt) + self.excited[c].at(t)
        return self.allowed.at(t) * self._capability(c, t) ** p["capability_exponent"] * rested

    def integrals(self, c: int) -> Floats:
        """Λ_c at each attack of the place and, last, at the horizon."""
        end = self.world.horizon_days
        grid = {x for x in self.breaks if 0.0 <= x <= end} | set(np.arange(0.0, end, 0.5))
        edges = np.asarray(sorted(grid))
        half, middle = np.diff(edges) / 2.0, (edges[1:] + edges[:-1]) / 2.0
        nodes = (middle[:, None] + half[:, None] * NODES[None, :]).ravel()
        parts = (self.rate(c, nodes).reshape(-1, len(NODES)) * WEIGHTS).sum(axis=1) * half
        upto = np.concatenate([[0.0], np.cumsum(parts)])
        wanted = np.searchsorted(edges, [*self.attack_times[c], end])
        return np.asarray(upto[wanted])


def joined_gaps(runs: list[Compensator], c: int) -> tuple[Floats, float]:
    """Gaps between a place's attacks in operational time, run joined to run, and all of the time together.

    A gap that a horizon cuts off goes on in the next run, so that nothing is censored but the very last.
    """
    at, before = [0.0], 0.0
    for run in runs:
        upto = run.integrals(c)
        at.extend(before + upto[:-1])
        before += float(upto[-1])
    return np.diff(np.asarray(at)), before
