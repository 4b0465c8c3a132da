"""The world of a run: every number that is neither state nor parameter, in days from the run's start."""

from typing import NamedTuple

from sim.model.levers import Levers, Rung
from sim.model.strike import Order


class Replayed(NamedTuple):
    """A dated response of the record."""

    day: float
    place: int
    order: Order
    id: str


class Dated(NamedTuple):
    """A dated event: a place's mobilisation from then on, or a success on another front (level None)."""

    day: float
    place: int
    level: float | None
    what: str


class Delivery(NamedTuple):
    """A stock's resupply on one rung of the ladder; stock -1 is the interceptors."""

    rung: int
    stock: int
    every_days: float
    amount: int


class World(NamedTuple):
    """What an engine needs besides parameters and draws. Places are sorted by name."""

    horizon_days: float
    places: tuple[str, ...]
    place_keys: tuple[int, ...]
    sensitivity: tuple[float, ...]
    groups: tuple[tuple[tuple[str, float], ...], ...]  # by place: name and cumulative weight, the last 1
    weapons: tuple[str, ...]
    weapon_stage: tuple[int, ...]
    weapon_weight: tuple[float, ...]
    weapon_interception: tuple[float, ...]
    weapon_harm: tuple[float, ...]
    stage: int
    permission: int
    drift_from: float
    mobilisation: tuple[float, ...]  # by place, at the start
    calendar: tuple[Dated, ...]  # in order of day and place
    stocks: tuple[str, ...]
    munitions: tuple[int, ...]
    defence_level: float
    interceptors: int
    ladder: tuple[Levers, ...]
    rungs: tuple[Rung, ...]
    deliveries: tuple[Delivery, ...]
    replay: tuple[Replayed, ...]
    opening_attack: bool
