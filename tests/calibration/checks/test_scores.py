"""Left-out windows: refits against closed forms, and weights by stacking against a general optimiser."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from calibration.checks.fits import Case
from calibration.checks.leaveout import bare, blocks, up_to, without
from calibration.checks.scores import EARLIER, OTHERS, Refit, refit, scores, weights
from calibration.checks.stacking import stack
from calibration.likelihoods.filter import CountFilter
from tests.calibration.builders import a_hypothesis, gamma, lognormal, some_evidence, some_settings, windows
from tests.calibration.checks.cases import a_case, the_brief

ONE_PLACE = some_settings(places=("iraq",))
COUNTED = ((0.0, 4.0, 5), (4.0, 10.0, 9), (12.0, 15.0, 2))
SHAPE, RATE = 2.0, 1.0


def conjugate() -> Case:
    """A constant rate with a gamma prior, three windows and a gap."""
    h = a_hypothesis("G", base_rate=gamma(SHAPE, RATE))
    return Case(h, ONE_PLACE, some_evidence(windows(*COUNTED), settings=ONE_PLACE))


def predictive(i: int, known: list[int]) -> stats.rv_discrete:
    """Count of window i given those known: negative binomial, by conjugacy."""
    n = sum(COUNTED[k][2] for k in known)
    days = sum(COUNTED[k][1] - COUNTED[k][0] for k in known)
    length = COUNTED[i][1] - COUNTED[i][0]
    return stats.nbinom(SHAPE + n, (RATE + days) / (RATE + days + length))


def test_gamma_poisson_scores_are_negative_binomial() -> None:
    """log p(n_i | others) and log p(n_i | earlier) by refits: the closed form's, within .02, and so is the mid-PIT."""
    found = {(x["given"], x["window"]): x for x in scores([conjugate()], seed=1)["rows"]}
    assert set(found) == {*((OTHERS, f"W{i}") for i in (1, 2, 3)), (EARLIER, "W2"), (EARLIER, "W3")}
    for (given, window), x in found.items():
        i = int(window[1]) - 1
        known = [k for k in range(3) if k != i] if given == OTHERS else list(range(i))
        law, n = predictive(i, known), COUNTED[i][2]
        assert x["log_score"] == pytest.approx(law.logpmf(n), abs=0.02)
        assert x["pit"] == pytest.approx(law.cdf(n) - 0.5 * law.pmf(n), abs=0.03)


def test_two_ways_to_the_same_score() -> None:
    """With self-excitation and an opening attack: the refit's draws give what the difference of evidences gives."""
    case = a_case("M2")
    evidence = bare(case.evidence)
    rest = without(evidence, blocks(evidence)[0])
    whole = refit(Refit(case.on(evidence), 1))
    left = refit(Refit(case.on(rest), 1, evidence, 0))
    assert left.log_p == pytest.approx(whole.log_evidence - left.log_evidence, abs=0.15)


def test_a_window_that_is_left_out_is_a_gap() -> None:
    """The first keeps its opening attack and its day; strikes stay, but none after the last window that is seen."""
    evidence = bare(the_brief())
    first, *_, last = blocks(evidence)
    opened = without(evidence, first)
    assert opened.origin == evidence.origin
    assert opened.windows[0].attacks == 1
    assert [w.id for w in opened.windows[1:]] == ["A2", "A3", "A4", "A5"]
    assert len(opened.strikes) == len(evidence.strikes)
    assert without(evidence, last) == up_to(evidence, 3)
    assert all(s.time < evidence.windows[0].end for s in up_to(evidence, 0).strikes)


def test_the_instant_that_stands_for_a_first_window_says_nothing() -> None:
    """Its likelihood is 1 for any parameters of a plausible size: a log of at most .01."""
    case = a_case("M2")
    rest = case.on(without(bare(case.evidence), blocks(case.evidence)[0]))
    draws = rest.transform.from_normal(np.random.default_rng(1).standard_normal((200, 7)))
    likelihood = CountFilter(rest.evidence, rest.likelihood.reader)
    assert np.abs(likelihood(draws)[:, 0]).max() < 0.03


def test_long_records_are_cut_into_blocks() -> None:
    """30 windows: twelve blocks in a row that hold each window once, of two or three windows each."""
    evidence = some_evidence(windows(*((float(i), i + 1.0, 1) for i in range(30))), settings=ONE_PLACE)
    found = blocks(evidence)
    assert len(found) == 12
    assert [i for b in found for i in range(b.first, b.last + 1)] == list(range(30))
    assert {b.last - b.first + 1 for b in found} == {2, 3}
    assert found[0].name == "W1 to W2"


def test_stacking_is_the_optimum() -> None:
    """Five random tables of scores: no worse than a general optimiser finds, and on the simplex."""
    rng = np.random.default_rng(1)
    for _ in range(5):
        log_p = rng.normal(-2.0, 1.0, (12, 4))

        def loss(x: np.ndarray, log_p: np.ndarray = log_p) -> float:
            return -float(np.log(np.exp(log_p) @ x).sum())

        w = stack(log_p)
        other = minimize(
            loss,
            np.full(4, 0.25),
            bounds=[(0, 1)] * 4,
            constraints={"type": "eq", "fun": lambda x: x.sum() - 1},
        )
        assert w.sum() == pytest.approx(1.0)
        assert w.min() >= 0.0
        assert loss(w) <= other.fun + 1e-6


def test_stacking_by_hand() -> None:
    """Two hypotheses that each foretell half of the windows share the weight; one that is always worse gets none."""
    assert stack(np.log([[0.8, 0.2, 0.1], [0.2, 0.8, 0.1]])) == pytest.approx([0.5, 0.5, 0.0], abs=1e-6)


def test_weights_are_by_what_was_given() -> None:
    """Rows of two hypotheses, each kind stacked by itself."""
    rows = [
        {"hypothesis": h, "given": g, "window": w, "log_score": math.log(p)}
        for g, better in ((OTHERS, "A"), (EARLIER, "B"))
        for h in ("A", "B")
        for w, p in (("W1", 0.6 if h == better else 0.3), ("W2", 0.5 if h == better else 0.4))
    ]
    found = weights(rows)
    assert found[OTHERS] == pytest.approx({"A": 1.0, "B": 0.0}, abs=1e-6)
    assert found[EARLIER] == pytest.approx({"A": 0.0, "B": 1.0}, abs=1e-6)


def test_hypotheses_of_other_priors_are_scored_on_the_same_windows() -> None:
    """Two hypotheses at once: the one whose prior is far off scores worse on a first forecast."""
    near = conjugate()
    far = near._replace(hypothesis=a_hypothesis("F", base_rate=lognormal(100.0, 0.2)))
    found = scores([near, far], seed=1)
    totals = {(x["hypothesis"], x["given"]): x["log_score"] for x in found["totals"]}
    assert totals["G", EARLIER] > totals["F", EARLIER]
    assert found["stacking"][OTHERS]["G"] > 0.9
