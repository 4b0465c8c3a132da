"""Runs of a study under a policy of the user's own: from a study's file to events."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from calibration.calibrate import calibrate
from sim.engine.events import Event
from sim.engine.policy import Policy
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.scenario.study_files import load_study
from sim.study.plan import unanswered
from sim.study.points import Mode, PointSource


def own_runs(
    study: Path | str, policy: Callable[[], Policy], replications: Iterable[int]
) -> Iterator[list[Event]]:
    """Events of each of these replications of a study, answered by a policy of the user's own.

    ``study`` is a study's file; ``policy`` a class whose ``decide(view, event)`` gives orders, made anew for each
    run; ``replications`` count from 0. A run has the parameters and the luck that the study's own policies have in
    that replication: ``sim.measures.measure`` of its events may be held against their row. On the SimPy engine.
    Raises ConfigError for a study with mistakes, RunError for an order that can't be carried out.
    """
    files = load_study(study)
    fitted = calibrate(
        files.record,
        files.settings,
        files.hypotheses,
        evidence=files.study.evidence,
        readings=files.study.readings,
        predictive_runs=0,
    )
    seed = files.study.seed
    source, world = PointSource(files.settings, files.hypotheses, fitted, seed), unanswered(files)
    for i in replications:
        (point,) = source.points(Mode("posterior"), [i])
        yield run(world, point.params, point.shares, Draws(seed, i), policy())
