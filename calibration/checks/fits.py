"""A hypothesis as it is fitted: what every check takes, and what travels to other processes."""

from typing import NamedTuple

from calibration.evidence import Evidence
from calibration.fitting import fit_hypothesis
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.mixture import counted
from calibration.likelihoods.parameters import Reader
from calibration.posterior import Posterior
from calibration.priors import PriorTransform
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

POINTS = 2048
"""Points at which a refit is corrected by the exact filter: its evidence is then good to about .02."""


class Case(NamedTuple):
    """A hypothesis under settings and evidence."""

    hypothesis: Hypothesis
    settings: Settings
    evidence: Evidence

    @property
    def name(self) -> str:
        """The hypothesis's name."""
        return self.hypothesis.name

    @property
    def transform(self) -> PriorTransform:
        """Its prior."""
        return PriorTransform(self.hypothesis, self.evidence.places)

    @property
    def likelihood(self) -> CountFilter:
        """Its closed form on the evidence."""
        names = self.transform.names
        return counted(self.evidence, Reader(self.hypothesis, self.settings, names, self.evidence.places))

    def fit(self, seed: int) -> Posterior:
        """Its posterior, by the one way to fit."""
        return fit_hypothesis(self.name, self.transform, self.likelihood, seed, points=POINTS)

    def on(self, evidence: Evidence) -> "Case":
        """The same on other evidence."""
        return self._replace(evidence=evidence)
