"""Every value of a config, and the file and line that it comes from."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.model.levers import Levers
from sim.scenario.check import check_file
from sim.scenario.loader import Loaded
from sim.scenario.policy import LeverSet, Policy
from sim.scenario.tree import Node, Path, dotted

_UNSET = Levers()
# What an unset lever of a policy stands for.
LEVER_DEFAULTS: dict[str, Any] = {
    "trigger": "never",
    "delay_days": _UNSET.delay_a,
    "tempo": {
        "min_gap_days": _UNSET.min_gap,
        "most_in_window": None,
        "answered_share": _UNSET.answered_share,
    },
    "target": {x: getattr(_UNSET, x) for x in ("infrastructure", "fighters", "sponsor", "leader")},
    "strength": _UNSET.strength,
    "care": _UNSET.care,
    "places": "all allowed",
    "spontaneous_fire": {"probability": _UNSET.spontaneous},
    "clarity": _UNSET.clarity,
    "denial": "the settings' defence",
    "stocks": "the settings' first stock of munitions, and the settings' resupply",
    "limits": "none",
}
_FIRST = ("kind", "version", "base", "name", "says")  # as in the files


class Explained(NamedTuple):
    """A value, and where it was written; no path where it is a default."""

    field: str
    value: Any
    path: str | None
    line: int | None

    @property
    def origin(self) -> str:
        """Where the value comes from, as people read it."""
        return "default" if self.path is None else f"{self.path}:{self.line}"


def explain(path: str) -> dict[str, list[Explained]]:
    """The values of a file and of all that it names, by what each file is («study», «policy fighters»).

    Raises ConfigError if the file has mistakes.
    """
    return {label: list(values(x)) for label, x in check_file(path).items()}


def values(loaded: Loaded) -> Iterator[Explained]:
    """Every value of one config, in the order of its fields."""
    for path, value in _leaves(loaded.model, ()):
        yield _explained(loaded, path, value)


def document(explained: dict[str, list[Explained]]) -> dict[str, Any]:
    """The same as a JSON document."""
    return {
        "files": {
            label: [
                {"field": x.field, "value": _plain(x.value), "path": x.path, "line": x.line} for x in rows
            ]
            for label, rows in explained.items()
        }
    }


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, BaseModel):
        for name in sorted(type(value).model_fields, key=lambda x: x not in _FIRST):
            below = getattr(value, name)
            if below is None and isinstance(value, LeverSet):
                if isinstance(value, Policy) and value.replay is None and name in LEVER_DEFAULTS:
                    yield from _leaves(LEVER_DEFAULTS[name], (*path, name))
                continue  # on a rung, or beside a replay, an unset lever changes nothing
            yield from _leaves(below, (*path, name))
    elif isinstance(value, dict) and value:
        for name, below in value.items():
            yield from _leaves(below, (*path, name))
    elif isinstance(value, tuple | list) and any(isinstance(x, BaseModel | dict) for x in value):
        for i, below in enumerate(value):
            yield from _leaves(below, (*path, i))
    elif value is not None:
        yield path, value


def _explained(loaded: Loaded, path: Path, value: Any) -> Explained:
    node: Node | None = loaded.tree.find(path)
    if node is None:
        whole = (
            loaded.locate(path) if loaded.made else None
        )  # what a reader made comes from a row, or the file
        return Explained(dotted(path), value, whole and whole.path, whole and whole.line)
    return Explained(dotted(path), value, node.spot.path, node.spot.line)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(x) for x in value]
    if isinstance(value, dict):
        return {name: _plain(x) for name, x in value.items()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)
