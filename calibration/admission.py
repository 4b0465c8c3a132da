"""Fitting the admitted items of a record together: none counted twice, none over another, all in days."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from calibration.items import Piece, Total, Window
from sim.errors import ConfigError, Located
from sim.scenario.common import Moment, days_between
from sim.scenario.record import CountWindow, Item, PlaceTotal, Record
from sim.scenario.settings import Settings

TOUCHING_DAYS = 1.0
"""Windows read by different readings may overlap by so much; the later one then starts where the earlier ends."""

Locate = Callable[[tuple[str | int, ...]], tuple[str, int, int]]


def mistake(locate: Locate | None, field: tuple[str | int, ...], message: str) -> ConfigError:
    """The error for a field of the record, located where that is known."""
    if locate is None:
        return ConfigError(message)
    return ConfigError([Located(*locate(field), "evidence", message.removeprefix("evidence: "))])


def refuse_shared(record: Record, ids: Sequence[str], locate: Locate | None) -> None:
    """Items that count the same attacks, by declaration; a total by place may go with its own windows."""
    blocks: dict[str, Sequence[Item]] = {"windows": record.windows, "place_totals": record.place_totals}
    items = [(b, i, x) for b, xs in blocks.items() for i, x in enumerate(xs) if x.id in ids]
    for n, (_, _, a) in enumerate(items):
        for block, i, b in items[n + 1 :]:
            own = isinstance(b, PlaceTotal) and a.id in b.windows
            if not own and (a.id in b.shares_attacks_with or b.id in a.shares_attacks_with):
                raise mistake(
                    locate,
                    (block, i),
                    f"evidence: {a.id} and {b.id} count the same attacks: admit one of them",
                )


def admitted_windows(
    record: Record, ids: Sequence[str], places: Sequence[str], locate: Locate | None
) -> tuple[tuple[Window, ...], list[str]]:
    """Admitted windows in order of time, none over another."""
    where = {w.id: i for i, w in enumerate(record.windows)}
    found = [
        Window(
            w.id,
            days_between(record.start, w.start),
            days_between(record.start, w.end),
            w.count,
            dict(w.by_place),
            w.begins_at_attack,
            w.ended_by == "triggered",
            _delay_at(record, w),
            w.moved_at_end,
            1.0 - w.short_by,
        )
        for w in record.windows
        if w.id in ids
    ]
    _refuse_partial((x for x in record.windows if x.id in ids and len(places) > 1), where, locate)
    if not found:
        raise mistake(locate, ("windows",), "evidence: expected at least one window with a count, found none")
    found.sort(key=lambda w: (w.start, w.end))
    notes: list[str] = []
    for i, (a, b) in enumerate(pairwise(found)):
        overlap = a.end - b.start
        if overlap > TOUCHING_DAYS or b.end <= a.end:
            raise mistake(
                locate,
                ("windows", where[b.id]),
                f"evidence: {a.id} and {b.id} overlap by {min(overlap, b.end - b.start):.3g} days and count the same "
                "attacks: admit one of them",
            )
        if overlap > 0.0:
            found[i + 1] = b._replace(start=a.end)
            notes.append(
                f"{b.id} overlaps {a.id} by {overlap:.2g} days and is taken to start where that ends"
            )
    for w in found:
        if w.end <= w.start:
            raise mistake(
                locate, ("windows", where[w.id]), f"evidence: {w.id}: expected an end after its start"
            )
        if w.begins_at_attack and w.attacks == 0:
            raise mistake(
                locate,
                ("windows", where[w.id]),
                f"evidence: {w.id} begins at an attack: expected a count of at least 1",
            )
    return tuple(found), notes


def _delay_at(record: Record, w: CountWindow) -> float:
    """Days from the attack that brought on a window's end to the response there; 0 where that is not known."""
    here = [r for r in record.responses if r.delay_days is not None and days_between(w.end, r.date) == 0.0]
    return here[0].delay_days or 0.0 if here and w.ended_by == "triggered" else 0.0


def _refuse_partial(windows: Iterable[CountWindow], where: Mapping[str, int], locate: Locate | None) -> None:
    """A count of one place says nothing of the others, so it is no count of all."""
    for w in windows:
        if w.place is not None:
            said = f"evidence: {w.id} counts {w.place} alone: expected windows that count every place"
            raise mistake(locate, ("windows", where[w.id]), said)


def admitted_total(
    x: PlaceTotal, windows: Sequence[Window], index: Mapping[str, int], locate: Locate | None
) -> Total:
    """A total by place, whose windows are all admitted and hold as many attacks as it has."""
    missing = [w for w in x.windows if w not in index]
    if missing:
        raise mistake(
            locate,
            ("place_totals",),
            f"evidence: {x.id} needs its windows: expected {', '.join(missing)} beside it",
        )
    held, total = sum(windows[index[w]].attacks for w in x.windows), sum(x.by_place.values())
    if held != total:
        raise mistake(
            locate,
            ("place_totals",),
            f"evidence: {x.id}: expected counts by place that sum to the {held} attacks of its windows, found {total}",
        )
    return Total(x.id, tuple(index[w] for w in x.windows), dict(x.by_place))


def refuse_twice(totals: Sequence[Total]) -> None:
    """A window's split is known once."""
    seen: dict[int, str] = {}
    for t in totals:
        for w in t.windows:
            if w in seen:
                raise ConfigError(
                    f"evidence: {seen[w]} and {t.id} split the same attacks by place: admit one of them"
                )
            seen[w] = t.id


def mobilisation(
    settings: Settings, places: Sequence[str], day: Callable[[Moment], float]
) -> tuple[Piece, ...]:
    """g by place from each dated change on, host restraint among them, as the engine's calendar has it."""
    dated = [(day(m.date), m.level) for m in settings.mobilisation]
    restraints = [(day(r.date), r.place, r.factor) for r in settings.host_restraint]

    def level(at: float, place: str) -> float:
        g = next((x for t, x in reversed(dated) if t <= at), dated[0][1])
        factors = [f for t, where, f in restraints if where == place and t <= at]
        return g * (factors[-1] if factors else 1.0)

    changes = sorted({t for t, _ in dated} | {t for t, _, _ in restraints})
    return tuple(Piece(t, tuple(level(t, p) for p in places)) for t in changes)
