"""A defender's policy: every lever of the record is a field."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from sim.scenario.common import (
    AtLeastOne,
    Count,
    Document,
    Moment,
    Name,
    NotNegative,
    Positive,
    Sentence,
    Share,
    Strict,
)
from sim.scenario.settings import Delivery


class Trigger(Strict):
    """What makes a response due; any one of the conditions given."""

    after_attacks: AtLeastOne | None = Field(
        None, description="reported attacks since the last response; 1 is each attack"
    )
    after_casualties: AtLeastOne | None = Field(None, description="injured since the last response")
    weapon: Name | None = Field(None, description="any attack with this weapon")
    every_days: Positive | None = Field(None, description="a fixed schedule")
    first_day: NotNegative | None = Field(
        None, description="day of the first scheduled response; default every_days"
    )


class LogNormalDelay(Strict):
    """Log-normal delay."""

    median: Positive = Field(description="median, days")
    sigma: Positive = Field(description="standard deviation of the logarithm")


class UniformDelay(Strict):
    """Uniform delay."""

    low: NotNegative = Field(description="shortest, days")
    high: Positive = Field(description="longest, days")

    @model_validator(mode="after")
    def _in_order(self) -> "UniformDelay":
        if not self.low < self.high:
            raise ValueError("expected low < high")
        return self


class ExponentialDelay(Strict):
    """Exponential delay."""

    mean: Positive = Field(description="mean, days")


class Delay(Strict):
    """A distribution of the days from trigger to strike: exactly one."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    lognormal: LogNormalDelay | None = None
    uniform: UniformDelay | None = None
    exponential: ExponentialDelay | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Delay":
        if len(self.model_fields_set) != 1:
            raise ValueError("expected exactly one of lognormal, uniform, exponential, or a number of days")
        return self


class Window(Strict):
    """At most so many strikes in so many days."""

    strikes: Annotated[int, Field(ge=1, le=60)] = Field(description="most strikes in the window")
    days: Positive = Field(description="length of the window, days")


class Tempo(Strict):
    """How often the defender may respond."""

    min_gap_days: NotNegative = Field(0.0, description="shortest gap between strikes, days")
    most_in_window: Window | None = Field(
        None, description="at most so many strikes in so many days; no limit if left out"
    )
    answered_share: Share = Field(1.0, description="share of triggers that are answered: consistency")


class Target(Strict):
    """Shares of a strike by class of target; together 1."""

    infrastructure: Share = Field(0.0, description="stores, facilities, command posts")
    fighters: Share = Field(0.0, description="those who attack")
    sponsor: Share = Field(0.0, description="the sponsor's own people")
    leader: Share = Field(0.0, description="leaders of the groups")

    @model_validator(mode="after")
    def _sum_to_one(self) -> "Target":
        total = self.infrastructure + self.fighters + self.sponsor + self.leader
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"expected shares that sum to 1, found {total:g}")
        return self


class SpontaneousFire(Strict):
    """An airborne asset answers from the point of origin."""

    probability: Share = Field(description="that an attack in an allowed place is answered so")
    within_hours: NotNegative = Field(2.0, description="hours from the attack to the answer")


class Denial(Strict):
    """Raised air and missile defence."""

    level: NotNegative = Field(1.0, description="independent layers that each round must pass")
    interceptors_added: Count = Field(0, description="interceptors added to the stock once")
    surge_date: Moment | None = Field(None, description="date from which it holds; default the start")


class Stocks(Strict):
    """Whose munitions are spent, and resupply in place of the settings'."""

    munitions_from: Name | None = Field(None, description="owner of the stock, of those in the settings")
    munitions: Delivery | None = Field(None, description="deliveries of munitions, in place of the settings'")
    interceptors: Delivery | None = Field(
        None, description="deliveries of interceptors, in place of the settings'"
    )


class Limits(Strict):
    """What ends or holds responses back."""

    duration_days: Positive | None = Field(
        None, description="responses go on for no longer than this after the first"
    )
    political_cost: NotNegative | None = Field(
        None, description="no strike while the cost that is felt exceeds this"
    )


class LeverSet(Strict):
    """Levers that a rung of the ladder may change; unset ones stay as they are."""

    trigger: Trigger | Literal["never"] | None = Field(
        None, description="what makes a response due, or never"
    )
    delay_days: NotNegative | Delay | None = Field(
        None, description="days from trigger to strike: a number or a distribution; 0 if left out"
    )
    tempo: Tempo | None = Field(None, description="how often; no limit, every trigger answered if left out")
    target: Target | None = Field(
        None, description="shares of a strike by class of target; infrastructure if left out"
    )
    strength: NotNegative | None = Field(
        None, description="1 is the unit strike of the record; 1 if left out"
    )
    care: Share | None = Field(None, description="share of civilian harm that is avoided; 0 if left out")
    places: dict[Name, Literal["allowed", "forbidden"]] | None = Field(
        None, description="where strikes are allowed; a place that is not named is allowed"
    )
    spontaneous_fire: SpontaneousFire | None = Field(
        None, description="an airborne asset that answers by itself; none if left out"
    )
    clarity: Share | None = Field(None, description="how firm the public message is; 0.5 if left out")
    denial: Denial | None = Field(None, description="raised defences; the settings' if left out")
    stocks: Stocks | None = Field(
        None, description="whose munitions and what resupply; the settings' if left out"
    )
    limits: Limits | None = Field(None, description="what ends or holds responses back; nothing if left out")


class After(Strict):
    """What makes the policy climb to a rung; any one of the conditions given."""

    attacks: AtLeastOne | None = Field(None, description="reported attacks so far")
    injuries: AtLeastOne | None = Field(None, description="injured so far")
    deaths: AtLeastOne | None = Field(None, description="direct deaths so far")
    date: Moment | None = Field(None, description="from this date on")

    @model_validator(mode="after")
    def _any(self) -> "After":
        if not self.model_fields_set:
            raise ValueError("expected at least one of attacks, injuries, deaths, date")
        return self


class LadderRung(Strict):
    """A rung of the escalation ladder."""

    after: After = Field(description="what makes the policy climb here")
    set: LeverSet = Field(description="levers that change; the others stay as they were on the rung below")


class Policy(Document, LeverSet):
    """How the defender responds."""

    kind: Literal["policy"]
    name: Name = Field(description="name in every output")
    says: Sentence = Field(description="what it does, in a sentence")
    replay: str | None = Field(
        None, description="a record whose dated responses are carried out as they were"
    )
    then: Name | None = Field(
        None, description="policy that follows the last replayed response; default nothing"
    )
    ladder: tuple[LadderRung, ...] = Field((), description="rungs of escalation, in order")

    @model_validator(mode="after")
    def _acts(self) -> "Policy":
        if self.trigger is None and self.replay is None:
            raise ValueError(
                "expected trigger (write «trigger: never» for a policy that does not respond) or replay"
            )
        if self.then is not None and self.replay is None:
            raise ValueError("expected replay beside then")
        return self
