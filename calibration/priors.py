"""From uniforms or standard normals to the parameters of a hypothesis, and their log prior.

Sampling is done in z, where the prior is N(0, I): pooling (a Gaussian copula) and the places' shares
(a Dirichlet by stick-breaking) are part of the map.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from scipy import special

from calibration.arrays import Floats, as_floats
from calibration.distributions import Distribution, beta_from_normal, distribution, lognormal_sigma
from sim.errors import ConfigError
from sim.model.spec import TARGETS
from sim.scenario.common import Prior
from sim.scenario.hypothesis import Hypothesis, Pooling

SHARE = "share_"
COMMON_EFFECT = "strike_effect"
"""M3's one effect; it stands for the four ``effect_*`` of the registry."""
MOST_CORRELATION = 1.0 - 1e-9  # a correlation of 1 has no density


def quantile(prior: Prior, u: Floats) -> Floats:
    """Quantile of a prior at u in (0, 1), element by element.

    >>> from sim.scenario.common import Normal, Prior
    >>> float(quantile(Prior(normal=Normal(mean=1.0, sd=2.0)), np.array([0.5]))[0])
    1.0
    """
    return distribution(prior).from_normal(as_floats(special.ndtri(u)))


def to_parameters(names: Sequence[str], row: Floats) -> tuple[dict[str, float], dict[str, float]]:
    """Registry parameters and places' shares of one row of draws; ``strike_effect`` becomes the four effects.

    >>> to_parameters(["base_rate", "share_north"], np.array([2.0, 0.4]))
    ({'base_rate': 2.0}, {'north': 0.4})
    """
    numbers: dict[str, float] = {}
    shares: dict[str, float] = {}
    for name, value in zip(names, row, strict=True):
        if name.startswith(SHARE):
            shares[name.removeprefix(SHARE)] = float(value)
        elif name == COMMON_EFFECT:
            numbers |= {f"effect_{x}": float(value) for x in TARGETS}
        else:
            numbers[name] = float(value)
    return numbers, shares


class PriorTransform:
    """Prior of a hypothesis over its fitted parameters and the places' shares of the background.

    ``names`` are the columns that come out: parameters in the order of the config, then ``share_<place>``
    for each place, sorted. ``inputs`` are the columns that go in: the same without the last place.
    """

    def __init__(self, hypothesis: Hypothesis, places: Sequence[str]) -> None:
        priors = {name: x.prior for name, x in hypothesis.parameters.items() if x.prior is not None}
        self._lay(priors, hypothesis.pooling, hypothesis.place_shares.concentration, places)

    @classmethod
    def independent(cls, priors: Mapping[str, Prior]) -> Self:
        """Independent priors, and no places."""
        out = cls.__new__(cls)
        out._lay(dict(priors), (), 1.0, ())
        return out

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The transform that ``document`` wrote."""
        priors = {k: Prior.model_validate_json(v) for k, v in document["priors"].items()}
        pooling = tuple(Pooling.model_validate_json(x) for x in document["pooling"])
        out = cls.__new__(cls)
        out._lay(priors, pooling, float(document["concentration"]), document["places"])
        return out

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to worker processes as a document."""
        return (type(self).from_document, (self.document(),))

    def document(self) -> dict[str, Any]:
        """All that ``from_document`` needs, as plain JSON."""
        return {
            "priors": {k: x.model_dump_json(exclude_unset=True) for k, x in self._priors.items()},
            "pooling": [x.model_dump_json() for x in self._pooling],
            "concentration": self._concentration,
            "places": self.places,
        }

    def _lay(
        self,
        priors: dict[str, Prior],
        pooling: Sequence[Pooling],
        concentration: float,
        places: Sequence[str],
    ) -> None:
        self._priors = priors
        self._pooling = tuple(pooling)
        self._concentration = concentration
        self.places = sorted(places)
        self.parameters = list(priors)
        shares = [SHARE + x for x in self.places]
        self.names = self.parameters + shares
        self.inputs = self.parameters + shares[:-1]
        self.dimensions = len(self.inputs)
        self._distributions: list[Distribution] = [distribution(x) for x in priors.values()]
        self._mixing = np.eye(len(priors))
        for group in self._pooling:
            rows = [self._column(x) for x in group.parameters]
            correlation = np.full((len(rows), len(rows)), min(group.correlation, MOST_CORRELATION))
            np.fill_diagonal(correlation, 1.0)
            self._mixing[np.ix_(rows, rows)] = np.linalg.cholesky(correlation)

    def _column(self, name: str) -> int:
        if name not in self.parameters:
            raise ConfigError(f"pooling: expected fitted parameters that have a prior, found {name}")
        return self.parameters.index(name)

    def from_normal(self, z: Floats) -> Floats:
        """Values [W, names] from independent standard normals [W, inputs]."""
        columns = [x.from_normal(self._mixed(z, i)) for i, x in enumerate(self._distributions)]
        left = np.ones(len(z))
        for i in range(len(self.places)):
            part = left
            if i < len(self.places) - 1:
                after = self._concentration * (len(self.places) - 1 - i)
                part = left * beta_from_normal(z[:, len(self.parameters) + i], self._concentration, after)
            columns.append(part)
            left = left - part
        return as_floats(np.column_stack(columns)) if columns else np.empty((len(z), 0))

    def _mixed(self, z: Floats, i: int) -> Floats:
        """Column i of z · mixingᵀ, element by element: a product of matrices rounds differently with its size."""
        row = self._mixing[i]
        parts = [row[j] * z[:, j] for j in np.flatnonzero(row)]
        return as_floats(sum(parts[1:], start=parts[0]))

    def from_uniform(self, u: Floats) -> Floats:
        """Values [W, names] from independent uniforms in (0, 1) [W, inputs]."""
        return self.from_normal(as_floats(special.ndtri(u)))

    def log_prior_by_variable(self, values: Floats) -> dict[str, Floats]:
        """Log density of each parameter [W], of the pooling (log copula density) and of the shares.

        Their sum is the log of the joint prior density of ``values`` [W, names].
        """
        out = {n: x.log_density(values[:, i]) for i, (n, x) in enumerate(self._marginals())}
        if self._pooling:
            out["pooling"] = self._log_copula(values)
        if len(self.places) > 1:
            a = self._concentration
            shares = np.maximum(values[:, len(self.parameters) :], 1e-300)
            constant = special.gammaln(a * len(self.places)) - len(self.places) * special.gammaln(a)
            out["place_shares"] = as_floats(constant + (a - 1.0) * np.log(shares).sum(axis=1))
        return out

    def to_normal(self, values: Floats) -> Floats:
        """Independent standard normals [W, parameters] of values [W, names]: the inverse of ``from_normal``, shares apart."""
        z = np.column_stack([_to_normal(x, values[:, i]) for i, (_, x) in enumerate(self._marginals())])
        return as_floats(np.linalg.solve(self._mixing, z.T).T)

    def _log_copula(self, values: Floats) -> Floats:
        """Log density of the Gaussian copula: log N(z; 0, R) - log N(z; 0, I) at z = Φ⁻¹(F(x))."""
        rows = [self._column(x) for group in self._pooling for x in group.parameters]
        mixing = self._mixing[np.ix_(rows, rows)]
        z = np.column_stack([_to_normal(self._distributions[i], values[:, i]) for i in rows])
        independent = np.linalg.solve(mixing, z.T).T
        log_det = np.log(np.diag(mixing)).sum()
        return as_floats(0.5 * (z**2).sum(axis=1) - 0.5 * (independent**2).sum(axis=1) - log_det)

    def _marginals(self) -> list[tuple[str, Distribution]]:
        return list(zip(self.parameters, self._distributions, strict=True))

    def distribution(self, name: str) -> Distribution:
        """Prior of one fitted parameter by itself."""
        return self._distributions[self._column(name)]

    def stands_alone(self, name: str) -> bool:
        """Whether a parameter is fitted and not pooled: its input is then a column of its own."""
        return name in self.parameters and not any(name in group.parameters for group in self._pooling)

    def lognormal_sigma(self, name: str) -> float | None:
        """Sigma of a parameter that stands alone with a log-normal prior; None for any other."""
        x = self._priors[name].lognormal if self.stands_alone(name) else None
        return None if x is None else lognormal_sigma(x)

    def moments(self, name: str) -> tuple[float, float]:
        """Mean and sd of a parameter, or of a place's share, under the prior; exact."""
        if name.startswith(SHARE):
            k, a = len(self.places), self._concentration
            return 1.0 / k, float(np.sqrt((k - 1) / (k**2 * (a * k + 1))))
        x = self._distributions[self._column(name)]
        return x.mean, x.sd


def _to_normal(x: Distribution, values: Floats) -> Floats:
    """Inverse of ``from_normal`` by bisection; it rises with z."""
    low, high = np.full(len(values), -9.0), np.full(len(values), 9.0)
    for _ in range(60):
        middle = 0.5 * (low + high)
        under = x.from_normal(middle) < values
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return as_floats(0.5 * (low + high))
