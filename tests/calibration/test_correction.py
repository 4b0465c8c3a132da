"""Corrected draws: an exact likelihood that is noisy and lies elsewhere, of which everything is known in closed form."""

import math

import numpy as np
import pytest

from calibration.arrays import Floats
from calibration.correction import corrected
from calibration.samplers.fit import explore
from calibration.samplers.informed import Look, informed
from calibration.samplers.sample import Sample
from calibration.samplers.target import Plain
from tests.chance import MOST_Z

SIZE, NOISE = 3, 0.4


def log_normal_likelihood(z: Floats, centre: float, variance: float) -> Floats:
    """Σ log N(z_i; centre, variance)."""
    return -0.5 * ((z - centre) ** 2 / variance + math.log(2 * math.pi * variance)).sum(axis=1)


def evidence(centre: float, variance: float) -> float:
    """log ∫ N(z; centre, variance)·N(z; 0, 1) in each of the dimensions."""
    total = 1.0 + variance
    return SIZE * -0.5 * (centre**2 / total + math.log(2 * math.pi * total))


def noisy(centre: float, variance: float, noise: float = NOISE):
    """An unbiased estimate of a likelihood: times a log-normal of mean 1."""

    def estimate(z: Floats, seed: int) -> Floats:
        luck = np.random.default_rng([seed, len(z)]).standard_normal(len(z))
        return log_normal_likelihood(z, centre, variance) + noise * luck - 0.5 * noise**2

    return estimate


def holds(found: Sample, centre: float, variance: float) -> None:
    """Evidence, means and variances of the draws are those of theory, within 4 errors by what the draws are worth."""
    assert abs(found.log_evidence - evidence(centre, variance)) < MOST_Z * max(found.log_evidence_se, 0.004)
    mean, spread = centre / (1 + variance), variance / (1 + variance)
    assert np.abs(found.z.mean(axis=0) - mean).max() < MOST_Z * math.sqrt(spread / found.ess)
    assert np.abs(found.z.var(axis=0) / spread - 1).max() < MOST_Z * math.sqrt(2 / found.ess)


def test_draws_of_a_likelihood_nearby_are_corrected() -> None:
    """Fast N(1, .5), exact N(1.25, .4) with noise of .4: the exact posterior and evidence, and what is left of the draws."""
    target = Plain(lambda z: log_normal_likelihood(z, 1.0, 0.5))
    found = corrected(explore(target, SIZE, 1), target, noisy(1.25, 0.4), 2)
    holds(found, 1.25, 0.4)
    assert found.sampler == "importance, corrected"
    assert 0.4 < found.ess_share < 0.95
    assert "corrected by the exact filter" in found.notes[-1]


def test_the_exact_likelihood_takes_over_where_the_fast_one_misleads() -> None:
    """Fast N(-1, .05), exact N(2, .3): no weights of those draws could do, so points are drawn anew, and a note says so."""
    target = Plain(lambda z: log_normal_likelihood(z, -1.0, 0.05))
    found = corrected(explore(target, SIZE, 1), target, noisy(2.0, 0.3), 2)
    holds(found, 2.0, 0.3)
    assert found.sampler == "importance by the exact filter"
    assert "the closed form is not reliable here" in found.notes[0]


@pytest.mark.parametrize("noise", [0.0, 0.6])
def test_a_costly_likelihood_is_sampled_where_the_data_move_it(noise: float) -> None:
    """Twenty coordinates of which one is moved and one narrowed, a volume of ½, noise of .6: evidence and posterior of theory."""
    size = 20

    def see(y: Floats, _particles: int, seed: int) -> Look:
        z = y.copy()
        z[:, 0] = 0.5 * y[:, 0] + 0.2
        level = -0.5 * ((z[:, 0] - 1.5) ** 2 / 0.1 + math.log(2 * math.pi * 0.1))
        level = level - 0.5 * (z[:, 1] ** 2 / 0.02 + math.log(2 * math.pi * 0.02))
        luck = np.random.default_rng([seed, 9]).standard_normal(len(z))
        return Look(z, level + noise * luck - 0.5 * noise**2)

    spread = np.ones(size)
    spread[0] = 2.0
    found, level = informed(see, spread, math.log(0.5), 3, 8, 16)
    theory = -0.5 * (1.5**2 / 1.1 + math.log(2 * math.pi * 1.1)) - 0.5 * math.log(2 * math.pi * 1.02)
    assert abs(found.log_evidence - theory) < MOST_Z * found.log_evidence_se
    assert abs(found.z[:, 0].mean() - 1.5 / 1.1) < MOST_Z * math.sqrt(0.1 / 1.1 / found.ess)
    assert abs(found.z[:, 1].var() / (0.02 / 1.02) - 1) < MOST_Z * math.sqrt(2 / found.ess)
    assert np.abs(found.z[:, 2:].mean(axis=0)).max() < MOST_Z / math.sqrt(found.ess)
    assert level.shape == (4000,)
    assert found.ess > 1500
