"""A record: what happened, by item with an id, its source, and any other reading of it."""

from typing import Any, Literal

from pydantic import Field, model_validator

from sim.scenario.common import Count, Document, Moment, Name, NotNegative, Sentence, Share, Strict
from sim.scenario.policy import Target

Reading = dict[str, Any]


class Item(Strict):
    """An item of a record. A reading holds fields that replace the item's own."""

    id: Name
    source: Sentence
    note: Sentence | None = None
    readings: dict[Name, Reading] = Field(default_factory=dict)
    shares_attacks_with: tuple[Name, ...] = Field((), description="items that count some of the same attacks")


class CountWindow(Item):
    """Attacks counted in a window of time."""

    start: Moment
    end: Moment
    count: Count
    bound: Literal["exact", "at-least"] = "exact"
    by_place: dict[Name, Count] = Field(default_factory=dict, description="where the place of an attack is known")
    begins_at_attack: bool = Field(False, description="the window was opened by its first attack")
    ended_by: Literal["exogenous", "triggered"] = Field("exogenous", description="whether an attack brought on its end")

    @model_validator(mode="after")
    def _ordered(self) -> "CountWindow":
        if sum(self.by_place.values()) > self.count:
            raise ValueError(f"by_place: expected at most the count {self.count}, found {sum(self.by_place.values())}")
        return self


class PlaceTotal(Item):
    """Counts by place over several windows together."""

    windows: tuple[Name, ...] = Field(min_length=1)
    by_place: dict[Name, Count]


class Response(Item):
    """A response of the defender, as it happened."""

    date: Moment
    place: Name
    target: Target
    strength: NotNegative = 1.0
    care: Share = 0.0
    delay_days: NotNegative | None = Field(None, description="from the attack that provoked it; none is unknown")
    clarity: Share | None = Field(None, description="none is unknown and counts as one half")


class Casualties(Item):
    """People hurt over a window: what the marks are fitted to."""

    start: Moment
    end: Moment
    attacks: Count
    injured: Count
    brain_injured: Count | None = None
    killed: Count | None = None


class Fact(Item):
    """A fact that no likelihood reads, kept with its id."""

    says: Sentence


class Record(Document):
    """A record of attacks and responses with its provenance."""

    kind: Literal["record"]
    name: Name
    title: Sentence
    provenance: Sentence
    start: Moment = Field(description="day 0")
    places: tuple[Name, ...] = ()
    sections: dict[Name, tuple[Name, ...]] = Field(default_factory=dict, description="items admitted together by one name")
    windows: tuple[CountWindow, ...] = Field(min_length=1)
    place_totals: tuple[PlaceTotal, ...] = ()
    responses: tuple[Response, ...] = ()
    casualties: tuple[Casualties, ...] = ()
    facts: tuple[Fact, ...] = ()
