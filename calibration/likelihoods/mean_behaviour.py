"""Mean-behaviour Poisson likelihood: the control that must fail.

Each count is taken for Poisson of the process's mean, given only the parameters. Self-excitation's
over-dispersion is lost, so the fit is overconfident: 90% intervals cover 77% to 84%. It is here so that the
checks can show that they would notice. Source of the likelihood: Rizoiu and others (2022), JMLR 23.
"""

from calibration.arrays import Floats
from calibration.likelihoods.counts import Counts
from calibration.likelihoods.filter import CountFilter
from calibration.likelihoods.prepared import WindowCounts


class MeanBehaviour(CountFilter):
    """Counts are Poisson of their mean; the state follows the mean, not the counts."""

    def given(self, mean: Floats, variance: Floats) -> Counts:
        """Poisson of this mean, whatever the variance."""
        return Counts(mean, 0.0 * mean)

    def made_likely(self, counts: WindowCounts, seen: int) -> Floats:
        """The mean number of attacks, whatever was seen."""
        return counts.mean
