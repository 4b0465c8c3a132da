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
    return {name: world_of(files, files.policies[name]) for name in policies}


def unanswered(files: StudyFiles) -> World:
    """The world of a study in which nothing of the config answers: for a policy of the user's own."""
    return world_of(files, None)


def world_of(files: StudyFiles, policy: Policy | None) -> World:
    """The world of a policy in the settings and over the days of a study; nothing of the config answers if it is None."""
    study = files.study
    then = policy.then if policy is not None else None
    return build_world(
        files.settings,
        policy,
        start=study.start,
        horizon_days=study.horizon_days,
        responses=_replayed(files, policy) if policy is not None else (),
        then=files.then_policies[then] if then is not None else None,
        after_record=study.after_record,
        record_end=max((w.end for w in files.record.windows), key=lambda x: days_between(study.start, x)),
    )


def _replayed(files: StudyFiles, policy: Policy) -> tuple[Response, ...]:
    """Responses that a policy replays, in the study's readings where they are of the study's own record."""
    if policy.replay is None:
        return ()
    record = files.replays[policy.replay]
    own = record.name == files.record.name
    return with_readings(record, files.study.readings).responses if own else record.responses
