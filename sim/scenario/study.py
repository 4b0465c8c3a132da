"""A study: the question, what it rests on, which policies it compares, and how precisely."""

from typing import Literal

from pydantic import Field, model_validator

from sim.scenario.common import Count, Document, Moment, Name, NotNegative, Positive, Sentence, Strict


class Precision(Strict):
    """When a measure is precise enough, for every policy."""

    half_width_share: float = Field(gt=0.0, lt=1.0, description="half-width of the mean's 95% interval over the mean")


class Budget(Strict):
    """Where the runs stop if the precision asked for has not come."""

    replications: Count = Field(20_000, ge=1)
    prior_replications: Count = Field(1_000, ge=0, description="runs under the prior alone")
    hypothesis_replications: Count = Field(300, ge=0, description="runs of each hypothesis by itself")
    paired_replications: Count = Field(300, ge=0, description="runs at fixed parameters, for the variance reduction")


class Study(Document):
    """Policies compared on one record and one setting."""

    kind: Literal["study"]
    name: Name
    question: Sentence
    settings: str = Field(description="settings file, from this file's folder")
    record: str = Field(description="name of a shipped record, or a file")
    evidence: tuple[Name, ...] = Field(("A",), description="sections or items of the record that are admitted")
    readings: dict[Name, Name] = Field(default_factory=dict, description="alternative reading of an item, by its id")
    hypotheses: tuple[str, ...] = Field(min_length=1)
    start: Moment
    horizon_days: Positive = Field(le=3660.0)
    after_record: NotNegative | None = Field(
        None, description="g assumed after the record ends; required if the horizon goes past it"
    )
    policies: tuple[str, ...] = Field(min_length=1)
    against: tuple[str, ...] = ()
    precision: dict[str, Precision] = Field(default_factory=dict)
    looks: tuple[Count, ...] = Field(
        (250, 500, 1000, 2000, 4000, 8000, 16000), min_length=1, description="run counts at which precision is looked at"
    )
    budget: Budget = Field(default_factory=Budget)
    seed: int = Field(ge=0, lt=2**32)
    crn: bool = Field(True, description="common random numbers: the policies see the same luck")

    @model_validator(mode="after")
    def _consistent(self) -> "Study":
        for name in self.against:
            if name not in self.policies:
                raise ValueError(f"against: expected one of the study's policies, found {name!r}")
        if list(self.looks) != sorted(set(self.looks)) or self.looks[0] < 2:
            raise ValueError("looks: expected run counts that rise, from 2")
        return self
