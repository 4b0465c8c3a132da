"""A defender's policy: every lever of the record is a field."""

from typing import Literal

from pydantic import Field, model_validator

from sim.scenario.common import Count, Document, Moment, Name, NotNegative, Positive, Sentence, Share, Strict
from sim.scenario.settings import Delivery


class Trigger(Strict):
    """What makes a response due; any one of the conditions given."""

    after_attacks: Count | None = Field(None, ge=1, description="reported attacks since the last response; 1 is each attack")
    after_casualties: Count | None = Field(None, ge=1, description="injured since the last response")
    weapon: Name | None = Field(None, description="any attack with this weapon")
    every_days: Positive | None = Field(None, description="a fixed schedule")
    first_day: NotNegative | None = Field(None, description="day of the first scheduled response; default every_days")


class LogNormalDelay(Strict):
    """Log-normal delay."""

    median: Positive
    sigma: Positive


class UniformDelay(Strict):
    """Uniform delay."""

    low: NotNegative
    high: Positive

    @model_validator(mode="after")
    def _in_order(self) -> "UniformDelay":
        if not self.low < self.high:
            raise ValueError("expected low < high")
        return self


class ExponentialDelay(Strict):
    """Exponential delay."""

    mean: Positive


class Delay(Strict):
    """A distribution of the days from trigger to strike: exactly one."""

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

    strikes: Count = Field(ge=1, le=60)
    days: Positive


class Tempo(Strict):
    """How often the defender may respond."""

    min_gap_days: NotNegative = 0.0
    most_in_window: Window | None = None
    answered_share: Share = Field(1.0, description="share of triggers that are answered: consistency")


class Target(Strict):
    """Shares of a strike by class of target; together 1."""

    infrastructure: Share = 0.0
    fighters: Share = 0.0
    sponsor: Share = 0.0
    leader: Share = 0.0

    @model_validator(mode="after")
    def _sum_to_one(self) -> "Target":
        total = self.infrastructure + self.fighters + self.sponsor + self.leader
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"expected shares that sum to 1, found {total:g}")
        return self


class SpontaneousFire(Strict):
    """An airborne asset answers from the point of origin."""

    probability: Share
    within_hours: NotNegative = 2.0


class Denial(Strict):
    """Raised air and missile defence."""

    level: NotNegative = 1.0
    interceptors_added: Count = 0
    surge_date: Moment | None = Field(None, description="date from which it holds; default the start")


class Stocks(Strict):
    """Whose munitions are spent, and resupply in place of the settings'."""

    munitions_from: Name | None = Field(None, description="owner of the stock, of those in the settings")
    munitions: Delivery | None = None
    interceptors: Delivery | None = None


class Limits(Strict):
    """What ends or holds responses back."""

    duration_days: Positive | None = Field(None, description="responses go on for no longer than this after the first")
    political_cost: NotNegative | None = Field(None, description="no strike while the cost that is felt exceeds this")


class LeverSet(Strict):
    """Levers that a rung of the ladder may change; unset ones stay as they are."""

    trigger: Trigger | Literal["never"] | None = None
    delay_days: NotNegative | Delay | None = None
    tempo: Tempo | None = None
    target: Target | None = None
    strength: NotNegative | None = Field(None, description="in units of C1")
    care: Share | None = Field(None, description="share of civilian harm that is avoided")
    places: dict[Name, Literal["allowed", "forbidden"]] | None = None
    spontaneous_fire: SpontaneousFire | None = None
    clarity: Share | None = Field(None, description="how firm the public message is")
    denial: Denial | None = None
    stocks: Stocks | None = None
    limits: Limits | None = None


class After(Strict):
    """What makes the policy climb to a rung; any one of the conditions given."""

    attacks: Count | None = Field(None, ge=1, description="reported attacks so far")
    injuries: Count | None = Field(None, ge=1)
    deaths: Count | None = Field(None, ge=1)
    date: Moment | None = None

    @model_validator(mode="after")
    def _any(self) -> "After":
        if not self.model_fields_set:
            raise ValueError("expected at least one of attacks, injuries, deaths, date")
        return self


class LadderRung(Strict):
    """A rung of the escalation ladder."""

    after: After
    set: LeverSet


class Policy(Document, LeverSet):
    """How the defender responds."""

    kind: Literal["policy"]
    name: Name
    says: Sentence
    replay: Name | None = Field(None, description="a record whose dated responses are carried out as they were")
    then: Name | None = Field(None, description="policy that follows the last replayed response; default nothing")
    ladder: tuple[LadderRung, ...] = ()

    @model_validator(mode="after")
    def _acts(self) -> "Policy":
        if self.trigger is None and self.replay is None:
            raise ValueError("expected trigger (write «trigger: never» for a policy that does not respond) or replay")
        if self.then is not None and self.replay is None:
            raise ValueError("expected replay beside then")
        return self
