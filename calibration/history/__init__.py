"""Readers of a user's own record: plain CSV files, and the exports of ACLED, UCDP GED and GTD.

``table`` reads any CSV into located cells; ``plain`` and ``forms`` are the forms of our own; ``acled``, ``ucdp`` and
``gtd`` turn rows of others' into incidents; ``select`` and ``events`` filter and count those; ``ledger`` sees to it that
no row is lost; ``reading`` makes the record.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from calibration.history.plain import read_responses, responses_of
from calibration.history.reading import Reading, read_import, read_table
from calibration.history.table import CsvTable
from sim.scenario.record import Record, Response, with_responses
from sim.scenario.records import load_record

__all__ = ["Reading", "read_import", "read_record", "read_responses", "read_table", "with_strikes"]


def read_record(path: str | Path, responses: Sequence[Response] = ()) -> Record:
    """The record that a path or a name stands for: a record's YAML, an import's, or a CSV file of any form.

    ``responses`` (see ``read_responses``) take the place of its own. ``record.rows`` says what became of the rows of
    each file, ``record.notes`` what must be known of them. Raises ConfigError with a located line for each mistake.
    """
    record = cast("Record", load_record(path).model)
    return with_responses(record, tuple(responses)) if responses else record


def with_strikes(record: Record, path: Path, places: Sequence[str] = ()) -> Record:
    """A record with the responses of a CSV file in place of its own, and the file's rows beside its rows.

    ``places`` are those that there are, any if none is given. Raises ConfigError.
    """
    strikes, rows, _ = responses_of(CsvTable(path), places)
    return with_responses(record, strikes).model_copy(update={"rows": (*record.rows, rows)})
