"""The count of the next window in closed form: the mixture, over hypotheses and draws, of the filter's next distribution.

P(y) = Σ_h w_h · mean over draws θ of P_h(y | θ, counts so far), each P_h generalized Poisson as in
``likelihoods.filter``; what the counts so far left in excitation is the filter's. The sum of its log over windows is
the growth of the log evidence.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from calibration.arrays import as_floats
from calibration.evidence import Evidence
from calibration.likelihoods.counts import Counts, log_probability
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.parameters import Reader
from calibration.posterior import Posterior
from calibration.samplers.sample import DRAWS
from calibration.scores import Score, mixture_log_score
from sim.errors import ConfigError
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings


class OneStep(NamedTuple):
    """The next count at each draw of each hypothesis, the hypotheses' weights, and how many draws theirs are worth."""

    counts: dict[str, Counts]
    weights: dict[str, float]
    worth: dict[str, float]

    def log_score(self, observed: int) -> Score:
        """-ln P(observed), nats."""
        masses = {h: np.exp(log_probability(c, observed)) for h, c in self.counts.items()}
        return mixture_log_score(masses, self.weights, self.worth)

    @property
    def from_parameters(self) -> float:
        """Share of the variance that comes from not knowing hypothesis and parameters; the rest is chance."""
        mean = sum(w * float(self.counts[h].mean.mean()) for h, w in self.weights.items())
        chance = sum(w * float(self.counts[h].variance.mean()) for h, w in self.weights.items())
        second = sum(w * float((self.counts[h].mean ** 2).mean()) for h, w in self.weights.items())
        unknown = max(second - mean**2, 0.0)
        return unknown / (unknown + chance)


def one_step(
    posteriors: Mapping[str, Posterior],
    weights: Mapping[str, float],
    hypotheses: Mapping[str, Hypothesis],
    settings: Settings,
    asked: Evidence,
) -> OneStep | None:
    """The next count, where ``asked`` ends with the window to come; its count is not read.

    None where there is no closed form: under a hypothesis that has none, or where edges are uncertain. ``weights`` of the hypotheses averaged sum to 1.
    """
    if asked.uncertain:
        return None
    attacks = [*(w.attacks for w in asked.windows[:-1]), 0]
    counts = {}
    for name in weights:
        try:
            reader = Reader(hypotheses[name], settings, posteriors[name].names, asked.places)
        except ConfigError:
            return None
        found = CountFilter(asked, reader)
        *_, step = found.steps(found.prepared(posteriors[name].draws), attacks)
        next_ = found.given(step.counts.reported_mean, step.counts.reported_variance)
        counts[name] = Counts(*(as_floats(np.broadcast_to(x, (DRAWS,))) for x in next_))
    return OneStep(counts, dict(weights), {n: min(posteriors[n].ess, float(DRAWS)) for n in weights})
