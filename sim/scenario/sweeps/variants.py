"""What a point of a design stands for: a policy, settings, a study, and parameters that are held."""

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from sim.scenario.policy import Policy
from sim.scenario.settings import Settings
from sim.scenario.study_files import StudyFiles
from sim.scenario.sweeps.config import Sweep
from sim.scenario.sweeps.design import simplexes
from sim.scenario.sweeps.paths import POLICY, Target, is_lever, parse, put


class Variant(NamedTuple):
    """One point's configs. ``held``: parameters by name that its runs hold at a value."""

    policy: Policy
    files: StudyFiles  # with the point's settings and study
    held: dict[str, float]


class Refused(ValueError):
    """A point whose config has a mistake."""

    def __init__(
        self, root: str, model: type[Policy] | type[Settings], document: Any, errors: list[Any]
    ) -> None:
        """``document``: the plain values that the model refused; ``errors``: pydantic's."""
        super().__init__(f"{root}: {errors[0]['msg']}")
        self.root, self.model, self.document, self.errors = root, model, document, errors


class Variants:
    """Makes variants of a sweep's base policy; configs that points share are made once."""

    def __init__(self, sweep: Sweep, files: StudyFiles, policy: str | None) -> None:
        """``files``: the study with every policy that the sweep names; ``policy``: the one that is varied."""
        self._files, self._policy = files, policy
        self._plain = {
            name: p.model_dump(mode="json", exclude_unset=True) for name, p in files.policies.items()
        }
        self._settings = files.settings.model_dump(mode="json", exclude_unset=True)
        self._simplexes = simplexes(sweep.design)
        self._made: dict[str, StudyFiles] = {}

    def of(self, point: Mapping[str, Any]) -> Variant:
        """The variant of a point. Raises Refused for one that can't be."""
        targets = {path: _target(path) for path in point}
        name = str(point.get(POLICY, self._policy))
        policy = copy.deepcopy(self._plain[name])
        for block in map(_target, self._simplexes):
            if block.root == POLICY:
                put(policy, block.parts, {})  # shares that aren't named are 0
        levers = {p: x for p, x in point.items() if targets[p].root == POLICY and targets[p].parts}
        for path, value in levers.items():
            put(policy, targets[path].parts, value)
        made = _checked("policy", Policy, policy) if levers else self._files.policies[name]
        return Variant(made, self.files_of(point), held(point))

    def reference(self, name: str, point: Mapping[str, Any]) -> Variant:
        """A policy that a point is compared with, in the point's settings and at its held parameters."""
        return Variant(self._files.policies[name], self.files_of(point), held(point))

    def files_of(self, point: Mapping[str, Any]) -> StudyFiles:
        """The study's files in the point's settings."""
        around = surroundings(point)
        values = {path: x for path, x in around.items() if not path.startswith("assumptions.")}
        key = json.dumps(values, sort_keys=True)
        if key not in self._made:
            if len(self._made) > 1000:
                self._made.clear()
            self._made[key] = self._with(values) if values else self._files
        return self._made[key]

    def _with(self, values: Mapping[str, Any]) -> StudyFiles:
        settings, study = copy.deepcopy(self._settings), self._files.study
        for block in map(_target, self._simplexes):
            if block.root == "settings":
                put(settings, block.parts, {})
        for path, value in values.items():
            root, parts = _target(path)
            if root == "study":
                study = study.model_copy(update={str(parts[0]): float(value)})
            else:
                put(settings, parts, value)
        return replace(self._files, settings=_checked("settings", Settings, settings), study=study)


D = TypeVar("D", Policy, Settings)


def _checked(root: str, model: type[D], document: Any) -> D:
    try:
        return model.model_validate_json(json.dumps(document))
    except ValidationError as error:
        raise Refused(root, model, document, error.errors(include_url=False)) from None


def surroundings(point: Mapping[str, Any]) -> dict[str, Any]:
    """What of a point is no lever of the policy: what a policy that it is compared with has in common with it."""
    return {p: x for p, x in point.items() if not is_lever(p)}


def held(point: Mapping[str, Any]) -> dict[str, float]:
    """Parameters that the runs of a point hold, by name."""
    return {
        path.removeprefix("assumptions."): float(x)
        for path, x in point.items()
        if path.startswith("assumptions.")
    }


def _target(path: str) -> Target:
    found = parse(path)
    if isinstance(found, str):  # the config's own check lets none through
        raise ValueError(found)
    return found
