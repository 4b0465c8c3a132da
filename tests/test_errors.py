"""Errors that reach a user."""

import pickle

import pytest

from sim.errors import CheckFailed, ConfigError, DeterError, Located, RunError


def mistake(line: int, message: str = "expected x, found y") -> Located:
    return Located("a.yaml", line, 3, "field", message)


def test_a_mistake_is_one_line() -> None:
    assert str(mistake(2)) == "a.yaml:2:3: field: expected x, found y"
    assert str(mistake(2)._replace(field="")) == "a.yaml:2:3: expected x, found y"
    assert str(mistake(2, "two\nlines\x1b[31m\u202e")) == "a.yaml:2:3: field: two lines [31m "
    assert mistake(2, "a\tb").clean() == mistake(2, "a b")


def test_at_most_twenty_lines() -> None:
    assert len(ConfigError([mistake(i) for i in range(20)]).lines()) == 20
    lines = ConfigError([mistake(i) for i in range(21)]).lines()
    assert len(lines) == 20
    assert lines[-1] == "a.yaml:19:3: field: expected x, found y (and 1 more)"


def test_a_sentence_without_a_place() -> None:
    assert ConfigError("--seed: expected\na number").lines() == ["--seed: expected a number"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigError([mistake(1)]), 2), (ConfigError("x"), 2), (RunError("x"), 1), (CheckFailed("x"), 4)],
)
def test_errors_cross_processes(error: DeterError, code: int) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.exit_code == code
