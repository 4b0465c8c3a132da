"""What the brief says of each hypothesis, and what it does not."""

import numpy as np
import pytest
from scipy import stats

from calibration.calibrate import Calibration, calibrate
from sim.model.spec import TARGETS
from tests.calibration.shipped import brief, hypotheses, settings
from tests.chance import MOST_Z

FITTED = ("M0", "M1", "M2", "M3", "M4")


@pytest.fixture(scope="module")
def found() -> Calibration:
    """The shipped hypotheses on the brief's section A, with 150 predictive runs each."""
    return calibrate(brief(), settings(), hypotheses(), cache=None, predictive_runs=150)


def test_the_90_percent_predictive_covers_every_window_and_place(found: Calibration) -> None:
    """Each hypothesis, fitted, makes every count of the record unsurprising: five windows, A5 and the total by place."""
    for name in FITTED:
        rows = found.predictive[name]
        assert {r["window"] for r in rows} == {"A1", "A2", "A3", "A4", "A5", "A6-places"}
        for r in rows:
            assert r["q05"] <= r["observed"] <= r["q95"], (name, r)


def test_the_90_percent_predictive_covers_the_people_hurt(found: Calibration) -> None:
    """70 injured, 25 of them in the brain, nobody killed [B1]: under each hypothesis, and its median within a factor of 2."""
    for name in FITTED:
        rows = {x["what"]: x for x in found.hurt[name]}
        assert {k: (x["item"], x["observed"]) for k, x in rows.items()} == {
            "injured": ("B1", 70), "brain_injured": ("B1", 25), "killed": ("B1", 0),
        }  # fmt: skip
        assert all(x["q05"] <= x["observed"] <= x["q95"] for x in rows.values())
        assert 35 <= rows["injured"]["q50"] <= 140


def test_the_contrast_of_targets_is_prior_driven(found: Calibration) -> None:
    """P(effect on fighters < on infrastructure) is within .05 of the prior's, by draws and by the prior's own normal."""
    m4 = found.posteriors["M4"]
    contrast = m4.summary["contrast_fighters_infrastructure"]
    assert contrast.below_zero is not None
    assert contrast.prior_below_zero is not None
    assert abs(contrast.below_zero - contrast.prior_below_zero) <= 0.05
    assert contrast.label == "prior-driven"
    i, j = (m4.names.index(f"effect_{x}") for x in ("fighters", "infrastructure"))
    # .5/√4000 = .008: the draws say the same as all the points that they were taken from; .03 is 3.8 errors, 1.5e-4
    assert contrast.below_zero == pytest.approx(np.mean(m4.draws[:, i] < m4.draws[:, j]), abs=0.03)


def test_a_class_that_no_strike_hit_is_not_informed(found: Calibration) -> None:
    """C1 to C5 hit infrastructure and fighters: what M4 says of sponsor and leader over 30 days is its prior's."""
    summary = found.posteriors["M4"].summary
    struck = {x for s in found.evidence.strikes for x, q in zip(TARGETS, s.shares, strict=True) if q > 0.0}
    assert struck == {"infrastructure", "fighters"}
    for target in set(TARGETS) - struck:
        assert summary[f"effect_{target}_30d"].contraction > 0.3  # through the decay that the classes share
        assert summary[f"effect_{target}_30d"].label == "prior-driven"


def test_every_label_is_what_its_contraction_says(found: Calibration) -> None:
    """1 - sd²/prior sd²: prior-driven below .3, else informed; the draws have that sd (heavy tails apart).

    Completeness can't be learnt from one record; the level can. A sample's sd has the relative error
    √((κ - 1)/4n), with κ its kurtosis and n the draws that it is worth; within 4 errors, so that a right program
    fails for other points in 6.4e-5 of uses, 1.5e-3 over the 22 parameters.
    """
    for name in FITTED:
        p = found.posteriors[name]
        for i, parameter in enumerate(p.names):
            s = p.summary[parameter]
            assert s.prior_sd == p.prior.moments(parameter)[1]
            assert s.contraction == pytest.approx(1 - (s.sd / s.prior_sd) ** 2)
            assert s.label == ("informed" if s.contraction >= 0.3 else "prior-driven")
            if parameter not in ("effect_days", "excitation_days"):
                kurtosis = stats.kurtosis(p.draws[:, i], fisher=False)
                error = np.sqrt((kurtosis - 1.0) / (4.0 * min(p.ess, len(p.draws))))
                assert abs(p.draws[:, i].std() / s.sd - 1.0) <= MOST_Z * error, (name, parameter)
        assert p.summary["completeness"].label == "prior-driven"
        assert p.summary["base_rate"].label == "informed"


def test_the_evidence_hardly_tells_the_hypotheses_apart(found: Calibration) -> None:
    """Five counts fit one constant rate: no Bayes factor past 10, each evidence to .05, weights that sum to 1."""
    levels = [found.posteriors[n].log_evidence for n in FITTED]
    assert max(levels) - min(levels) < np.log(10.0)
    assert max(found.posteriors[n].log_evidence_se for n in FITTED) < 0.05
    assert [x for x, _ in found.weights.values()] == pytest.approx([1 / 6] * 6)
    assert sum(x or 0.0 for _, x in found.weights.values()) == pytest.approx(1.0)


def test_an_effect_of_strikes_is_weighed_like_for_like(found: Calibration) -> None:
    """M3 and M4 against M2, from their own evidences; no factor of the brief is more than hardly worth a mention (3)."""
    level = {n: found.posteriors[n].log_evidence for n in FITTED}
    rows = found.document()["like_for_like"]
    assert [(x["hypothesis"], x["without_effect"]) for x in rows] == [("M3", "M2"), ("M4", "M2")]
    for x in rows:
        assert x["log_bayes_factor"] == pytest.approx(level[x["hypothesis"]] - level["M2"])
        assert 1 / 3 < x["bayes_factor"] < 3.0


def test_the_full_model_takes_its_place_and_keeps_nearly_all_of_its_prior(found: Calibration) -> None:
    """M5 is fitted: a sixth by declaration, evidence near the others'; four in five parameters and more are prior-driven.

    The level and the split by place are learnt; each strike effect over 30 days is there to be set beside M4's.
    """
    m5 = found.document()["hypotheses"]["M5"]
    assert m5["fitted"]
    assert m5["declared_weight"] == pytest.approx(1 / 6)
    assert abs(m5["log_evidence"] - found.posteriors["M4"].log_evidence) < 1.0
    assert m5["log_evidence_se"] < 0.05
    assert m5["ess"] > 1000
    labels = {n: x["label"] for n, x in m5["parameters"].items()}
    assert labels["base_rate"] == labels["share_iraq"] == "informed"
    assert sum(x == "prior-driven" for x in labels.values()) > 0.8 * len(labels)
    assert {f"effect_{x}_30d" for x in TARGETS} <= set(labels)


def test_a_hypothesis_that_is_not_to_be_fitted_is_shown_and_not_averaged() -> None:
    """«fitted: false»: no weight, no evidence, and every parameter labelled prior-driven."""
    rivals = {"M0": hypotheses()["M0"], "M5": hypotheses()["M5"].model_copy(update={"fitted": False})}
    kept = calibrate(brief(), settings(), rivals, cache=None, predictive_runs=0)
    assert kept.weights["M5"] == (None, None)
    assert "M5" not in kept.posteriors
    m5 = kept.document()["hypotheses"]["M5"]
    assert (m5["log_evidence"], m5["declared_weight"], m5["evidence_weight"], m5["predictive"]) == (
        None,
        None,
        None,
        [],
    )
    assert {x["label"] for x in m5["parameters"].values()} == {"prior-driven"}


def level_by_quadrature(attacks: int, days: float) -> tuple[float, float]:
    """Mean and sd of λ = d·μ given Poisson counts: prior of μ log-normal (median 1, 95% at 20), of d Beta(14, 5).

    The prior density of λ is ∫ f_μ(λ/d) f_d(d) / d dd; the posterior is it times λ^N e^{-λT}.
    """
    sigma = np.log(20.0) / stats.norm.ppf(0.95)
    d = np.linspace(0.0005, 0.9995, 1_000)
    level = np.linspace(0.2, 6.0, 3_000)
    prior = (stats.lognorm(sigma).pdf(level[:, None] / d) * stats.beta(14, 5).pdf(d) / d).sum(axis=1)
    log_mass = np.log(prior) + attacks * np.log(level) - level * days
    mass = np.exp(log_mass - log_mass.max())
    mean = float((level * mass).sum() / mass.sum())
    return mean, float(np.sqrt((level**2 * mass).sum() / mass.sum() - mean**2))


def test_the_level_of_attacks_is_what_the_record_has(found: Calibration) -> None:
    """Reported attacks a day under M0, d·μ: 67 after the first in 35.5 days, about 1.89 ± .23; by quadrature.

    Mean and sd within 4 errors of what the draws are worth: false alarm 1.3e-4 together.
    """
    p = found.posteriors["M0"]
    level = p.draws[:, p.names.index("base_rate")] * p.draws[:, p.names.index("completeness")]
    days = sum(w.end - w.start for w in found.evidence.windows)
    mean, sd = level_by_quadrature(67, days)
    n = min(p.ess, len(level))
    assert (mean, sd) == pytest.approx((67 / days, np.sqrt(67) / days), rel=0.03)
    assert abs(level.mean() - mean) <= MOST_Z * sd / np.sqrt(n)
    assert abs(level.std() - sd) <= MOST_Z * sd / np.sqrt(2.0 * n)


def test_the_document_has_the_keys_that_others_rely_on(found: Calibration) -> None:
    """Those of the design, and notes on how far the closed form can be relied on and what its correction kept."""
    d = found.document("somewhere")
    assert {"record", "posterior", "hypotheses"} <= set(d)
    assert d["record"]["id"] == "brief"
    m4 = d["hypotheses"]["M4"]
    assert {
        "log_evidence",
        "log_evidence_se",
        "ess",
        "declared_weight",
        "evidence_weight",
        "parameters",
        "predictive",
    } <= set(m4)
    keys = {"unit", "mean", "sd", "q05", "q50", "q95", "prior_mean", "prior_sd", "contraction", "label"}
    assert all(keys <= set(x) for x in m4["parameters"].values())
    assert any("closed form alone" in x for x in m4["notes"])
    assert any("corrected by the exact filter" in x for x in m4["notes"])
    assert set(d["marks"]["parameters"]) == {
        "injuring_share",
        "injury_scale",
        "injury_tail",
        "tbi_share",
        "fatal_share",
    }


def test_the_longer_record_can_be_admitted_by_name() -> None:
    """A with D: windows from January 2021 on, the four strikes of that time, g of .05 before the crisis."""
    both = calibrate(
        brief(), settings(), {"M0": hypotheses()["M0"]}, evidence=("A", "D"), cache=None, predictive_runs=0
    )
    e = both.evidence
    assert [w.id for w in e.windows][:3] == ["D1", "D6", "A1"]
    assert e.windows[0].start < -1000.0
    assert {"D2", "D3", "D4", "D5"} <= {s.id for s in e.strikes}
    assert e.levels(-100.0)[0] == pytest.approx(0.05)
    assert e.levels(1.0)[0] == 1.0
    # One constant rate times g can't have none in 207 days at .05 and 19 in the next 9: far below the evidence of A and D apart
    assert both.posteriors["M0"].log_likelihood["D6"].mean() < -10.0
