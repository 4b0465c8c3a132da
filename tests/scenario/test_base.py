"""One-level inheritance."""

from pathlib import Path

import pytest

from sim.errors import ConfigError
from sim.scenario.loader import load
from sim.scenario.policy import Policy, Trigger
from tests.scenario.places import FILES

HEAD = f"kind: policy\nversion: 1\nbase: {FILES}/policies/fighters.yaml\nname: mine\n"


def policy(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + text)
    model = load(path).model
    assert isinstance(model, Policy)
    return model


def test_what_is_not_said_is_inherited(tmp_path: Path) -> None:
    p = policy(tmp_path, "strength: 3.0\n")
    assert (p.name, p.says, p.strength, p.clarity) == ("mine", "Strikes on the fighters.", 3.0, 0.7)


def test_mappings_merge(tmp_path: Path) -> None:
    """The base's tempo has two fields; changing one leaves the other."""
    p = policy(tmp_path, "tempo: {min_gap_days: 9.0}\n")
    assert p.tempo is not None
    assert (p.tempo.min_gap_days, p.tempo.answered_share) == (9.0, 0.8)


def test_null_takes_a_key_away(tmp_path: Path) -> None:
    p = policy(tmp_path, "trigger: {after_attacks: null, every_days: 7.0}\nclarity: null\n")
    assert isinstance(p.trigger, Trigger)
    assert (p.trigger.after_attacks, p.trigger.every_days, p.clarity) == (None, 7.0, None)


def test_another_form_of_delay_replaces_the_base_s(tmp_path: Path) -> None:
    p = policy(tmp_path, "delay_days: {uniform: {low: 1.0, high: 2.0}}\n")
    assert not isinstance(p.delay_days, float | int | None)
    assert p.delay_days.lognormal is None
    assert p.delay_days.uniform is not None


def test_number_in_place_of_a_distribution(tmp_path: Path) -> None:
    assert policy(tmp_path, "delay_days: 1.5\n").delay_days == 1.5


def test_shares_of_targets_are_replaced_whole(tmp_path: Path) -> None:
    """Merged with the base's .8 and .2 they would sum to 2."""
    p = policy(tmp_path, "target: {leader: 1.0}\n")
    assert p.target is not None
    assert (p.target.leader, p.target.fighters, p.target.infrastructure) == (1.0, 0.0, 0.0)


def test_a_value_replaces_the_base_s_prior(tmp_path: Path) -> None:
    """Prior and value are alternatives, and so are sigma and the ends of a log-normal."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"kind: settings\nversion: 1\nbase: {FILES}/settings/small.yaml\nname: mine\n"
        "assumptions:\n  injuring_share: {value: 0.2}\n  munitions_per_strength: {prior: {gamma: {shape: 2, rate: 1}}}\n"
    )
    numbers = load(path).model.assumptions  # type: ignore[attr-defined]
    assert (numbers["injuring_share"].prior, numbers["injuring_share"].value) == (None, 0.2)
    assert numbers["munitions_per_strength"].value is None
    path.write_text(
        f"kind: hypothesis\nversion: 1\nbase: {FILES}/hypotheses/M0-flat.yaml\nname: mine\n"
        "parameters: {base_rate: {prior: {lognormal: {sigma: 2.0}}}}\n"
    )
    prior = load(path).model.parameters["base_rate"].prior.lognormal  # type: ignore[attr-defined]
    assert (prior.median, prior.sigma, prior.low, prior.high) == (1.0, 2.0, None, None)


def test_lists_are_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"kind: settings\nversion: 1\nbase: {FILES}/settings/small.yaml\nname: mine\nother_fronts: []\n"
    )
    assert load(path).model.other_fronts == ()  # type: ignore[attr-defined]


def test_positions_of_inherited_values_lie_in_the_base(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + "strength: 3.0\n")
    loaded = load(path)
    assert loaded.locate(("strength",))[1:] == (5, 11)
    inherited = loaded.locate(("tempo", "answered_share"))
    assert Path(inherited.path).resolve() == FILES / "policies" / "fighters.yaml"
    assert inherited.line == 7
    assert loaded.base is not None
    assert loaded.base.samefile(FILES / "policies" / "fighters.yaml")


def test_digest_covers_the_base(tmp_path: Path) -> None:
    """The same file on a base that has changed is another config."""
    base, own = tmp_path / "base.yaml", tmp_path / "own.yaml"
    text = (FILES / "policies" / "fighters.yaml").read_text()
    base.write_text(text)
    own.write_text("kind: policy\nversion: 1\nbase: base.yaml\nname: own\n")
    before = load(own).sha256
    base.write_text(text.replace("clarity: 0.7", "clarity: 0.6"))
    assert load(own).sha256 != before


def test_mistake_in_the_base_is_told_of_the_base(tmp_path: Path) -> None:
    base, own = tmp_path / "base.yaml", tmp_path / "own.yaml"
    base.write_text("kind: policy\nversion: 1\nname: base\nsays: x\ntrigger: never\nclarity: 7\n")
    own.write_text("kind: policy\nversion: 1\nbase: base.yaml\nname: own\ncare: 7\n")
    with pytest.raises(ConfigError) as error:
        load(own)
    assert [(Path(x.path).name, x.line, x.field) for x in error.value.mistakes] == [
        ("own.yaml", 5, "care"),
        ("base.yaml", 6, "clarity"),
    ]
