"""Faults to be put in on purpose, each with the test that must find it."""

from typing import NamedTuple


class Mutant(NamedTuple):
    """A fault: in ``file`` the text ``old``, which stands there once, becomes ``new``; ``caught_by`` must fail."""

    name: str
    file: str
    old: str
    new: str
    caught_by: str


KERNEL, SIMPY, MODEL = "sim/engine/compiled/kernel.py", "sim/engine/simpy_engine.py", "sim/model/"
DIFFERENTIAL = "tests/engine/test_two_engines.py::test_events_are_the_same"

# Each is in one engine alone: the generated worlds of the differential test must tell it from the other.
ENGINE_MUTANTS = tuple(
    Mutant(name, file, old, new, DIFFERENTIAL)
    for name, file, old, new in (
        (
            "tie: a scheduled response before a strike that is due", KERNEL,
            "g.strike_due[response] <= t:", "g.strike_due[response] < t:",
        ),
        (
            "<= for <: the last of the deliveries that tie", KERNEL,
            "if first < 0 or due[i] < due[first]:", "if first < 0 or due[i] <= due[first]:",
        ),
        (
            "wrong lane for acceptance", KERNEL,
            "    g.accept[c] = u[1]\n", "    g.accept[c] = u[2]\n",
        ),
        (
            "one draw more: the candidate after the next", KERNEL,
            "_HARM, g.index[c] + 1, _CANDIDATE)", "_HARM, g.index[c] + 2, _CANDIDATE)",
        ),
        (
            "the end of the attackers' patience is not read again", KERNEL,
            "            or s.unanswered_since[0] != window\n", "",
        ),
        (
            "the last place is not planned anew", KERNEL,
            "for c in range(w.places):\n            if c != ringing:",
            "for c in range(w.places - 1):\n            if c != ringing:",
        ),
        (
            "an attack's own bound is the one from before it", KERNEL,
            "                    if g.touched & ATTACKS:\n                        most = pressures(s, p, clock, t)[1]\n", "",
        ),
        (
            "the schedule drifts", KERNEL,
            "g.schedule[schedule] = t + lv.schedule_every\n", "g.schedule[schedule] = t + lv.schedule_every * (1.0 + 1e-12)\n",
        ),
        (
            "what is left of a budget is drawn anew", SIMPY,
            "budget = max(0.0, budget - bound * (self.env.now - start))",
            "budget = exponential_quantile(self.draws.block(clock.stream, clock.entity, k)[3])",
        ),
        (
            "tie: deliveries in reverse order", SIMPY,
            "ev.RESUPPLY, 0, i)", "ev.RESUPPLY, 0, 99 - i)",
        ),
        (
            "tie: a rung's defences before the climb to it", SIMPY,
            "ev.SURGE, 0, len(self.world.ladder) + i)", "ev.SURGE, 0, i - len(self.world.ladder))",
        ),
        (
            "every other candidate is left out", SIMPY,
            "            k += 1\n", "            k += 2\n",
        ),
        (
            "every scheduled response has the draws of the first", SIMPY,
            "wait, n = lv.schedule_every, n + 1", "wait, n = lv.schedule_every, n",
        ),
        (
            "an attack has the harm of the next candidate", SIMPY,
            'self.draws.block("attack.harm", key, k))', 'self.draws.block("attack.harm", key, k + 1))',
        ),
        (
            "the defender decides by the rung from before the attack", SIMPY,
            """        self.climb(rung_due(s, self.world.rungs))
        if self.policy is not None:
            self.ask_policy(self.policy, seen)
            return
        lv = self.world.ladder[s.rung[0]]
""",
            """        lv = self.world.ladder[s.rung[0]]
        self.climb(rung_due(s, self.world.rungs))
        if self.policy is not None:
            self.ask_policy(self.policy, seen)
            return
""",
        ),
        (
            "an attack on the first day lets the clocks run on", SIMPY,
            "        self.attack(c, OPENING_INDEX)\n        self.replan(ATTACKS)\n", "        self.attack(c, OPENING_INDEX)\n",
        ),
    )
)  # fmt: skip

# Each is in a rule that both engines call, so that only what is known of the rule can find it.
RULE_MUTANTS = tuple(
    Mutant(name, MODEL + file, old, new, "tests/" + caught_by)
    for name, file, old, new, caught_by in (
        (
            "suppression drives up", "effects.py",
            "x, most = net + up - down,", "x, most = net + up + down,",
            "theory/test_mean_rate.py::test_suppression_against_backlash",
        ),
        (
            "suppression decays with the days of backlash", "effects.py",
            "s.suppression_since[c], t, p.suppression_days)", "s.suppression_since[c], t, p.backlash_days)",
            "theory/test_mean_rate.py::test_suppression_against_backlash",
        ),
        (
            "the bound forgets that suppression fades", "effects.py",
            "max(0.0, net) + up\n", "net + up - down\n",
            "model/test_intensity.py::test_the_bound_holds_until_the_next_jump",
        ),
        (
            "the bound forgets excitation", "intensity.py",
            "return permission(s, p) * (most_pressure + excitation(s, p, c, t))", "return permission(s, p) * most_pressure",
            "theory/test_hawkes.py::test_one_attack_sets_off_a_borel_cluster",
        ),
        (
            "the place struck feels the spilled share, the others all of it", "strike.py",
            "part = 1.0 if d == c else p.spill", "part = p.spill if d == c else 1.0",
            "theory/test_mean_rate.py::test_spill_by_place",
        ),
        (
            "excitation by n, not by n·β", "excitation.py",
            "+ p.branching_ratio / p.excitation_days\n", "+ p.branching_ratio\n",
            "theory/test_moved_attackers.py::test_one_attack_excites_its_place",
        ),
        (
            "excitation knows no permission", "intensity.py",
            "return allowed * capability_factor(s, p, c, t) * (pressure + excitation(s, p, c, t))",
            "return allowed * capability_factor(s, p, c, t) * pressure + excitation(s, p, c, t)",
            "theory/test_hawkes.py::test_permission_scales_background_and_excitation",
        ),
        (
            "from amber the sponsor steps the wrong way", "permission.py",
            "step = 1 if u * (tighten + release_hazard(s, p)) < tighten else -1",
            "step = 1 if (u * (tighten + release_hazard(s, p)) < tighten) != (s.permission[0] == AMBER) else -1",
            "theory/test_sponsor.py::test_stays_are_exponential_and_amber_goes_to_red_in_proportion",
        ),
        (
            "interception squared", "defence.py",
            "        return float(q)\n", "        return float(q * q)\n",
            "theory/test_marks.py::test_each_round_is_stopped_with_the_chance_of_its_weapon_and_the_level",
        ),
        (
            "the tail of casualties inverted", "numbers.py",
            "bounded_exp(-math.log(1.0 - u) / tail)", "bounded_exp(-math.log(1.0 - u) * tail)",
            "theory/test_marks.py::test_the_number_injured_has_its_heavy_tail",
        ),
        (
            "capability recovers toward 0", "capability.py",
            "relaxed(s.capability[c], capability_target(s, p, c),", "relaxed(s.capability[c], 0.0,",
            "theory/test_mean_rate.py::test_capability_settles_where_use_meets_resupply",
        ),
        (
            "the shortest gap is ignored", "response.py",
            " or nearest_planned(s, due) < lv.min_gap - SLACK:", ":",
            "theory/test_defender.py::test_no_two_strikes_are_closer_than_the_shortest_gap",
        ),
        (
            "a window holds one strike more", "response.py",
            "planned_near(s, due, lv.window_days) < lv.window_most", "planned_near(s, due, lv.window_days) <= lv.window_most",
            "theory/test_defender.py::test_no_window_holds_more_strikes_than_its_most",
        ),
        (
            "what is reported is what was to be missed", "attack.py",
            "reported = kind[3] < p.completeness", "reported = kind[3] >= p.completeness",
            "theory/test_marks.py::test_attacks_are_reported_with_the_records_completeness",
        ),
        (
            "a drift begins on day 0", "background.py",
            "bounded_exp(-(t - s.drift_from[0]) / p.drift_days)", "bounded_exp(-t / p.drift_days)",
            "theory/test_mean_rate.py::test_mobilisation_and_drift",
        ),
        (
            "deaths leave the hazard of war as it was", "war.py",
            "p.war_death * deaths + p.war_sponsor", "p.war_sponsor",
            "theory/test_sponsor.py::test_deaths_on_either_side_raise_the_hazard_of_war",
        ),
    )
)  # fmt: skip
MUTANTS = (*ENGINE_MUTANTS, *RULE_MUTANTS)
