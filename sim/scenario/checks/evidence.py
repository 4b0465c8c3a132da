"""Which items of a record are admitted: they exist, and no attack is counted twice."""

from collections.abc import Iterator, Mapping, Sequence

from sim.scenario.evidence import COUNTED, admitted, items
from sim.scenario.record import Record
from sim.scenario.text import listed, one_of, quoted


def evidence_mistakes(record: Record, evidence: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Mistakes in a list of sections and items, each with the index of the entry that it is about."""
    known = items(record)
    counted = {x.id for group in COUNTED for x in getattr(record, group)}
    good = []
    for i, name in enumerate(evidence):
        if name not in known and name not in record.sections:
            said = one_of(name, [*record.sections, *known], "a section or item of the record", most=0)
            sections = (
                listed(record.sections) if record.sections else "none: write «evidence: []» for every window"
            )
            yield i, f"{said} (sections: {sections})"
        elif not counted & set(admitted(record, [name])):
            said = f"expected items that count attacks or casualties, found none in {quoted(name)}"
            yield i, f"{said}: write a section such as A"
        else:
            good.append((i, name))
    if not evidence:
        good = [(0, name) for name in admitted(record, [])]
    yield from _double_counts(record, good)


def _double_counts(record: Record, entries: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    known = items(record)
    by: dict[str, str] = {}  # id of an admitted item, and the entry that admitted it
    for i, name in entries:
        new = [x for x in admitted(record, [name]) if x not in by]
        by.update(dict.fromkeys(new, name))
        for x in new:
            shared = [
                y
                for y in by
                if y != x and (y in known[x].shares_attacks_with or x in known[y].shares_attacks_with)
            ]
            if shared:
                others = listed(dict.fromkeys(by[y] for y in shared))
                advice = f"leave out {name} or {others}" if others != name else f"leave {x} out of {name}"
                said = f"expected items that count different attacks, found {x}, which shares attacks with {listed(shared)}"
                yield i, f"{said}: {advice}"
                return


def reading_mistakes(record: Record, readings: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Mistakes in the readings chosen: the id that each is about, what is wrong, and whether the id itself is."""
    known = items(record)
    for name, reading in readings.items():
        if name not in known:
            with_readings = [x for x, item in known.items() if item.readings]
            yield name, one_of(name, with_readings, "the id of an item that has readings", most=0), True
        elif reading not in known[name].readings:
            what = f"a reading of {name}" if known[name].readings else f"no reading, as {name} has one only"
            yield name, one_of(reading, known[name].readings, what), False
