"""What is told of a record beside every result, on stderr. Without rich, which ``deter check`` can't afford."""

import sys

from sim.errors import one_line
from sim.scenario.record import Record


def say_rows(record: Record) -> None:
    """What became of the rows of the files that a record was read from."""
    _say(*(x.line() for x in record.rows))


def say_notes(record: Record) -> None:
    """What must be known of a record's numbers."""
    _say(*(f"Note: {x}." for x in record.notes))


def _say(*lines: str) -> None:
    for line in lines:
        print(one_line(line), file=sys.stderr)
