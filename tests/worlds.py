"""Worlds, parameters and runs, built by hand, for the tests of the rules and of the engine."""

from typing import Any

from sim.engine.events import Event
from sim.engine.policy import Policy
from sim.engine.simpy_engine import Run
from sim.engine.streams import Draws
from sim.model.levers import Levers, Rung
from sim.model.registry import make_params
from sim.model.spec import TARGETS
from sim.model.streamkeys import name_key
from sim.model.strike import Order
from sim.model.world import Dated, Replayed, World

QUIET = 1e-12  # a background rate at which no run of these tests sees an attack, so that log ratios are exact
EVERYWHERE = Levers(places_allowed=2**60 - 1)
LIMIT = 1.3862943611198906  # log 4, the default soft limit of effects and of resolve


def params(**values: float) -> Any:
    """Parameters by name; every mechanism that is not named keeps its default, which is off."""
    return make_params(values)


def a_world(
    levers: Levers = EVERYWHERE,
    *,
    days: float = 36.0,
    places: tuple[str, ...] = ("iraq", "syria"),
    **changes: Any,
) -> World:
    """Two places with a group each, three weapons, the drone in use from the start, and plenty of stock."""
    n = len(places)
    usual: dict[str, Any] = {
        "horizon_days": days,
        "places": places,
        "place_keys": tuple(name_key(x) for x in places),
        "sensitivity": (0.0,) * n,
        "groups": tuple(((f"{x}-group", 1.0),) for x in places),
        "weapons": ("rocket", "drone", "missile"),
        "weapon_stage": (0, 1, 3),
        "weapon_weight": (0.4, 0.6, 0.1),
        "weapon_interception": (0.3, 0.5, 0.2),
        "weapon_harm": (1.0, 1.0, 3.0),
        "stage": 1,
        "permission": 0,
        "drift_from": 0.0,
        "mobilisation": (1.0,) * n,
        "calendar": (),
        "stocks": ("us",),
        "munitions": (10_000,),
        "defence_level": 1.0,
        "interceptors": 10_000,
        "ladder": (levers,),
        "rungs": (Rung(),),
        "deliveries": (),
        "replay": (),
        "opening_attack": False,
    }
    return World(**(usual | changes))


def order(
    target: str = "fighters",
    strength: float = 1.0,
    *,
    care: float = 0.0,
    clarity: float = 0.5,
    delay: float = -1.0,
) -> Order:
    """A strike on one class of target, its delay unknown."""
    shares = [1.0 if x == target else 0.0 for x in TARGETS]
    return Order(*shares, strength, care, clarity, delay)


def strikes(*dated: tuple[float, int, Order]) -> tuple[Replayed, ...]:
    """Strikes of the record: (day, place, order)."""
    return tuple(Replayed(day, place, what, f"R{i}") for i, (day, place, what) in enumerate(dated))


def pieces(*dated: tuple[float, int, float]) -> tuple[Dated, ...]:
    """Dated pieces of mobilisation: (day, place, level)."""
    return tuple(Dated(day, place, level, "mobilisation") for day, place, level in sorted(dated))


def equal_shares(world: World) -> tuple[float, ...]:
    """The same share of the background in every place."""
    return (1.0 / len(world.places),) * len(world.places)


def finished(
    world: World,
    p: Any,
    shares: tuple[float, ...] | None = None,
    *,
    seed: int = 1,
    replication: int = 0,
    policy: Policy | None = None,
) -> Run:
    """A run that has reached its horizon: its state and its events."""
    run = Run(world, p, equal_shares(world) if shares is None else shares, Draws(seed, replication), policy)
    run.go()
    return run


def simulate(world: World, p: Any, shares: tuple[float, ...] | None = None, **how: Any) -> list[Event]:
    """The events of a run."""
    return finished(world, p, shares, **how).events


def of(events: list[Event], kind: str, place: str | None = None) -> list[Any]:
    """Events of a kind, in a place where one is given."""
    return [e for e in events if e.kind == kind and (place is None or e.place == place)]


def times(events: list[Event], kind: str = "attack launched", place: str | None = None) -> list[float]:
    """Days of the events of a kind."""
    return [e.time for e in of(events, kind, place)]


def bare(events: list[Event]) -> list[Event]:
    """Events without their ordinals in the run, which are no part of equality between different worlds."""
    ordinals = {"sequence": 0, "number": 0, "response": 0}
    return [e._replace(**{k: v for k, v in ordinals.items() if k in e._fields}) for e in events]


def attackers(events: list[Event]) -> list[Event]:
    """What the attackers did and suffered from defences, and what the record saw of it."""
    kinds = ("attack launched", "intercepted", "hit", "casualties", "reported")
    return bare([e for e in events if e.kind in kinds])
