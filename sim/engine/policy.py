"""A user's own policy in Python: what it may see, and what it may order."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sim.engine.events import Event
from sim.errors import RunError
from sim.model.spec import TARGETS
from sim.model.strike import Order


@dataclass(frozen=True)
class StrikeOrder:
    """A strike that a policy orders, ``delay_days`` after the event that it answers.

    ``target`` holds shares by class of target that sum to 1; a strength of 1 is the unit strike of the record; care and
    clarity are within 0 and 1.

    >>> StrikeOrder("north", {"fighters": 1.0}, delay_days=0.5).strength
    1.0
    """

    place: str
    target: Mapping[str, float]
    delay_days: float = 0.0
    strength: float = 1.0
    care: float = 0.0
    clarity: float = 0.5

    def checked(self, places: Sequence[str]) -> Order:
        """The order as the rules read it. Raises RunError with what was expected and what was found."""
        if self.place not in places:
            raise RunError(f"policy: place: expected one of {', '.join(places)}, found {self.place!r}")
        unknown = set(self.target) - set(TARGETS)
        if unknown:
            raise RunError(
                f"policy: target: expected classes of {', '.join(TARGETS)}, found {sorted(unknown)}"
            )
        shares = [_number("target", self.target.get(x, 0.0)) for x in TARGETS]
        if not all(x >= 0.0 for x in shares) or abs(sum(shares) - 1.0) > 1e-9:
            raise RunError(f"policy: target: expected shares that sum to 1, found {dict(self.target)}")
        numbers = []
        for name, value, most in (
            ("strength", self.strength, math.inf),
            ("care", self.care, 1.0),
            ("clarity", self.clarity, 1.0),
            ("delay_days", self.delay_days, math.inf),
        ):
            x = _number(name, value)
            if not (0.0 <= x <= most and math.isfinite(x)):
                raise RunError(
                    f"policy: {name}: expected a finite number from 0 to {most:g}, found {value!r}"
                )
            numbers.append(x)
        return Order(*shares, *numbers)


def _number(name: str, value: object) -> float:
    """A plain float, whatever kind of number it was given as."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise RunError(f"policy: {name}: expected a number, found {value!r}") from None


@dataclass
class View:
    """What a defender can know: reported attacks, own strikes and stocks; never p, K, r or E."""

    time: float = 0.0
    places: tuple[str, ...] = ()
    reported: list[Event] = field(default_factory=list)
    casualties: list[Event] = field(default_factory=list)
    strikes: list[Event] = field(default_factory=list)
    munitions: dict[str, int] = field(default_factory=dict)
    interceptors: int = 0


class Policy(Protocol):
    """A policy of the user's own.

    >>> class AnswerEveryThird:
    ...     def decide(self, view, event):
    ...         if len(view.reported) % 3 == 0:
    ...             yield StrikeOrder(event.place, {"fighters": 1.0}, delay_days=1.0)
    """

    def decide(self, view: View, event: Event) -> Iterable[StrikeOrder]:
        """Orders in answer to a reported attack."""
        ...
