"""A sweep with every file that it names, checked one by one and together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from sim.scenario.checks.sweep import varied_at
from sim.scenario.gather import Gatherer
from sim.scenario.loader import Loaded, in_order, load
from sim.scenario.policy import Policy
from sim.scenario.record import Record
from sim.scenario.study_files import StudyFiles, study_files
from sim.scenario.sweeps.check import check_across, check_points
from sim.scenario.sweeps.config import Sweep
from sim.scenario.sweeps.design import Points, axes, points_of
from sim.scenario.sweeps.paths import POLICY
from sim.scenario.sweeps.variants import Variants
from sim.scenario.tree import Path as Field


@dataclass(frozen=True)
class SweepFiles:
    """A sweep and what it names. The policies of ``files`` are those that the sweep names, not the study's."""

    sweep: Sweep
    files: StudyFiles
    policy: str | None  # name of the policy that is varied; None where the design says it
    against: tuple[str, ...]  # names of policies
    loaded: dict[str, Loaded] = field(default_factory=dict, repr=False)
    points: Points | None = field(default=None, repr=False)  # as they were checked

    @property
    def variants(self) -> Variants:
        """What makes a point's configs."""
        return Variants(self.sweep, self.files, self.policy)

    def declared(self, hypothesis: str) -> frozenset[str]:
        """Names of the parameters that a hypothesis has: fitted, held or assumed, the settings' among them."""
        h = self.files.hypotheses[hypothesis]
        return frozenset({*h.parameters, *h.assumptions, *self.files.settings.assumptions})

    @property
    def seed(self) -> int:
        """Seed of the runs."""
        return self.files.study.seed if self.sweep.seed is None else self.sweep.seed

    def resolved(self) -> dict[str, Any]:
        """The whole config as JSON-able values."""
        return {
            **self.files.resolved(),
            "sweep": self.sweep.model_dump(mode="json", exclude_none=True),
            "policy": self.policy,
            "against": list(self.against),
            "sha256": {label: x.sha256 for label, x in self.loaded.items()},
        }

    @classmethod
    def from_resolved(cls, resolved: Mapping[str, Any]) -> "SweepFiles":
        """The sweep that ``resolved`` wrote; ``loaded`` is empty, since no file was read."""
        return cls(
            Sweep.model_validate_json(json.dumps(resolved["sweep"])),
            StudyFiles.from_resolved(resolved),
            resolved["policy"],
            tuple(resolved["against"]),
        )


def load_sweep(path: Path | str, responses: Path | None = None) -> SweepFiles:
    """Read and check a sweep, its study, the policies that it names, and every point of its design.

    ``responses`` is a CSV file of responses that take the place of the record's own. Raises ConfigError.
    """
    return sweep_files(load(path, "sweep"), responses)


def sweep_files(loaded: Loaded, responses: Path | None = None) -> SweepFiles:
    """Load and check what a loaded sweep names. Raises ConfigError."""
    sweep = cast("Sweep", loaded.model)
    gather = Gatherer(loaded, "sweep")
    study = gather.take("study", sweep.study, "study", loaded, ("study",))
    names: dict[str, str] = {}
    for name, where in _named(sweep):
        policy = gather.take_named(name, "policy", loaded, where) if name not in names else None
        if policy is not None:
            names[name] = str(getattr(policy.model, "name", name))
            gather.follow(policy)
    gather.settle()
    files = study_files(cast("Loaded", study), responses)
    files = replace(
        files,
        policies=gather.models("policy ", Policy),
        then_policies={**files.then_policies, **gather.models("then ", Policy)},
        replays={**gather.models("replay ", Record), **files.replays},
        against=(),
        loaded={**gather.loaded, **files.loaded},
    )
    out = SweepFiles(
        sweep=sweep,
        files=files,
        policy=None if sweep.policy is None else names[sweep.policy],
        against=tuple(names[x] for x in sweep.against),
        loaded=files.loaded,
    )
    if mistakes := list(check_across(sweep, files, loaded.tree)):
        raise in_order(mistakes, loaded.tree.spot.path)
    out = replace(out, points=points_of(sweep))
    if mistakes := list(check_points(out, loaded.tree)):
        raise in_order(mistakes, loaded.tree.spot.path)
    return out


def _named(sweep: Sweep) -> list[tuple[str, Field]]:
    """Policies that a sweep names, and where."""
    out: list[tuple[str, Field]] = [] if sweep.policy is None else [(sweep.policy, ("policy",))]
    out += [(name, ("against", i)) for i, name in enumerate(sweep.against)]
    values = axes(sweep.design).get(POLICY)
    for i, name in enumerate(values if isinstance(values, tuple) else ()):
        where: Field = (
            ("design", "list", i, POLICY)
            if sweep.design.list is not None
            else (*varied_at(sweep.design), POLICY, i)
        )
        out.append((str(name), where))
    return out
