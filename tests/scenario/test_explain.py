"""Where each value comes from."""

from sim.scenario.explain import Explained, explain
from tests.scenario.places import FILES


def of(label: str, name: str) -> dict[str, Explained]:
    return {x.field: x for x in explain(str(FILES / name))[label]}


def test_own_inherited_and_default_values() -> None:
    """harder.yaml sets strength on line 9, has clarity from line 11 of its base, and nothing says care."""
    rows = of("policy", "policies/harder.yaml")
    strength, clarity, care = (rows[x] for x in ("strength", "clarity", "care"))
    assert (strength.value, strength.line) == (2.0, 9)
    assert str(strength.path).endswith("harder.yaml")
    assert (clarity.value, clarity.line) == (0.7, 11)
    assert str(clarity.path).endswith("fighters.yaml")
    assert (care.value, care.origin) == (0.0, "default")


def test_rungs_show_what_they_change_and_no_more() -> None:
    rows = of("policy", "policies/harder.yaml")
    rung = {x for x in rows if x.startswith("ladder[0].set.")}
    assert rung == {
        "ladder[0].set.strength",
        "ladder[0].set.denial.level",
        "ladder[0].set.denial.interceptors_added",
        "ladder[0].set.denial.surge_date",
    }


def test_a_replay_has_no_levers() -> None:
    rows = of("policy", "policies/observed.yaml")
    assert set(rows) == {"kind", "version", "name", "says", "replay", "then", "ladder"}
    assert rows["ladder"].value == ()


def test_a_study_is_explained_with_all_its_files() -> None:
    files = explain(str(FILES / "study.yaml"))
    assert list(files)[:3] == ["study", "settings", "record"]
    assert {"hypothesis M3", "policy fighters", "then none", "replay small"} <= set(files)
    inherited = {x.field: x for x in files["hypothesis M3"]}["parameters.base_rate.prior.lognormal.median"]
    assert (inherited.value, inherited.line) == (1.0, 8)
    assert str(inherited.path).endswith("M0-flat.yaml")


def test_every_value_that_is_written_is_explained() -> None:
    """Each scalar of each file of the study, lists of scalars as one."""
    from sim.scenario.check import check_file
    from sim.scenario.tree import dotted

    explained = explain(str(FILES / "study.yaml"))
    for label, loaded in check_file(FILES / "study.yaml").items():
        fields = {x.field for x in explained[label] if x.path is not None}
        for path in loaded.origin:
            whole_list = dotted(path[:-1]) if isinstance(path[-1], int) else None
            assert dotted(path) in fields or whole_list in fields, (label, path)
