"""The reference engine: SimPy carries time, the rules of ``sim.model`` do the rest.

A process for the attackers of each place, the sponsor, the climb of weapons, the wider war, each
pending response, each schedule and each resupply. A jump interrupts the processes whose hazard it
touched; they carry the unspent remainder of their budget on under a new bound.

Order of what happens: time, then rank (``events``), then place, then ordinal.
"""

import math
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import simpy

from sim.engine import events as ev
from sim.engine.policy import Policy, StrikeOrder, View
from sim.engine.streams import FAR, OPENING_INDEX, Draws
from sim.engine.waiting import Clock, Ranked
from sim.errors import RunError
from sim.model.attack import launch_attack
from sim.model.background import mobilise
from sim.model.defence import receive_interceptors, set_defence, surge_due
from sim.model.intensity import intensity, intensity_bound
from sim.model.levers import Levers
from sim.model.numbers import exponential_quantile
from sim.model.permission import NAMES, change_permission, permission_hazard
from sim.model.resolve import change_resolve, embolden
from sim.model.response import (
    HOLD,
    REASONS,
    REMEMBERED,
    RESPOND,
    Decision,
    decide_response,
    decide_spontaneous,
    held_back,
    plan_strike,
    replay_strike,
    rung_due,
    triggered,
)
from sim.model.spec import ATTACKS, PERMISSION, STAGE, WAR
from sim.model.stage import climb_stage, stage_hazard
from sim.model.start import initial_state
from sim.model.stocks import receive_munitions
from sim.model.strike import Order, strike
from sim.model.war import war_hazard, widen_war
from sim.model.world import Delivery, Replayed, World

Steps = Generator[simpy.Event, Any, None]


class Run:
    """One run: state, clock and record of events."""

    def __init__(
        self, world: World, params: Any, shares: tuple[float, ...], draws: Draws, policy: Policy | None = None
    ) -> None:
        """Set the processes going; nothing happens until ``go``."""
        if len(shares) != len(world.places):
            raise RunError(
                f"expected {len(world.places)} shares of the background, one a place, found {len(shares)}"
            )
        self.world, self.params, self.draws, self.policy = world, params, draws, policy
        self.state = initial_state(world, params, shares)
        self.events: list[ev.Event] = []
        self.attacks = self.responses = 0
        self.env = simpy.Environment()
        self.clocks: list[tuple[int, simpy.Process]] = []
        self.view = View(places=world.places)
        self._start()

    def go(self) -> list[ev.Event]:
        """Run to the horizon; what happens at the horizon itself is left out."""
        self.env.run(until=self.world.horizon_days)
        return self.events

    def _start(self) -> None:
        process, s, p, world = self.env.process, self.state, self.params, self.world
        for c, key in enumerate(world.place_keys):
            self._watch_hazard(
                ATTACKS,
                Clock(
                    "attack.candidate", key, ev.ATTACK, c,
                    partial(intensity_bound, s, p, c),
                    partial(intensity, s, p, c),
                    partial(self.ring_attack, c),
                ),
            )  # fmt: skip
        for bit, stream, rank, hazard, ring in (
            (PERMISSION, "sponsor.permission", ev.PERMISSION, permission_hazard, self.change_permission),
            (STAGE, "escalation.stage", ev.STAGE, stage_hazard, self.climb_stage),
            (WAR, "escalation.war", ev.WAR, war_hazard, self.widen_war),
        ):
            rate = partial(hazard, s, p)
            self._watch_hazard(bit, Clock(stream, 0, rank, 0, rate, rate, ring))
        for i in range(len(world.calendar)):
            process(self.follow_calendar(i))
        for i, lv in enumerate(world.ladder):
            process(self.surge(i, lv))
            if i > 0 and world.rungs[i].day < math.inf:
                process(self.climb_on_date(i))
            if lv.schedule_every > 0.0 and self.policy is None:
                process(self.keep_schedule(i, lv))
        for i, delivery in enumerate(world.deliveries):
            process(self.resupply(i, delivery))
        for i, replayed in enumerate(world.replay):
            process(self.replay(i, replayed))
        if world.opening_attack:
            process(self.open_with_attack())

    def _watch_hazard(self, bit: int, clock: Clock) -> None:
        self.clocks.append((bit, self.env.process(self.spend_budgets(clock))))

    def emit(self, record: Callable[..., ev.Event], rank: int, place: int, *details: Any) -> None:
        """Append a record of what just happened; ``place`` below 0 is no place."""
        where = self.world.places[place] if place >= 0 else ""
        self.events.append(record(self.env.now, rank, len(self.events), where, *details))

    def replan(self, touched: int) -> None:
        """Interrupt every clock whose hazard was touched, but the one that is ringing."""
        if touched:
            for bit, process in self.clocks:
                if bit & touched and process is not self.env.active_process:
                    process.interrupt()

    def spend_budgets(self, clock: Clock) -> Steps:
        """Thinning: spend exponential budgets under the bound; accept each candidate by rate over bound."""
        k = 0
        while True:
            u = self.draws.block(clock.stream, clock.entity, k)
            budget = exponential_quantile(u[0])
            while True:
                start = self.env.now
                bound = clock.bound(start)
                wait = budget / bound if bound > 0.0 else math.inf
                try:
                    yield (
                        Ranked(self.env, wait, clock.rank, clock.place, k) if wait < FAR else self.env.event()
                    )
                    break
                except simpy.Interrupt:
                    budget = max(0.0, budget - bound * (self.env.now - start))
            t = self.env.now
            rate = clock.rate(t)
            if rate > bound * (1.0 + 1e-9):
                raise RunError(f"{clock.stream}: rate {rate:g} exceeds its bound {bound:g} on day {t:g}")
            if u[1] * bound < rate:
                clock.ring(t, k, u[2])
            k += 1

    # What attackers, sponsor and the calendar do.

    def ring_attack(self, c: int, _t: float, k: int, _u: float) -> None:
        """Candidate k was accepted: an attack in place c."""
        self.attack(c, k)

    def attack(self, c: int, k: int) -> None:
        """An attack in place c, with the marks of candidate k."""
        s, world, key = self.state, self.world, self.world.place_keys[c]
        kind = self.draws.block("attack.kind", key, k)
        a = launch_attack(s, self.params, c, self.env.now, kind, self.draws.block("attack.harm", key, k))
        self.attacks += 1
        n = self.attacks
        group = next(name for name, upto in world.groups[c] if kind[0] < upto)
        self.emit(ev.AttackLaunched, ev.ATTACK, c, n, group, world.weapons[a.weapon], a.rounds)
        if a.engaged:
            self.emit(ev.Intercepted, ev.ATTACK, c, n, a.engaged, a.stopped, a.stopped == a.rounds)
        if a.stopped < a.rounds:
            self.emit(ev.Hit, ev.ATTACK, c, n, a.rounds - a.stopped)
        if a.injured or a.killed:
            self.emit(ev.Casualties, ev.ATTACK, c, n, a.injured, a.brain_injured, a.killed)
            self.view.casualties.append(self.events[-1])
        if a.opened_window:
            self.env.process(self.lose_patience(self.env.now, n))
        self.replan(a.touched)
        if a.reported:
            self.emit(ev.Reported, ev.ATTACK, c, n)
            self.watch(c, k, a.weapon)

    def open_with_attack(self) -> Steps:
        """The run opens with an attack, in a place drawn by its share of the background."""
        yield Ranked(self.env, 0.0, ev.ATTACK)
        left = self.draws.block("opening.attack", 0, 0)[0]
        c = 0
        while c < len(self.world.places) - 1 and left >= self.state.share[c]:
            left -= self.state.share[c]
            c += 1
        self.attack(c, OPENING_INDEX)
        self.replan(ATTACKS)

    def lose_patience(self, opened: float, ordinal: int) -> Steps:
        """At the end of a window that left attacks unanswered, the attackers take heart."""
        yield Ranked(self.env, self.params.answer_window_days, ev.PATIENCE, 0, ordinal)
        if embolden(self.state, self.params, self.env.now, opened):
            self.emit(ev.Emboldened, ev.PATIENCE, -1, "unanswered")
            self.replan(ATTACKS)

    def change_permission(self, t: float, _k: int, u: float) -> None:
        """The sponsor moves one step."""
        state = change_permission(self.state, self.params, t, u)
        self.emit(ev.PermissionChanged, ev.PERMISSION, -1, NAMES[state])
        self.replan(ATTACKS)

    def climb_stage(self, _t: float, _k: int, _u: float) -> None:
        """Heavier weapons come into use."""
        self.emit(ev.StageClimbed, ev.STAGE, -1, climb_stage(self.state))
        self.replan(ATTACKS)

    def widen_war(self, _t: float, _k: int, _u: float) -> None:
        """The fighting widens; nothing else changes."""
        widen_war(self.state)
        self.emit(ev.WiderWar, ev.WAR, -1)

    def follow_calendar(self, i: int) -> Steps:
        """A dated piece of mobilisation, or a success on another front."""
        d = self.world.calendar[i]
        yield Ranked(self.env, d.day, ev.CALENDAR, max(d.place, 0), i)
        if d.level is None:
            moved = change_resolve(self.state, self.params, self.env.now, self.params.resolve_success)
            self.emit(ev.Emboldened, ev.CALENDAR, d.place, d.what)
        else:
            moved = mobilise(self.state, d.place, d.level)
            self.emit(ev.Mobilised, ev.CALENDAR, d.place, d.level)
        self.replan(ATTACKS if moved else 0)

    # What the defender does.

    def watch(self, c: int, k: int, weapon: int) -> None:
        """The defender sees a reported attack, climbs its ladder, and decides."""
        s, t, seen = self.state, self.env.now, self.events[-1]
        self.climb(rung_due(s, self.world.rungs))
        if self.policy is not None:
            self.ask_policy(self.policy, seen)
            return
        lv = self.world.ladder[s.rung[0]]
        u = self.draws.block("response.trigger", self.world.place_keys[c], k)
        shot = decide_spontaneous(s, lv, c, t, u[3])
        if shot.what == RESPOND:
            fire = Order(0.0, 1.0, 0.0, 0.0, lv.strength, lv.care, lv.clarity, shot.delay)
            self.decide(shot, fire, lv, "spontaneous fire")
        elif shot.what == HOLD:
            self.emit(ev.HeldBack, ev.ATTACK, c, 0, REASONS[shot.reason])
        elif triggered(s, lv, t, weapon):
            self.decide_by_levers(c, lv, u, "attack")

    def decide_by_levers(self, c: int, lv: Levers, u: tuple[float, ...], cause: str) -> None:
        """A trigger has come: a response by the levers in force, or none and why."""
        d = decide_response(self.state, lv, c, self.env.now, u)
        if d.what == HOLD:
            self.emit(ev.HeldBack, ev.ATTACK if c >= 0 else ev.SCHEDULE, d.place, 0, REASONS[d.reason])
            return
        targets = (lv.infrastructure, lv.fighters, lv.sponsor, lv.leader)
        self.decide(d, Order(*targets, lv.strength, lv.care, lv.clarity, d.delay), lv, cause)

    def ask_policy(self, policy: Policy, seen: ev.Event) -> None:
        """Show a user's own policy what a defender can know, and carry out its orders."""
        s, view = self.state, self.view
        view.time = self.env.now
        view.reported.append(seen)
        view.munitions = dict(zip(self.world.stocks, s.munitions, strict=True))
        view.interceptors = s.interceptors[0]
        lv = self.world.ladder[s.rung[0]]
        for wish in policy.decide(view, seen) or ():
            if not isinstance(wish, StrikeOrder):
                raise RunError(f"policy: expected orders of class StrikeOrder, found {wish!r}")
            order = wish.checked(self.world.places)
            if s.pending[0] >= REMEMBERED - 1:
                raise RunError(
                    f"policy: expected at most {REMEMBERED - 1} strikes planned and not yet made, found one more on "
                    f"day {self.env.now:g}: order fewer, or with shorter delays"
                )
            plan_strike(s, self.env.now + order.delay)
            place = self.world.places.index(wish.place)
            self.decide(Decision(RESPOND, 0, order.delay, place), order, lv, "policy")

    def decide(self, d: Decision, order: Order, lv: Levers, cause: str) -> None:
        """Record a decision and wait out its delay."""
        self.responses += 1
        n = self.responses
        rank = ev.SCHEDULE if cause == "schedule" else ev.ATTACK
        self.emit(ev.ResponseDecided, rank, d.place, n, self.env.now + d.delay, d.delay, cause)
        self.env.process(self.respond(n, d.place, order, lv))

    def respond(self, n: int, c: int, order: Order, lv: Levers) -> Steps:
        """A pending response: wait out the delay, then strike or be held back."""
        yield Ranked(self.env, order.delay, ev.STRIKE, c, n)
        now = self.world.ladder[self.state.rung[0]]
        reason = held_back(self.state, self.params, now, lv.stock, self.env.now, order.strength)
        if reason:
            self.emit(ev.HeldBack, ev.STRIKE, c, n, REASONS[reason])
        else:
            self.strike(n, c, order, lv.stock, ev.STRIKE, n)

    def strike(self, n: int, c: int, order: Order, stock: int, rank: int, luck: int) -> None:
        """Carry out a strike, with the draws of this index."""
        u = self.draws.block("strike.outcome", 1 if rank == ev.REPLAY else 0, luck)
        done = strike(self.state, self.params, c, self.env.now, order, stock, u)
        shares = (order.infrastructure, order.fighters, order.sponsor, order.leader)
        details = (*shares, order.strength, order.clarity, done.munitions, done.political_cost)
        self.emit(ev.Struck, rank, c, n, *details)
        self.view.strikes.append(self.events[-1])
        self.emit(ev.Destroyed, rank, c, n, done.destroyed, done.killed, done.harmed)
        self.replan(done.touched)

    def replay(self, i: int, r: Replayed) -> Steps:
        """A response of the record, carried out as it was."""
        yield Ranked(self.env, r.day, ev.REPLAY, r.place, i)
        replay_strike(self.state, self.env.now)
        self.responses += 1
        delay = r.order.delay if r.order.delay >= 0.0 else None
        self.emit(ev.ResponseDecided, ev.REPLAY, r.place, self.responses, self.env.now, delay, r.id)
        self.strike(self.responses, r.place, r.order, -1, ev.REPLAY, i + 1)

    def keep_schedule(self, i: int, lv: Levers) -> Steps:
        """Responses by the calendar, while the policy stands on this rung."""
        wait, n = lv.schedule_first, 0
        while True:
            yield Ranked(self.env, wait, ev.SCHEDULE, 0, i)
            if self.state.rung[0] == i and self.env.now >= lv.active_from:
                self.decide_by_levers(-1, lv, self.draws.block("response.trigger", 0, n), "schedule")
            wait, n = lv.schedule_every, n + 1

    def climb(self, rung: int) -> None:
        """Climb the ladder of the policy."""
        if rung > self.state.rung[0]:
            self.state.rung[0] = rung
            self.emit(ev.RungClimbed, ev.SURGE, -1, rung)
            if self.env.now >= self.world.ladder[rung].surge_day:
                self.raise_defence(rung)

    def climb_on_date(self, i: int) -> Steps:
        """A rung that is climbed on a date."""
        yield Ranked(self.env, self.world.rungs[i].day, ev.SURGE, 0, i)
        self.climb(i)

    def surge(self, i: int, lv: Levers) -> Steps:
        """The defences of a rung come into force on their day, if the policy stands on it."""
        yield Ranked(self.env, lv.surge_day, ev.SURGE, 0, len(self.world.ladder) + i)
        if self.state.rung[0] == i:
            self.raise_defence(i)

    def raise_defence(self, rung: int) -> None:
        """Set a rung's level of defence and add its interceptors, once."""
        s, p, lv = self.state, self.params, self.world.ladder[rung]
        if not surge_due(s, self.world.ladder, rung):
            return
        if s.defence_level[0] == lv.defence_level and lv.surge_interceptors == 0:
            return
        moved = receive_interceptors(s, p, lv.surge_interceptors)
        moved |= set_defence(s, p, lv.defence_level)
        self.emit(ev.DefenceRaised, ev.SURGE, -1, lv.defence_level, lv.surge_interceptors)
        self.replan(ATTACKS if moved else 0)

    def resupply(self, i: int, d: Delivery) -> Steps:
        """Deliveries to a stock, on the rung that they belong to (below 0: on any)."""
        while True:
            yield Ranked(self.env, d.every_days, ev.RESUPPLY, 0, i)
            s = self.state
            if d.rung >= 0 and s.rung[0] != d.rung:
                continue
            if d.stock < 0:
                moved = receive_interceptors(s, self.params, d.amount)
                self.emit(ev.Resupply, ev.RESUPPLY, -1, "interceptors", d.amount, s.interceptors[0])
                self.replan(ATTACKS if moved else 0)
            else:
                receive_munitions(s, d.stock, d.amount)
                level = s.munitions[d.stock]
                self.emit(ev.Resupply, ev.RESUPPLY, -1, self.world.stocks[d.stock], d.amount, level)


def run(
    world: World, params: Any, shares: tuple[float, ...], draws: Draws, policy: Policy | None = None
) -> list[ev.Event]:
    """Run one replication on SimPy and return its events, in order.

    ``shares`` are the places' shares of the background rate, in the order of ``world.places``. A
    ``policy`` of the user's own decides in place of the world's levers. Raises RunError if a rule
    breaks its bound or a policy orders what can't be.
    """
    return Run(world, params, shares, draws, policy).go()
