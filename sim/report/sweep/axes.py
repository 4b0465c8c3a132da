"""The axes of a design: what each is called, the values it takes in words, and where on it each point stands.

A slider moves in whole steps. Where an axis has few values a step is a value; else its range is cut evenly (in the
logarithm, where the design spreads it so) into about √points steps, so that several points stand near each.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.model.registry import PARAMETERS
from sim.report.parts import clean, listed
from sim.report.rounding import days, number, percent

FEW = 21  # values that a slider steps through one by one
KINDS = {
    "grid": "a full grid", "list": "a list", "latin_hypercube": "a Latin hypercube", "sobol": "a Sobol sequence",
}  # fmt: skip
SHARES = ("share", "probability", "care", "clarity")  # last words of paths that are a share of 1
UNSET = "as it is"
Floats = np.ndarray[Any, np.dtype[np.float64]]


class Axis(NamedTuple):
    """One axis of a design."""

    path: str
    title: str
    numeric: bool  # a number; else a choice
    simplex: str  # the path of which it is a share; empty where it is none
    log: bool  # spread over the logarithm
    steps: tuple[str, ...]  # what each step of its slider, or each choice, means in words
    words: tuple[str, ...]  # the value of each point in words
    values: Floats  # of each point; for a choice its index
    at: Floats  # where each point stands, in steps: whole where the slider steps through values
    exact: bool  # does a step stand for a value, and not for a stretch of the range?

    @property
    def span(self) -> float:
        """What distances along it are divided by."""
        return float(max(1, len(self.steps) - 1))

    @property
    def range(self) -> str:
        """What it varies over, in words."""
        if not self.numeric:
            return f"over {listed(self.steps)}"
        if self.exact and len(self.steps) <= 8:
            return f"over {listed(self.steps)}" if len(self.steps) > 1 else f"held at {self.steps[0]}"
        low, high = (
            in_words(self.path, x, share=bool(self.simplex)) for x in (self.values.min(), self.values.max())
        )
        how = (
            f"in {len(self.steps)} steps"
            if self.exact
            else "evenly in its logarithm"
            if self.log
            else "the shares together 100%"
            if self.simplex
            else "evenly"
        )
        return f"from {low} to {high}, {how}"


def design_of(document: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """What kind of design a sweep has, and what it says of each path."""
    design = document.get("design") or {}
    for kind in KINDS:
        found = design.get(kind)
        if found is not None:
            if isinstance(found, Mapping):
                over = found.get("over", found)
                return kind, over if isinstance(over, Mapping) else {}
            return kind, {}
    return "list", {}


def axes(document: Mapping[str, Any], design: pd.DataFrame) -> list[Axis]:
    """The axes of a design, one for each column, a share of a simplex counted as one."""
    kind, over = design_of(document)
    shares = {
        f"{path}.{name}": path
        for path, x in over.items()
        if isinstance(x, Mapping)
        for name in x.get("simplex") or ()
    }
    return [
        _axis(str(path), design[path], kind, over.get(str(path)), shares.get(str(path), ""))
        for path in design.columns
    ]


def _axis(path: str, column: "pd.Series[Any]", kind: str, said: Any, simplex: str) -> Axis:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column) or column.isna().any():
        return _choice(path, column)
    values = column.to_numpy(dtype=np.float64)
    log = isinstance(said, Mapping) and said.get("scale") == "log"
    unique = np.unique(values)
    exact = kind == "grid" or len(unique) <= FEW
    if exact:
        at = np.searchsorted(unique, values).astype(np.float64)
        stops = unique
    else:
        steps = min(FEW - 1, max(4, math.isqrt(len(values))))
        low, high = float(unique[0]), float(unique[-1])
        log = log and low > 0.0
        scaled = np.log(values / low) / math.log(high / low) if log else (values - low) / (high - low)
        at = steps * scaled
        part = np.arange(steps + 1) / steps
        stops = low * (high / low) ** part if log else low + (high - low) * part
    share = bool(simplex)
    return Axis(
        path, title(path), True, simplex, log, tuple(in_words(path, x, share=share) for x in stops),
        tuple(in_words(path, x, share=share) for x in values), values, np.round(at, 3), exact,
    )  # fmt: skip


def _choice(path: str, column: "pd.Series[Any]") -> Axis:
    """An axis of names, or of numbers that some points leave as they are."""
    words = [UNSET if pd.isna(x) else in_words(path, x) if isinstance(x, float) else clean(x) for x in column]
    steps = list(dict.fromkeys(words))
    index = np.array([steps.index(x) for x in words], dtype=np.float64)
    return Axis(path, title(path), False, "", False, tuple(steps), tuple(words), index, index, True)


def title(path: str) -> str:
    """A path as a heading.

    >>> title("policy.tempo.min_gap_days"), title("settings.defence.level"), title("policy")
    ('Tempo: min gap', 'Settings, defence: level', 'Policy')
    """
    first, *rest = clean(path).split(".")
    if not rest:
        return first.capitalize()
    parts = [_without_unit(x).replace("_", " ") for x in rest]
    said = ": ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    whose = {"policy": "", "assumptions": "Assumption, "}.get(first, f"{first.capitalize()}, ")
    whole = whose + said
    return whole[:1].upper() + whole[1:]


def _without_unit(name: str) -> str:
    for unit in ("_days", "_hours"):
        if name.endswith(unit) and name != unit:
            return name.removesuffix(unit)
    return name


def in_words(path: str, x: float, *, share: bool = False) -> str:
    """A value with its unit.

    >>> in_words("policy.delay_days", 1.0), in_words("policy.target.fighters", 0.25, share=True)
    ('1 day', '25%')
    >>> in_words("settings.defence.level", 1.5), in_words("policy.spontaneous_fire.within_hours", 2.0)
    ('1.5', '2 hours')
    """
    last = path.rpartition(".")[2]
    if share:
        return percent(_tidy(x))
    if last.endswith("days"):
        return days(_tidy(x))
    if last.endswith("hours"):
        return f"{number(_tidy(x))} hour{'' if x == 1.0 else 's'}"
    if path.startswith("assumptions.") and last in PARAMETERS:
        unit = PARAMETERS[last].unit
        return f"{number(_tidy(x))} {unit}" if unit not in ("", "share", "probability") else number(_tidy(x))
    if last.endswith(SHARES[:2]) or last in SHARES:
        return percent(_tidy(x))
    return number(_tidy(x))


def _tidy(x: float) -> float:
    """The value without what binary arithmetic left of a step: 0.30000000000000004 is 0.3."""
    return float(round(float(x), 12))


def where(axes: Sequence[Axis], i: int) -> str:
    """The coordinates of a point in a sentence."""
    return ", ".join(f"{x.title[:1].lower()}{x.title[1:]} {x.words[i]}" for x in axes)
