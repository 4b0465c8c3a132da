"""The models say what they seem to say."""

from collections.abc import Iterator

import pytest
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel

from sim.measures import MEASURES as FUNCTIONS
from sim.model.levers import Levers
from sim.scenario.explain import LEVER_DEFAULTS
from sim.scenario.kinds import KINDS
from sim.scenario.policy import LeverSet, Policy, Target, Tempo
from sim.scenario.study import MEASURES


def all_models() -> Iterator[type[BaseModel]]:
    left: list[type[BaseModel]] = list(KINDS.values())
    seen: set[type[BaseModel]] = set()
    while left:
        model = left.pop()
        if model in seen:
            continue
        seen.add(model)
        yield model
        for field in model.model_fields.values():
            left += [x for x in walk(field.annotation) if isinstance(x, type) and issubclass(x, BaseModel)]


def walk(annotation: object) -> Iterator[object]:
    yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from walk(inner)


@pytest.mark.parametrize("model", sorted(all_models(), key=lambda m: m.__name__), ids=lambda m: m.__name__)
def test_limits(model: type[BaseModel]) -> None:
    """No field has two limits of a kind: pydantic would heed one of them only."""
    for name, field in model.model_fields.items():
        for limit in (Ge, Gt, Le, Lt):
            assert sum(isinstance(x, limit) for x in field.metadata) <= 1, name


@pytest.mark.parametrize("model", sorted(all_models(), key=lambda m: m.__name__), ids=lambda m: m.__name__)
def test_every_field_is_described(model: type[BaseModel]) -> None:
    """The description is the hover text of an editor; a prior's forms are described by their classes."""
    undescribed = {name for name, x in model.model_fields.items() if not x.description}
    forms = {"normal", "lognormal", "half_normal", "beta", "gamma", "uniform", "exponential"}
    assert undescribed <= forms | {"kind"}


def test_measures_are_those_that_runs_yield() -> None:
    """A study may ask for the precision of a measure of the run; a difference to another policy is none."""
    assert set(MEASURES) <= set(FUNCTIONS)
    assert {name for name in FUNCTIONS if name not in MEASURES} <= {"attacks_averted"}


def test_lever_defaults_are_those_of_the_model() -> None:
    """What `explain` shows for an unset lever, and the descriptions, are the numbers that the engine reads."""
    unset = Levers()
    assert set(LEVER_DEFAULTS) == set(LeverSet.model_fields)
    assert LEVER_DEFAULTS["target"] == {x: getattr(unset, x) for x in Target.model_fields}
    assert (
        LEVER_DEFAULTS["tempo"]
        == Tempo(min_gap_days=unset.min_gap, answered_share=unset.answered_share).model_dump()
    )
    said = {name: field.description or "" for name, field in Policy.model_fields.items()}
    assert f"{unset.strength:g} if left out" in said["strength"]
    assert f"{unset.clarity:g} if left out" in said["clarity"]
    assert f"{unset.care:g} if left out" in said["care"]
    assert f"{unset.delay_a:g} if left out" in said["delay_days"]
    assert unset.infrastructure == 1.0
    assert "infrastructure if left out" in said["target"]
