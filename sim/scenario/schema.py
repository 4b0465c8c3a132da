"""JSON Schema of each kind of config, for editors and other programs."""

import json
from pathlib import Path
from typing import Any

from sim.data import scenarios_folder
from sim.model.registry import PARAMETERS
from sim.scenario.checks.parameters import declared, range_of
from sim.scenario.hypothesis import COMMON_EFFECT
from sim.scenario.kinds import KINDS
from sim.scenario.study import MEASURES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMBINED = "deter"


def folder() -> Path:
    """Where the schemas lie that the shipped files name in their first line."""
    return scenarios_folder() / "schema"


def schema_of(kind: str) -> dict[str, Any]:
    """The JSON Schema of one kind; of any kind, told apart by ``kind``, for «deter»."""
    if kind != COMBINED:
        return {"$schema": DIALECT, "title": f"deter: {kind}", **_document(kind)}
    definitions: dict[str, Any] = {}
    choices = []
    for name in KINDS:
        document = _document(name, prefix=f"{name}.")
        definitions |= document.pop("$defs")
        definitions[name] = document
        chosen = {"properties": {"kind": {"const": name}}, "required": ["kind"]}
        choices.append({"if": chosen, "then": {"$ref": f"#/$defs/{name}"}})
    return {
        "$schema": DIALECT,
        "title": "deter: any config",
        "type": "object",
        "properties": {"kind": {"enum": list(KINDS), "description": "what this file is"}},
        "required": ["kind"],
        "allOf": choices,
        "$defs": definitions,
    }


def text_of(kind: str) -> str:
    """The schema as it is committed."""
    return json.dumps(schema_of(kind), indent=1, ensure_ascii=True, sort_keys=True) + "\n"


def file_names() -> dict[str, str]:
    """The schemas' file names by kind."""
    return {kind: f"{kind}.schema.json" for kind in (*KINDS, COMBINED)}


def drifted() -> list[str]:
    """Names of the committed schemas that are not what the models say."""
    out = []
    for kind, name in file_names().items():
        path = folder() / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text_of(kind):
            out.append(name)
    return out


def _document(kind: str, prefix: str = "") -> dict[str, Any]:
    """A whole file of a kind; one with a base leaves out what it does not change."""
    whole = KINDS[kind].model_json_schema(ref_template=f"#/$defs/{prefix}{{model}}")
    definitions = {f"{prefix}{name}": x for name, x in whole.pop("$defs", {}).items()}
    _name_members(kind, whole["properties"])
    definitions[f"{prefix}whole"] = whole
    changes = _Changes(definitions, prefix)
    changed = changes.of(whole)
    changed["required"] = ["kind", "version", "base"]
    changed["properties"] = {
        **changed["properties"],
        **{x: whole["properties"][x] for x in ("kind", "version")},
    }
    definitions |= changes.made
    definitions[f"{prefix}changes"] = changed
    return {
        "type": "object",
        "if": {"required": ["base"]},
        "then": {"$ref": f"#/$defs/{prefix}changes"},
        "else": {"$ref": f"#/$defs/{prefix}whole"},
        "$defs": definitions,
    }


def _name_members(kind: str, properties: dict[str, Any]) -> None:
    """Name what a mapping may hold where the models leave that to the checks, so that editors can offer it."""
    if kind == "study":
        measure = properties["precision"].pop("additionalProperties")
        properties["precision"] |= {
            "properties": dict.fromkeys(MEASURES, measure),
            "additionalProperties": False,
        }
    common_effect = kind == "hypothesis"
    names = [*PARAMETERS, COMMON_EFFECT] if common_effect else list(PARAMETERS)
    for block in {"parameters", "assumptions"} & set(properties):
        number = properties[block].pop("additionalProperties")
        members = {}
        for name in names:
            p = declared(name, common_effect=common_effect)
            if p is not None:
                members[name] = {**number, "description": f"{p.says}; {range_of(p)}"}
        properties[block] |= {"properties": members, "additionalProperties": False}


class _Changes:
    """Schemas of what a file with a base may say: nothing is required, and null takes a key away.

    Items of a list are whole, because a list replaces the base's.
    """

    def __init__(self, definitions: dict[str, Any], prefix: str) -> None:
        self.definitions = definitions
        self.prefix = prefix
        self.made: dict[str, Any] = {}

    def of(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a file with a base may say where this schema holds."""
        out = {key: x for key, x in schema.items() if key not in ("required", "minProperties")}
        if "$ref" in out:
            out["$ref"] = self._named(out["$ref"])
        for key in ("anyOf", "oneOf"):
            if key in out:
                out[key] = [self.of(x) for x in out[key]]
        if "properties" in out:
            out["properties"] = {name: self._or_null(x) for name, x in out["properties"].items()}
        if isinstance(out.get("additionalProperties"), dict):
            out["additionalProperties"] = self._or_null(out["additionalProperties"])
        return out

    def _or_null(self, schema: dict[str, Any]) -> dict[str, Any]:
        about: dict[str, Any] = {
            key: schema[key] for key in ("title", "description", "default") if key in schema
        }
        rest = {key: x for key, x in schema.items() if key not in about}
        return {**about, "anyOf": [self.of(rest), {"type": "null"}]}

    def _named(self, reference: str) -> str:
        name = reference.removeprefix("#/$defs/")
        own = f"{name}-changes"
        if own not in self.made:
            self.made[own] = {}  # a model that holds itself would come here again
            self.made[own] = self.of(self.definitions[name])
        return f"#/$defs/{own}"
