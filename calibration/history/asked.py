"""What an import asks of a file, held against what the file is."""

from collections.abc import Iterable

from calibration.history import plain
from calibration.history.layouts import SIGNATURES, TITLES, Export
from calibration.history.sources import SOURCES
from calibration.history.table import CsvTable
from sim.errors import ConfigError, Located
from sim.scenario.imports import Import, RowFilter
from sim.scenario.text import listed
from sim.scenario.tree import Node, at_key


def check_import(how: Import, tree: Node, form: str) -> None:
    """Refuse every field of an import that means nothing for a file of this form. Raises ConfigError."""
    if form in SOURCES:
        _check_place_code(how, tree, form)
        if how.dates is not None and not SOURCES[form].dates:
            refuse(tree, (), ["dates"], f"for {title(form)}, whose dates are columns of numbers")
    else:
        _refuse_filters_of_events(how, tree, form)
    check_filters(how.attacks, ("attacks",), tree, form)


def form_of(table: CsvTable, asked: str = "auto", *, of_responses: bool = False) -> str:
    """The form of a file, which must be the one asked for unless that is auto. Raises a located ConfigError."""
    if asked in SIGNATURES or (asked == "auto" and table.export is not None):
        export: Export = asked if asked != "auto" else table.export  # type: ignore[assignment]
        missing = [x for x in SIGNATURES[export] if x not in table.header]
        if missing:
            found = listed(table.header)
            said = f"expected the columns of {TITLES[export]} ({', '.join(missing)} are not there), found {found}"
            raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
        return export
    if table.export is not None:
        said = f"expected a file of {asked}, found an export of {TITLES[table.export]}"
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    form = plain.form_of(table)
    if form == "responses" and not of_responses:
        said = (
            "expected windows, cumulative counts or events; responses are given beside them (--responses, or "
            "«responses: {file: …}» in an import file)"
        )
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    if asked not in ("auto", form):
        said = f"expected a file of {asked}, found one of {form}"
        raise ConfigError([Located(table.shown, table.header_line, 1, "", said)])
    return form


def title(form: str) -> str:
    """What a file of a form is called."""
    return SOURCES[form].title if form in SOURCES else f"a CSV file of {form}"


def check_filters(rows: RowFilter, block: tuple[str, ...], tree: Node, form: str) -> None:
    """A filter on what the file has no column for would drop every row."""
    has = SOURCES[form].filters if form in SOURCES else ()
    used = [x for x in RowFilter.model_fields if getattr(rows, x) and x not in has]
    refuse(tree, block, used, f"for {title(form)}, which has no such column")


def _refuse_filters_of_events(how: Import, tree: Node, form: str) -> None:
    fields = ("count_by", "date_precision_days", "across_windows", "place_precision", "places")
    refuse(
        tree,
        (),
        [x for x in fields if x in how.model_fields_set],
        f"for {title(form)}, which counts already",
    )


def _check_place_code(how: Import, tree: Node, form: str) -> None:
    most = SOURCES[form].least_precise_place
    if how.place_precision is not None and (most is None or how.place_precision > most):
        wanted = (
            f"at most {most}, the least precise place"
            if most is not None
            else "none, as it has no such column,"
        )
        said = f"expected {wanted} in {title(form)}, found {how.place_precision}"
        raise ConfigError([at_key(tree, ("place_precision",), said)])


def refuse(tree: Node, block: tuple[str, ...], fields: Iterable[str], why: str) -> None:
    """Raise ConfigError for fields that mean nothing here."""
    wrong = [at_key(tree, (*block, x), f"expected no {x} {why}") for x in fields]
    if wrong:
        raise ConfigError(wrong)
