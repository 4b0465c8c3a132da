"""The synthetic conflict: its counts are a run of the model, and what is known of its truth is found again."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from calibration.calibrate import Calibration, calibrate
from calibration.summary import CONTRAST
from calibration.synthetic import held, reports, simulated, statements
from sim.data import records_folder, scenarios_folder
from sim.engine.compiled.batch import run_batch
from sim.engine.compiled.layout import as_records
from sim.errors import ConfigError
from sim.model.registry import make_params
from sim.scenario.companions import other_records, settings_of
from sim.scenario.study import Budget
from sim.scenario.study_files import StudyFiles, load_study
from sim.study.compare import compare
from sim.study.plan import worlds
from tests.calibration.shipped import brief

IDENTIFIED = (
    "base_rate", "branching_ratio", "excitation_days", "effect_infrastructure", "effect_fighters", "effect_sponsor",
    "effect_days", "share_north", "share_coast", "share_highlands",
)  # fmt: skip
"""What 30 weekly counts and 22 strikes bear on. Completeness and the start keep their prior."""
INFORMED = (*IDENTIFIED, CONTRAST)


@cache
def files() -> StudyFiles:
    return load_study(scenarios_folder() / "provinces.yaml")


@cache
def fitted() -> Calibration:
    """M4, in which the record was made, by the study's settings and evidence."""
    study = files()
    rivals = {"M4": study.hypotheses["M4"]}
    return calibrate(study.record, study.settings, rivals, evidence=("A",), cache=None, predictive_runs=0)


def test_the_counts_are_the_model_s() -> None:
    """Every count and split of the file comes out of one run of the reference engine at its truth and seed."""
    assert simulated(files().record, files().settings) == files().record


def test_the_second_record_is_of_the_same_run() -> None:
    """Running totals each fortnight, every second one by place: the file is made again to the byte."""
    record, path = files().record, records_folder() / "provinces-statements.csv"
    assert path.read_text("utf-8") == statements(record, reports(record, files().settings), 14)
    (other,) = other_records(record, records_folder()).values()
    assert sum(w.count for w in other.windows) == sum(w.count for w in record.windows)
    assert list(files().others) == [other.name]


def test_places_that_are_not_known() -> None:
    """Splits by place leave out one attack in ten: some windows' places sum to less than their count, none to more."""
    split = [w for w in files().record.windows if w.by_place]
    short = [w.count - sum(w.by_place.values()) for w in split]
    assert len(split) == 13  # each third of thirty, and three more of the last five
    assert min(short) >= 0
    assert sum(short) == pytest.approx(sum(w.count for w in split) / 10, abs=13)  # ±1 in each window


def test_a_record_of_what_happened_has_no_truth() -> None:
    with pytest.raises(ConfigError, match="brief: truth: expected what the record was made with, found none"):
        simulated(brief(), files().settings)
    assert held(brief(), fitted().posteriors["M4"]) == {}


def test_intervals_hold_the_truth() -> None:
    """90% intervals of what counts can identify, at the first seed: of 10, more than 3 miss in 1.3% (binomial).

    Ten that were independent; these go together, so the false-alarm rate is of that order, no more is claimed.
    """
    found = held(files().record, fitted().posteriors["M4"])
    missed = [n for n in IDENTIFIED if not found[n].inside]
    assert len(missed) <= 3, missed


def test_labels_say_what_the_record_informs() -> None:
    """Effects of the targets struck, their contrast and the places are informed; completeness and the start are not."""
    summary = fitted().posteriors["M4"].summary
    assert {n: summary[n].label for n in INFORMED} == dict.fromkeys(INFORMED, "informed")
    assert {summary[n].label for n in ("completeness", "excitation_at_start")} == {"prior-driven"}
    below = summary[CONTRAST].below_zero
    assert below is not None
    assert below > 0.95


def truly(study: StudyFiles, policies: list[str], runs: int = 400) -> dict[str, float]:
    """Mean attacks under each policy at the truth itself."""
    truth = study.record.truth
    assert truth is not None
    params = as_records(np.tile(np.array(make_params(truth.parameters)), (runs, 1)))
    shares = np.tile([truth.place_shares[p] for p in sorted(study.settings.places)], (runs, 1))
    return {
        name: float(run_batch(world, params, shares, 3, range(runs)).weeks.sum(axis=1).mean())
        for name, world in worlds(study, policies).items()
    }


def test_the_policy_that_is_better_in_truth_is_found_to_be() -> None:
    """At the truth fighters have far fewer attacks than none, and none than infrastructure; so says the comparison, informed."""
    policies = ["none", "infrastructure", "fighters"]
    budget = Budget(
        replications=200,
        prior_replications=200,
        hypothesis_replications=50,
        expected_draws=200,
        expected_runs=4,
    )
    study = replace(
        files(),
        hypotheses={"M4": files().hypotheses["M4"]},
        study=files().study.model_copy(update={"budget": budget, "precision": {}, "looks": (200,)}),
    )
    truth = truly(study, policies)
    assert truth["fighters"] < 0.7 * truth["none"]
    assert truth["none"] < 0.9 * truth["infrastructure"]
    document = compare(study, fitted(), policies=policies, workers=1).document
    rows = {(d["policy"], d["against"]): d for d in document["differences"] if d["measure"] == "attacks"}
    row = rows["fighters", "infrastructure"]
    assert row["mean_high"] < 0.0
    assert row["probability_mean_better"] > 0.95
    assert row["label"] == "informed"
    assert document["regret"]["minimax"]["policy"] == "fighters"


def test_settings_come_from_the_record_else_from_one_with_its_places(tmp_path: Path) -> None:
    """The record states its own; a CSV of the same places takes those; places that no record has are an error."""
    assert settings_of(files().record, records_folder()).name == "provinces"
    assert settings_of(brief(), records_folder()).name == "iraq-syria-2023"
    bare = files().record.model_copy(update={"settings": None, "name": "mine"})
    assert settings_of(bare, tmp_path).name == "provinces"
    elsewhere = bare.model_copy(update={"places": ("atlantis",)})
    with pytest.raises(
        ConfigError, match="--settings: expected settings that have the places atlantis, found no record"
    ):
        settings_of(elsewhere, tmp_path)
