"""The state at time 0: what the world gives, and every other field at its mechanism's initial value."""

from typing import Any

from sim.model.attack import recorded_hit_share
from sim.model.registry import make_state
from sim.model.world import World

LEAST_HIT_SHARE = (
    1e-9  # where no attack gets through the recorded defences, harm has no meaning; keeps it finite
)


def initial_state(world: World, params: Any, shares: tuple[float, ...]) -> Any:
    """State at time 0. ``shares`` are the places' shares of the background rate, in the order of the places."""
    s = make_state(len(world.places), len(world.weapons), len(world.stocks))
    s.share[:] = shares
    s.sensitivity[:] = world.sensitivity
    s.mobilisation[:] = world.mobilisation
    s.drift_from[0] = world.drift_from
    s.weapon_stage[:] = world.weapon_stage
    s.weapon_weight[:] = world.weapon_weight
    s.weapon_interception[:] = world.weapon_interception
    s.weapon_harm[:] = world.weapon_harm
    s.stage[0] = world.stage
    s.last_stage[0] = max(world.weapon_stage)
    s.permission[0] = world.permission
    s.expectation[0] = params.expected_strength
    s.munitions[:] = world.munitions
    s.munitions_received[:] = world.munitions
    s.defence_level[0] = world.defence_level
    s.interceptors[0] = world.interceptors
    s.interceptors_received[0] = world.interceptors
    s.hit_share[0] = max(LEAST_HIT_SHARE, recorded_hit_share(s, params))
    return s
