"""Settings: places, groups, sponsor, weapons, defences, stocks, dated events, and assumptions."""

from typing import Literal

from pydantic import Field

from sim.scenario.common import (
    Count,
    Document,
    Moment,
    Name,
    NotNegative,
    Positive,
    Sentence,
    Share,
    Sourced,
    Strict,
)


class Place(Strict):
    """A place where the defender's forces are attacked."""

    political_cost: NotNegative = Field(description="political cost of a strike of strength 1 here")
    source: Sentence = Field(description="where the number comes from")


class Group(Strict):
    """An armed group; a place's attacks are shared among its groups by weight."""

    name: Name = Field(description="name in the event log")
    place: Name = Field(description="one of the places")
    weight: Positive = Field(
        1.0, description="its part of its place's attacks, against the other groups there"
    )


class Sponsor(Strict):
    """The regime that supplies and directs the groups."""

    name: Sentence = Field(description="name in reports")
    permission: Literal["green", "amber", "red"] = Field("green", description="its permission at the start")


class Weapon(Strict):
    """A weapon: the stage from which it is used, its weight among those in use, and how it fares."""

    name: Name = Field(description="name in the event log and in triggers")
    from_stage: Count = Field(description="stage of escalation from which it is in use; 0 is the lowest")
    weight: Positive = Field(description="how often it is used, against the others in use")
    interception: Share = Field(description="probability that one layer of defence stops one round")
    harm: NotNegative = Field(
        1.0, description="how much likelier to hurt when it gets through, against the others"
    )
    source: Sentence = Field(description="where the numbers come from")


class Delivery(Strict):
    """Resupply of a stock: so many every so many days."""

    every_days: Positive = Field(description="days between deliveries; the first comes after that time")
    amount: Count = Field(description="how many each delivery brings")


class Stock(Strict):
    """A stock of whole numbers and its resupply."""

    initial: Count = Field(description="how many there are at the start")
    resupply: Delivery | None = Field(None, description="deliveries; none if left out")
    source: Sentence = Field(description="where the numbers come from")


class Defence(Strict):
    """Air and missile defence as the record had it."""

    level: NotNegative = Field(1.0, description="independent layers that each round must pass")
    interceptors: Stock = Field(description="stock of interceptors; each round engaged takes one")


class Mobilisation(Strict):
    """A dated piece of g(t), from a date until the next piece."""

    date: Moment = Field(description="from when on")
    level: NotNegative = Field(description="g: the background rate over the base rate")
    name: Sentence = Field(description="what this time is called")
    source: Sentence = Field(description="where the number comes from")
    computed_from: tuple[Name, ...] = Field(
        (), description="items of the record that the level was computed from: admitting them uses them twice"
    )
    uncertain: Sourced | None = Field(
        None,
        description="prior of the level without the record, over which a row of what would change integrates",
    )


class Restraint(Strict):
    """A host government holds groups in its place back: g there is multiplied by the factor from a date on."""

    date: Moment = Field(description="from when on")
    place: Name = Field(description="one of the places")
    factor: Share = Field(description="share of g that is left")
    source: Sentence = Field(description="where the number comes from")


class OtherFront(Strict):
    """A success of the same sponsor's partners on another front; it emboldens."""

    date: Moment = Field(description="when it happened")
    what: Sentence = Field(description="what happened, for the event log")
    source: Sentence = Field(description="where it comes from")


class Settings(Document):
    """Everything of a scenario that is neither fitted nor a policy."""

    kind: Literal["settings"]
    name: Name = Field(description="name in every output")
    start: Moment = Field(description="day 0 of the settings: mobilisation drifts from here")
    places: dict[Name, Place] = Field(min_length=1, max_length=60, description="places by name")
    groups: tuple[Group, ...] = Field(
        min_length=1, description="groups that attack; at least one in each place"
    )
    sponsor: Sponsor = Field(description="the regime behind the groups")
    weapons: tuple[Weapon, ...] = Field(min_length=1, description="weapons of the attackers")
    stage: Count = Field(description="stage of escalation at the start; some weapon must be in use at it")
    defence: Defence = Field(description="the defender's air and missile defence")
    munitions: dict[Name, Stock] = Field(
        min_length=1, description="stocks by owner: the defender's, a partner's"
    )
    mobilisation: tuple[Mobilisation, ...] = Field(
        min_length=1, description="g(t) in dated pieces, in order; the first also holds before its date"
    )
    host_restraint: tuple[Restraint, ...] = Field((), description="dated restraint by host governments")
    other_fronts: tuple[OtherFront, ...] = Field(
        (), description="dated successes of the sponsor's other partners"
    )
    assumptions: dict[str, Sourced] = Field(
        description="numbers that no record here informs, by parameter name"
    )
