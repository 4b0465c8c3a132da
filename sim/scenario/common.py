"""What every config shares: strictness, names, sourced numbers and priors."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
# A type of its own: pydantic lets a type's limit win over a tighter one of the field.
AtLeastOne = Annotated[int, Field(ge=1, le=1_000_000_000)]
AtLeastTwo = Annotated[int, Field(ge=2, le=1_000_000_000)]
Sentence = Annotated[str, Field(min_length=1, max_length=10_000)]
_MOMENT = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?$",
    "examples": ["2024-05-31", "2024-05-31T14:30"],
}
Moment = Annotated[dt.datetime | dt.date, WithJsonSchema(_MOMENT)]


class Strict(BaseModel):
    """A block of a config: unknown keys, text for numbers, NaN and infinity are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Document(Strict):
    """A whole config file."""

    kind: str = Field(description="what this file is")
    version: Literal[1] = Field(description="version of the format")
    base: str | None = Field(
        None,
        description="a file of the same kind, without a base of its own, of which this one says only what it changes: "
        "mappings merge, all else is replaced, null takes a key away",
    )


class Normal(Strict):
    """Normal prior."""

    mean: float = Field(description="mean, in the parameter's unit")
    sd: Positive = Field(description="standard deviation, in the parameter's unit")


class LogNormal(Strict):
    """Log-normal prior: by its median and either sigma or the ends of its central 90%."""

    median: Positive = Field(description="median, in the parameter's unit")
    sigma: Positive | None = Field(None, description="standard deviation of the logarithm")
    low: Positive | None = Field(None, description="5% quantile")
    high: Positive | None = Field(None, description="95% quantile")

    @model_validator(mode="after")
    def _one_spread(self) -> "LogNormal":
        ends = self.low is not None and self.high is not None
        if ends == (self.sigma is not None) or (self.low is None) != (self.high is None):
            raise ValueError("expected either sigma, or low and high (the central 90%)")
        if self.low is not None and self.high is not None and not self.low < self.median < self.high:
            raise ValueError("expected low < median < high")
        return self


class HalfNormal(Strict):
    """Normal prior of mean 0, folded at 0."""

    scale: Positive = Field(
        description="standard deviation of the normal that is folded; the median is 0.674 of it"
    )


class Beta(Strict):
    """Beta prior."""

    a: Positive = Field(description="first shape; the mean is a/(a+b)")
    b: Positive = Field(description="second shape")


class Gamma(Strict):
    """Gamma prior; its mean is shape/rate."""

    shape: Positive = Field(description="shape; the mean is shape/rate")
    rate: Positive = Field(description="rate, 1 over the parameter's unit")


class Uniform(Strict):
    """Uniform prior."""

    low: float = Field(description="lower end")
    high: float = Field(description="upper end")

    @model_validator(mode="after")
    def _in_order(self) -> "Uniform":
        if not self.low < self.high:
            raise ValueError("expected low < high")
        return self


class Prior(Strict):
    """Exactly one distribution."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    normal: Normal | None = None
    lognormal: LogNormal | None = None
    half_normal: HalfNormal | None = None
    beta: Beta | None = None
    gamma: Gamma | None = None
    uniform: Uniform | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "Prior":
        if len(self.model_fields_set) != 1:
            raise ValueError("expected exactly one distribution: " + ", ".join(type(self).model_fields))
        return self


class Sourced(Strict):
    """A number of the model: a prior or a value, and where it comes from."""

    prior: Prior | None = Field(None, description="what is known before the record; exactly one distribution")
    value: float | None = Field(None, description="the number, where it is held")
    source: Sentence = Field(
        description="where the number comes from: record ids, literature, or «expert judgement»"
    )

    @model_validator(mode="after")
    def _prior_or_value(self) -> "Sourced":
        if (self.prior is None) == (self.value is None):
            raise ValueError("expected either prior or value")
        return self


def _day(moment: Moment) -> dt.datetime:
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001  a record's times share one zone


def days_between(start: Moment, end: Moment) -> float:
    """Days from start to end; a date means its midnight.

    >>> import datetime as dt
    >>> days_between(dt.date(2023, 10, 17), dt.datetime(2023, 10, 17, 12))
    0.5
    """
    return (_day(end) - _day(start)).total_seconds() / 86400.0


def _sum_to_one(values: dict[str, float]) -> dict[str, float]:
    if values and abs(sum(values.values()) - 1.0) > 1e-9:
        raise ValueError(f"expected shares that sum to 1, found {sum(values.values()):g}")
    return values


Shares = Annotated[dict[str, Share], AfterValidator(_sum_to_one)]
