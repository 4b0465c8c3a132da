"""How a world, its levers and a run's state lie in memory: records with a field for each name of the registry.

Arrays by place, weapon and stock have room for a few sizes only, so that one compilation serves most
worlds; what is left over stays at its initial value, and no rule reads more of it than that.
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.engine import events as ev
from sim.errors import RunError
from sim.model.levers import Levers
from sim.model.registry import FIELDS, PARAMETERS
from sim.model.response import REMEMBERED
from sim.model.start import furnish
from sim.model.strike import Order
from sim.model.tally import WHOLE, Tally
from sim.model.world import World

ROOM = {"place": (4, 16, 63), "weapon": (8, 32), "stock": (4, 16)}
HAZARDS = 3  # permission, stage, wider war
UNUSED_STAGE = 2**31  # stage of a weapon that isn't there: never reached
LEVEL, FRONT, CLIMB, SURGE, REPLAY, OPENING = range(6)

Array = np.ndarray[Any, np.dtype[Any]]


class Size(NamedTuple):
    """Room for places, weapons and stocks."""

    places: int
    weapons: int
    stocks: int


def size_of(world: World) -> Size:
    """The least room that a world fits into. Raises RunError for a world too large."""
    asked = {"place": len(world.places), "weapon": len(world.weapons), "stock": len(world.stocks)}
    found = []
    for what, n in asked.items():
        room = next((x for x in ROOM[what] if x >= n), None)
        if room is None:
            raise RunError(
                f"the compiled engine has room for {ROOM[what][-1]} {what}s, found {n}: use --engine simpy"
            )
        found.append(room)
    return Size(*found)


ORDER = [(name, np.float64) for name in Order._fields]
DATED = np.dtype(
    [("time", np.float64), ("rank", np.int64), ("place", np.int64), ("what", np.int64), ("index", np.int64),
     ("level", np.float64), *ORDER], align=True,
)  # fmt: skip
DELIVERY = np.dtype(
    [("rung", np.int64), ("stock", np.int64), ("every", np.float64), ("amount", np.int64)], align=True
)
RUNG = np.dtype([(x, np.float64) for x in ("attacks", "injuries", "deaths", "day")], align=True)
PARAMS = np.dtype([(name, np.float64) for name in PARAMETERS], align=True)
LEVERS = np.dtype(
    [(name, np.int64 if isinstance(x, int) else np.float64) for name, x in Levers()._asdict().items()],
    align=True,
)


class Types(NamedTuple):
    """Record types for one size."""

    state: "np.dtype[Any]"
    world: "np.dtype[Any]"
    clocks: "np.dtype[Any]"
    tally: "np.dtype[Any]"


@lru_cache
def types_for(size: Size) -> Types:
    """The records of a run in a world of this size."""
    n = size.places
    room = {"place": n, "weapon": size.weapons, "stock": size.stocks, "run": 1, "window": REMEMBERED}
    state = [(x.name, np.int64 if isinstance(x.initial, int) else np.float64, (room[x.per],)) for x in FIELDS.values()]  # fmt: skip
    world = [("horizon", np.float64), ("places", np.int64), ("place_keys", np.uint64, (n,))]
    waits = [
        (name, np.float64, (n + HAZARDS,)) for name in ("budget", "bound", "start", "due", "accept", "extra")
    ]
    clocks = [
        *waits, ("index", np.int64, (n + HAZARDS,)),
        *((name, np.float64, (REMEMBERED,)) for name in ("strike_due", *Order._fields)),
        *((name, np.int64, (REMEMBERED,)) for name in ("strike_place", "strike_number", "strike_stock")),
        ("waiting", np.int64), ("attacks", np.int64), ("responses", np.int64), ("rows", np.int64), ("fault", np.int64),
    ]  # fmt: skip
    tally = [(x, np.int64 if x in WHOLE else np.float64, (n + 1,)) for x in Tally._fields]
    return Types(*(np.dtype(x, align=True) for x in (state, world, clocks, tally)))


class Packed(NamedTuple):
    """A world as the compiled engine reads it."""

    types: Types
    world: Array  # one record
    start: Array  # one record: the state at time 0 as the world gives it
    ladder: Array
    rungs: Array
    dated: Array  # in order of happening
    deliveries: Array


class _View:
    """Fields of a record by attribute, as the rules that furnish a state write them."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        return self._record[name]


def pack(world: World) -> Packed:
    """A world in memory. Raises RunError if it is too large, or if a time is neither finite nor 0 or more."""
    size = size_of(world)
    types = types_for(size)
    head = np.zeros(1, types.world)
    head["horizon"] = world.horizon_days
    head["places"] = len(world.places)
    head["place_keys"][0, : len(world.places)] = world.place_keys
    start = np.zeros(1, types.state)
    for name, field in FIELDS.items():
        start[name] = field.initial
    start["weapon_stage"] = UNUSED_STAGE
    furnish(_View(start[0]), world)
    return Packed(
        types,
        head,
        start,
        np.array([tuple(x) for x in world.ladder], LEVERS),
        np.array([tuple(x) for x in world.rungs], RUNG),
        _dated(world),
        np.array([tuple(x) for x in world.deliveries], DELIVERY),
    )


def _dated(world: World) -> Array:
    """Everything with a date, in the order in which it happens: time, rank, place, ordinal."""
    none = (0.0,) * len(ORDER)
    found: list[tuple[float, int, int, int, tuple[Any, ...]]] = []
    for i, d in enumerate(world.calendar):
        what, level = (FRONT, 0.0) if d.level is None else (LEVEL, d.level)
        found.append((d.day, ev.CALENDAR, max(d.place, 0), i, (d.place, what, i, level, *none)))
    for i, lv in enumerate(world.ladder):
        if i > 0 and world.rungs[i].day < math.inf:
            found.append((world.rungs[i].day, ev.SURGE, 0, i, (-1, CLIMB, i, 0.0, *none)))
        found.append((lv.surge_day, ev.SURGE, 0, len(world.ladder) + i, (-1, SURGE, i, 0.0, *none)))
    for i, r in enumerate(world.replay):
        found.append((r.day, ev.REPLAY, r.place, i, (r.place, REPLAY, i, 0.0, *r.order)))
    if world.opening_attack:
        found.append((0.0, ev.ATTACK, 0, 0, (-1, OPENING, 0, 0.0, *none)))
    for time, *_ in found:
        if not (time >= 0.0 and math.isfinite(time)):
            raise RunError(f"expected a delay that is finite and ≥ 0 days, found {time!r}")
    rows = [(time, rank, *rest) for time, rank, _, _, rest in sorted(found)]
    return np.array(rows, DATED)


def pack_params(params: Any) -> Array:
    """Parameters of one run as a record."""
    return np.array([tuple(params)], PARAMS)
