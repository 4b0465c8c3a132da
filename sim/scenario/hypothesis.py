"""A hypothesis: which mechanisms are on, with the prior of each fitted parameter and its source."""

from typing import Literal

from pydantic import Field

from sim.scenario.common import Document, Name, Positive, Sentence, Share, Sourced, Strict


class Pooling(Strict):
    """Parameters whose priors are correlated, so that what one class shows informs the others."""

    parameters: tuple[Name, ...] = Field(min_length=2)
    correlation: Share
    source: Sentence


class PlaceShares(Strict):
    """Symmetric Dirichlet prior of the places' shares of the background rate."""

    concentration: Positive
    source: Sentence


class Hypothesis(Document):
    """One rung of the ladder M0 to M5."""

    kind: Literal["hypothesis"]
    name: Name
    family: Literal["no-effect", "effect"]
    says: Sentence
    fitted: bool = Field(True, description="false: keeps its prior, is shown and never averaged")
    parameters: dict[str, Sourced] = Field(description="what the record may inform; each has a prior")
    place_shares: PlaceShares
    assumptions: dict[str, Sourced] = Field(default_factory=dict, description="what is held or drawn from its prior")
    pooling: tuple[Pooling, ...] = ()
