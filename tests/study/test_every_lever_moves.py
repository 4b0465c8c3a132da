"""Every lever changes events in some study that ships: none is a field that nothing reads."""

from collections.abc import Iterator

import pytest

from calibration.calibrate import Calibration
from sim.data import scenarios_folder
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.model.levers import EXPONENTIAL, Levers
from sim.model.world import World
from sim.scenario.study_files import StudyFiles, load_study
from sim.study.plan import worlds
from sim.study.points import Mode, PointSource

STUDIES = sorted(scenarios_folder().glob("*.yaml"))
TRIES = 6  # replications in which a change may show

# What each lever is moved to, given its set; far enough that its effect can't hide.
MOVED = {
    "active_from": lambda lv: lv.active_from + 15.0,
    "trigger_attacks": lambda lv: lv.trigger_attacks + 3,
    "trigger_casualties": lambda lv: lv.trigger_casualties + 30,
    "trigger_weapon": lambda lv: 0 if lv.trigger_weapon else 1,
    "schedule_first": lambda lv: lv.schedule_first + 1.0,
    "schedule_every": lambda lv: lv.schedule_every + 3.0,
    "delay_form": lambda lv: EXPONENTIAL,
    "delay_a": lambda lv: lv.delay_a + 1.0,
    "delay_b": lambda lv: lv.delay_b + 1.0,
    "min_gap": lambda lv: lv.min_gap + 6.0,
    "window_most": lambda lv: lv.window_most + 2,
    "window_days": lambda lv: lv.window_days * 0.2,
    "answered_share": lambda lv: 0.5 * lv.answered_share,
    "infrastructure": lambda lv: 1.0 - lv.infrastructure,
    "fighters": lambda lv: 1.0 - lv.fighters,
    "sponsor": lambda lv: 1.0 - lv.sponsor,
    "leader": lambda lv: 1.0 - lv.leader,
    "strength": lambda lv: lv.strength + 1.0,
    "care": lambda lv: 1.0 - lv.care,
    "clarity": lambda lv: 1.0 - lv.clarity,
    "places_allowed": lambda lv: 1 if lv.places_allowed != 1 else 2,
    "spontaneous": lambda lv: 0.0,
    "spontaneous_days": lambda lv: lv.spontaneous_days + 1.0,
    "duration_limit": lambda lv: 2.0 * lv.duration_limit,
    "political_limit": lambda lv: 3.0 * lv.political_limit,
    "stock": lambda lv: 1 - lv.stock,
    "defence_level": lambda lv: lv.defence_level + 1.0,
    "surge_day": lambda lv: lv.surge_day + 10.0,
    "surge_interceptors": lambda lv: 0,
}
# A lever that is off at this value counts only where a study has it on: turning it on would prove nothing of a study.
OFF = {
    "trigger_attacks": 0, "trigger_casualties": 0, "trigger_weapon": -1, "schedule_first": 0.0, "schedule_every": 0.0,
    "active_from": 0.0, "delay_b": 0.0, "min_gap": 0.0, "window_most": 0, "window_days": 0.0, "spontaneous": 0.0,
    "spontaneous_days": 0.0, "surge_day": 0.0, "surge_interceptors": 0, "duration_limit": float("inf"),
    "political_limit": float("inf"), "leader": 0.0, "sponsor": 0.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> list[StudyFiles]:
    """Every study that ships."""
    return [load_study(path) for path in STUDIES]


def _worlds(shipped: list[StudyFiles]) -> Iterator[tuple[StudyFiles, str, World]]:
    for files in shipped:
        for policy, world in worlds(files, list(files.policies)).items():
            yield files, policy, world


def _changes(files: StudyFiles, fitted: Calibration, a: World, b: World) -> bool:
    """Do two worlds differ in what happens (not in what was decided) at some point of M5's prior?"""
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    mode = Mode("prior", "M5" if "M5" in files.hypotheses else next(reversed(files.hypotheses)))
    for i, point in enumerate(source.points(mode, range(TRIES))):
        p = point.params._replace(base_rate=2.0 * (1.0 - point.params.branching_ratio), completeness=0.8)
        first, second = (run(w, p, point.shares, Draws(files.study.seed, i)) for w in (a, b))
        if _happened(first) != _happened(second):
            return True
    return False


def _happened(events: list[object]) -> list[object]:
    """Attacks, strikes and what they did; numbering and what was merely planned left out."""
    kinds = ("attack launched", "strike", "destroyed", "hit", "held back")
    return [e for e in events if getattr(e, "kind", "") in kinds]


@pytest.mark.parametrize("lever", Levers._fields)
def test_a_lever_changes_events_in_a_shipped_study(
    lever: str, shipped: list[StudyFiles], fitted: Calibration
) -> None:
    """Moved alone, in some policy of some study where it is on, the lever changes what happens."""
    for files, _, world in _worlds(shipped):
        for i, lv in enumerate(world.ladder):
            if lever in OFF and getattr(lv, lever) == OFF[lever]:
                continue
            changed = lv._replace(**{lever: MOVED[lever](lv)})
            moved = world._replace(ladder=(*world.ladder[:i], changed, *world.ladder[i + 1 :]))
            if changed != lv and _changes(files, fitted, world, moved):
                return
    pytest.fail(f"{lever}: changes nothing in any study that ships")


@pytest.mark.parametrize("part", ["rungs", "deliveries", "replay", "calendar"])
def test_a_part_of_the_world_changes_events_in_a_shipped_study(
    part: str, shipped: list[StudyFiles], fitted: Calibration
) -> None:
    """Ladder conditions, deliveries, the replay and the calendar matter somewhere."""
    for files, _, world in _worlds(shipped):
        kept = {"rungs": world.rungs[:1]}.get(part, ())
        lesser = world._replace(**{part: kept})
        if part == "rungs":
            lesser = lesser._replace(ladder=world.ladder[:1])
        if lesser != world and _changes(files, fitted, world, lesser):
            return
    pytest.fail(f"{part}: changes nothing in any study that ships")


def test_the_policies_of_a_study_differ(shipped: list[StudyFiles], fitted: Calibration) -> None:
    """Each policy of a study does something that the study's first reference does not."""
    for files in shipped:
        built = worlds(files, list(files.policies))
        reference = files.against[0]
        for policy, world in built.items():
            assert policy == reference or _changes(files, fitted, world, built[reference]), (
                files.study.name,
                policy,
            )
