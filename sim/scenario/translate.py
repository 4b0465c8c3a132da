"""Pydantic's errors as located lines: what was expected, what was found, what to write."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import BaseModel

from sim.errors import Located
from sim.scenario.fieldtypes import Type, choices, in_words, inside, key_of, model_of
from sim.scenario.hints import found, write
from sim.scenario.text import listed, nearest, quoted
from sim.scenario.tree import Node, Path, at, at_key


class _Problem(NamedTuple):
    """One of pydantic's errors, led back to the config."""

    path: Path  # in the file, without the names that pydantic gives to the members of a union
    kind: Type  # what is wanted there
    error: str
    message: str
    union: Path | None  # where a union was entered on the way
    model: type[BaseModel] | None  # the member of that union that the error is about, if it is a model


def translate(model: type[BaseModel], root: Node, errors: Iterable[Any], under: Path = ()) -> list[Located]:
    """Located lines for the errors of one document, or of the part of it that lies at ``under``."""
    problems = [_led_back(model, e, under) for e in errors]
    problems = _one_per_union(root, [p for p in problems if not _echo(root, p)])
    unknown = [p for p in problems if p.error == "extra_forbidden"]
    missing = [p for p in problems if p.error == "missing"]
    lines = []
    explained: set[Path] = set()
    for p in unknown:
        absent = [str(m.path[-1]) for m in missing if m.path[:-1] == p.path[:-1] and m.path not in explained]
        alone = sum(q.path[:-1] == p.path[:-1] for q in unknown) == 1
        line, meant = _unknown(root, p, absent, alone=alone)
        lines.append(line)
        if meant is not None:
            explained.add((*p.path[:-1], meant))
    lines += [_missing(root, p) for p in missing if p.path not in explained]
    lines += [_wrong(root, p) for p in problems if p.error not in ("extra_forbidden", "missing")]
    return lines


def _echo(root: Node, p: _Problem) -> bool:
    """Pydantic calls a list too short whose items failed; they have their own lines."""
    node = root.find(p.path)
    least = p.kind.limit("min_length")
    return (
        p.error == "too_short"
        and node is not None
        and isinstance(node.value, list)
        and len(node.value) >= least
    )


def _led_back(model: type[BaseModel], error: Any, under: Path) -> _Problem:
    kind = above = Type(model)
    path: Path = under
    union: Path | None = None
    member: type[BaseModel] | None = None
    at_last_key = False
    for part in error["loc"]:
        if part == "[key]":
            kind, at_last_key = key_of(above), True
            continue
        if len(members := choices(kind)) > 1:
            union, member = path, next((m for t in members if (m := model_of(t)) and _names(part, m)), None)
            kind = Type(member) if member is not None else kind
            if member is not None or inside(kind, part) is None:
                continue  # the name of a member, not a key
        above = kind
        kind = inside(kind, part) or Type(object)
        path = (*path, part)
    if error["type"] == "extra_forbidden":
        kind = above  # the block that the key does not belong to
    kind_of_error = "key" if at_last_key else error["type"]
    cause = error.get("ctx", {}).get("error")
    return _Problem(path, kind, kind_of_error, str(cause or error["msg"]), union, member)


def _names(part: str | int, model: type[BaseModel]) -> bool:
    """Is this how pydantic calls a model in a union: by its name, or with its validators around it?"""
    return isinstance(part, str) and (part == model.__name__ or part.endswith(f", {model.__name__}]"))


def _one_per_union(root: Node, problems: list[_Problem]) -> list[_Problem]:
    """Of a union's errors keep those of the member that was meant: one clear error, not one for each member."""
    kept: list[_Problem] = []
    for p in problems:
        if p.union is None:
            kept.append(p)
            continue
        node = root.find(p.union)
        has_model = any(q.union == p.union and q.model is not None for q in problems)
        if node is not None and isinstance(node.value, dict) and has_model:
            if p.model is not None:
                kept.append(p)
        elif not any(q.union == p.union and q.path == p.union for q in kept):
            kept.append(p._replace(path=p.union, kind=_whole(p, problems), error="union"))
    return kept


def _whole(p: _Problem, problems: list[_Problem]) -> Type:
    """The union itself: among its errors, the type with the most choices."""
    return max((q.kind for q in problems if q.union == p.union), key=lambda t: len(choices(t)))


def _unknown(root: Node, p: _Problem, absent: list[str], *, alone: bool) -> tuple[Located, str | None]:
    name = str(p.path[-1])
    fields = _fields(p.kind)
    free = [x for x in fields if not _has(root, p.path, x)]
    meant = nearest(name, absent) or nearest(name, free)
    if meant is None and alone and len(absent) == 1:
        meant = absent[0]
    if meant is not None:
        hint = f": did you mean {quoted(meant)}?"
    elif deeper := next((x for x in fields if name in _fields(inside(p.kind, x))), None):
        hint = f": write it under {quoted(deeper)}"
    else:
        hint = ""
    known = "" if hint else f" ({listed(free or fields, 20)})"
    message = f"expected a known key{known}, found {quoted(name)}{hint}"
    return at_key(root, p.path, message), meant if meant in absent else None


def _has(root: Node, unknown: Path, name: str) -> bool:
    """Does the file that has the unknown key give this field itself (rather than inherit it)?"""
    field = root.find((*unknown[:-1], name))
    return field is not None and field.key.path == root.nearest(unknown).key.path


def _fields(kind: Type | None) -> list[str]:
    model = model_of(kind) if kind is not None else None
    return list(model.model_fields) if model is not None else []


def _missing(root: Node, p: _Problem) -> Located:
    name = str(p.path[-1])
    return at(root, p.path, f"expected {in_words(p.kind)}, found nothing: write «{name}: …»")


def _wrong(root: Node, p: _Problem) -> Located:
    if p.error == "key":
        return at_key(root, p.path, f"expected as key {in_words(p.kind)}, found {quoted(str(p.path[-1]))}")
    if p.error in ("value_error", "assertion_error"):
        return _own_words(root, p)
    node = root.find(p.path)
    if p.error == "string_too_long" and p.kind.limit("pattern") is None and node is not None:
        most, length = p.kind.limit("max_length"), len(str(node.value))
        return at(root, p.path, f"expected text of at most {most} characters, found {length}")
    hint = write(p.kind, node)
    advice = "" if not hint else f": {hint}" if hint.startswith("did you") else f": write {hint}"
    return at(root, p.path, f"expected {in_words(p.kind)}, found {found(node)}{advice}")


def _own_words(root: Node, p: _Problem) -> Located:
    """A model's own check. Words before a colon that name a field say where; else it is the whole block."""
    name, colon, rest = p.message.partition(": ")
    if colon and inside(p.kind, name) is not None:
        return at(root, (*p.path, name), rest)
    node = root.find(p.path)
    return (
        at_key(root, p.path, p.message)
        if node is not None and isinstance(node.value, dict)
        else at(root, p.path, p.message)
    )
