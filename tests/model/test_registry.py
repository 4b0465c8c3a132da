"""The registry, and what holds for every rule: domains, readings that never write, no clock and no chance."""

import ast
import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim.model
from sim.model.levers import Levers, Rung
from sim.model.registry import FIELDS, MECHANISMS, PARAMETERS, make_params, make_state
from sim.model.response import REMEMBERED
from tests.model.states import a_state, written
from tests.worlds import EVERYWHERE, params

MODULES = [importlib.import_module(f"sim.model.{m.name}") for m in pkgutil.iter_modules(sim.model.__path__)]
FUNCTIONS = {
    name: f
    for m in MODULES
    for name, f in vars(m).items()
    if inspect.isfunction(f) and f.__module__ == m.__name__
}
TRANSITIONS = {
    "launch_attack", "_count", "mobilise", "use_capability", "destroy_capability", "spend_interceptors",
    "receive_interceptors", "surge_due", "set_defence", "jump", "excite", "begin_excited", "learn", "change_permission", "strike_sponsor",
    "lose_defender", "change_resolve", "leave_unanswered", "answer", "embolden", "decide_response", "decide_spontaneous",
    "plan_strike", "_forget", "replay_strike", "held_back", "climb_stage", "spend_munitions", "receive_munitions",
    "pay_politically", "affect", "strike", "raise_tension", "widen_war", "furnish", "begin",
}  # fmt: skip
READINGS = {
    name: f
    for name, f in FUNCTIONS.items()
    if next(iter(inspect.signature(f).parameters), "") == "s" and name not in TRANSITIONS
}
ARGUMENTS: dict[str, Any] = {
    "p": params(base_rate=2.0, mobilisation_drift=0.5, branching_ratio=0.4, attack_use=0.1, capability_exponent=0.7,
                value_of_failure=1.0, salvo_extra=0.5, surprise_weight=1.0, suppression_fighters=0.3, stage_hazard=0.1,
                restraint_base=0.1, war_base=0.1, completeness=0.5, injuring_share=0.2),
    "c": 0, "t": 9.0, "w": 1, "level": 2.0, "munitions": 30, "strength": 2.0, "share": 0.1, "u": 0.3, "lv": EVERYWHERE,
    "pressure": 2.0, "most_pressure": 3.0, "weapon": 1, "due": 10.0, "days": 5.0, "rungs": (Rung(), Rung(attacks=1)), "o": None,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(READINGS))
def test_a_reading_never_writes(name: str) -> None:
    """Every function of a state that is no transition leaves the state as it was, twice over, and answers the same."""
    from tests.worlds import order

    s = a_state(net=[-0.3, 0.2], suppression=0.3, backlash=0.2, capability=0.5, excitation=0.3, resolve=[0.4], tension=[0.1],
                political_cost=[0.4], permission=[1], hit_share=[0.6], attacks_seen=[4])  # fmt: skip
    arguments = ARGUMENTS | {"o": order(strength=2.0)}
    read: Callable[..., Any] = READINGS[name]
    given = {x: arguments[x] for x in inspect.signature(read).parameters if x != "s"}
    found: list[Any] = []
    assert written(s, lambda: found.extend((read(s, **given), read(s, **given)))) == set()
    assert found[0] == found[1]


def test_every_transition_is_a_function_of_the_model() -> None:
    """The list above names no function that is gone."""
    assert set(FUNCTIONS) >= TRANSITIONS


def test_names_are_unique_and_defaults_lie_in_their_ranges() -> None:
    """One name, one number; every mechanism is off or harmless at its default, which its range contains."""
    declared = [x.name for m in MECHANISMS for x in m.parameters]
    fields = [x.name for m in MECHANISMS for x in m.state]
    assert len(set(declared)) == len(declared) == len(PARAMETERS)
    assert len(set(fields)) == len(fields) == len(FIELDS)
    for x in PARAMETERS.values():
        assert x.low <= x.default <= x.high, x.name
        assert x.says
        assert math.isfinite(x.low), x.name


def test_params_are_floats_by_name() -> None:
    """Unnamed ones keep their default; an unknown name is refused."""
    p = make_params({"base_rate": 2})
    assert type(p.base_rate) is float
    assert p._replace(base_rate=0.0) == make_params({})
    with pytest.raises(KeyError, match="base_rat"):
        make_params({"base_rat": 2.0})


def test_a_state_has_room_for_its_places_weapons_and_stocks() -> None:
    """Each field is a list of its own, as long as there are places, weapons, stocks, planned strikes, or one."""
    s = make_state(3, 4, 2)
    sizes = {"place": 3, "weapon": 4, "stock": 2, "run": 1, "window": REMEMBERED}
    for name, field in FIELDS.items():
        assert getattr(s, name) == [field.initial] * sizes[field.per]
    assert len({id(x) for x in s}) == len(s)
    assert make_state(1, 1, 1).net is not make_state(1, 1, 1).net


def test_the_model_imports_nothing_of_ours_and_no_clock_or_chance() -> None:
    """`sim/model` stands on math, typing, collections and hashlib alone, so that any engine can call it."""
    allowed = {"math", "typing", "collections", "hashlib", "collections.abc"}
    for path in Path(sim.model.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [x.name for x in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name in allowed or name == "sim.model" or name.startswith("sim.model."), (
                    f"{path.name}: {name}"
                )


def test_levers_have_the_defaults_that_do_nothing() -> None:
    """No trigger, no schedule, no spontaneous fire, the record's defences: a policy that never responds."""
    lv = Levers()
    assert (
        lv.trigger_attacks,
        lv.trigger_casualties,
        lv.trigger_weapon,
        lv.schedule_every,
        lv.spontaneous,
    ) == (0, 0, -1, 0.0, 0.0)
    assert (lv.defence_level, lv.surge_interceptors, lv.places_allowed) == (1.0, 0, 0)
