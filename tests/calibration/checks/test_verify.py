"""All checks together: what they say, which can fail, and that what was found before is not worked out again."""

import json
from pathlib import Path

import pytest

from calibration.checks import verify as module
from calibration.checks.simulated import enough, learning, rank_all, tally, uniform
from calibration.checks.verify import TESTS, Fitted, passed, verify
from tests.calibration.builders import (
    a_hypothesis,
    beta,
    lognormal,
    normal,
    some_evidence,
    some_settings,
    strike,
    windows,
)
from tests.calibration.checks.quick import few

NAMES = (
    "ranks", "coverage", "samplers", "learning", "evidence_curves", "scores", "placebo", "sensitivity", "recovery",
    "windows_needed",
)  # fmt: skip


def small() -> Fitted:
    """Two hypotheses without self-excitation on three windows and a strike: quick to fit and to check."""
    settings = some_settings(places=("iraq",))
    evidence = some_evidence(
        windows((0.0, 7.0, 12), (7.0, 14.0, 9), (14.0, 21.0, 11)), [strike(10.0)], settings=settings
    )
    common = {"base_rate": lognormal(1.0, 1.0), "completeness": beta(14.0, 5.0)}
    none = a_hypothesis("M0", **common)
    effect = a_hypothesis(
        "M3", family="effect", strike_effect=normal(0.0, 0.8), held={"effect_days": 10.0}, **common
    ).model_copy(update={"without_effect": "M0"})
    bare = Fitted(settings, evidence, {"M0": none, "M3": effect}, {}, {"record": "test"})
    cases = bare._replace(posteriors={"M0": None, "M3": None}).cases  # type: ignore[dict-item]
    return bare._replace(posteriors={c.name: c.fit(1) for c in cases})


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Few data sets, so that all checks together take seconds."""
    few(monkeypatch, tmp_path)


def test_every_check_runs_and_says_what_it_found(tmp_path: Path) -> None:
    """Ten checks as plain JSON; three of them can fail, the others inform; a second run reads what the first found."""
    fitted, told = small(), []
    found = verify(
        fitted,
        1,
        cache=tmp_path,
        progress=lambda what, _done, _of: told.append(what),
    )
    assert tuple(found) == NAMES
    assert {n for n, x in found.items() if x["tests"]} == set(TESTS)
    for x in found.values():
        assert isinstance(x["passed"], bool)
        assert x["says"].endswith(".")
    assert passed(found)
    json.dumps(found, allow_nan=False)
    assert "simulated data sets" in told
    told.clear()
    again = verify(
        fitted,
        1,
        cache=tmp_path,
        progress=lambda what, _done, _of: told.append(what),
    )
    assert again == json.loads(json.dumps(found))
    assert told == []


def test_one_check_that_fails_fails_all() -> None:
    """Whatever else has passed."""
    good = {"passed": True, "tests": True, "says": "Good."}
    assert passed({"a": good})
    assert not passed({"a": good, "b": {**good, "passed": False}})


@pytest.mark.parametrize("name", TESTS)
def test_a_failed_row_fails_its_check_and_is_named(name: str) -> None:
    """Ranks, coverage, samplers: a row that doesn't pass is named in the sentence."""
    row = {"hypothesis": "M3", "quantity": "strike_effect", "passed": False, "errors": 9.0, "interval": 0.5}
    make = {
        "ranks": lambda: module._ranks([row], [{"hypothesis": "M3", "ranked": 1000}]),
        "coverage": lambda: module._coverage([row]),
        "samplers": lambda: module._samplers([row]),
    }
    found = make[name]()
    assert found["passed"] is False
    assert "M3" in found["says"]


def test_a_hypothesis_of_which_too_little_could_be_ranked_is_named_and_not_judged() -> None:
    """Ten of sixty data sets had draws enough: no verdict on it, no failure, and the sentence says so."""
    case = small().cases[0]
    found = rank_all([case], seed=1, data_sets=10)
    assert enough(found, 60) == {}
    assert set(enough(found, 20)) == {"M0"}
    check = module._ranks(uniform({}), tally(found))
    assert check["passed"] is True
    assert check["says"].startswith("Too few data sets to judge M0 (10).")
    assert learning({}, [case]) == []
