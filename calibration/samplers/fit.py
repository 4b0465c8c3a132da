"""The way from a likelihood to draws: Laplace, importance sampling through a gate, else tempered SMC."""

from calibration.arrays import Floats
from calibration.samplers.importance import importance
from calibration.samplers.laplace import modes
from calibration.samplers.sample import LogDensity, Sample
from calibration.samplers.smc import tempered
from calibration.samplers.target import Plain, Target

MOST_PARETO_K = 0.7
LEAST_ESS_SHARE = 0.1
SECOND_MODE = 5.0
"""A second mode counts if its log mass is within this of the first's."""


def sample(log_likelihood: LogDensity, dimensions: int, seed: int) -> Sample:
    """Draws from the posterior of z, where the prior is N(0, I), and its evidence."""
    return explore(Plain(log_likelihood), dimensions, seed)


def explore(target: Target, dimensions: int, seed: int) -> Sample:
    """Draws in z from the posterior of a target, and its evidence.

    Importance sampling about the mode passes if there is no second mode of note, Pareto k < 0.7 and the
    effective sample size > 10%; else tempered SMC takes over, and ``notes`` says why.
    """
    found = modes(target, dimensions, seed)
    if len(found) > 1 and found[0].log_mass - found[1].log_mass < SECOND_MODE:
        why = f"{len(found)} modes"
    else:
        out = importance(target, found[0], seed)
        if out.pareto_k < MOST_PARETO_K and out.ess_share > LEAST_ESS_SHARE:
            return out
        why = f"Pareto k {out.pareto_k:.2f}, effective share {out.ess_share:.2f}"

    def log_likelihood(z: Floats) -> Floats:
        return target.see(target.to_y(z)).log_likelihood

    return tempered(log_likelihood, dimensions, seed)._replace(
        notes=(f"importance sampling did not pass: {why}",)
    )
