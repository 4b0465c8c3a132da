"""A hypothesis: which mechanisms are on, with the prior of each fitted parameter and its source."""

from typing import Literal

from pydantic import Field

from sim.scenario.common import Document, Name, Positive, Sentence, Share, Sourced, Strict

# M3's one effect stands for the effect on each class of target.
COMMON_EFFECT = "strike_effect"


class Pooling(Strict):
    """Parameters whose priors are correlated, so that what one class shows informs the others."""

    parameters: tuple[Name, ...] = Field(min_length=2, description="names of parameters of this hypothesis")
    correlation: Share = Field(description="correlation of any two of them, in a Gaussian copula; below 1")
    source: Sentence = Field(description="where the number comes from")


class PlaceShares(Strict):
    """Symmetric Dirichlet prior of the places' shares of the background rate."""

    concentration: Positive = Field(description="1 is uniform; larger pulls toward equal shares")
    source: Sentence = Field(description="where the number comes from")


class Hypothesis(Document):
    """One rung of the ladder M0 to M5."""

    kind: Literal["hypothesis"]
    name: Name = Field(description="name in every output; those that ship begin with M0 to M5")
    family: Literal["no-effect", "effect"] = Field(
        description="whether strikes change the rate of attacks; the two families share the declared weight equally"
    )
    says: Sentence = Field(description="what it says, in a sentence")
    without_effect: Name | None = Field(
        None,
        description="the same hypothesis without its effect of strikes: the evidence is compared like for like",
    )
    fitted: bool = Field(True, description="false: keeps its prior, is shown and never averaged")
    parameters: dict[str, Sourced] = Field(description="what the record may inform; each has a prior")
    place_shares: PlaceShares = Field(
        description="prior of how the background rate is shared among the places"
    )
    assumptions: dict[str, Sourced] = Field(
        default_factory=dict, description="what is held or drawn from its prior"
    )
    pooling: tuple[Pooling, ...] = Field((), description="groups of parameters that inform each other")
