"""The pieces of evidence: windows with counts, totals by place, strikes, mobilisation.

All times are days from the record's start.
"""

from typing import NamedTuple


class Window(NamedTuple):
    """Attacks reported in a stretch of days."""

    id: str
    start: float
    end: float
    attacks: int
    by_place: dict[str, int]
    begins_at_attack: bool
    triggered: bool  # an attack brought on its end
    delay: float = 0.0  # days from that attack to the end
    moved: int = 0  # attacks that may have been counted on the wrong side of its end
    share: float = 1.0  # of its attacks that this count holds, beside the record's completeness


class Total(NamedTuple):
    """Counts by place over several windows together; ``windows`` are indices."""

    id: str
    windows: tuple[int, ...]
    by_place: dict[str, int]


class Strike(NamedTuple):
    """A response of the defender; ``shares`` are in the order of ``TARGETS``."""

    id: str
    time: float
    shares: tuple[float, float, float, float]
    strength: float


class Shift(NamedTuple):
    """Days, uniform from ``low`` to ``high``, by which some of the evidence may lie elsewhere than stated.

    ``starts`` and ``ends`` are the ids of windows whose edges move so, ``strikes`` those of strikes.
    """

    low: float
    high: float
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    strikes: tuple[str, ...] = ()


class Piece(NamedTuple):
    """g by place, from a day until the next piece."""

    start: float
    levels: tuple[float, ...]
