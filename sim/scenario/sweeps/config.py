"""A sweep: which values of which levers, settings and assumptions to try, and how many runs of each."""

from typing import Any, Literal

from pydantic import Field, model_validator

from sim.scenario.common import AtLeastOne, Document, Name, Positive, Sentence, Strict

MOST_POINTS = 10_000_000
MOST_DRAWS = 1_000_000  # a draw has some eighty parameters
MOST_RUNS = 10_000_000  # of one point: they are worked on together


class Axis(Strict):
    """Values between two ends, or shares that sum to 1."""

    low: float | None = Field(None, description="lower end")
    high: float | None = Field(None, description="upper end")
    steps: AtLeastOne | None = Field(
        None,
        description="in a grid: how many values, the ends included; of shares: parts that the whole is cut into",
    )
    scale: Literal["linear", "log"] = Field(
        "linear", description="log: values lie evenly on a logarithmic scale"
    )
    whole: bool = Field(False, description="whole numbers only")
    simplex: tuple[Name, ...] | None = Field(
        None, description="members of the block at the path, whose shares sum to 1"
    )

    @model_validator(mode="after")
    def _one_form(self) -> "Axis":
        ends = (self.low, self.high)
        if self.simplex is not None:
            if len(set(self.simplex)) < 2 or len(set(self.simplex)) < len(self.simplex):
                raise ValueError("simplex: expected at least two different names")
            if ends != (None, None) or self.whole or self.scale != "linear":
                raise ValueError("expected simplex, with steps in a grid, or low and high; found both")
        elif self.low is None or self.high is None:
            raise ValueError("expected low and high, simplex, or a list of values")
        elif not self.low < self.high:
            raise ValueError("expected low < high")
        elif self.scale == "log" and self.low <= 0.0:
            raise ValueError("low: expected a number above 0 on a logarithmic scale")
        elif self.whole and (self.low % 1 or self.high % 1):
            raise ValueError("expected whole numbers for low and high beside «whole: true»")
        return self


Values = tuple[Any, ...] | Axis


class Sampled(Strict):
    """Points of a space-filling design."""

    points: int = Field(
        ge=2, le=MOST_POINTS, description="how many points are drawn; a constraint may drop some"
    )
    seed: int = Field(1, ge=0, lt=2**32, description="seed of the design; the runs' own is another")
    over: dict[str, Values] = Field(
        min_length=1, description="by path: low and high, a simplex, or a list of values"
    )


class Design(Strict):
    """Points to try: exactly one of the forms."""

    grid: dict[str, Values] | None = Field(
        None, min_length=1, description="every combination of the values at each path"
    )
    latin_hypercube: Sampled | None = Field(
        None, description="each value's range in as many equal parts as points, one point in each"
    )
    sobol: Sampled | None = Field(
        None, description="a scrambled Sobol sequence; the number of points is a power of 2"
    )
    list: tuple[dict[str, Any], ...] | None = Field(
        None, min_length=1, description="points one by one: a value for each path, the same paths in each"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> "Design":
        if len(self.model_fields_set) != 1:
            raise ValueError("expected exactly one of grid, latin_hypercube, sobol, list")
        return self


class SweepRuns(Strict):
    """Runs of each point: the same draws of the parameters and the same luck at all of them."""

    draws: int = Field(
        250,
        ge=2,
        le=MOST_DRAWS,
        description="draws of hypothesis and parameters, averaged over the fitted hypotheses",
    )
    each: int = Field(
        4,
        ge=1,
        le=MOST_DRAWS,
        description="runs at each draw; from 2 on a draw's expected measures are compared too",
    )
    prior_draws: int | None = Field(
        None,
        ge=0,
        le=MOST_DRAWS,
        description="draws under the prior alone, at most as many as draws; 100, or as many, if left out",
    )
    hypotheses: tuple[Name, ...] = Field(
        (), description="hypotheses of the study that every point is crossed with, each by itself"
    )
    hypothesis_draws: int = Field(50, ge=2, le=MOST_DRAWS, description="draws of each of these")

    @property
    def before(self) -> int:
        """Draws under the prior."""
        return min(100, self.draws) if self.prior_draws is None else self.prior_draws

    @property
    def of_a_cell(self) -> int:
        """Runs of one policy in one setting."""
        return self.each * (self.draws + self.before + len(self.hypotheses) * self.hypothesis_draws)

    @model_validator(mode="after")
    def _fewer_under_the_prior(self) -> "SweepRuns":
        if self.prior_draws is not None and (self.prior_draws == 1 or self.prior_draws > self.draws):
            raise ValueError("prior_draws: expected 0, or from 2 to as many as draws")
        if self.of_a_cell > MOST_RUNS:
            raise ValueError(f"expected at most {MOST_RUNS:,} runs of a point, found {self.of_a_cell:,}")
        return self


class SweepBudget(Strict):
    """What a sweep may cost: one that would take more is refused before it starts."""

    runs: AtLeastOne | None = Field(None, description="runs in all")
    minutes: Positive | None = Field(None, description="minutes on this machine, by a trial of a few runs")
    disk_gib: Positive | None = Field(None, description="space on the disk, GiB")


class Sweep(Document):
    """Many variants of a policy, or of what it is tried in."""

    kind: Literal["sweep"]
    name: Name = Field(description="name in every output")
    question: Sentence = Field(description="the question that the sweep answers")
    study: str = Field(
        description="study file, from this file's folder: record, evidence, settings, hypotheses, start, horizon"
    )
    policy: str | None = Field(
        None, description="name or file of the policy that is varied; left out where the design varies it"
    )
    against: tuple[str, ...] = Field(
        (), description="policies that every point is compared with, under the point's own settings"
    )
    design: Design = Field(description="the points")
    constraints: tuple[Sentence, ...] = Field(
        (), description="what a point must fulfil, such as «policy.delay_days <= 7»; others are left out"
    )
    runs: SweepRuns = Field(default_factory=SweepRuns, description="runs of each point")
    measures: tuple[Name, ...] = Field((), description="measures that are kept; all if left out")
    by_place: bool = Field(False, description="whether measures are kept by place too")
    budget: SweepBudget = Field(default_factory=SweepBudget, description="what it may cost")
    shard_runs: int = Field(
        10_000, ge=10, le=10_000_000, description="runs in one file of results: about a second's work"
    )
    seed: int | None = Field(None, ge=0, lt=2**32, description="seed of the runs; the study's if left out")
