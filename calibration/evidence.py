"""What of a record is admitted as evidence: windows with counts, splits by place, strikes, mobilisation.

All times are days from the record's start.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from calibration.admission import (
    Locate,
    admitted_total,
    admitted_windows,
    mistake,
    mobilisation,
    refuse_shared,
    refuse_twice,
)
from calibration.items import Piece, Shift, Strike, Total, Window
from calibration.shifts import TOUCHING, admitted_shifts
from sim.errors import ConfigError
from sim.scenario import evidence as config
from sim.scenario.common import Moment, days_between
from sim.scenario.record import Record
from sim.scenario.settings import Settings

FORGOTTEN_DAYS = 365.0
"""Strikes longer than this before the first admitted window are left out: they have decayed."""
DEFAULT_SECTION = "A"


class Trigger(NamedTuple):
    """An attack that brought on the end of a window (its index) on a day of the window ``inside``."""

    window: int
    inside: int
    day: float


class Evidence(NamedTuple):
    """What the likelihoods read. Places are sorted by name; windows and strikes are in order of time.

    ``shifts`` is how edges and strikes may lie elsewhere; without them, and without attacks moved across an edge,
    the rest is exact.
    """

    start: Moment
    places: tuple[str, ...]
    windows: tuple[Window, ...]
    totals: tuple[Total, ...]
    strikes: tuple[Strike, ...]
    pieces: tuple[Piece, ...]
    drift_from: float
    admitted: tuple[str, ...]
    notes: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def uncertain(self) -> bool:
        """Whether edges or counts may lie elsewhere than stated."""
        return bool(self.shifts) or any(w.moved for w in self.windows)

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """The attack that brought on each triggered end, where some window holds it."""
        found = []
        for i, w in enumerate(self.windows):
            if not w.triggered:
                continue
            day = w.end - w.delay
            inside = [j for j, x in enumerate(self.windows[: i + 1]) if x.start < day <= x.end + TOUCHING]
            if inside:
                found.append(Trigger(i, inside[-1], day))
        return tuple(found)

    @property
    def origin(self) -> float:
        """Day on which the attackers' process begins: the first strike or the first window."""
        first = self.windows[0].start
        if self.windows[0].begins_at_attack or not self.strikes:
            return first
        return min(first, self.strikes[0].time)

    @property
    def attacks(self) -> int:
        """Attacks counted in all windows."""
        return sum(w.attacks for w in self.windows)

    def levels(self, day: float) -> tuple[float, ...]:
        """g by place on a day; before the first piece, that of the first."""
        return next((x.levels for x in reversed(self.pieces) if x.start <= day), self.pieces[0].levels)


def with_readings(record: Record, readings: Mapping[str, str]) -> Record:
    """The record with alternative readings put in the place of the items' own fields.

    ``readings`` maps an item's id to the name of one of its readings. Raises ConfigError for an item or
    a reading that the record does not have.
    """
    known = config.items(record)
    for item, reading in readings.items():
        others = [x.id for x in known.values() if x.readings]
        if item not in known:
            raise ConfigError(
                f"readings: expected items with another reading ({listed(others)}), found {item}"
            )
        if reading not in known[item].readings:
            raise ConfigError(
                f"readings: expected one of {listed(known[item].readings)} for {item}, found {reading}"
            )
    return config.with_readings(record, readings)


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, at most 20."""
    return ", ".join(list(names)[:20]) or "none"


def admitted_ids(record: Record, evidence: Sequence[str], locate: Locate | None = None) -> tuple[str, ...]:
    """Ids of the items that the names stand for: sections or items. None given: section A, else every window."""
    if not evidence:
        if DEFAULT_SECTION in record.sections:
            return record.sections[DEFAULT_SECTION]
        return tuple(x.id for x in (*record.windows, *record.place_totals))
    known = config.items(record)
    for name in evidence:
        if name not in record.sections and name not in known:
            choice = listed([*record.sections, *known])
            raise mistake(
                locate,
                ("sections",),
                f"evidence: expected sections or items of the record ({choice}), found {name}",
            )
    return tuple(config.admitted(record, evidence))


def admit(
    record: Record, settings: Settings, evidence: Sequence[str] = (), locate: Locate | None = None
) -> Evidence:
    """Evidence from the items of a record that are admitted by name.

    ``evidence`` names sections or items of the record; ``locate`` gives the path, line and column of a
    field of the record. Raises ConfigError if items count the same attacks, or don't fit together.
    """
    ids = admitted_ids(record, evidence, locate)
    refuse_shared(record, ids, locate)
    places = tuple(sorted(settings.places))
    windows, notes = admitted_windows(record, ids, places, locate)
    index = {w.id: i for i, w in enumerate(windows)}
    totals = tuple(admitted_total(x, windows, index, locate) for x in record.place_totals if x.id in ids)
    for owner, by_place in [*((w.id, w.by_place) for w in windows), *((t.id, t.by_place) for t in totals)]:
        for place in by_place:
            if place not in places:
                raise ConfigError(
                    f"{owner}: by_place: expected places of the settings ({listed(places)}), found {place}"
                )
    refuse_twice(totals)
    if settings.sponsor.permission != "green":
        raise ConfigError(f"sponsor.permission: a fit expects green, found {settings.sponsor.permission}")

    def day(moment: Moment) -> float:
        return days_between(record.start, moment)

    oldest, end = windows[0].start - FORGOTTEN_DAYS, windows[-1].end
    strikes = [
        Strike(r.id, day(r.date), (q.infrastructure, q.fighters, q.sponsor, q.leader), r.strength)
        for r in record.responses
        for q in (r.target,)
    ]
    struck = tuple(sorted((x for x in strikes if oldest <= x.time < end), key=lambda x: (x.time, x.id)))
    return Evidence(
        start=record.start,
        places=places,
        windows=windows,
        totals=totals,
        strikes=struck,
        pieces=mobilisation(settings, places, day),
        drift_from=day(settings.start),
        admitted=ids,
        notes=tuple(notes),
        shifts=admitted_shifts(record, windows, (x.id for x in struck), day, locate),
    )
