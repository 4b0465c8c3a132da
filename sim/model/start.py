"""The state at time 0: what the world gives, and every other field at its mechanism's initial value."""

from typing import Any

from sim.model.attack import recorded_hit_share
from sim.model.excitation import begin_excited
from sim.model.registry import make_state
from sim.model.world import World

LEAST_HIT_SHARE = (
    1e-9  # where no attack gets through the recorded defences, harm has no meaning; keeps it finite
)


def initial_state(world: World, params: Any, shares: tuple[float, ...]) -> Any:
    """State at time 0. ``shares`` are the places' shares of the background rate, in the order of the places."""
    s = make_state(len(world.places), len(world.weapons), len(world.stocks))
    furnish(s, world)
    begin(s, params, shares)
    return s


def furnish(s: Any, world: World) -> None:
    """Write what the world gives, the same for every run in it."""
    n, weapons, stocks = len(world.places), len(world.weapons), len(world.stocks)
    s.sensitivity[:n] = world.sensitivity
    s.mobilisation[:n] = world.mobilisation
    s.drift_from[0] = world.drift_from
    s.weapon_stage[:weapons] = world.weapon_stage
    s.weapon_weight[:weapons] = world.weapon_weight
    s.weapon_interception[:weapons] = world.weapon_interception
    s.weapon_harm[:weapons] = world.weapon_harm
    s.stage[0] = world.stage
    s.last_stage[0] = max(world.weapon_stage)
    s.permission[0] = world.permission
    s.munitions[:stocks] = world.munitions
    s.munitions_received[:stocks] = world.munitions
    s.defence_level[0] = world.defence_level
    s.interceptors[0] = world.interceptors
    s.interceptors_received[0] = world.interceptors


def begin(s: Any, p: Any, shares: tuple[float, ...]) -> None:
    """Write what the run's parameters give."""
    for c in range(len(shares)):
        s.share[c] = shares[c]
        begin_excited(s, p, c)
    s.expectation[0] = p.expected_strength
    s.hit_share[0] = max(LEAST_HIT_SHARE, recorded_hit_share(s, p))
