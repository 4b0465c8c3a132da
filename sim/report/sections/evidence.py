"""Section 8: what the answer hangs on, item by item of the record."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.evidence_words import ASKED
from sim.report.figures.parameters import MEAN, fitted_parameters, in_words
from sim.report.parts import Cell, Column, Rows, Table, listed
from sim.report.reader import Bundle
from sim.report.rounding import MISSING, date, number, probability
from sim.scenario.evidence import DEFAULT_SECTION, with_readings
from sim.scenario.record import Casualties, CountWindow, Item, PlaceTotal, Response


def admitted_table(bundle: Bundle) -> Table:
    """Admitted items: when, how many, which reading is used, which other ones there are, and the source."""
    record = with_readings(bundle.files.record, bundle.files.study.readings)
    items: list[CountWindow | PlaceTotal] = [x for x in record.windows if x.id in bundle.admitted]
    items += [x for x in record.place_totals if x.id in bundle.admitted]
    rows: Rows = []
    for x in items:
        if isinstance(x, CountWindow):
            when = f"{date(x.start)} to {date(x.end)}"
            count = f"{'at least ' if x.bound == 'at-least' else ''}{x.count}"
        else:
            when = f"windows {listed(x.windows)}"
            count = str(sum(x.by_place.values()))
        split = ", ".join(f"{n} {p}" for p, n in x.by_place.items())
        rows.append([x.id, when, Cell(count, (split,) if split else ()), *_readings(bundle, x), _source(x)])
    columns = (
        Column("Item", numeric=False), Column("When", numeric=False), Column("Attacks"), Column("Reading used", numeric=False),
        Column("Other readings", numeric=False), Column("Source", numeric=False),
    )  # fmt: skip
    return Table("Admitted evidence", columns, rows)


def left_out_table(bundle: Bundle) -> Table | None:
    """Items of the record with counts that are not admitted, and why they could not be beside the others."""
    record = bundle.files.record
    rows: Rows = []
    for x in (*record.windows, *record.place_totals):
        if x.id in bundle.admitted:
            continue
        shared = [i for i in x.shares_attacks_with if i in bundle.admitted]
        why = f"counts the same attacks as {listed(shared)}" if shared else "could be admitted by name"
        rows.append([x.id, why, _source(x)])
    columns = (
        Column("Item", numeric=False),
        Column("Why it is out", numeric=False),
        Column("Source", numeric=False),
    )
    return Table("Items of the record that are left out", columns, rows) if rows else None


def responses_table(bundle: Bundle) -> Table | None:
    """Responses of the record within the runs, as they were read."""
    rows: Rows = []
    for day, x in bundle.responses:
        target = ", ".join(
            f"{number(v)} {k}" if v < 1.0 else k for k, v in x.target.model_dump().items() if v
        )
        delay = "unknown" if x.delay_days is None else f"{number(x.delay_days)} d"
        clarity = "unknown, taken as 0.5" if x.clarity is None else number(x.clarity)
        rows.append(
            [
                x.id, Cell(date(x.date), (f"day {number(day)}",)), x.place, target, number(x.strength), delay, clarity,
                *_readings(bundle, x), _source(x),
            ]
        )  # fmt: skip
    if not rows:
        return None
    columns = (
        Column("Response", numeric=False), Column("Date", numeric=False), Column("Place", numeric=False),
        Column("Target", numeric=False), Column("Strength", "1 is the unit strike"), Column("Delay", numeric=False),
        Column("Clarity", numeric=False), Column("Reading used", numeric=False), Column("Other readings", numeric=False),
        Column("Source", numeric=False),
    )  # fmt: skip
    return Table("Responses of the record", columns, rows)


def casualties_table(bundle: Bundle) -> Table | None:
    """Windows of casualties that the marks are fitted to."""
    record = with_readings(bundle.files.record, bundle.files.study.readings)
    rows: Rows = [
        [
            x.id, f"{date(x.start)} to {date(x.end)}", str(x.attacks), str(x.injured), _count(x.brain_injured), _count(x.killed),
            *_readings(bundle, x), _source(x),
        ]
        for x in record.casualties
    ]  # fmt: skip
    columns = (
        Column("Item", numeric=False), Column("When", numeric=False), Column("Attacks"), Column("Injured"),
        Column("Brain injuries"), Column("Killed"), Column("Reading used", numeric=False),
        Column("Other readings", numeric=False), Column("Source", numeric=False),
    )  # fmt: skip
    return Table("Casualties in the record", columns, rows) if rows else None


def changes_table(bundle: Bundle) -> Table | None:
    """What other readings of the admitted items, and further items of the record, would change."""
    changes = bundle.calibration.get("what_would_change") or []
    if not changes:
        return None
    asked = [(what, h) for what in ASKED for h in changes[0][what]]
    rows: Rows = [[x["says"], *(probability(x[what].get(h)) for what, h in asked), x["how"]] for x in changes]
    columns = (
        Column("Evidence", numeric=False), *(Column(h, f"probability that {ASKED[what]}") for what, h in asked),
        Column("How", numeric=False),
    )  # fmt: skip
    return Table("What other readings and further items would change", columns, rows)


def _count(x: int | None) -> str:
    return MISSING if x is None else str(x)


def _readings(bundle: Bundle, x: CountWindow | PlaceTotal | Response | Casualties) -> tuple[str, str]:
    used = bundle.files.study.readings.get(x.id)
    others = [f"{name} ({_fields(fields)})" for name, fields in x.readings.items() if name != used]
    return used or "default", "; ".join((["default"] if used else []) + others) or MISSING


def _fields(fields: Mapping[str, Any]) -> str:
    """What a reading changes: «count 16»."""
    return ", ".join(f"{name} {_value(value)}" for name, value in fields.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return " and ".join(f"{k} {_value(v)}" for k, v in value.items())
    return "unknown" if value is None else str(value).replace("T", " ").removesuffix(":00")


def _source(x: Item) -> Cell:
    return Cell(x.source, (x.note,) if x.note else ())


def not_identified(bundle: Bundle) -> tuple[list[str], list[str]]:
    """Fitted parameters that keep their prior under every hypothesis that has them, and those informed under some."""
    kept: list[str] = []
    informed: list[str] = []
    for name, by in fitted_parameters(bundle).items():
        labels = {h: x["label"] for h, x in by.items()}
        own = not name.endswith(MEAN)  # the mean of an effect stands beside the effect
        said = f"{name} ({in_words(name)})" if own and in_words(name) else name
        (informed if "informed" in labels.values() else kept).append(said)
    return kept, informed


def chosen_readings(bundle: Bundle) -> str:
    """Which readings the study chose."""
    chosen = bundle.files.study.readings
    return listed([f"{k} as “{v}”" for k, v in chosen.items()]) if chosen else ""


def sections_used(bundle: Bundle) -> str:
    """Names of the evidence that the study admits."""
    names: Sequence[str] = bundle.files.study.evidence
    if not names:
        return f"“{DEFAULT_SECTION}”" if DEFAULT_SECTION in bundle.files.record.sections else "every window"
    return listed([f"“{x}”" for x in names])


def calibration_notes(bundle: Bundle) -> list[str]:
    """What the calibration has to say beside its numbers, each once, with the hypotheses that it concerns."""
    found: dict[str, list[str]] = {x: [] for x in bundle.calibration.get("notes") or []}
    for h, x in bundle.calibration["hypotheses"].items():
        for note in x.get("notes") or []:
            found.setdefault(note, []).append(h)
    marks = (bundle.calibration.get("marks") or {}).get("notes") or []
    notes = [f"{note} ({', '.join(names)})" if names else note for note, names in found.items()]
    return notes + [f"{note} (casualty marks)" for note in marks]
