"""Runs depend on their plan and replication alone: not on workers, order, company or other policies."""

import numpy as np
import pytest

from calibration.calibrate import Calibration
from sim.engine.simpy_engine import run
from sim.engine.streams import Draws
from sim.measures import measure
from sim.model.streamkeys import name_key
from sim.scenario.study_files import StudyFiles
from sim.study.plan import worlds
from sim.study.points import Mode, PointSource
from sim.study.runner import Plan, joined, replay, runner, stretch

POSTERIOR = Mode("posterior")


def _quiet(_: int) -> None:
    """No progress."""


def test_two_workers_give_what_one_gives(plan: Plan) -> None:
    """Same rows to the bit over 1 and 2 processes, 60 replications in tasks of 25."""
    with runner(plan, 1, _quiet) as one, runner(plan, 2, _quiet) as two:
        a, b = one(POSTERIOR, 0, 60), two(POSTERIOR, 0, 60)

    assert a.replications.tolist() == b.replications.tolist()
    assert a.points == b.points
    assert a.measured.tobytes() == b.measured.tobytes()
    assert a.weeks.tobytes() == b.weeks.tobytes()


def test_replications_may_come_in_any_order(plan: Plan) -> None:
    """9 to 5 backwards, then 0 to 4, are 0 to 9."""
    whole = stretch(plan, POSTERIOR, range(10))
    first, last = stretch(plan, POSTERIOR, range(5)), stretch(plan, POSTERIOR, [9, 8, 7, 6, 5])

    assert whole.measured[:, :, :5].tobytes() == first.measured.tobytes()
    assert whole.measured[:, :, 5:].tobytes() == last.measured[:, :, ::-1].tobytes()
    assert (
        joined([stretch(plan, POSTERIOR, range(5, 10)), first]).measured.tobytes() == whole.measured.tobytes()
    )


def test_a_policy_does_not_notice_the_others(plan: Plan) -> None:
    """Alone, last or first, the policy fighters has the same runs."""
    alone = plan._replace(worlds={"fighters": plan.worlds["fighters"]})
    with_all = stretch(plan, POSTERIOR, range(8)).measured[:, 2, :]

    assert stretch(alone, POSTERIOR, range(8)).measured[:, 0, :].tobytes() == with_all.tobytes()


def test_a_run_replayed_alone_is_the_stored_row(plan: Plan) -> None:
    """The measures of a replayed run are those of its row."""
    runs = stretch(plan, POSTERIOR, range(6))
    events = replay(plan, "observed", 4, runs.points[4])
    world = plan.worlds["observed"]

    assert list(measure(events, world.horizon_days, world.places).values()) == runs.measured[:, 0, 4].tolist()


def test_policies_see_the_same_luck_until_they_act(plan: Plan) -> None:
    """With common random numbers, attacks before the first strike are the same under none and fighters."""
    for i, point in enumerate(plan.source.points(POSTERIOR, range(6))):
        shared = Draws(plan.seed, i)
        none = run(plan.worlds["none"], point.params, point.shares, shared)
        acting = run(plan.worlds["fighters"], point.params, point.shares, shared)
        first = next((e.time for e in acting if e.kind == "strike"), plan.worlds["none"].horizon_days)

        before = [
            [(e.time, e.place) for e in events if e.kind == "attack launched" and e.time < first]
            for events in (none, acting)
        ]

        assert before[0] == before[1]


def test_without_common_random_numbers_the_policies_have_luck_of_their_own(plan: Plan) -> None:
    """``crn: false`` puts the policy's name in the address: another policy, another first attack."""
    own = plan._replace(crn=False)
    point = plan.source.points(POSTERIOR, [0])[0]
    firsts = {p: replay(own, p, 0, point)[0].time for p in own.worlds}

    assert len(set(firsts.values())) == 3
    assert replay(own, "none", 0, point) == run(
        plan.worlds["none"], point.params, point.shares, Draws(plan.seed, 0, name_key("none"))
    )


def test_hypotheses_come_by_their_weights(plan: Plan, fitted: Calibration) -> None:
    """Shares of 4,000 points are within 4 binomial errors of the weights (false alarm 1 in 3,000 over five)."""
    points = plan.source.points(POSTERIOR, range(4000))
    for name, (_, weight) in fitted.weights.items():
        share = np.mean([p.hypothesis == name for p in points])
        expected = weight or 0.0

        assert abs(share - expected) <= 4.0 * np.sqrt(expected * (1.0 - expected) / 4000)


def test_points_of_a_hypothesis_are_its_posterior(plan: Plan, fitted: Calibration) -> None:
    """Mean of base_rate over 2,000 points of M2 is the posterior's, within 4 errors (false alarm 1 in 16,000)."""
    posterior = fitted.posteriors["M2"]
    column = posterior.draws[:, posterior.names.index("base_rate")]
    found = [p.params.base_rate for p in plan.source.points(Mode("posterior", "M2"), range(2000))]

    assert abs(np.mean(found) - column.mean()) <= 4.0 * column.std() / np.sqrt(2000)


def test_prior_points_are_the_prior(plan: Plan) -> None:
    """log base_rate over 2,000 prior points: median log 1, sd log(20)/1.645; within 4 errors (1 in 8,000)."""
    logs = np.log([p.params.base_rate for p in plan.source.points(Mode("prior", "M2"), range(2000))])
    sd = np.log(20.0) / 1.6448536269514722

    assert abs(logs.mean()) <= 4.0 * sd / np.sqrt(2000)
    assert abs(logs.std() - sd) <= 4.0 * sd / np.sqrt(4000)


def test_an_unfitted_hypothesis_keeps_its_prior_but_for_the_level(plan: Plan) -> None:
    """M5's points have no draw; all but base_rate and marks is the prior's."""
    shown = plan.source.points(Mode("posterior", "M5"), range(5))
    before = plan.source.points(Mode("prior", "M5"), range(5))

    assert [p.draw for p in shown] == [-1] * 5
    assert all(p.shares == q.shares for p, q in zip(shown, before, strict=True))
    for p, q in zip(shown, before, strict=True):
        for name in (
            "suppression_fighters",
            "backlash_sponsor",
            "branching_ratio",
            "completeness",
            "resupply_days",
        ):
            assert getattr(p.params, name) == getattr(q.params, name)


@pytest.mark.parametrize("kind", ["posterior", "prior", "fixed"])
def test_points_do_not_depend_on_their_company(plan: Plan, kind: str) -> None:
    """A replication's point is the same whether it is asked for alone or among others."""
    mode = Mode(kind, "M4")  # type: ignore[arg-type]

    assert plan.source.points(mode, range(12))[7] == plan.source.points(mode, [7])[0]


def test_policies_of_other_studies_build(files: StudyFiles) -> None:
    """A world can be built for each policy of the main study, with the record's five responses in ``observed``."""
    built = worlds(files, list(files.policies))

    assert [r.id for r in built["observed"].replay] == ["C1", "C2", "C3", "C4", "C5"]
    assert all(r.day < files.study.horizon_days for r in built["observed"].replay)
    assert not built["none"].replay


def test_source_needs_no_more_than_its_calibration(files: StudyFiles, fitted: Calibration) -> None:
    """Two sources of one seed are the same; another seed gives other points."""
    a, b, c = (PointSource(files.settings, files.hypotheses, fitted, seed) for seed in (5, 5, 6))

    assert a.points(POSTERIOR, range(5)) == b.points(POSTERIOR, range(5))
    assert a.points(POSTERIOR, range(5)) != c.points(POSTERIOR, range(5))
