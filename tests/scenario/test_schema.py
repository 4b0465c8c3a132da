"""JSON Schema of the configs."""

import copy
from typing import Any

import jsonschema
import pytest

from sim.model.registry import PARAMETERS
from sim.scenario.schema import drifted, file_names, schema_of

POLICY = {
    "kind": "policy",
    "version": 1,
    "name": "x",
    "says": "A policy.",
    "trigger": {"after_attacks": 5},
    "delay_days": 1.0,
    "ladder": [{"after": {"deaths": 1}, "set": {"strength": 2.0}}],
}


def right(document: Any, kind: str = "policy") -> bool:
    return bool(jsonschema.Draft202012Validator(schema_of(kind)).is_valid(document))


def changed(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(POLICY), **fields}


@pytest.mark.parametrize("kind", file_names())
def test_schema_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(kind))


def test_committed_schemas_are_those_of_the_models() -> None:
    assert drifted() == [], "deter schema --write"


def test_what_the_models_refuse_the_schema_refuses() -> None:
    assert right(POLICY)
    assert not right(changed(strenght=1.0))
    assert not right(changed(clarity=1.2))
    assert not right(changed(trigger={"after_attacks": 0}))
    assert not right(changed(trigger="nevr"))
    assert not right(changed(name="two words"))
    assert not right(changed(delay_days={"exponential": {"mean": 1.0}, "uniform": {"low": 1.0, "high": 2.0}}))
    assert not right({name: x for name, x in POLICY.items() if name != "says"})
    assert not right(changed(kind="plan"), "deter")


def test_dates_are_dates() -> None:
    assert right(changed(denial={"surge_date": "2023-10-17"}))
    assert right(changed(denial={"surge_date": "2023-10-17T14:30:00"}))
    assert not right(changed(denial={"surge_date": "17 October"}))
    assert not right(changed(denial={"surge_date": "2023-10-17T14:30:00Z"}))


def test_a_file_with_a_base_may_leave_out_all_but_its_head() -> None:
    """Partly filled blocks and null are right in it; items of lists stay whole, for lists replace the base's."""
    head = {"kind": "policy", "version": 1, "base": "other.yaml"}
    assert right(head)
    assert right({**head, "delay_days": {"lognormal": {"median": 3.0}}, "clarity": None})
    assert right({**head, "denial": {"surge_date": None}})
    assert not right({**head, "strenght": 1.0})
    assert not right({**head, "ladder": [{"set": {"strength": 2.0}}]})
    assert not right({"kind": "policy", "base": "other.yaml"})
    assert not right({"kind": "policy", "version": 1, "delay_days": {"lognormal": {"median": 3.0}}})


def test_parameters_are_named_for_completion() -> None:
    whole = schema_of("hypothesis")["$defs"]["whole"]["properties"]
    assert set(whole["parameters"]["properties"]) == {*PARAMETERS, "strike_effect"}
    assert whole["parameters"]["properties"]["base_rate"]["description"].startswith("background rate")
    settings = schema_of("settings")["$defs"]["whole"]["properties"]
    assert set(settings["assumptions"]["properties"]) == set(PARAMETERS)
