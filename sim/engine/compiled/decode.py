"""From the compiled engine's log to the typed records that the SimPy engine emits."""

from typing import Any

import numpy as np

from sim.engine import events as ev
from sim.engine.compiled import kernel as k
from sim.model.permission import NAMES
from sim.model.response import REASONS
from sim.model.world import World

Log = np.ndarray[Any, np.dtype[np.float64]]


def decode(log: Log, world: World) -> list[ev.Event]:
    """Typed records of a run's log, in order."""
    return [_record(world, i, row) for i, row in enumerate(log.tolist())]


def _record(world: World, sequence: int, row: list[float]) -> ev.Event:
    """One record. The columns are time, rank, kind, place, and then the kind's own."""
    place = world.places[int(row[3])] if row[3] >= 0.0 else ""
    head = (row[0], int(row[1]), sequence, place)
    n, a = int(row[4]), row[5]
    match int(row[2]):
        case k.LAUNCHED:
            group = next(name for name, upto in world.groups[int(row[3])] if a < upto)
            return ev.AttackLaunched(*head, n, group, world.weapons[int(row[6])], int(row[7]))
        case k.INTERCEPTED:
            return ev.Intercepted(*head, n, int(a), int(row[6]), row[6] == row[7])
        case k.HIT:
            return ev.Hit(*head, n, int(a))
        case k.CASUALTIES:
            return ev.Casualties(*head, n, int(a), int(row[6]), int(row[7]))
        case k.REPORTED:
            return ev.Reported(*head, n)
        case k.DECIDED:
            delay = row[6] if row[6] >= 0.0 else None
            return ev.ResponseDecided(*head, n, a, delay, _cause(world, int(row[7])))
        case k.HELD:
            return ev.HeldBack(*head, n, REASONS[int(a)])
        case k.STRUCK:
            return ev.Struck(*head, n, a, row[6], row[7], row[8], row[9], row[10], int(row[11]), row[12])
        case k.DESTROYED:
            return ev.Destroyed(*head, n, a, int(row[6]), bool(row[7]))
        case k.PERMITTED:
            return ev.PermissionChanged(*head, NAMES[n])
        case k.SUPPLIED:
            stock = world.stocks[n] if n >= 0 else "interceptors"
            return ev.Resupply(*head, stock, int(a), int(row[6]))
        case k.CLIMBED:
            return ev.StageClimbed(*head, n)
        case k.WIDENED:
            return ev.WiderWar(*head)
        case k.EMBOLDENED:
            cause = "unanswered" if n == k.UNANSWERED_WINDOW else world.calendar[n].what
            return ev.Emboldened(*head, cause)
        case k.MOBILISED:
            return ev.Mobilised(*head, row[4])
        case k.STEPPED:
            return ev.RungClimbed(*head, n)
        case k.RAISED:
            return ev.DefenceRaised(*head, row[4], int(a))
    raise ValueError(f"no record of kind {row[2]}")


def _cause(world: World, code: int) -> str:
    """What a response answers."""
    if code >= k.CAUSE_RECORD:
        return world.replay[code - k.CAUSE_RECORD].id
    return {k.CAUSE_ATTACK: "attack", k.CAUSE_SCHEDULE: "schedule"}.get(code, "spontaneous fire")
