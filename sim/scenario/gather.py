"""Loading what a config names: each file once, the mistakes of all of them together."""

import importlib
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from sim.errors import ConfigError, Located
from sim.scenario.common import Document
from sim.scenario.imports import Import
from sim.scenario.loader import READER, Loaded, as_record, in_order, load_as
from sim.scenario.names import find, is_path, shown
from sim.scenario.policy import Policy
from sim.scenario.record import Record
from sim.scenario.settings import Settings
from sim.scenario.text import quoted
from sim.scenario.tree import Node, Spot, at, dotted
from sim.scenario.tree import Path as Field

D = TypeVar("D", bound=Document)


class Gatherer:
    """The files that a study or a policy names, by what they are: «settings», «policy fighters», «then none»."""

    def __init__(self, first: Loaded, label: str) -> None:
        self.loaded: dict[str, Loaded] = {label: first}
        self.mistakes: list[Located] = []
        self._first = first
        self._seen: dict[Path, Loaded | None] = {}

    def take(self, label: str, name: str, kind: str, source: Loaded, field: Field) -> Loaded | None:
        """Load the file that a field of ``source`` names; None, and the mistakes noted, where that fails."""
        node = source.tree.nearest(field)
        found = find(name, kind, Path(node.spot.path).parent, node, dotted(field))
        if isinstance(found, Located):
            self.mistakes.append(found)
            return None
        if found not in self._seen:
            self._seen[found] = self._load(found, kind)
        loaded = self._seen[found]
        if loaded is not None and loaded.kind != kind:
            said = f"expected a file of kind {kind}, found kind {quoted(loaded.kind)} in {quoted(name)}"
            self.mistakes.append(at(source.tree, field, said))
            return None
        if loaded is not None:
            self.loaded[label] = loaded
        return loaded

    def take_named(self, name: str, kind: str, source: Loaded, field: Field) -> Loaded | None:
        """``take`` a hypothesis or policy, filed under the name that it gives itself."""
        label = f"{kind} {name}"
        loaded = self.take(label, name, kind, source, field)
        if loaded is None:
            return None
        del self.loaded[label]
        own = getattr(loaded.model, "name", "")
        if not is_path(name) and own != name and not own.startswith((f"{name}-", f"{name}_")):
            said = f"expected the name {quoted(name)}, which {source.tree.spot.path} asks for, found {quoted(own)}"
            self.mistakes.append(at(loaded.tree, ("name",), said))
        other = self.loaded.get(f"{kind} {own}")
        if other is not None:
            said = f"expected each {kind} once, found a second of the name {quoted(own)}"
            self.mistakes.append(at(source.tree, field, said))
        self.loaded[f"{kind} {own}"] = loaded
        return loaded

    def take_others(self) -> None:
        """Load the records of the same attacks that the study's record names, filed under their own names."""
        record = self.loaded.get("record")
        if record is None or not isinstance(record.model, Record):
            return
        for i, name in enumerate(record.model.other_records):
            other = self.take(f"other {name}", name, "record", record, ("other_records", i))
            if other is not None and isinstance(other.model, Record):
                self.loaded[f"other {other.model.name}"] = self.loaded.pop(f"other {name}")

    def follow(self, policy: Loaded) -> None:
        """Load what a policy names: the record that it replays, and the policy that follows. Make an import's record."""
        p = policy.model
        if isinstance(p, Import):
            try:
                self.loaded["record"] = as_record(policy)
            except ConfigError as error:
                self.mistakes += error.mistakes
        if not isinstance(p, Policy):
            return
        if p.replay is not None:
            record = self.take(f"replay {p.replay}", p.replay, "record", policy, ("replay",))
            if record is not None and isinstance(record.model, Record) and not record.model.responses:
                said = f"expected a record with responses, found none in {quoted(p.replay)}"
                self.mistakes.append(at(policy.tree, ("replay",), said))
        if p.then is not None:
            then = self.take(f"then {p.then}", p.then, "policy", policy, ("then",))
            if then is not None and isinstance(then.model, Policy) and then.model.replay is not None:
                said = f"expected a policy that replays nothing itself, found {quoted(p.then)}, which replays"
                self.mistakes.append(at(policy.tree, ("then",), said))

    def give_responses(self, path: Path) -> None:
        """Put the responses of a CSV file in the study's record, in place of its own, wherever that record is named."""
        loaded, settings = self.loaded.get("record"), self.loaded.get("settings")
        if loaded is None or not isinstance(loaded.model, Record):
            return
        places = (
            settings.model.places if settings is not None and isinstance(settings.model, Settings) else ()
        )
        try:
            record = importlib.import_module(READER).with_strikes(loaded.model, path, tuple(places))
        except ConfigError as error:
            if not error.mistakes:
                raise
            self.mistakes += error.mistakes
            return
        self.loaded["record"] = self._seen[loaded.path] = replace(loaded, model=record)

    def settle(self) -> None:
        """Raise ConfigError if there were mistakes."""
        if self.mistakes:
            raise in_order(self.mistakes, self._first.tree.spot.path)

    def models(self, prefix: str, model: type[D]) -> dict[str, D]:
        """The models whose labels begin so, by the rest of the label."""
        found = {
            label.removeprefix(prefix): x.model
            for label, x in self.loaded.items()
            if label.startswith(prefix)
        }
        return {name: x for name, x in found.items() if isinstance(x, model)}

    def _load(self, path: Path, kind: str) -> Loaded | None:
        try:
            loaded = load_as(path, shown(path), None)
            return as_record(loaded) if kind == "record" else loaded
        except ConfigError as error:
            self.mistakes += error.mistakes
            return None


def load_named(name: str, kind: str, folder: Path | None = None) -> Loaded:
    """Load a config by its path, or by its name: a record «brief», a hypothesis «M3».

    ``folder`` is where paths and own files are looked for, the working folder if it is not given; the files that
    ship come after it. Raises ConfigError.
    """
    found = find(name, kind, folder or Path(), Node(name, Spot(name, 1, 1)), kind)
    if isinstance(found, Located):
        raise ConfigError(f"{found.field}: {found.message}")
    return load_as(found, shown(found), kind)
