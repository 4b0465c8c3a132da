"""A study: the question, what it rests on, which policies it compares, and how precisely."""

from typing import Literal

from pydantic import Field, model_validator

from sim.scenario.common import (
    AtLeastOne,
    AtLeastTwo,
    Count,
    Document,
    Moment,
    Name,
    NotNegative,
    Positive,
    Sentence,
    Strict,
)

# The measures that a run yields (their functions are in sim/measures.py; a test holds the two together).
MEASURES = (
    "attacks",
    "attacks_per_day",
    "attacks_reported",
    "injuries",
    "tbi",
    "deaths",
    "quiet_fortnight_probability",
    "days_to_quiet_fortnight",
    "longest_lull_days",
    "strikes",
    "munitions",
    "interceptors",
    "political_cost",
    "wider_war",
)


class Precision(Strict):
    """When a measure is precise enough, for every policy."""

    half_width_share: float = Field(
        gt=0.0, lt=1.0, description="half-width of the mean's 95% interval over the mean"
    )


class Budget(Strict):
    """Where the runs stop if the precision asked for has not come."""

    replications: AtLeastOne = Field(20_000, description="runs of each policy")
    prior_replications: Count = Field(
        1_000, description="runs under the prior alone, at most as many as under the posterior"
    )
    hypothesis_replications: Count = Field(100, description="runs of each hypothesis by itself")
    expected_draws: Count = Field(
        1000,
        description="draws of the parameters at which expected measures are worked out, compiled engine only",
    )
    expected_runs: AtLeastTwo = Field(8, description="runs at each of these draws")
    paired_replications: Count = Field(
        300, description="runs at fixed parameters, for the variance reduction"
    )


class Study(Document):
    """Policies compared on one record and one setting."""

    kind: Literal["study"]
    name: Name = Field(description="name in every output")
    question: Sentence = Field(description="the question that the study answers")
    settings: str = Field(description="settings file, from this file's folder")
    record: str = Field(description="name of a shipped record, or a file")
    evidence: tuple[Name, ...] = Field(
        (),
        description="sections or items of the record that are admitted; section A if left out or empty, and every "
        "window of a record without one",
    )
    readings: dict[Name, Name] = Field(
        default_factory=dict, description="alternative reading of an item, by its id"
    )
    hypotheses: tuple[str, ...] = Field(min_length=1, description="names (M3) or files of hypotheses")
    start: Moment = Field(description="day 0 of every run")
    horizon_days: Positive = Field(le=3660.0, description="length of every run, days")
    after_record: NotNegative | None = Field(
        None, description="g assumed after the record ends; required if the horizon goes past it"
    )
    policies: tuple[str, ...] = Field(min_length=1, description="names or files of policies")
    against: tuple[str, ...] = Field((), description="policies that every other one is compared with")
    precision: dict[str, Precision] = Field(default_factory=dict, description="how precise, by measure")
    looks: tuple[Count, ...] = Field(
        (250, 500, 1000, 2000, 4000, 8000, 16000),
        min_length=1,
        description="run counts at which precision is looked at",
    )
    budget: Budget = Field(default_factory=Budget, description="the most runs of each sort")
    seed: int = Field(ge=0, lt=2**32, description="seed of all random draws")
    crn: bool = Field(True, description="common random numbers: the policies see the same luck")

    @model_validator(mode="after")
    def _consistent(self) -> "Study":
        if list(self.looks) != sorted(set(self.looks)) or self.looks[0] < 2:
            raise ValueError("looks: expected run counts that rise, from 2")
        return self
