"""The registry of mechanisms: ``Params`` and ``State`` are assembled from what each declares."""

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

from sim.model import (
    attack,
    background,
    capability,
    defence,
    effects,
    excitation,
    expectation,
    permission,
    resolve,
    response,
    stage,
    stocks,
    strike,
    war,
)
from sim.model.spec import Field, Mechanism, Parameter

MECHANISMS: tuple[Mechanism, ...] = (
    background.MECHANISM,
    excitation.MECHANISM,
    effects.MECHANISM,
    capability.MECHANISM,
    resolve.MECHANISM,
    expectation.MECHANISM,
    permission.MECHANISM,
    stage.MECHANISM,
    defence.MECHANISM,
    attack.MECHANISM,
    strike.MECHANISM,
    stocks.MECHANISM,
    war.MECHANISM,
    response.MECHANISM,
)

PARAMETERS: dict[str, Parameter] = {x.name: x for m in MECHANISMS for x in m.parameters}
FIELDS: dict[str, Field] = {x.name: x for m in MECHANISMS for x in m.state}

# Assembled, so that a new mechanism adds its numbers by one line above.
Params: Any = namedtuple("Params", list(PARAMETERS))  # type: ignore[misc]  # names known at run time
State: Any = namedtuple("State", list(FIELDS))  # type: ignore[misc]  # names known at run time


def make_params(values: Mapping[str, float]) -> Any:
    """``Params`` with these values, and each mechanism's default for the rest.

    Raises KeyError for a name that no mechanism declares.

    >>> make_params({"base_rate": 2.0}).base_rate
    2.0
    """
    for name in values:
        if name not in PARAMETERS:
            raise KeyError(name)
    return Params(*(float(values.get(x.name, x.default)) for x in PARAMETERS.values()))


def make_state(places: int, weapons: int, stocks_: int) -> Any:
    """A fresh ``State`` of Python lists, every field at its initial value."""
    sizes = {"place": places, "weapon": weapons, "stock": stocks_, "run": 1, "window": response.REMEMBERED}
    return State(*([x.initial] * sizes[x.per] for x in FIELDS.values()))
