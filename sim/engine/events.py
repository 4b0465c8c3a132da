"""Typed records: all that an engine emits. Every statistic is a function of these.

Each begins with time (days from the start of the run), priority (rank of its kind at equal times) and
sequence (its ordinal in the run).
"""

from typing import NamedTuple

# Rank of what happens at equal times: what is given goes first, what is drawn goes last.
(
    CALENDAR, SURGE, RESUPPLY, REPLAY, STRIKE, PATIENCE, SCHEDULE, PERMISSION, STAGE, WAR, ATTACK,
) = range(1, 12)  # fmt: skip


class AttackLaunched(NamedTuple):
    """An attack, whether anyone reports it or not."""

    time: float
    priority: int
    sequence: int
    place: str
    number: int
    group: str
    weapon: str
    rounds: int
    kind: str = "attack launched"


class Intercepted(NamedTuple):
    """Rounds of an attack that were engaged and stopped; ``whole`` if none got through."""

    time: float
    priority: int
    sequence: int
    place: str
    number: int
    engaged: int
    stopped: int
    whole: bool
    kind: str = "intercepted"


class Hit(NamedTuple):
    """Rounds of an attack that got through."""

    time: float
    priority: int
    sequence: int
    place: str
    number: int
    rounds: int
    kind: str = "hit"


class Casualties(NamedTuple):
    """People hurt by an attack."""

    time: float
    priority: int
    sequence: int
    place: str
    number: int
    injured: int
    brain_injured: int
    killed: int
    kind: str = "casualties"


class Reported(NamedTuple):
    """An attack that the record counts and the defender sees."""

    time: float
    priority: int
    sequence: int
    place: str
    number: int
    kind: str = "reported"


class ResponseDecided(NamedTuple):
    """A response decided on, due after a delay; ``delay_days`` is None where the record doesn't know it."""

    time: float
    priority: int
    sequence: int
    place: str
    response: int
    due: float
    delay_days: float | None
    cause: str
    kind: str = "response decided"


class HeldBack(NamedTuple):
    """A response that was due and was not made, and why; ``response`` is 0 where none had been decided."""

    time: float
    priority: int
    sequence: int
    place: str
    response: int
    reason: str
    kind: str = "held back"


class Struck(NamedTuple):
    """A strike carried out."""

    time: float
    priority: int
    sequence: int
    place: str
    response: int
    infrastructure: float
    fighters: float
    sponsor: float
    leader: float
    strength: float
    clarity: float
    munitions: int
    political_cost: float
    kind: str = "strike"


class Destroyed(NamedTuple):
    """What a strike did on the ground."""

    time: float
    priority: int
    sequence: int
    place: str
    response: int
    capability_share: float
    killed: int
    civilians_harmed: bool
    kind: str = "destroyed"


class PermissionChanged(NamedTuple):
    """The sponsor allows more or less."""

    time: float
    priority: int
    sequence: int
    place: str
    permission: str
    kind: str = "permission changed"


class Resupply(NamedTuple):
    """A delivery to a stock."""

    time: float
    priority: int
    sequence: int
    place: str
    stock: str
    amount: int
    level: int
    kind: str = "resupply"


class StageClimbed(NamedTuple):
    """The attackers bring in heavier weapons."""

    time: float
    priority: int
    sequence: int
    place: str
    stage: int
    kind: str = "stage climbed"


class WiderWar(NamedTuple):
    """The fighting widens; nothing else in the run changes."""

    time: float
    priority: int
    sequence: int
    place: str
    kind: str = "wider war"


class Emboldened(NamedTuple):
    """A window of attacks went unanswered, or another front had a success."""

    time: float
    priority: int
    sequence: int
    place: str
    cause: str
    kind: str = "emboldened"


class Mobilised(NamedTuple):
    """A dated piece of mobilisation begins in a place."""

    time: float
    priority: int
    sequence: int
    place: str
    level: float
    kind: str = "mobilised"


class RungClimbed(NamedTuple):
    """The policy climbs its escalation ladder."""

    time: float
    priority: int
    sequence: int
    place: str
    rung: int
    kind: str = "rung climbed"


class DefenceRaised(NamedTuple):
    """The defences surge."""

    time: float
    priority: int
    sequence: int
    place: str
    level: float
    interceptors_added: int
    kind: str = "defence raised"


Event = (
    AttackLaunched
    | Intercepted
    | Hit
    | Casualties
    | Reported
    | ResponseDecided
    | HeldBack
    | Struck
    | Destroyed
    | PermissionChanged
    | Resupply
    | StageClimbed
    | WiderWar
    | Emboldened
    | Mobilised
    | RungClimbed
    | DefenceRaised
)
