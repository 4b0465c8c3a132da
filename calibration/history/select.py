"""Which incidents count: the filters of an import, and the reason for which a row is dropped."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from calibration.history.incident import Incident
from sim.scenario.imports import PlaceFilter, RowFilter
from sim.scenario.text import nearest, quoted

OTHER_TYPE, OTHER_ACTOR, OTHER_TARGET = "of other event types", "by other actors", "on other targets"
OTHER_WEAPON, OTHER_PLACE, NO_PLACE = "with other weapons", "in other places", "without a place"
VAGUE_PLACE = "placed too vaguely"
REASONS = {
    "event_types": OTHER_TYPE,
    "attackers": OTHER_ACTOR,
    "targets": OTHER_TARGET,
    "weapons": OTHER_WEAPON,
}


class Patterns:
    """Names with * for any text, compared whole and in any case.

    >>> Patterns(["Rebel*"]).match(("rebels of the north",))
    True
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._seen: dict[str, bool] = {}

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile("|".join(".*".join(map(re.escape, _plain(x).split("*"))) for x in self.names))

    def match(self, texts: Iterable[str]) -> bool:
        """Does one of the texts match? Everything matches where no names are given."""
        return not self.names or any(self._one(x) for x in texts)

    def _one(self, text: str) -> bool:
        if text not in self._seen:
            self._seen[text] = self._regex.fullmatch(_plain(text)) is not None
        return self._seen[text]


class Selection:
    """Rows by a filter and by place. ``unused`` says which names matched nothing."""

    def __init__(
        self, rows: RowFilter, places: Mapping[str, PlaceFilter], place_precision: int | None
    ) -> None:
        self.event_types = Patterns(rows.event_types)
        self.attackers = Patterns(rows.attackers)
        self.targets = Patterns(rows.targets)
        self.weapons = Patterns(rows.weapons)
        self.either_side = not rows.first_side_attacks
        self.places = {p: (Patterns(f.countries), Patterns(f.admin1)) for p, f in places.items()}
        self.place_precision = place_precision

    def reason(self, x: Incident) -> str | None:
        """Why an incident doesn't count; None if it does, as far as dates are not asked."""
        if not self.event_types.match(x.event_types):
            return OTHER_TYPE
        if said := self._sides(x):
            return said
        if not self.weapons.match(x.weapons):
            return OTHER_WEAPON
        if self.places and not x.place:
            return NO_PLACE
        if self.places and not self.places_of(x):
            return OTHER_PLACE
        if self.place_precision is not None and (x.place_code or 0) > self.place_precision:
            return VAGUE_PLACE
        return None

    def places_of(self, x: Incident) -> list[str]:
        """The model's places in which an incident lies: more than one is a mistake of the import."""
        return [
            p for p, (countries, admin1) in self.places.items() if countries.match((x.place,)) and admin1.match((x.admin1,))
        ]  # fmt: skip

    def _sides(self, x: Incident) -> str | None:
        """One side must be an attacker's and the other the target's; unless the first is known to attack, either way."""
        ways = [
            (x.attackers, x.targets),
            *([(x.targets, x.attackers)] if x.two_sided and self.either_side else []),
        ]
        if any(self.attackers.match(a) and self.targets.match(b) for a, b in ways):
            return None
        return OTHER_TARGET if any(self.attackers.match(a) for a, _ in ways) else OTHER_ACTOR


def unused(rows: RowFilter, incidents: Sequence[Incident]) -> Iterator[tuple[str, int, str]]:
    """Filter, number of the name in it, and a sentence for each name that no row of the file has."""
    if not incidents:
        return
    sides = _all(incidents, "attackers") | _all(incidents, "targets")
    directed = not any(x.two_sided for x in incidents)
    for field in REASONS:
        known = sides if field in ("attackers", "targets") and not directed else _all(incidents, field)
        for i, name in enumerate(getattr(rows, field)):
            if not Patterns([name]).match(known):
                near = nearest(name, known)
                hint = f", but {quoted(near)} is" if near is not None else ""
                yield field, i, f"{field}: {quoted(name)} is in no row of the file{hint}"


def _all(incidents: Sequence[Incident], field: str) -> set[str]:
    return {text for x in incidents for text in getattr(x, field)}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
