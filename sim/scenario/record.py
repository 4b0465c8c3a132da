"""A record: what happened, by item with an id, its source, and any other reading of it."""

import json
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator, model_validator

from sim.scenario.common import (
    AtLeastTwo,
    Count,
    Document,
    Moment,
    Name,
    NotNegative,
    Sentence,
    Share,
    Strict,
)
from sim.scenario.policy import Target, UniformDelay

Reading = dict[str, Any]
FewAttacks = Annotated[int, Field(ge=0, le=10)]
SomeShare = Annotated[float, Field(ge=0.0, lt=1.0)]


class Item(Strict):
    """An item of a record. A reading holds fields that replace the item's own."""

    id: Name = Field(description="id that outputs cite; no other item has it")
    source: Sentence = Field(description="where it comes from")
    note: Sentence | None = Field(None, description="what is wrong with it, or how it is read")
    readings: dict[Name, Reading] = Field(
        default_factory=dict, description="other readings by name, each the fields that it changes"
    )
    shares_attacks_with: tuple[Name, ...] = Field((), description="items that count some of the same attacks")

    @field_validator("readings", mode="before")
    @classmethod
    def _types_of_json(cls, readings: Any, info: ValidationInfo) -> Any:
        """JSON has neither dates nor tuples, and a reading's fields are typed only when it is applied."""
        if info.mode != "json" or not isinstance(readings, dict):
            return readings
        return {name: _from_json(fields) for name, fields in readings.items()}


def _from_json(fields: Any) -> Any:
    if not isinstance(fields, dict):
        return fields
    moment: TypeAdapter[Moment] = TypeAdapter(Moment)
    out = {name: tuple(x) if isinstance(x, list) else x for name, x in fields.items()}
    for name in {"start", "end", "date"} & out.keys():
        out[name] = moment.validate_json(json.dumps(out[name]), strict=True)
    return out


class CountWindow(Item):
    """Attacks counted in a window of time."""

    start: Moment = Field(description="when the window begins")
    end: Moment = Field(description="when it ends")
    count: Count = Field(description="attacks counted")
    bound: Literal["exact", "at-least"] = Field(
        "exact", description="whether the source gives a number or a lower bound"
    )
    place: Name | None = Field(None, description="the one place that the count is of; none is every place")
    by_place: dict[Name, Count] = Field(
        default_factory=dict, description="where the place of an attack is known"
    )
    begins_at_attack: bool = Field(False, description="the window was opened by its first attack")
    ended_by: Literal["exogenous", "triggered"] = Field(
        "exogenous",
        description="whether an attack brought on its end; the attack fell the response's delay_days before, at once if "
        "that is not known",
    )
    start_within_days: NotNegative = Field(
        0.0,
        description="the start may lie so many days earlier or later; where it is another's end, that window says so",
    )
    end_within_days: NotNegative = Field(
        0.0, description="the count's end may lie so many days earlier or later, a response at it where it is"
    )
    moved_at_end: FewAttacks = Field(
        0,
        description="up to so many of its attacks may have been counted in the next window, or the other way about",
    )
    short_by: SomeShare = Field(
        0.0,
        description="share of its attacks that this count alone leaves out, beside completeness: a sensitivity case",
    )

    @model_validator(mode="after")
    def _ordered(self) -> "CountWindow":
        if self.place is not None and self.by_place:
            raise ValueError("by_place: expected nothing beside place, which says where all of them fell")
        if sum(self.by_place.values()) > self.count:
            raise ValueError(
                f"by_place: expected at most the count {self.count}, found {sum(self.by_place.values())}"
            )
        return self


class PlaceTotal(Item):
    """Counts by place over several windows together."""

    windows: tuple[Name, ...] = Field(min_length=1, description="ids of the windows that it covers")
    by_place: dict[Name, Count] = Field(description="attacks by place over those windows together")


class Response(Item):
    """A response of the defender, as it happened."""

    date: Moment = Field(description="when the strike fell")
    date_within_days: NotNegative = Field(
        0.0, description="it may lie so many days earlier or later, and a window's edge at it with it"
    )
    place: Name = Field(description="one of the record's places")
    target: Target = Field(description="shares of the strike by class of target")
    strength: NotNegative = Field(1.0, description="1 is the unit strike, which the sources describe")
    care: Share = Field(0.0, description="share of civilian harm that was avoided")
    delay_days: NotNegative | None = Field(
        None, description="from the attack that provoked it; none is unknown"
    )
    clarity: Share | None = Field(None, description="none is unknown and counts as one half")


class Casualties(Item):
    """People hurt over a window: what the marks are fitted to."""

    start: Moment = Field(description="when the window begins")
    end: Moment = Field(description="when it ends")
    attacks: Count = Field(description="attacks in the window")
    injured: Count = Field(description="people injured, brain injuries among them")
    brain_injured: Count | None = Field(None, description="brain injuries; unknown if left out")
    killed: Count | None = Field(None, description="direct deaths; unknown if left out")


class Fact(Item):
    """A fact that no likelihood reads, kept with its id."""

    says: Sentence = Field(description="the fact")


class Combination(Strict):
    """Evidence to be tried by name: items admitted beside what is, and readings; all others as the record has them."""

    says: Sentence = Field(description="what it reads how, for the table of what would change")
    admits: tuple[Name, ...] = Field((), description="items admitted beside what is admitted")
    readings: dict[Name, Name] = Field(default_factory=dict, description="reading of an item, by its id")


class Plausible(Strict):
    """How many attacks a plausible model gives: a hypothesis whose prior goes outside too often is refused."""

    start: Moment = Field(description="windows from here on count")
    end: Moment = Field(description="windows up to here count")
    responses: tuple[Name, ...] = Field((), description="responses that are replayed, all of them admitted")
    fewest: Count = Field(description="fewest attacks over those windows that are plausible")
    most: Count = Field(description="most attacks over those windows that are plausible")
    source: Sentence = Field(description="where the numbers come from")


class Truth(Strict):
    """What a synthetic record was made with, by one run of the model. No fit reads it."""

    seed: Count = Field(description="seed of that run")
    parameters: dict[str, float] = Field(
        description="parameters of the model; those left out have their default"
    )
    place_shares: dict[Name, NotNegative] = Field(description="share of the background by place; together 1")
    place_unknown_every: AtLeastTwo | None = Field(
        None,
        description="in a window split by place, of so many attacks the last has no known place; none if left out",
    )
    source: Sentence = Field(description="how the numbers were chosen")


class RowsRead(Strict):
    """What became of the rows of a file: kept + dropped = read."""

    file: Sentence = Field(description="the file's name, and what was looked for in it")
    read: Count = Field(description="rows below the header")
    kept: Count = Field(description="rows that the record rests on")
    dropped: dict[Sentence, Count] = Field(default_factory=dict, description="rows left out, by reason")

    @model_validator(mode="after")
    def _all_accounted_for(self) -> "RowsRead":
        if self.kept + sum(self.dropped.values()) != self.read:
            raise ValueError(f"read: expected kept and dropped rows together, found {self.read}")
        return self

    def line(self) -> str:
        """The sentence that a user sees.

        >>> RowsRead(file="mine.csv", read=5, kept=2, dropped={"by other actors": 3}).line()
        'mine.csv: 5 rows read, 2 kept, 3 dropped: 3 by other actors'
        """
        left = self.read - self.kept
        rows = "1 row" if self.read == 1 else f"{self.read} rows"
        reasons = ", ".join(
            f"{n} {why}" for why, n in sorted(self.dropped.items(), key=lambda x: (-x[1], x[0]))
        )
        return (
            f"{self.file}: {rows} read, {self.kept} kept, {left} dropped{f': {reasons}' if reasons else ''}"
        )


class Record(Document):
    """A record of attacks and responses with its provenance."""

    kind: Literal["record"]
    name: Name = Field(description="name by which studies cite it")
    title: Sentence = Field(description="what it records")
    provenance: Sentence = Field(description="who recorded it, when, and how it was read")
    start: Moment = Field(description="day 0")
    places: tuple[Name, ...] = Field((), description="places that its items name")
    reporting_lag_days: UniformDelay | None = Field(
        None,
        description="days by which counts lag: one up to a date counts what had happened so long before, the same for every "
        "date; a window's edge at a response or at its opening attack does not lag",
    )
    sections: dict[Name, tuple[Name, ...]] = Field(
        default_factory=dict, description="items admitted together by one name"
    )
    windows: tuple[CountWindow, ...] = Field(min_length=1, description="counts of attacks")
    place_totals: tuple[PlaceTotal, ...] = Field((), description="where the attacks of several windows fell")
    responses: tuple[Response, ...] = Field((), description="the defender's responses, as they happened")
    casualties: tuple[Casualties, ...] = Field((), description="people hurt, by window")
    facts: tuple[Fact, ...] = Field((), description="what no likelihood reads")
    plausible: Plausible | None = Field(
        None, description="attacks that priors may give on these responses; nothing is refused if left out"
    )
    combinations: tuple[Combination, ...] = Field(
        (), description="evidence whose effect on the conclusions is said by name"
    )
    truth: Truth | None = Field(
        None, description="what a synthetic record was made with; none of one that happened"
    )
    settings: str | None = Field(None, description="settings that go with it where a command names none")
    other_records: tuple[str, ...] = Field(
        (), description="records of the same attacks: what each would say in place of this one is worked out"
    )
    rows: tuple[RowsRead, ...] = Field(
        (), description="what became of the rows of the files it was read from"
    )
    notes: tuple[Sentence, ...] = Field((), description="what every reader of its numbers must know")


def with_responses(record: Record, responses: tuple[Response, ...]) -> Record:
    """A record with these responses in place of its own, and their places beside its places."""
    places = dict.fromkeys([*record.places, *(x.place for x in responses)])
    return record.model_copy(update={"responses": responses, "places": tuple(places)})
