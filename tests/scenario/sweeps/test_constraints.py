"""Constraints: read as they are written, never run as code, and true where arithmetic says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.sweeps.constraints import Constraint, parse

PATHS = ("policy.a", "settings.weapons[one-way-drone].interception", "assumptions.c_d")


@st.composite
def written(draw: st.DrawFn) -> tuple[str, dict[str, float], float, str]:
    """A constraint's text, and what it comes to: coefficients and a constant on one side, its relation."""
    relation = draw(st.sampled_from(["<=", ">=", "<", ">", "=="]))
    terms: dict[str, float] = {}
    constant = 0.0
    sides = []
    for side in (1.0, -1.0):
        said = ""
        for k in range(draw(st.integers(1, 3))):
            sign = draw(st.sampled_from([1.0, -1.0]))
            factor = draw(st.integers(0, 40)) / 8.0
            path = draw(st.sampled_from([*PATHS, None])) if k or side < 0.0 else PATHS[0]
            said += (
                (" - " if sign < 0.0 else " + " if k else "")
                + f"{factor:g}"
                + ("" if path is None else f" * {path}")
            )
            if path is None:
                constant += side * sign * factor
            else:
                terms[path] = terms.get(path, 0.0) + side * sign * factor
        sides.append(said)
    return f"{sides[0]} {relation} {sides[1]}", terms, constant, relation


@given(written(), st.lists(st.integers(-40, 40), min_size=3, max_size=3))
def test_it_says_what_is_written(case: tuple[str, dict[str, float], float, str], values: list[int]) -> None:
    """Read back, its terms are those that were written, and it holds where Python's own arithmetic says."""
    text, terms, constant, relation = case
    found = parse(text)
    assert isinstance(found, Constraint), (text, found)
    assert found.terms == terms
    assert found.constant == constant
    row = dict(zip(PATHS, (x / 8.0 for x in values), strict=True))
    total = constant + sum(factor * row[path] for path, factor in terms.items())  # exact: eighths
    holds = {"<=": total <= 0, ">=": total >= 0, "<": total < 0, ">": total > 0, "==": total == 0}
    assert found.holds(row) is holds[relation]


def test_shares_in_decimals_sum_to_one() -> None:
    """.1 + .2 + .7 is 1 here, though not in binary."""
    found = parse("a.x + a.y + a.z == 1")
    assert isinstance(found, Constraint)
    assert found.holds({"a.x": 0.1, "a.y": 0.2, "a.z": 0.7})
    assert not found.holds({"a.x": 0.1, "a.y": 0.2, "a.z": 0.7 + 1e-6})


@pytest.mark.parametrize(
    "text",
    ["", "a", "a <=", "<= a", "1 <= 2", "a <= b <= c", "a * b <= 1", "a ** 2 <= 1", "a / b <= 1", "(a) <= 1", "a b <= 1",
     "a <= 1 1", "a <= '1'", "a; b <= 1", "a.__class__() <= 1", "lambda: 0 <= a", "a <= 1e", "a <= nan(", "a != 1", "a = 1"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    assert isinstance(parse(text), str)
