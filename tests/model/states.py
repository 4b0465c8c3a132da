"""States by hand: every field at its initial value but those that a test names."""

from collections.abc import Callable
from typing import Any

from sim.model.registry import make_state

LOG4 = 1.3862943611198906


def a_state(**fields: Any) -> Any:
    """Two places with shares .6 and .4, the weapons of ``tests.worlds`` at stage 1, one stock of 100."""
    s = make_state(2, 3, 1)
    usual: dict[str, Any] = {
        "share": [0.6, 0.4], "weapon_stage": [0, 1, 3], "weapon_weight": [0.4, 0.6, 0.1],
        "weapon_interception": [0.3, 0.5, 0.2], "weapon_harm": [1.0, 1.0, 3.0], "stage": [1], "last_stage": [3],
        "expectation": [1.0], "munitions": [100], "munitions_received": [100], "interceptors": [50],
        "interceptors_received": [50],
    }  # fmt: skip
    for name, value in (usual | fields).items():
        getattr(s, name)[:] = value if isinstance(value, list) else [value] * len(getattr(s, name))
    return s


def written(s: Any, act: Callable[[], Any]) -> set[str]:
    """Names of the fields that an action wrote."""
    before = {name: list(getattr(s, name)) for name in s._fields}
    act()
    return {name for name, value in before.items() if getattr(s, name) != value}
