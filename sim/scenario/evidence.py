"""What of a record is admitted, and as which reading."""

from collections.abc import Iterable, Mapping

from sim.scenario.record import Item, Record

GROUPS = ("windows", "place_totals", "responses", "casualties", "facts")
DEFAULT_SECTION = "A"
COUNTED = ("windows", "place_totals", "casualties")  # what a likelihood reads


def items(record: Record) -> dict[str, Item]:
    """Every item of a record by its id, in the order of the file."""
    return {item.id: item for group in GROUPS for item in getattr(record, group)}


def admitted(record: Record, evidence: Iterable[str]) -> list[str]:
    """Ids of the items that these sections and items admit, each once.

    None given: section A, else every window and every split by place. Raises KeyError for an unknown name.
    """
    known = items(record)
    names = list(evidence)
    if not names and DEFAULT_SECTION not in record.sections:
        names = [x.id for x in (*record.windows, *record.place_totals)]
    out: dict[str, None] = {}
    for name in names or [DEFAULT_SECTION]:
        out.update(dict.fromkeys(record.sections[name] if name in record.sections else [known[name].id]))
    return list(out)


def reread(item: Item, reading: str) -> Item:
    """An item as another reading has it: the reading's fields in place of the item's own.

    Raises KeyError for a reading that the item lacks; pydantic's ValidationError for one that makes no good item,
    which a checked record has none of.
    """
    fields = {name: getattr(item, name) for name in item.model_fields_set}
    return type(item).model_validate({**fields, **item.readings[reading]})


def with_readings(record: Record, readings: Mapping[str, str]) -> Record:
    """A record with these readings by id. Raises KeyError for an id or reading that it lacks."""
    unknown = set(readings) - set(items(record))
    if unknown:
        raise KeyError(min(unknown))
    groups = {
        group: tuple(reread(x, readings[x.id]) if x.id in readings else x for x in getattr(record, group))
        for group in GROUPS
    }
    return record.model_copy(update=groups)
