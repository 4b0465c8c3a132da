"""What the files of a study must agree on."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sim.errors import Located
from sim.scenario.checks.evidence import evidence_mistakes, reading_mistakes
from sim.scenario.common import Moment, days_between
from sim.scenario.evidence import with_readings
from sim.scenario.policy import LeverSet, Policy, Trigger
from sim.scenario.record import Record
from sim.scenario.settings import Settings
from sim.scenario.text import listed, one_of, quoted
from sim.scenario.tree import Node, Path, at, at_key

if TYPE_CHECKING:
    from sim.scenario.loader import Loaded
    from sim.scenario.study_files import StudyFiles


def check_across(files: "StudyFiles") -> Iterator[Located]:
    """The mistakes between a study's files."""
    tree = files.loaded["study"].tree
    yield from _check_evidence(files, tree)
    yield from _check_horizon(files, tree)
    for label in ("record", *(f"replay {x}" for x in files.replays)):
        yield from strange_places(files.loaded[label], files.settings)
    for name in files.hypotheses:
        yield from _check_twice(files, name)
    if not any(h.fitted for h in files.hypotheses.values()):
        said = "expected at least one hypothesis that is fitted, found none: without one there is nothing to average"
        yield at(tree, ("hypotheses",), said)
    for label, policy in files.all_policies().items():
        yield from check_policy(policy, files.loaded[label].tree, files.settings)


def strange_places(loaded: "Loaded", settings: Settings) -> Iterator[Located]:
    """A record's places that the settings don't have, each where it was first written."""
    record = loaded.model
    for i, place in enumerate(record.places if isinstance(record, Record) else ()):
        if place not in settings.places:
            said = one_of(place, settings.places, "one of the settings' places")
            line = at(loaded.tree, ("places", i), said)
            yield line._replace(field="place") if loaded.made else line


def _check_evidence(files: "StudyFiles", tree: Node) -> Iterator[Located]:
    study = files.study
    for i, message in evidence_mistakes(files.record, study.evidence):
        yield at(tree, ("evidence", i), message)
    for name, message, is_id in reading_mistakes(files.record, study.readings):
        yield (at_key if is_id else at)(tree, ("readings", name), message)


def last_day(record: Record, readings: Mapping[str, str]) -> Moment:
    """When the last window of a record ends, under these readings."""
    known = {i: x for i, x in readings.items() if not list(reading_mistakes(record, {i: x}))}
    return max(
        (w.end for w in with_readings(record, known).windows), key=lambda x: days_between(record.start, x)
    )


def _check_horizon(files: "StudyFiles", tree: Node) -> Iterator[Located]:
    study = files.study
    end = last_day(files.record, study.readings)
    recorded = days_between(study.start, end)
    if recorded <= 0.0 and study.after_record is None:
        said = f"expected a start before the record ends ({end}) or after_record, found {study.start}"
        yield at(tree, ("start",), f"{said}: write the mobilisation assumed as «after_record: …»")
    elif study.horizon_days > recorded + 1e-9 and study.after_record is None:
        said = f"expected at most {recorded:g} (the record ends on {end}) or after_record, found {study.horizon_days:g}"
        yield at(
            tree,
            ("horizon_days",),
            f"{said}: write the mobilisation assumed from then on as «after_record: …»",
        )


def _check_twice(files: "StudyFiles", name: str) -> Iterator[Located]:
    """A parameter in the hypothesis and in the settings: which of the two numbers would hold?"""
    loaded, settings = files.loaded[f"hypothesis {name}"], files.loaded["settings"]
    hypothesis = files.hypotheses[name]
    for block, numbers in (("parameters", hypothesis.parameters), ("assumptions", hypothesis.assumptions)):
        for parameter in numbers:
            if parameter in files.settings.assumptions:
                spot = settings.tree.nearest(("assumptions", parameter)).key
                said = f"expected each parameter once, found {quoted(parameter)} again: {spot.path}:{spot.line} has it"
                yield at_key(loaded.tree, (block, parameter), said)


def check_policy(p: Policy, tree: Node, settings: Settings) -> Iterator[Located]:
    """The names in a policy that its settings must have, and whether it leaves any place to strike."""
    steps: list[tuple[LeverSet, Path]] = [
        (p, ()),
        *((r.set, ("ladder", i, "set")) for i, r in enumerate(p.ladder)),
    ]
    for x, path in steps:
        yield from _check_names(x, path, tree, settings)
    allowed = [_allowed(x, settings) for x, _ in steps if x.places is not None or x is p]
    if p.replay is None and not any(allowed):
        said = (
            f"expected at least one place where strikes are allowed ({listed(settings.places)}), found none"
        )
        yield at_key(tree, ("places",), said)


def _allowed(x: LeverSet, settings: Settings) -> list[str]:
    """Places that are not named are allowed."""
    return [name for name in settings.places if (x.places or {}).get(name) != "forbidden"]


def _check_names(x: LeverSet, path: Path, tree: Node, settings: Settings) -> Iterator[Located]:
    weapons = [w.name for w in settings.weapons]
    if isinstance(x.trigger, Trigger) and x.trigger.weapon is not None and x.trigger.weapon not in weapons:
        yield at(
            tree,
            (*path, "trigger", "weapon"),
            one_of(x.trigger.weapon, weapons, "one of the settings' weapons"),
        )
    for name in x.places or {}:
        if name not in settings.places:
            yield at_key(
                tree, (*path, "places", name), one_of(name, settings.places, "one of the settings' places")
            )
    owner = x.stocks.munitions_from if x.stocks is not None else None
    if owner is not None and owner not in settings.munitions:
        said = one_of(owner, settings.munitions, "one of the settings' stocks of munitions")
        yield at(tree, (*path, "stocks", "munitions_from"), said)
