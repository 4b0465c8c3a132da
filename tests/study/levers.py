"""For every field of a policy: a study that ships, a policy of it, and the field moved there by itself."""

from datetime import date
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from sim.scenario.policy import After, LeverSet, Policy
from sim.scenario.settings import Settings
from sim.scenario.study_files import StudyFiles

Path = tuple[str | int, ...]


class Move(NamedTuple):
    """Fields of a policy (or of the settings, where the path begins so) of a shipped study, and what they become."""

    study: str
    policy: str
    to: dict[Path, Any]


def _one(study: str, policy: str, *path: str | int, to: Any) -> Move:
    return Move(study, policy, {path: to})


FIRST, DELAY, TEMPO, DENIAL = "fighters-vs-infrastructure", "delay", "tempo-and-consistency", "denial"
STOCKS, TRIGGERS, LADDER, FIRE = "limits-and-stocks", "triggers", "escalation-ladder", "spontaneous-fire"

LEVERS: dict[str, Move] = {
    "trigger": _one(FIRST, "fighters", "trigger", to="never"),
    "trigger.after_attacks": _one(FIRST, "fighters", "trigger", "after_attacks", to=9),
    "trigger.after_casualties": _one(TRIGGERS, "trigger-casualties", "trigger", "after_casualties", to=15),
    "trigger.weapon": _one(TRIGGERS, "trigger-missile", "trigger", "weapon", to="rocket"),
    "trigger.every_days": _one(TRIGGERS, "trigger-schedule", "trigger", "every_days", to=6.0),
    "trigger.first_day": _one(TRIGGERS, "trigger-schedule", "trigger", "first_day", to=3.0),
    "delay_days": _one(DELAY, "delay-week", "delay_days", to=6.0),
    "delay_days.lognormal.median": _one(DELAY, "fighters", "delay_days", "lognormal", "median", to=3.0),
    "delay_days.lognormal.sigma": _one(DELAY, "fighters", "delay_days", "lognormal", "sigma", to=0.7),
    "delay_days.uniform.low": _one(DELAY, "delay-week-give-or-take", "delay_days", "uniform", "low", to=2.0),
    "delay_days.uniform.high": _one(
        DELAY, "delay-week-give-or-take", "delay_days", "uniform", "high", to=9.0
    ),
    "delay_days.exponential.mean": _one(
        DELAY, "delay-week-unsteady", "delay_days", "exponential", "mean", to=5.0
    ),
    "tempo.min_gap_days": _one(TEMPO, "answer-each-weekly", "tempo", "min_gap_days", to=5.0),
    "tempo.most_in_window.strikes": _one(
        TEMPO, "answer-each-two-a-fortnight", "tempo", "most_in_window", "strikes", to=3
    ),
    "tempo.most_in_window.days": _one(
        TEMPO, "answer-each-two-a-fortnight", "tempo", "most_in_window", "days", to=7.0
    ),
    "tempo.answered_share": _one(TEMPO, "answer-half", "tempo", "answered_share", to=0.8),
    "target.infrastructure": _one(FIRST, "infrastructure", "target", to={"leader": 1.0}),
    "target.fighters": _one(FIRST, "fighters", "target", to={"infrastructure": 1.0}),
    "target.sponsor": _one(FIRST, "sponsor", "target", to={"fighters": 1.0}),
    "target.leader": _one("long-run", "leader", "target", to={"fighters": 1.0}),
    "strength": _one("strength", "strength-half", "strength", to=1.5),
    "care": _one("strength", "strength-double-careful", "care", to=0.0),
    "clarity": _one("clarity", "clarity-low", "clarity", to=0.9),
    "places": _one("place", "place-syria-only", "places", "iraq", to="allowed"),
    "spontaneous_fire.probability": _one(
        FIRE, "spontaneous-tenth", "spontaneous_fire", "probability", to=0.5
    ),
    "spontaneous_fire.within_hours": _one(
        FIRE, "spontaneous-half", "spontaneous_fire", "within_hours", to=12.0
    ),
    "denial.level": _one(DENIAL, "denial-surge", "denial", "level", to=1.0),
    "denial.interceptors_added": _one(DENIAL, "denial-surge", "denial", "interceptors_added", to=0),
    "denial.surge_date": _one(DENIAL, "denial-late-surge", "denial", "surge_date", to=date(2023, 10, 20)),
    "stocks.munitions_from": _one(STOCKS, "stock-partner", "stocks", "munitions_from", to="defender"),
    "stocks.munitions.every_days": _one(
        STOCKS, "stock-partner-resupplied", "stocks", "munitions", "every_days", to=40.0
    ),
    "stocks.munitions.amount": _one(
        STOCKS, "stock-partner-resupplied", "stocks", "munitions", "amount", to=2
    ),
    "stocks.interceptors.every_days": _one(
        DENIAL, "denial-resupplied", "stocks", "interceptors", "every_days", to=3.0
    ),
    "stocks.interceptors.amount": _one(
        DENIAL, "denial-resupplied", "stocks", "interceptors", "amount", to=2
    ),
    "limits.duration_days": _one(STOCKS, "limit-fortnight", "limits", "duration_days", to=5.0),
    "limits.political_cost": _one(STOCKS, "place-within-politics", "limits", "political_cost", to=0.5),
    "replay": Move(FIRST, "observed", {("replay",): None, ("trigger",): "never"}),
    "then": _one("long-run", "observed-then-fighters", "then", to="infrastructure"),
    "ladder.after.attacks": _one(LADDER, "ladder", "ladder", 0, "after", "attacks", to=10),
    "ladder.after.date": _one(LADDER, "ladder", "ladder", 0, "after", "date", to=date(2023, 10, 19)),
    "ladder.after.injuries": _one(LADDER, "ladder", "ladder", 1, "after", "injuries", to=5),
    "ladder.after.deaths": _one(LADDER, "ladder", "ladder", 2, "after", "deaths", to=50),
    "ladder.set.strength": _one(LADDER, "ladder", "ladder", 0, "set", "strength", to=3.0),
    "ladder.set.clarity": _one(LADDER, "ladder", "ladder", 0, "set", "clarity", to=1.0),
    "ladder.set.places": _one(LADDER, "ladder", "ladder", 0, "set", "places", "iraq", to="forbidden"),
    "ladder.set.target": _one(LADDER, "ladder", "ladder", 1, "set", "target", to={"leader": 1.0}),
    "ladder.set.delay_days": _one(LADDER, "ladder", "ladder", 1, "set", "delay_days", to=3.0),
    "ladder.set.tempo": _one(LADDER, "ladder", "ladder", 1, "set", "tempo", "min_gap_days", to=4.0),
    "ladder.set.trigger": _one(LADDER, "ladder", "ladder", 1, "set", "trigger", "after_attacks", to=6),
    "ladder.set.care": _one(LADDER, "ladder", "ladder", 2, "set", "care", to=0.0),
    "ladder.set.denial": _one(LADDER, "ladder", "ladder", 2, "set", "denial", "level", to=4.0),
}  # fmt: skip

STOCK_SETTINGS: dict[str, Move] = {
    "munitions of the defender": _one(
        FIRST, "fighters", "settings", "munitions", "defender", "initial", to=4
    ),
    "munitions of a partner": _one(
        STOCKS, "stock-partner", "settings", "munitions", "partner", "initial", to=8
    ),
    "interceptors": _one(DENIAL, "none", "settings", "defence", "interceptors", "initial", to=4),
    "level of the defences": _one(DENIAL, "none", "settings", "defence", "level", to=3.0),
    "political cost of a place": _one(
        STOCKS, "place-within-politics", "settings", "places", "iraq", "political_cost", to=0.1
    ),
}


def leaves(model: type[BaseModel], before: str = "") -> set[str]:
    """Fields of a model by dotted name, those of its blocks in place of the block; a block that may be a plain
    value (``never``, a number of days) counts itself too.
    """
    out: set[str] = set()
    for name, field in model.model_fields.items():
        kinds = [x for x in (field.annotation, *get_args(field.annotation)) if x is not type(None)]
        blocks = [x for x in kinds if isinstance(x, type) and issubclass(x, BaseModel)]
        for block in blocks:
            out |= leaves(block, f"{before}{name}.")
        plain = [x for x in get_args(field.annotation) if x is not type(None) and x not in blocks]
        if not blocks or plain:
            out.add(before + name)
    return out


def every_lever(ladder: Policy) -> set[str]:
    """Every field of a policy, of a rung's condition, and of what the rungs of a policy change."""
    changed = {f"ladder.set.{x}" for rung in ladder.ladder for x in rung.set.model_fields_set}
    return leaves(LeverSet) | {f"ladder.after.{x}" for x in leaves(After)} | changed | {"replay", "then"}


def moved(files: StudyFiles, move: Move) -> StudyFiles:
    """The study with these fields moved in its configs, checked anew."""
    settings = files.settings.model_dump(exclude_unset=True)
    policy = files.policies[move.policy].model_dump(exclude_unset=True)
    for path, to in move.to.items():
        if path[0] == "settings":
            settings = _put(settings, path[1:], to)
        else:
            policy = _put(policy, path, to)
    policies = {**files.policies, move.policy: Policy.model_validate(policy)}
    return StudyFiles(**{**vars(files), "policies": policies, "settings": Settings.model_validate(settings)})


def _put(tree: Any, path: Path, to: Any) -> Any:
    """A copy of a tree of mappings and tuples with one value in it changed."""
    if not path:
        return to
    first, rest = path[0], path[1:]
    if isinstance(tree, dict):
        return {**tree, first: _put(tree.get(first, {}), rest, to)}
    return tuple(_put(x, rest, to) if i == first else x for i, x in enumerate(tree))
