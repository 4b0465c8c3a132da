"""Walking the models' type annotations: what may stand at a path of a config, in words."""

import datetime as dt
import types
import typing
from typing import Any, Literal, NamedTuple, Union

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.text import listed


class Type(NamedTuple):
    """An annotation without its wrappers: the bare type and its constraints."""

    bare: Any
    constraints: tuple[Any, ...] = ()

    def limit(self, name: str) -> Any:
        """A constraint (ge, gt, le, lt, min_length, max_length, pattern), the tightest; None if there is none."""
        given = [v for c in self.constraints if (v := getattr(c, name, None)) is not None]
        tightest = min if name in ("le", "lt", "max_length") else max
        return tightest(given) if given else None


def of(annotation: Any, constraints: tuple[Any, ...] = ()) -> Type:
    """Take ``Annotated`` and ``Field`` apart."""
    if isinstance(annotation, FieldInfo):
        return of(annotation.annotation, tuple(annotation.metadata))
    if typing.get_origin(annotation) is typing.Annotated:
        bare, *extra = typing.get_args(annotation)
        flat = [m for x in extra for m in (x.metadata if isinstance(x, FieldInfo) else [x])]
        return of(bare, (*flat, *constraints))
    return Type(annotation, constraints)


def choices(kind: Type) -> list[Type]:
    """The members of a union without None; the type itself if it is no union."""
    if typing.get_origin(kind.bare) in (Union, types.UnionType):
        members = [t for x in typing.get_args(kind.bare) for t in choices(of(x)) if t.bare is not type(None)]
        # What is asked of «x or None» is asked of x.
        return (
            members if len(members) > 1 else [of(t.bare, t.constraints + kind.constraints) for t in members]
        )
    return [kind]


def model_of(kind: Type) -> type[BaseModel] | None:
    """The model among a type's choices; None if there is none."""
    return next(
        (t.bare for t in choices(kind) if isinstance(t.bare, type) and issubclass(t.bare, BaseModel)), None
    )


def inside(kind: Type, part: str | int) -> Type | None:
    """The type of a field, member or item; None if the type has no such part."""
    for choice in choices(kind):
        origin = typing.get_origin(choice.bare)
        if isinstance(choice.bare, type) and issubclass(choice.bare, BaseModel):
            field = choice.bare.model_fields.get(str(part)) if isinstance(part, str) else None
            if field is not None:
                return of(field)
        elif origin is dict and isinstance(part, str):
            return of(typing.get_args(choice.bare)[1])
        elif origin in (tuple, list) and isinstance(part, int):
            return of(typing.get_args(choice.bare)[0])
    return None


def key_of(kind: Type) -> Type:
    """The type of a mapping's keys."""
    found = next((t for t in choices(kind) if typing.get_origin(t.bare) is dict), None)
    return of(typing.get_args(found.bare)[0]) if found is not None else Type(str)


def allowed(kind: Type) -> list[str]:
    """The words that a literal type allows; empty for other types."""
    literals = [t for t in choices(kind) if typing.get_origin(t.bare) is Literal]
    return [x for t in literals for x in typing.get_args(t.bare) if isinstance(x, str)]


def wants(kind: Type, *bare: type) -> bool:
    """Is one of these types among the choices?"""
    return any(t.bare in bare for t in choices(kind))


def in_words(kind: Type) -> str:
    """What is expected, in words.

    >>> from sim.scenario.common import Share
    >>> in_words(of(Share))
    'a number from 0 to 1'
    """
    members = choices(kind)
    if {dt.date, dt.datetime} <= {t.bare for t in members}:
        return "a date such as 2023-10-17 or a time such as 2023-10-17T14:30"
    words = dict.fromkeys(_one_in_words(t) for t in members)
    return " or ".join(words)


def _one_in_words(kind: Type) -> str:
    bare, origin = kind.bare, typing.get_origin(kind.bare)
    if bare is bool:
        return "true or false"
    if bare is int:
        return "a whole number" + _range(kind)
    if bare is float:
        return "a number" + _range(kind)
    if bare is str:
        if kind.limit("pattern"):
            return "a name (a letter, then letters, digits, _ or -, at most 60)"
        return "text"
    if origin is Literal:
        words = [str(x) for x in typing.get_args(bare)]
        return words[0] if len(words) == 1 else f"one of {listed(words)}"
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return f"a mapping with {listed(bare.model_fields)}"
    if origin is dict:
        return "a mapping" + _size(kind, "entry", "entries")
    if origin in (tuple, list):
        return "a list" + _size(kind, "item", "items")
    return "a value"


def _size(kind: Type, one: str, many: str) -> str:
    least, most = kind.limit("min_length"), kind.limit("max_length")
    if most is not None:
        return f" of {least or 0} to {most} {many}"
    return f" of at least {least} {one if least == 1 else many}" if least else ""


def _range(kind: Type) -> str:
    ge, gt, le, lt = (kind.limit(x) for x in ("ge", "gt", "le", "lt"))
    if kind.bare is int and lt is not None:
        le, lt = lt - 1, None
    if ge is not None and le is not None:
        return f" from {ge:.12g} to {le:.12g}"
    low = f" of at least {ge:.12g}" if ge is not None else f" above {gt:.12g}" if gt is not None else ""
    high = f" at most {le:.12g}" if le is not None else f" below {lt:.12g}" if lt is not None else ""
    return f"{low} and{high}" if low and high else low + high
