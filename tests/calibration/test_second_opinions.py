"""Other people's samplers on the same likelihood: emcee for the posterior, dynesty for the evidence, SMC for both."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from calibration.arrays import Floats
from calibration.evidence import admit
from calibration.fitting import fit_hypothesis
from calibration.level import target
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.parameters import Reader
from calibration.posterior import Posterior
from calibration.priors import PriorTransform
from calibration.samplers.sample import log_prior
from calibration.samplers.smc import tempered
from tests.calibration.shipped import brief, hypotheses, settings
from tests.calibration.together import Together

QUEUE = 16
"""Points that dynesty moves at once, of 400 live ones: few, since those moved above an older bound are stale."""


class Fitted(NamedTuple):
    """A likelihood, its prior, and our own fit."""

    counts: CountFilter
    transform: PriorTransform
    ours: Posterior


@cache
def fitted(name: str) -> Fitted:
    """A shipped hypothesis on the brief's section A: its closed form, its prior, and our own fit to that."""
    evidence = admit(brief(), settings())
    transform = PriorTransform(hypotheses()[name], evidence.places)
    counts = CountFilter(evidence, Reader(hypotheses()[name], settings(), transform.names, evidence.places))
    return Fitted(counts, transform, fit_hypothesis(name, transform, counts, 1, points=0))


def quantiles_agree(ours: Floats, theirs: Floats, worth: float) -> None:
    """5%, 50% and 95% of each column within 4 joint standard errors, by the share of theirs below our quantile.

    ``worth`` is the number of independent draws on their side. False alarm 6.4e-5 for each of three by column.
    """
    for i in range(ours.shape[1]):
        for q in (0.05, 0.5, 0.95):
            below = (theirs[:, i] < np.quantile(ours[:, i], q)).mean()
            error = np.sqrt(q * (1 - q) * (1 / len(ours) + 1 / worth))
            assert abs(below - q) < 4 * error, (i, q, below)


def test_emcee_draws_the_same_posterior() -> None:
    """Stretch and differential-evolution moves (never the snooker, which is biased) from a fixed seed, in z."""
    import emcee

    counts, transform, ours = fitted("M3")
    walkers, steps, burn = 128, 900, 300

    def log_posterior(z: Floats) -> Floats:
        return counts(transform.from_normal(z)).sum(axis=1) + log_prior(z)

    sampler = emcee.EnsembleSampler(
        walkers, transform.dimensions, log_posterior, vectorize=True,
        moves=[(emcee.moves.StretchMove(), 0.5), (emcee.moves.DEMove(), 0.5)],
    )  # fmt: skip
    start = 0.3 * np.random.default_rng(1).standard_normal((walkers, transform.dimensions))
    luck = np.random.RandomState(1).get_state()
    sampler.run_mcmc(emcee.State(start, random_state=luck), steps)
    theirs = transform.from_normal(sampler.get_chain(discard=burn, flat=True))
    worth = walkers * (steps - burn) / float(np.max(sampler.get_autocorr_time(discard=burn, quiet=True)))
    assert worth > 300
    quantiles_agree(ours.draws[:, :-1], theirs[:, :-1], worth)


@pytest.mark.parametrize("name", ["M1", pytest.param("M3", marks=pytest.mark.nightly)])
def test_tempered_smc_agrees_on_posterior_and_evidence(name: str) -> None:
    """Our own way out, on a posterior where it isn't needed: quantiles, and evidence within .1 or 4 of its errors."""
    counts, transform, ours = fitted(name)
    found = tempered(lambda z: counts(transform.from_normal(z)).sum(axis=1), transform.dimensions, 3)
    theirs = transform.from_normal(found.z)
    quantiles_agree(ours.draws[:, :-1], theirs[:, :-1], 0.5 * found.ess)
    assert abs(found.log_evidence - ours.log_evidence) < max(0.1, 4 * found.log_evidence_se)


def test_coordinates_change_nothing() -> None:
    """Straightened: there and back is the same point, the likelihood there is the filter's, the volume is kept."""
    counts, transform, _ = fitted("M3")
    straight = target(counts, transform)
    z = np.random.default_rng(2).standard_normal((50, transform.dimensions))
    y = straight.to_y(z)
    seen = straight.see(y)
    np.testing.assert_allclose(seen.z, z, atol=1e-9)
    np.testing.assert_allclose(seen.log_likelihood, counts(transform.from_normal(z)).sum(axis=1), rtol=1e-9)
    assert np.abs(y - z).max() > 0.1
    step = 1e-5 * np.eye(transform.dimensions)
    jacobian = (straight.to_y(z[0] + step) - straight.to_y(z[0] - step)) / 2e-5
    assert np.linalg.det(jacobian) == pytest.approx(1.0, rel=1e-6)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["M2", "M3"])
def test_dynesty_finds_the_same_evidence(name: str) -> None:
    """Eight runs of nested sampling on the brief: ours within 3 combined standard errors of their mean.

    Theirs is by the spread of the eight, since dynesty's own error does not cover what one run differs from the next by:
    7 degrees of freedom, so a right program fails in 2% of cases; the seeds are fixed.
    """
    import dynesty

    counts, transform, ours = fitted(name)
    found = []
    for seed in range(1, 9):
        pool = Together(lambda u: counts(transform.from_uniform(u)).sum(axis=1), QUEUE)
        sampler = dynesty.NestedSampler(
            pool.value, lambda u: np.clip(u, 1e-12, 1 - 1e-12), transform.dimensions, nlive=400, sample="rwalk",
            rstate=np.random.default_rng(seed), pool=pool, queue_size=pool.size, use_pool={"prior_transform": False},
        )  # fmt: skip
        sampler.run_nested(print_progress=False, dlogz=0.05)
        found.append(sampler.results.logz[-1])
    error = np.hypot(np.std(found, ddof=1) / np.sqrt(8), ours.log_evidence_se)
    assert error < 0.1
    assert abs(np.mean(found) - ours.log_evidence) < 3 * error
