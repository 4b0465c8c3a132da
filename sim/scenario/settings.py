"""Settings: places, groups, sponsor, weapons, defences, stocks, dated events, and assumptions."""

from typing import Literal

from pydantic import Field

from sim.scenario.common import Count, Document, Moment, Name, NotNegative, Positive, Sentence, Share, Sourced, Strict


class Place(Strict):
    """A place where the defender's forces are attacked."""

    political_cost: NotNegative = Field(description="political cost of a strike of strength 1 here")
    source: Sentence


class Group(Strict):
    """An armed group; a place's attacks are shared among its groups by weight."""

    name: Name
    place: Name
    weight: Positive = 1.0


class Sponsor(Strict):
    """The regime that supplies and directs the groups."""

    name: Sentence
    permission: Literal["green", "amber", "red"] = Field("green", description="its permission at the start")


class Weapon(Strict):
    """A weapon: the stage from which it is used, its weight among those in use, and how it fares."""

    name: Name
    from_stage: Count
    weight: Positive
    interception: Share = Field(description="probability that one layer of defence stops one round")
    harm: NotNegative = Field(1.0, description="how much likelier to hurt when it gets through, against the others")
    source: Sentence


class Delivery(Strict):
    """Resupply of a stock: so many every so many days."""

    every_days: Positive
    amount: Count


class Stock(Strict):
    """A stock of whole numbers and its resupply."""

    initial: Count
    resupply: Delivery | None = None
    source: Sentence


class Defence(Strict):
    """Air and missile defence as the record had it."""

    level: NotNegative = Field(1.0, description="independent layers that each round must pass")
    interceptors: Stock


class Mobilisation(Strict):
    """A dated piece of g(t), from a date until the next piece."""

    date: Moment
    level: NotNegative
    name: Sentence
    source: Sentence


class Restraint(Strict):
    """A host government holds groups in its place back: g there is multiplied by the factor from a date on."""

    date: Moment
    place: Name
    factor: Share
    source: Sentence


class OtherFront(Strict):
    """A success of the same sponsor's partners on another front; it emboldens."""

    date: Moment
    what: Sentence
    source: Sentence


class Settings(Document):
    """Everything of a scenario that is neither fitted nor a policy."""

    kind: Literal["settings"]
    name: Name
    start: Moment = Field(description="day 0 of the settings: mobilisation drifts from here")
    places: dict[Name, Place] = Field(min_length=1, max_length=60)
    groups: tuple[Group, ...] = Field(min_length=1)
    sponsor: Sponsor
    weapons: tuple[Weapon, ...] = Field(min_length=1)
    stage: Count = Field(description="stage of escalation at the start")
    defence: Defence
    munitions: dict[Name, Stock] = Field(min_length=1, description="stocks by owner: the defender's, a partner's")
    mobilisation: tuple[Mobilisation, ...] = Field(min_length=1)
    host_restraint: tuple[Restraint, ...] = ()
    other_fronts: tuple[OtherFront, ...] = ()
    assumptions: dict[str, Sourced] = Field(description="numbers that no record here informs, by parameter name")
