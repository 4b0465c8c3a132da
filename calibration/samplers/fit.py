"""The way from a likelihood to draws: Laplace, importance sampling through a gate, else tempered SMC."""

from calibration.arrays import Floats, as_floats
from calibration.samplers.importance import importance
from calibration.samplers.laplace import modes
from calibration.samplers.sample import LogDensity, Sample, log_prior
from calibration.samplers.smc import tempered

MOST_PARETO_K = 0.7
LEAST_ESS_SHARE = 0.1
SECOND_MODE = 5.0
"""A second mode counts if its log mass is within this of the first's."""


def sample(log_likelihood: LogDensity, dimensions: int, seed: int) -> Sample:
    """Draws from the posterior of z, where the prior is N(0, I), and its evidence.

    Importance sampling about the mode passes if there is no second mode of note, Pareto k < 0.7 and the
    effective sample size > 10%; else tempered SMC takes over, and ``notes`` says why.
    """

    def log_posterior(z: Floats) -> Floats:
        return as_floats(log_likelihood(z) + log_prior(z))

    found = modes(log_posterior, dimensions, seed)
    if len(found) > 1 and found[0].log_mass - found[1].log_mass < SECOND_MODE:
        why = f"{len(found)} modes"
    else:
        out = importance(log_posterior, found[0], seed)
        if out.pareto_k < MOST_PARETO_K and out.ess_share > LEAST_ESS_SHARE:
            return out
        why = f"Pareto k {out.pareto_k:.2f}, effective share {out.ess_share:.2f}"
    return tempered(log_likelihood, dimensions, seed)._replace(notes=(f"importance sampling did not pass: {why}",))
