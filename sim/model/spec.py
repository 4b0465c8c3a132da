"""What a mechanism declares: its parameters, the state it keeps, and the units of both."""

from typing import Literal, NamedTuple

INF = float("inf")
NEVER = -1e18
"""A time before every run: «it has not happened»."""

TARGETS = ("infrastructure", "fighters", "sponsor", "leader")
"""Classes of target, in the order in which a strike's shares are given."""

ATTACKS, PERMISSION, STAGE, WAR = 1, 2, 4, 8
"""What a transition touched, as bits: each clock whose bit is set plans anew. Nothing written, no bit."""


class Parameter(NamedTuple):
    """One scalar of the model, with the range outside which it has no meaning."""

    name: str
    symbol: str
    unit: str
    low: float
    high: float
    default: float
    says: str


class Field(NamedTuple):
    """One field of the state: a list with an element for each place, weapon or stock, or a list of one."""

    name: str
    per: Literal["place", "weapon", "stock", "run", "window"]
    initial: float | int
    says: str


class Mechanism(NamedTuple):
    """A mechanism of the model: what it needs and what it keeps."""

    name: str
    says: str
    parameters: tuple[Parameter, ...] = ()
    state: tuple[Field, ...] = ()
