"""An import: which rows of whose file are attacks, where they fell, and how they are counted."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sim.scenario.common import AtLeastOne, Document, Moment, Name, Positive, Strict
from sim.scenario.policy import Target

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
WindowDays = Annotated[int, Field(ge=1, le=3660)]
Format = Literal["auto", "acled", "ucdp-ged", "gtd", "windows", "cumulative", "events"]
FILTERS = ("attackers", "targets", "event_types", "weapons")


class RowFilter(Strict):
    """Which rows count. A row must pass every filter given; in a filter one match is enough.

    Names are compared whole and in any case; * stands for any text.
    """

    attackers: tuple[Pattern, ...] = Field(
        (),
        description="names of those who attacked, or their sort (in ACLED «Political militia», whether the file has text "
        "or codes)",
    )
    targets: tuple[Pattern, ...] = Field(
        (), description="those attacked, named likewise; in ACLED and UCDP they are the other side"
    )
    first_side_attacks: bool = Field(
        False,
        description="in ACLED and UCDP, which don't say who began: whether actor1 or side_a is taken for the attacker; "
        "otherwise either side may be",
    )
    event_types: tuple[Pattern, ...] = Field(
        (), description="types or sub-types of event; in UCDP state-based, non-state or one-sided"
    )
    weapons: tuple[Pattern, ...] = Field((), description="types of weapon (GTD and plain events)")


class PlaceFilter(Strict):
    """What of the file lies in one of the model's places."""

    countries: tuple[Pattern, ...] = Field(
        min_length=1, description="countries; in a plain file its places. * stands for any text"
    )
    admin1: tuple[Pattern, ...] = Field((), description="provinces of them; all if left out")


class ResponseRows(RowFilter):
    """Which rows are the defender's strikes. Strikes of one day and place are one response."""

    file: Line | None = Field(
        None, description="their file, from this file's folder; the attacks' own file if left out"
    )
    target: Target | None = Field(
        None,
        description="shares of each strike by class of target; needed unless the file is one of responses",
    )
    strength: Positive = Field(1.0, description="of each response, 1 being the unit strike")


class Import(Document):
    """A file of events or counts, and how a record is made of it."""

    kind: Literal["import"]
    name: Name = Field(description="name of the record that comes of it")
    file: Line = Field(description="the CSV file, from this file's folder")
    format: Format = Field("auto", description="whose layout it has; auto knows it by its columns")
    source: Line = Field(description="who made the data, and which release")
    accessed: Moment | None = Field(None, description="day on which it was fetched")
    attribution: Line | None = Field(None, description="what its makers ask to be said with every result")
    dates: Literal["day-first", "month-first"] | None = Field(
        None, description="how 03/11/2023 is meant; needed only where the file itself doesn't show it"
    )
    start: Moment | None = Field(
        None, description="first day that counts; left out, the first window opens at the first attack"
    )
    end: Moment | None = Field(
        None, description="midnight up to which rows count; left out, after the last attack"
    )
    count_by: Literal["day", "week"] | WindowDays | None = Field(
        None,
        description="length of a window: day, week, or a number of days; left out, day up to 60 days and week beyond",
    )
    date_precision_days: AtLeastOne | None = Field(
        None,
        description="rows dated over more days than this are dropped; left out, any whose days lie in one window count",
    )
    across_windows: Literal["drop", "as-dated"] = Field(
        "drop",
        description="what becomes of a row whose days reach over a window's edge: dropped, or counted on the day that it is "
        "filed under (ACLED event_date, UCDP date_start, GTD the first it may be)",
    )
    place_precision: AtLeastOne | None = Field(
        None,
        description="largest code of geo_precision (ACLED, 1 to 3), where_prec (UCDP, 1 to 7) or specificity (GTD, 1 to 5) "
        "that counts",
    )
    places: dict[Name, PlaceFilter] = Field(
        default_factory=dict,
        description="what lies in each of the model's places; left out, every country is a place of its own name",
    )
    attacks: RowFilter = Field(
        default_factory=RowFilter, description="which rows are attacks; all if left out"
    )
    responses: ResponseRows | None = Field(None, description="which rows are the defender's strikes")
