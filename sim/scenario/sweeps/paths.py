"""What a sweep varies, by path: ``policy.delay_days``, ``settings.weapons[drone].interception``, ``assumptions.kappa``."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sim.model.registry import PARAMETERS
from sim.scenario.fieldtypes import Type, choices, inside, model_of
from sim.scenario.hypothesis import COMMON_EFFECT
from sim.scenario.policy import Policy
from sim.scenario.settings import Settings
from sim.scenario.text import clean, nearest, one_of, quoted
from sim.scenario.tree import Path

POLICY = "policy"
ROOTS = ("policy", "settings", "assumptions", "study")
STUDY = ("after_record",)
"""What of a study may vary: not the record or the horizon, which would make its points answer different questions."""
_FORBIDDEN = {
    "policy": frozenset({"kind", "version", "base", "name", "says", "replay", "then"}),
    "settings": frozenset({"kind", "version", "base", "name", "start", "assumptions", "mobilisation"}),
}
LEVEL = frozenset({"base_rate", "completeness", "mobilisation_drift", "drift_days"})
"""Parameters that the record fixes together: one of them held apart from the others would contradict it."""
_MODELS = {"policy": Policy, "settings": Settings}
_PART = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([A-Za-z0-9_-]+)\]")


class Target(NamedTuple):
    """Where a value of a design goes."""

    root: str  # one of ROOTS
    parts: Path


def parse(text: str) -> Target | str:
    """A path taken apart; or what is wrong with it.

    >>> parse("settings.weapons[0].harm")
    Target(root='settings', parts=('weapons', 0, 'harm'))
    """
    root = re.split(r"[.\[]", text, maxsplit=1)[0]
    if root not in ROOTS:
        lever = nearest(root, Policy.model_fields) if root not in _FORBIDDEN[POLICY] else None
        hint = (
            f": did you mean {quoted(f'{POLICY}.{lever}{text[len(root) :]}')}?" if lever is not None else ""
        )
        return one_of(root, ROOTS, "a path that begins with one of").partition(": did")[0] + hint
    parts: list[str | int] = []
    at = len(root)
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            return f"expected a path such as policy.delay_days, found {quoted(text)}"
        name, item = match.groups()
        parts.append(int(item) if item is not None and item.isdigit() else name or item)
        at = match.end()
    if not parts and root != POLICY:
        return f"expected a path such as {root}.…, found {quoted(text)}"
    return Target(root, tuple(parts))


def mistake(target: Target, text: str, settings: Mapping[str, Any]) -> str | None:
    """What is wrong with a path, seen from the configs; None if it names something that may vary.

    ``settings`` are plain values, by which places and weapons are known by name.
    """
    if target.root == "assumptions":
        name = text.removeprefix("assumptions.")
        if name in LEVEL:
            return f"expected a parameter that may be held, found {quoted(name)}: the record tells it only together with others"
        known = [*PARAMETERS, COMMON_EFFECT]
        return None if name in known else _no_path(text, "assumptions.", name, known)
    if target.root == "study":
        name = text.removeprefix("study.")
        return (
            None
            if name in STUDY
            else f"expected what of a study may vary (after_record), found {quoted(name)}"
        )
    if not target.parts:
        return None
    kind: Type = Type(_MODELS[target.root])
    data: Any = settings if target.root == "settings" else None
    upto = target.root
    for i, part in enumerate(target.parts):
        if i == 0 and part in _FORBIDDEN[target.root]:
            if part == "mobilisation":
                return "expected a setting that the calibration does not rest on, found mobilisation: after the record it is study.after_record"
            if part == "assumptions":
                return f"expected assumptions.NAME, found {quoted(text)}: write {quoted(text.removeprefix('settings.'))}"
            return f"expected something that may vary, found {quoted(text)}"
        below = inside(kind, part)
        if isinstance(data, Sequence) and not isinstance(data, str):
            names = [str(x.get("name", j)) for j, x in enumerate(data) if isinstance(x, Mapping)]
            found = item(data, part)
            if found is None:
                return _no_path(text, f"{upto}[", str(part), names, "]")
            below, data = inside(kind, found), data[found]
        elif below is None:
            return _no_path(text, f"{upto}.", str(part), _names(kind))
        elif isinstance(data, Mapping) and model_of(kind) is None:
            if part not in data:  # a mapping by the user's own names, such as places
                return _no_path(text, f"{upto}.", str(part), [str(x) for x in data])
            data = data[part]
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
        if below is None:
            return f"expected a path such as policy.delay_days, found {quoted(text)}"
        kind = below
        upto += f"[{part}]" if isinstance(part, int) else f".{part}"
    return None


def is_lever(path: str) -> bool:
    """Whether a path is of the policy, and so a choice, rather than of what it is tried in.

    >>> is_lever("policy.delay_days"), is_lever("policy"), is_lever("settings.defence.level")
    (True, True, False)
    """
    return path == POLICY or path.startswith(f"{POLICY}.")


def item(items: Sequence[Any], part: str | int) -> int | None:
    """Which of the items is meant, by number or by name; None if there is none."""
    if isinstance(part, int):
        return part if part < len(items) else None
    return next((i for i, x in enumerate(items) if isinstance(x, Mapping) and x.get("name") == part), None)


def put(document: dict[str, Any], parts: Path, value: Any) -> None:
    """Write a value into a config's plain values; blocks on the way that aren't there are made.

    >>> p = {"trigger": "never"}
    >>> put(p, ("trigger", "after_attacks"), 3)
    >>> p
    {'trigger': {'after_attacks': 3}}
    """
    here: Any = document
    for i, part in enumerate(parts):
        last = i == len(parts) - 1
        key: Any = item(here, part) if isinstance(here, Sequence) else part
        if last:
            here[key] = value
            return
        below = here[key] if isinstance(here, Sequence) else here.get(key)
        if not isinstance(below, Mapping | Sequence) or isinstance(below, str):
            below = {}
        here[key] = below = dict(below) if isinstance(below, Mapping) else list(below)
        here = below


def _names(kind: Type) -> list[str]:
    models = [m for t in choices(kind) if (m := model_of(t)) is not None]
    return [name for m in models for name in m.model_fields]


def _no_path(
    text: str, before: str, name: str, known: Sequence[str] | Mapping[str, Any], after: str = ""
) -> str:
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        rest = text[len(before) + len(name) + len(after) :] if text.startswith(before + name) else ""
        return f"expected a path of the configs, found {quoted(text)}: did you mean {quoted(before + near + after + rest)}?"
    few = f" ({', '.join(clean(x) for x in names[:20])})" if names else ""
    return f"expected after {quoted(before.rstrip('.['))} something that is there{few}, found {quoted(name)}"
