"""The world of each policy of a study."""

from collections.abc import Sequence

from sim.model.world import World
from sim.scenario.common import days_between
from sim.scenario.evidence import with_readings
from sim.scenario.policy import Policy
from sim.scenario.record import Response
from sim.scenario.study_files import StudyFiles
from sim.scenario.world import build_world


def worlds(files: StudyFiles, policies: Sequence[str]) -> dict[str, World]:
    """The world of each of these policies, by name."""
    study = files.study
    end = max((w.end for w in files.record.windows), key=lambda x: days_between(study.start, x))
    out = {}
    for name in policies:
        policy = files.policies[name]
        out[name] = build_world(
            files.settings,
            policy,
            start=study.start,
            horizon_days=study.horizon_days,
            responses=_replayed(files, policy),
            then=files.then_policies[policy.then] if policy.then is not None else None,
            after_record=study.after_record,
            record_end=end,
        )
    return out


def _replayed(files: StudyFiles, policy: Policy) -> tuple[Response, ...]:
    """Responses that a policy replays, in the study's readings where they are of the study's own record."""
    if policy.replay is None:
        return ()
    record = files.replays[policy.replay]
    own = record.name == files.record.name
    return with_readings(record, files.study.readings).responses if own else record.responses
