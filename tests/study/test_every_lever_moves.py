"""Every lever changes what happens in some study that ships: none is a field that nothing reads.

The field is moved in the config and the world built anew. What counts is what comes of a policy: attacks, who is
hurt, weapons, permission, wider war, and when and where it strikes or is held back. The record of a strike repeats
its orders, so that it would show a lever that nothing else reads: it counts for no more than its time and place.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from calibration.calibrate import Calibration
from sim.data import scenarios_folder
from sim.engine import simpy_engine
from sim.engine.events import Event
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.model.strike import Order
from sim.model.world import World
from sim.scenario.study_files import StudyFiles, load_study
from sim.study.plan import worlds
from sim.study.points import Mode, PointSource
from tests.study.levers import LEVERS, STOCK_SETTINGS, Move, every_lever, moved

TRIES = 16  # replications in which a change may show

HAPPENED = ("attack launched", "hit", "casualties", "permission changed", "stage climbed", "wider war")
ACTED = ("strike", "held back")
ORDINALS = ("priority", "sequence", "number")
Same = Callable[[str, Move], bool]


@cache
def study(name: str) -> StudyFiles:
    """A study that ships, each loaded once."""
    return load_study(scenarios_folder() / f"{name}.yaml")


def happened(events: list[Event]) -> list[Any]:
    """What came of the policy; of its strikes only when and where."""
    out: list[Any] = []
    for e in events:
        if e.kind in ACTED:
            out.append((e.time, e.place, e.kind))
        elif e.kind in HAPPENED:
            out.append(tuple(x for n, x in e._asdict().items() if n not in ORDINALS))
    return out


def differ(files: StudyFiles, fitted: Calibration, a: World, b: World) -> bool:
    """Does what happens differ in one of the study's first runs of M5?"""
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    here = sorted(files.settings.places) == list(
        fitted.evidence.places
    )  # no level of one conflict is another's
    for i, point in enumerate(source.points(Mode("posterior" if here else "prior", "M5"), range(TRIES))):
        first, second = (run(w, point.params, point.shares, Draws(files.study.seed, i)) for w in (a, b))
        if happened(first) != happened(second):
            return True
    return False


def changes(move: Move, fitted: Calibration) -> bool:
    """Does the move change what happens in its study?"""
    files = study(move.study)
    a, b = (worlds(x, [move.policy])[move.policy] for x in (files, moved(files, move)))
    return differ(files, fitted, a, b)


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_changes_what_happens_in_a_shipped_study(lever: str, fitted: Calibration) -> None:
    """Moved by itself in a policy's config, the field changes some run of a study that compares that policy."""
    assert changes(LEVERS[lever], fitted)


@pytest.mark.parametrize("stock", STOCK_SETTINGS)
def test_a_stock_or_defence_of_the_settings_does(stock: str, fitted: Calibration) -> None:
    """So do the stocks, the defences and the political costs that the settings give."""
    assert changes(STOCK_SETTINGS[stock], fitted)


def test_no_field_of_a_policy_is_left_out() -> None:
    """Every field of a policy is moved above, and every field that a rung of the shipped ladder changes."""
    assert set(LEVERS) == every_lever(study("escalation-ladder").policies["ladder"])


@pytest.mark.parametrize(
    "lever",
    ["target.infrastructure", "target.fighters", "target.sponsor", "target.leader", "strength", "care", "clarity",
     "ladder.set.clarity", "ladder.set.target", "ladder.set.care"],
)  # fmt: skip
def test_an_engine_that_ignores_its_orders_is_found_out(
    lever: str, fitted: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with every strike carried out as one on infrastructure, of strength 1, careless and half clear, no
    run of the same study changes with the lever.
    """
    real = simpy_engine.strike
    plain: Mapping[str, float] = {
        **{"infrastructure": 1.0, "fighters": 0.0, "sponsor": 0.0, "leader": 0.0},
        **{"strength": 1.0, "care": 0.0, "clarity": 0.5},
    }

    def deaf(s: Any, p: Any, c: int, t: float, o: Order, stock: int, u: tuple[float, ...]) -> Any:
        return real(s, p, c, t, o._replace(**plain), stock, u)

    monkeypatch.setattr(simpy_engine, "strike", deaf)

    assert not changes(LEVERS[lever], fitted)


def test_the_policies_of_a_study_differ(fitted: Calibration) -> None:
    """Each policy of a study does something that the study's first reference does not."""
    for path in sorted(scenarios_folder().glob("*.yaml")):
        files = study(path.stem)
        built = worlds(files, list(files.policies))
        reference = files.against[0]
        for policy, world in built.items():
            assert policy == reference or differ(files, fitted, world, built[reference]), (path.stem, policy)
