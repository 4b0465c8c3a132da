"""A study with every file that it names, checked one by one and together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from sim.scenario.checks.across import check_across
from sim.scenario.common import Document
from sim.scenario.gather import Gatherer
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.loader import Loaded, in_order, load
from sim.scenario.policy import Policy
from sim.scenario.record import Record
from sim.scenario.settings import Settings
from sim.scenario.study import Study

D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class StudyFiles:
    """A study and what it names. ``loaded`` has every file by what it is, such as «study» or «policy fighters»."""

    study: Study
    settings: Settings
    record: Record  # as in its file; ``sim.scenario.evidence.with_readings`` applies the study's readings
    hypotheses: dict[str, Hypothesis]
    policies: dict[str, Policy]  # in the study's order, by name
    then_policies: dict[str, Policy]  # by the name that a policy's «then» gives
    replays: dict[str, Record]  # by the name that a policy's «replay» gives
    against: tuple[str, ...]  # names of policies
    loaded: dict[str, Loaded] = field(repr=False)
    others: dict[str, Record] = field(default_factory=dict)  # of the same attacks, as the record names them

    @property
    def paths(self) -> dict[str, Path]:
        """Every file by what it is."""
        return {label: x.path for label, x in self.loaded.items()}

    def all_policies(self) -> dict[str, Policy]:
        """The policies and those that follow a replay, by label."""
        named = {f"policy {name}": p for name, p in self.policies.items()}
        return {**named, **{f"then {name}": p for name, p in self.then_policies.items()}}

    def resolved(self) -> dict[str, Any]:
        """The whole config as JSON-able values, defaults and inherited values filled in; unset is left out."""

        def by_name(models: Mapping[str, Document]) -> dict[str, Any]:
            return {name: x.model_dump(mode="json", exclude_none=True) for name, x in models.items()}

        return {
            "study": self.study.model_dump(mode="json", exclude_none=True),
            "settings": self.settings.model_dump(mode="json", exclude_none=True),
            "record": self.record.model_dump(mode="json", exclude_none=True),
            "hypotheses": by_name(self.hypotheses),
            "policies": by_name(self.policies),
            "then_policies": by_name(self.then_policies),
            "replays": by_name(self.replays),
            "others": by_name(self.others),
            "against": list(self.against),
            "sha256": {label: x.sha256 for label, x in self.loaded.items()},
        }

    @classmethod
    def from_resolved(cls, resolved: Mapping[str, Any]) -> "StudyFiles":
        """The study that ``resolved`` wrote; ``loaded`` is empty, since no file was read."""

        def models(block: str, model: type[D]) -> dict[str, D]:
            return {name: model.model_validate_json(json.dumps(x)) for name, x in resolved[block].items()}

        study = Study.model_validate_json(json.dumps(resolved["study"]))
        policies = models("policies", Policy)
        return cls(
            study=study,
            settings=Settings.model_validate_json(json.dumps(resolved["settings"])),
            record=Record.model_validate_json(json.dumps(resolved["record"])),
            hypotheses=models("hypotheses", Hypothesis),
            policies=policies,
            then_policies=models("then_policies", Policy),
            replays=models("replays", Record),
            against=tuple(resolved["against"]),
            loaded={},
            others=models("others", Record) if "others" in resolved else {},
        )


def load_study(path: Path | str, responses: Path | None = None) -> StudyFiles:
    """Read and check a study, its settings, record, hypotheses and policies, and the policies that follow a replay.

    ``responses`` is a CSV file of responses that take the place of the record's own. Raises ConfigError with the
    mistakes of all of them.
    """
    return study_files(load(path, "study"), responses)


def study_files(loaded: Loaded, responses: Path | None = None) -> StudyFiles:
    """Load and check what a loaded study names. Raises ConfigError."""
    study = cast("Study", loaded.model)
    files = Gatherer(loaded, "study")
    files.take("settings", study.settings, "settings", loaded, ("settings",))
    files.take("record", study.record, "record", loaded, ("record",))
    if responses is not None:
        files.give_responses(responses)
    files.take_others()
    for i, name in enumerate(study.hypotheses):
        files.take_named(name, "hypothesis", loaded, ("hypotheses", i))
    names = {}
    for i, name in enumerate(study.policies):
        policy = files.take_named(name, "policy", loaded, ("policies", i))
        if policy is not None:
            names[name] = str(getattr(policy.model, "name", name))
            files.follow(policy)
    files.settle()
    out = StudyFiles(
        study=study,
        settings=cast("Settings", files.loaded["settings"].model),
        record=cast("Record", files.loaded["record"].model),
        hypotheses=files.models("hypothesis ", Hypothesis),
        policies=files.models("policy ", Policy),
        then_policies=files.models("then ", Policy),
        replays=files.models("replay ", Record),
        against=tuple(names.get(x, x) for x in study.against),
        loaded=files.loaded,
        others=files.models("other ", Record),
    )
    mistakes = list(check_across(out))
    if mistakes:
        raise in_order(mistakes, loaded.tree.spot.path)
    return out
