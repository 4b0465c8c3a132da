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


class Piece(NamedTuple):
    """g by place, from a day until the next piece."""

    start: float
    levels: tuple[float, ...]
