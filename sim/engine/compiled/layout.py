"""How a world, its levers and a run's state lie in memory: records with a field for each name of the registry.

Records have room of one of three sizes, so that one compilation serves most worlds; what is left over stays at
its initial value, and no rule reads more of it than that. All of a run lies in records, none in arrays of its
own: a record is one pointer and is counted by nobody.
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.engine import events as ev
from sim.errors import RunError
from sim.model.levers import Levers, Rung
from sim.model.registry import FIELDS, PARAMETERS
from sim.model.response import REMEMBERED
from sim.model.start import furnish
from sim.model.strike import Order
from sim.model.tally import WHOLE, Tally
from sim.model.world import World

HAZARDS = 3  # permission, stage, wider war
WIDTH = 13  # columns of a record in the log
RECENT = 16  # records that one event can leave: nine at most
UNUSED_STAGE = 2**31  # stage of a weapon that isn't there: never reached
LEVEL, FRONT, CLIMB, SURGE, REPLAY, OPENING = range(6)

Array = np.ndarray[Any, np.dtype[Any]]


class Size(NamedTuple):
    """Room for each kind of thing in a world."""

    places: int
    weapons: int
    stocks: int
    rungs: int
    deliveries: int
    dated: int


SIZES = (Size(4, 8, 4, 4, 16, 64), Size(16, 16, 8, 8, 64, 512), Size(63, 32, 16, 16, 256, 4096))


def size_of(world: World, dated: int) -> Size:
    """The least room that a world fits into. Raises RunError for a world too large."""
    asked = Size(
        len(world.places), len(world.weapons), len(world.stocks), len(world.ladder), len(world.deliveries), dated
    )  # fmt: skip
    for size in SIZES:
        if all(n <= room for n, room in zip(asked, size, strict=True)):
            return size
    what, most, n = next(
        (name, room, n) for name, room, n in zip(Size._fields, SIZES[-1], asked, strict=True) if n > room
    )
    raise RunError(f"the compiled engine has room for {most} {what}, found {n}: use --engine simpy")


ORDER = [(name, np.float64) for name in Order._fields]
DATED = np.dtype(
    [("time", np.float64), ("rank", np.int64), ("place", np.int64), ("what", np.int64), ("index", np.int64),
     ("level", np.float64), *ORDER], align=True,
)  # fmt: skip
DELIVERY = np.dtype(
    [("rung", np.int64), ("stock", np.int64), ("every", np.float64), ("amount", np.int64)], align=True
)
RUNG = np.dtype([(x, np.float64) for x in Rung._fields], align=True)
PARAMS = np.dtype([(name, np.float64) for name in PARAMETERS], align=True)
LEVERS = np.dtype(
    [(name, np.int64 if isinstance(x, int) else np.float64) for name, x in Levers()._asdict().items()],
    align=True,
)


class Types(NamedTuple):
    """Record types for one size."""

    world: "np.dtype[Any]"
    state: "np.dtype[Any]"
    clock: "np.dtype[Any]"
    tally: "np.dtype[Any]"


@lru_cache
def types_for(size: Size) -> Types:
    """The records of a run in a world of this size."""
    n = size.places
    room = {"place": n, "weapon": size.weapons, "stock": size.stocks, "run": 1, "window": REMEMBERED}
    world = [
        ("horizon", np.float64), ("places", np.int64), ("place_keys", np.uint64, (n,)),
        ("rungs", np.int64), ("levers", LEVERS, (size.rungs,)), ("climb", RUNG, (size.rungs,)),
        ("deliveries", np.int64), ("delivery", DELIVERY, (size.deliveries,)),
        ("dates", np.int64), ("dated", DATED, (size.dated,)),
    ]  # fmt: skip
    state = [(x.name, _kind(x.initial), (room[x.per],)) for x in FIELDS.values()]
    clocks = n + HAZARDS
    clock = [
        ("seed", np.uint64), ("replication", np.uint64), ("salt", np.uint64),
        *((name, np.float64, (clocks,)) for name in ("budget", "bound", "start", "due", "accept", "extra")),
        ("index", np.int64, (clocks,)),
        ("waiting", np.int64), ("strike_due", np.float64, (REMEMBERED,)), ("order", np.dtype(ORDER), (REMEMBERED,)),
        *((name, np.int64, (REMEMBERED,)) for name in ("strike_place", "strike_number", "strike_stock")),
        ("supply", np.float64, (size.deliveries,)), ("schedule", np.float64, (size.rungs,)), ("turn", np.int64, (size.rungs,)),
        ("attacks", np.int64), ("responses", np.int64), ("touched", np.int64),
        ("keep", np.int64), ("rows", np.int64), ("recent", np.float64, (RECENT, WIDTH)),
    ]  # fmt: skip
    tally = [(x, np.int64 if x in WHOLE else np.float64, (n + 1,)) for x in Tally._fields]
    return Types(*(np.dtype(x, align=True) for x in (world, state, clock, tally)))


def _kind(initial: float) -> type:
    """Whole numbers stay whole."""
    return np.int64 if isinstance(initial, int) else np.float64


class Packed(NamedTuple):
    """A world as the compiled engine reads it: arrays of one record."""

    types: Types
    world: Array
    start: Array  # the state at time 0 as the world gives it


class _Writable:
    """Fields of a record by attribute, as the rules that furnish a state write them."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        return self._record[name]


def pack(world: World) -> Packed:
    """A world in memory. Raises RunError if it is too large, or if a time is neither finite nor 0 or more."""
    dated = _dated(world)
    types = types_for(size_of(world, len(dated)))
    packed = np.zeros(1, types.world)
    x = packed[0]
    x["horizon"] = world.horizon_days
    x["places"] = len(world.places)
    x["place_keys"][: len(world.places)] = world.place_keys
    x["rungs"] = len(world.ladder)
    x["levers"][: len(world.ladder)] = [tuple(lv) for lv in world.ladder]
    x["climb"][:] = tuple(Rung())
    x["climb"][: len(world.rungs)] = [tuple(rung) for rung in world.rungs]
    x["deliveries"] = len(world.deliveries)
    x["delivery"][: len(world.deliveries)] = [tuple(d) for d in world.deliveries]
    x["dates"] = len(dated)
    x["dated"][: len(dated)] = dated
    start = np.zeros(1, types.state)
    for name, field in FIELDS.items():
        start[name] = field.initial
    start["weapon_stage"] = UNUSED_STAGE
    furnish(_Writable(start[0]), world)
    return Packed(types, packed, start)


def _dated(world: World) -> list[tuple[Any, ...]]:
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
    return [(time, rank, *rest) for time, rank, _, _, rest in sorted(found)]


def as_records(params: Array) -> Array:
    """Rows of parameters, in the registry's order, as records: shape (runs, parameters) to (runs,)."""
    return np.ascontiguousarray(params, np.float64).view(PARAMS)[:, 0]
