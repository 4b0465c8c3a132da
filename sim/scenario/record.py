"""A record: what happened, by item with an id, its source, and any other reading of it."""

import json
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator, model_validator

from sim.scenario.common import Count, Document, Moment, Name, NotNegative, Sentence, Share, Strict
from sim.scenario.policy import Target

Reading = dict[str, Any]


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
        "exogenous", description="whether an attack brought on its end"
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
    place: Name = Field(description="one of the record's places")
    target: Target = Field(description="shares of the strike by class of target")
    strength: NotNegative = Field(1.0, description="in units of C1")
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
    sections: dict[Name, tuple[Name, ...]] = Field(
        default_factory=dict, description="items admitted together by one name"
    )
    windows: tuple[CountWindow, ...] = Field(min_length=1, description="counts of attacks")
    place_totals: tuple[PlaceTotal, ...] = Field((), description="where the attacks of several windows fell")
    responses: tuple[Response, ...] = Field((), description="the defender's responses, as they happened")
    casualties: tuple[Casualties, ...] = Field((), description="people hurt, by window")
    facts: tuple[Fact, ...] = Field((), description="what no likelihood reads")
    rows: tuple[RowsRead, ...] = Field(
        (), description="what became of the rows of the files it was read from"
    )
    notes: tuple[Sentence, ...] = Field((), description="what every reader of its numbers must know")


def with_responses(record: Record, responses: tuple[Response, ...]) -> Record:
    """A record with these responses in place of its own, and their places beside its places."""
    places = dict.fromkeys([*record.places, *(x.place for x in responses)])
    return record.model_copy(update={"responses": responses, "places": tuple(places)})
