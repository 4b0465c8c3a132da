"""``compare`` on a small study: where it stops, what its runs are drawn from, and what reaches them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from calibration.calibrate import Calibration
from sim.commands import compare as command
from sim.scenario.study import Budget, Precision
from sim.scenario.study_files import StudyFiles
from sim.study import tables
from sim.study.compare import Comparison, compare
from sim.study.plan import worlds
from sim.study.points import Mode, PointSource
from sim.study.precision import NORMAL_95
from sim.study.runner import Runs
from tests.chance import assert_distributed, assert_share

BUDGET = Budget(replications=60, prior_replications=20, hypothesis_replications=4, paired_replications=6)


def small(files: StudyFiles, **changes: Any) -> StudyFiles:
    """The main study over a few days, with looks and budgets of a size for tests."""
    usual: dict[str, Any] = {"horizon_days": 8.0, "looks": (10, 20, 40), "budget": BUDGET, "precision": {}}
    return StudyFiles(
        **{**vars(files), "study": files.study.model_copy(update={**usual, **changes})},
    )


def compared(files: StudyFiles, fitted: Calibration, policies: Sequence[str], **how: Any) -> Comparison:
    return compare(files, fitted, policies=policies, workers=1, **how)


@pytest.fixture(scope="module")
def found(files: StudyFiles, fitted: Calibration) -> Comparison:
    """Nothing asked for: to the budget of 60."""
    return compared(small(files), fitted, ["none", "fighters"])


def widths(runs: Runs, n: int) -> list[float]:
    """Half-width of attacks over its mean after n runs, by policy, by the textbook: each draw its own, s/√n."""
    first = runs.column("attacks")[:n]
    return [float(NORMAL_95 * x.std(ddof=1) / np.sqrt(n) / x.mean()) for x in first.T]


def test_it_stops_at_the_first_look_that_is_precise(
    files: StudyFiles, fitted: Calibration, found: Comparison
) -> None:
    """A precision between the widths after 10 and after 20 runs, worked out beside it, ends the runs at 20.

    Of 4,000 draws, 20 are hardly ever drawn twice, and at this seed never: clusters are runs.
    """
    draws = [(p.hypothesis, p.draw) for p in found.main.points[:20]]
    at = {n: max(widths(found.main, n)) for n in (10, 20)}
    assert len(set(draws)) == 20
    assert at[20] < at[10]

    asked = {"attacks": Precision(half_width_share=(at[10] + at[20]) / 2)}
    stopped = compared(small(files, precision=asked), fitted, ["none", "fighters"])

    assert stopped.document["stopped_by"] == "precision"
    assert stopped.document["replications"] == 20
    assert stopped.main.measured.tobytes() == found.main.measured[:, :, :20].tobytes()


def test_it_stops_at_the_budget_or_at_the_runs_asked_for(
    files: StudyFiles, fitted: Calibration, found: Comparison
) -> None:
    """A precision out of reach ends at the budget; so many replications replace the rule and cap every other set."""
    asked = {"attacks": Precision(half_width_share=1e-6)}
    budget = compared(
        small(files, precision=asked, budget=BUDGET.model_copy(update={"replications": 12})),
        fitted,
        ["none"],
    )
    three = compared(small(files, precision=asked), fitted, ["none"], replications=3)

    assert found.document["stopped_by"] == "budget"
    assert (budget.document["stopped_by"], budget.document["replications"]) == ("budget", 12)
    assert (three.document["stopped_by"], three.document["replications"]) == ("replications", 3)
    assert {len(runs.replications) for runs in three.sets().values()} == {3}


def test_regret_and_averages_by_hypothesis(found: Comparison) -> None:
    """From expected measures of each hypothesis by itself, M5's among them; under M0 to M2 no target matters, so none regrets.

    The mean regret under M4 is worked out again from the document's own means.
    """
    regret = found.document["regret"]
    by = regret["hypotheses"]
    assert regret["from"] == "expected"
    assert list(by) == ["M0", "M1", "M2", "M3", "M4", "M5"]
    assert [h for h, x in by.items() if not x["fitted"]] == ["M5"]
    m4 = {p: x["mean"] for p, x in by["M4"]["policies"].items()}
    assert by["M4"]["policies"]["fighters"]["regret"] == pytest.approx(m4["fighters"] - min(m4.values()))
    attacks = next(d for d in found.document["differences"] if d["measure"] == "attacks")
    assert all(0.0 <= x["probability_mean_better"] <= 1.0 for x in attacks["by_hypothesis"].values())
    assert attacks["by_hypothesis"]["M0"]["probability_mean_better"] == pytest.approx(0.5, abs=0.1)


def test_without_the_compiled_engine_regret_comes_from_runs(files: StudyFiles, fitted: Calibration) -> None:
    """No expected measures there: the paired runs of each hypothesis, and null for the averages."""
    tiny = BUDGET.model_copy(update={"replications": 4, "prior_replications": 2, "paired_replications": 2})
    on_simpy = compared(
        small(files, budget=tiny, horizon_days=4.0), fitted, ["none", "fighters"], engine="simpy"
    )
    assert on_simpy.document["regret"]["from"] == "runs"
    row = on_simpy.document["differences"][0]
    assert all(x["probability_mean_better"] is None for x in row["by_hypothesis"].values())


def test_attacks_averted_are_those_under_none_less_the_policys(found: Comparison) -> None:
    """Run by run; 0 for the policy none itself, and better when higher."""
    attacks = found.main.column("attacks")
    averted = tables.columns(found.main, ["none", "fighters"])["attacks_averted"]
    row = next(
        d
        for d in found.document["differences"]
        if d["measure"] == "attacks_averted" and d["policy"] == "fighters"
    )
    other = next(
        d for d in found.document["differences"] if d["measure"] == "attacks" and d["policy"] == "fighters"
    )

    assert not averted[:, 0].any()
    assert np.array_equal(averted[:, 1], attacks[:, 0] - attacks[:, 1])
    assert row["mean"] == pytest.approx(-other["mean"], abs=1e-12)
    assert row["probability_better"] == other["probability_better"]
    assert "attacks_averted" not in tables.columns(found.main, ["fighters", "observed"])


def test_runs_under_the_prior_are_prior_draws(
    files: StudyFiles, fitted: Calibration, found: Comparison
) -> None:
    """No run of the set has a posterior draw, and its points are the source's points of the prior."""
    source = PointSource(files.settings, files.hypotheses, fitted, files.study.seed)
    assert found.prior is not None

    assert {p.draw for p in found.prior.points} == {-1}
    assert found.prior.points == source.points(Mode("prior"), range(20))
    assert all(p.draw >= 0 for p in found.main.points)


def test_hypotheses_under_the_prior_come_by_declared_weight(files: StudyFiles, fitted: Calibration) -> None:
    """One half in each family over 3,000 points: M0 to M2 a sixth each, M3 and M4 a quarter, and never M5.

    Declared weights: the family without effect shares one half among M0, M1, M2, which have likelihoods of
    their own; the other half is M3's and M4's. Five exact binomial tests: false alarm 3e-4 together.
    """
    source = PointSource(files.settings, files.hypotheses, fitted, 77)
    drawn = Counter(p.hypothesis for p in source.points(Mode("prior"), range(3_000)))

    for name, weight in {"M0": 1 / 6, "M1": 1 / 6, "M2": 1 / 6, "M3": 1 / 4, "M4": 1 / 4}.items():
        assert fitted.weights[name][0] == pytest.approx(weight)
        assert_share(drawn[name], 3_000, weight)
    assert "M5" not in drawn


def test_parameters_under_the_prior_are_prior_draws(files: StudyFiles, fitted: Calibration) -> None:
    """M4's branching ratio is Beta(2, 3), its completeness Beta(14, 5), its share injuring (a mark) Beta(1, 9).

    Kolmogorov-Smirnov over 1,000 points each: false alarm 2e-4 together.
    """
    source = PointSource(files.settings, files.hypotheses, fitted, 78)
    points = source.points(Mode("prior", "M4"), range(1_000))

    assert_distributed([p.params.branching_ratio for p in points], "beta", (2.0, 3.0))
    assert_distributed([p.params.completeness for p in points], "beta", (14.0, 5.0))
    assert_distributed([p.params.injuring_share for p in points], "beta", (1.0, 9.0))


def test_readings_of_the_study_reach_the_replay(files: StudyFiles) -> None:
    """C3 read as infrastructure alone: the replayed strike is; its own reading has both classes."""
    plain = worlds(small(files), ["observed"])["observed"].replay[2]
    read = worlds(small(files, readings={"C3": "infrastructure"}), ["observed"])["observed"].replay[2]

    assert (plain.id, read.id) == ("C3", "C3")
    assert plain.order.fighters > 0.0
    assert (read.order.infrastructure, read.order.fighters) == (1.0, 0.0)
    assert read.day == plain.day


@pytest.mark.parametrize("policy", ["observed", "none"])
def test_mobilisation_after_the_record_reaches_the_world(files: StudyFiles, policy: str) -> None:
    """``after_record: 0.3`` sets every place to .3 on the day that the record's last window ends, and not without it.

    The latest end is 22 November of A5 and A6: 36 days after 17 October.
    """
    longer = small(files, horizon_days=60.0, after_record=0.3)
    world = worlds(longer, [policy])[policy]
    last = world.calendar[-len(world.places) :]

    assert [(d.day, d.place, d.level) for d in last] == [(36.0, 0, 0.3), (36.0, 1, 0.3)]
    assert all(d.day < 36.0 for d in worlds(small(files), [policy])[policy].calendar)


class _Enough(Exception):
    """What was to be seen has been seen."""


def test_evidence_and_readings_of_the_study_reach_the_calibration(
    files: StudyFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command calibrates on the study's own evidence, and in its readings."""
    seen: dict[str, Any] = {}

    def watch(*_: object, **how: Any) -> None:
        seen.update(how)
        raise _Enough

    odd = small(files, evidence=("A1", "A2"), readings={"A1": "calendar"})
    monkeypatch.setattr(command, "load_study", lambda *_: odd)
    monkeypatch.setattr(command, "calibrate", watch)
    with pytest.raises(_Enough):
        command.compare(files.loaded["study"].path)

    assert tuple(seen["evidence"]) == ("A1", "A2")
    assert dict(seen["readings"]) == {"A1": "calendar"}
