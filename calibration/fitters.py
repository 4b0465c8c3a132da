"""How each hypothesis is fitted: by its closed form, corrected, where there is one; else in full through the engine."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from calibration import gate
from calibration.evidence import Evidence
from calibration.files import canonical, engine_version
from calibration.fitting import fit_hypothesis
from calibration.fullfit import fit_full
from calibration.fullgate import share_outside_full
from calibration.likelihoods.mixture import counted
from calibration.likelihoods.parameters import Reader, closed
from calibration.posterior import Posterior
from calibration.priors import PriorTransform
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.record import Plausible, Response
from sim.scenario.settings import Settings


class Fitter(Protocol):
    """One hypothesis under some evidence."""

    @property
    def name(self) -> str:
        """The hypothesis's name."""

    @property
    def signature(self) -> str:
        """What its likelihood reads, and with which priors: equal for equal likelihoods."""

    @property
    def hindrance(self) -> str | None:
        """Why it can't be fitted to this evidence, so that it keeps its prior; None where it can."""

    @property
    def version(self) -> str:
        """Hash of the sources that a fit depends on beside those of this room and of the model's rules."""

    def fit(self) -> Posterior:
        """Its posterior."""

    def share_outside(self, plausible: Plausible) -> float:
        """Share of its prior that the prior predictive gate does not let through."""


class Closed:
    """A hypothesis that has a closed form."""

    version = ""
    hindrance = None

    def __init__(
        self,
        h: Hypothesis,
        settings: Settings,
        evidence: Evidence,
        seed: int,
        attributes: Mapping[str, Any],
        points: int,
    ) -> None:
        self.name = h.name
        self._points = points
        self._h, self._settings, self._evidence, self._seed, self._attributes = (
            h,
            settings,
            evidence,
            seed,
            attributes,
        )
        self._transform = PriorTransform(h, evidence.places)
        self._likelihood = counted(evidence, Reader(h, settings, self._transform.names, evidence.places))
        self.signature = self._likelihood.signature(self._transform)

    def fit(self) -> Posterior:
        """By the closed form, corrected by the exact filter."""
        return fit_hypothesis(
            self.name, self._transform, self._likelihood, self._seed, self._attributes, points=self._points
        )

    def share_outside(self, plausible: Plausible) -> float:
        """By the closed form's mean and variance."""
        return gate.share_outside(self._h, self._settings, self._evidence, plausible)


class Full:
    """A hypothesis that only the engine knows whole."""

    def __init__(
        self,
        h: Hypothesis,
        settings: Settings,
        evidence: Evidence,
        responses: Sequence[Response],
        marks: Posterior,
        seed: int,
        attributes: Mapping[str, Any],
    ) -> None:
        self.name = h.name
        self._all = (h, settings, evidence, responses, marks, seed)
        self._attributes = attributes
        self.signature = canonical([h.name, PriorTransform(h, evidence.places).document()])
        self.version = engine_version()
        moved = any(w.moved for w in evidence.windows)
        said = "not fitted: particles take counts as stated, and here some attacks may have been counted in another window"
        self.hindrance = said if moved else None

    def fit(self) -> Posterior:
        """By particles."""
        return fit_full(*self._all, self._attributes)

    def share_outside(self, plausible: Plausible) -> float:
        """By simulation."""
        h, settings, evidence, responses, marks, _ = self._all
        return share_outside_full(h, settings, evidence, responses, plausible, marks)


def fitter(
    h: Hypothesis,
    settings: Settings,
    evidence: Evidence,
    responses: Sequence[Response],
    marks: Posterior,
    seed: int,
    attributes: Mapping[str, Any],
    points: int,
) -> Fitter:
    """The way to fit a hypothesis. Raises ConfigError for one whose parameters no fit can read."""
    if closed(h, settings):
        return Closed(h, settings, evidence, seed, attributes, points)
    return Full(h, settings, evidence, responses, marks, seed, attributes)
