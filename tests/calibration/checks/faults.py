"""Six faults that a calibration could have, each planted in the fit alone: the data are always simulated rightly."""

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.checks.dataset import DataSet, design
from calibration.checks.draws import PriorDraws
from calibration.checks.fits import Case
from calibration.level import LEVEL
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.mean_behaviour import MeanBehaviour
from calibration.likelihoods.parameters import Reader

POINTS = 2048
SEED = 5


def _fit(case: Case, kind: type[PriorDraws], closed_form: type[CountFilter] = CountFilter) -> PriorDraws:
    case = case.on(design(case.evidence, by_place=False))
    transform = case.transform
    reader = Reader(case.hypothesis, case.settings, transform.names, case.evidence.places)
    return kind(closed_form(case.evidence, reader), transform, POINTS, SEED)


def right(case: Case) -> PriorDraws:
    """No fault."""
    return _fit(case, PriorDraws)


def posterior_is_the_prior(case: Case) -> PriorDraws:
    """The likelihood is never multiplied in."""

    class Fault(PriorDraws):
        def log_weights(self, log_likelihood: Floats, log_correction: Floats, level: Floats) -> Floats:
            return log_correction

    return _fit(case, Fault)


def likelihood_squared(case: Case) -> PriorDraws:
    """Every count is counted twice."""

    class Fault(PriorDraws):
        def log_weights(self, log_likelihood: Floats, log_correction: Floats, level: Floats) -> Floats:
            return as_floats(2.0 * log_likelihood + log_correction)

    return _fit(case, Fault)


def prior_twice_as_wide(case: Case) -> PriorDraws:
    """Every prior but that of the level has twice the sd, on the scale where it is normal."""

    class Fault(PriorDraws):
        def normals(self, points: int, seed: int) -> Floats:
            z = np.clip(super().normals(points, seed), -4.0, 4.0)
            kept = (0, 1 + self.transform.inputs.index(LEVEL))
            return as_floats(np.where(np.isin(np.arange(z.shape[1]), kept), z, 2.0 * z))

    return _fit(case, Fault)


def poisson_of_the_mean(case: Case) -> PriorDraws:
    """Counts that excite each other are taken for Poisson."""
    return _fit(case, PriorDraws, MeanBehaviour)


def window_shifted_by_one(case: Case) -> PriorDraws:
    """Each window is given the count of the one before it, the first that of the last."""

    class Fault(PriorDraws):
        def fitted_to(self, data: DataSet) -> DataSet:
            *windows, ahead = data.evidence.windows
            counts = [w.attacks for w in (windows[-1], *windows[:-1])]
            moved = [
                w._replace(attacks=max(n, int(w.begins_at_attack)))
                for w, n in zip(windows, counts, strict=True)
            ]
            return data._replace(evidence=data.evidence._replace(windows=(*moved, ahead)))

    return _fit(case, Fault)


def missing_jacobian(case: Case) -> PriorDraws:
    """The fit moves in the log of the base rate and takes the density of the rate itself for its prior there."""

    class Fault(PriorDraws):
        def log_weights(self, log_likelihood: Floats, log_correction: Floats, level: Floats) -> Floats:
            return as_floats(log_likelihood + log_correction - np.log(level))

    return _fit(case, Fault)


FAULTS = (
    posterior_is_the_prior,
    likelihood_squared,
    prior_twice_as_wide,
    poisson_of_the_mean,
    window_shifted_by_one,
    missing_jacobian,
)
