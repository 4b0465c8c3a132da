"""The ridge of every count model, straightened: the level trades off against all else that makes attacks.

A record sees the total far better than what makes it up. So in place of the base rate's own coordinate the sampler
moves in the log of the reported total that a point expects:

    y_i = z_i + (log T(z) - log T(0))/σ,        T = expected reports at base rate 1, σ that of the log-normal base rate

All else stays, and T does not depend on z_i, so volumes are kept. Everything scales with the base rate, so that one
preparation of the filter at base rate 1 serves both T and the likelihood.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.evidence import Evidence
from calibration.likelihoods.filter import CHUNK, CountFilter
from calibration.likelihoods.parameters import Reader
from calibration.likelihoods.prepared import Prepared
from calibration.priors import SHARE, PriorTransform
from calibration.samplers.target import Plain, Seen, Target
from sim.model.registry import PARAMETERS
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings

LEVEL = "base_rate"
TOUCHING = 1e-9  # days
LEAST_ATTACKS = 0.1  # that the background must explain where an opening attack's offspring would explain all
UNSTRUCK = (
    LEVEL, "mobilisation_drift", "drift_days", "branching_ratio", "excitation_days", "excitation_at_start", "completeness",
)  # fmt: skip
"""What the number of reports depends on where nothing is struck."""


def target(likelihood: CountFilter, transform: PriorTransform) -> Target:
    """The likelihood in straightened coordinates where the base rate is log-normal, else as it is."""
    sigma = transform.lognormal_sigma(LEVEL)
    if sigma is None:
        return Plain(lambda z: as_floats(likelihood(transform.from_normal(z)).sum(axis=1)))
    return LevelTarget(likelihood, transform, sigma)


class LevelTarget:
    """A count likelihood in which the log of the expected total is a coordinate."""

    def __init__(self, likelihood: CountFilter, transform: PriorTransform, sigma: float) -> None:
        self._likelihood, self._transform, self._sigma = likelihood, transform, sigma
        self._at = transform.parameters.index(LEVEL)
        self._centre = 0.0
        self._centre = float(self._shift(np.zeros((1, transform.dimensions)))[0])

    def see(self, y: Floats) -> Seen:
        """Look at rows of y."""
        parts = [self._see(y[i : i + CHUNK]) for i in range(0, len(y), CHUNK)]
        return Seen(np.concatenate([p.z for p in parts]), np.concatenate([p.log_likelihood for p in parts]))

    def to_y(self, z: Floats) -> Floats:
        """Rows of y from rows of z."""
        y = z.copy()
        for i in range(0, len(y), CHUNK):
            y[i : i + CHUNK, self._at] += self._shift(z[i : i + CHUNK])
        return y

    def _see(self, y: Floats) -> Seen:
        prepared = self._at_base_rate_1(y)
        z = y.copy()
        z[:, self._at] -= self._log_total(prepared) / self._sigma - self._centre
        level = self._transform.distribution(LEVEL).from_normal(z[:, self._at])
        terms = self._likelihood.log_terms(prepared.scaled(level), len(y))
        return Seen(z, as_floats(terms.sum(axis=1)))

    def _shift(self, z: Floats) -> Floats:
        return as_floats(self._log_total(self._at_base_rate_1(z)) / self._sigma - self._centre)

    def _at_base_rate_1(self, z: Floats) -> Prepared:
        values = self._transform.from_normal(z)
        values[:, self._at] = 1.0
        return self._likelihood.prepared(values)

    def _log_total(self, prepared: Prepared) -> Floats:
        """Log of the reports expected in all windows, an opening attack and its offspring apart."""
        return np.log(np.maximum(expected_reports(prepared), 1e-300))


def expected_reports(prepared: Prepared, opened: Sequence[int] = ()) -> Floats:
    """Mean number of reports in all windows [W]; the windows ``opened`` (indices) begin with an attack not counted here."""
    x, total = prepared.at_start, np.zeros(1)
    for stage in prepared.stages:
        if stage.stretch.window in opened:
            x = x + prepared.excitement
        attacks = stage.mean + x * stage.mean_per_x
        gained = stage.gain if stage.stretch.window < 0 else stage.gain * attacks
        total = total + (attacks * stage.stretch.share if stage.stretch.window >= 0 else 0.0)
        x = x * stage.left + gained
    return total * prepared.completeness


def held_level(values: Floats, reader: Reader, evidence: Evidence) -> Floats:
    """Base rates [W] under which, without strikes, as many reports are expected as the evidence has.

    The mean is a + level · b: an attack that opens a window adds its own offspring a at any level.
    """
    at_one = values.copy()
    at_one[:, reader.names.index(LEVEL)] = 1.0
    prepared = CountFilter(evidence._replace(strikes=()), reader).prepared(at_one)
    opened = [i for i, w in enumerate(evidence.windows) if w.begins_at_attack]
    per_level = expected_reports(prepared)
    offspring = expected_reports(prepared.scaled(np.zeros(1)), opened)
    return np.maximum(evidence.attacks - len(opened) - offspring, LEAST_ATTACKS) / per_level


def joined(evidence: Evidence) -> Evidence:
    """Windows that touch as one, and no split by place: inside a window the mean is exact, from one to the next it is not."""
    windows = list(evidence.windows[:1])
    for w in evidence.windows[1:]:
        before = windows[-1]
        if w.start <= before.end + TOUCHING and not w.begins_at_attack:
            windows[-1] = before._replace(end=w.end, attacks=before.attacks + w.attacks)
        else:
            windows.append(w)
    bare = tuple(w._replace(by_place={}, triggered=False) for w in windows)
    return evidence._replace(windows=bare, totals=())


class HeldLevel:
    """The held level of parameters that no likelihood knows in full, one vector at a time.

    A likelihood that has only what moves the rate where nothing is struck: whatever else a hypothesis has is left out.
    """

    def __init__(self, hypothesis: Hypothesis, settings: Settings, evidence: Evidence) -> None:
        bare = hypothesis.model_copy(update={"parameters": {}, "assumptions": {}})
        plain = settings.model_copy(update={"assumptions": {}})
        names = [*UNSTRUCK, *(SHARE + x for x in evidence.places)]
        self._evidence = joined(evidence)
        self._reader = Reader(bare, plain, names, evidence.places)

    def __call__(self, numbers: Mapping[str, float], shares: Mapping[str, float]) -> float:
        """The base rate for parameters by registry name and the places' shares."""
        row = [numbers.get(n, PARAMETERS[n].default) for n in UNSTRUCK]
        values = np.array([[*row, *(shares[x] for x in self._evidence.places)]])
        return float(held_level(values, self._reader, self._evidence)[0])

    def of(self, params: Floats, shares: Floats) -> Floats:
        """The base rates [W] for vectors of the registry [W, registry] and shares [W, places]."""
        names = list(PARAMETERS)
        values = np.column_stack([*(params[:, names.index(n)] for n in UNSTRUCK), shares])
        return held_level(values, self._reader, self._evidence)
