"""The draws that a bundle keeps, and the report's curves of them, are of the whole prior and the whole posterior."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from calibration.calibrate import Calibration
from calibration.posterior import Posterior
from sim.report.figures.parameters import _bounds, _is_wide, density
from sim.study.bundle import draws_table
from tests.chance import assert_share

SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@pytest.fixture(scope="module")
def kept(fitted: Calibration) -> pd.DataFrame:
    return draws_table(fitted)


def of(kept: pd.DataFrame, hypothesis: str, parameter: str, kind: str) -> np.ndarray:
    found = kept.loc[
        (kept["hypothesis"] == hypothesis) & (kept["parameter"] == parameter) & (kept["kind"] == kind)
    ]
    return found["value"].to_numpy()


def posteriors(fitted: Calibration) -> dict[str, Posterior]:
    return {**fitted.posteriors, "marks": fitted.marks}


def test_priors_kept_have_the_priors_own_quantiles(kept: pd.DataFrame) -> None:
    """Shares of the 1,000 below the exact quantiles of the config's priors; exact binomial, false alarm 1e-3 over 21."""
    priors = {
        ("M0", "completeness"): stats.beta(14, 5),
        ("M4", "base_rate"): stats.lognorm(np.log(20.0) / stats.norm.ppf(0.95)),
        ("marks", "injuring_share"): stats.beta(1, 9),
    }
    for (hypothesis, parameter), prior in priors.items():
        values = of(kept, hypothesis, parameter, "prior")
        assert len(values) == 1_000
        for share in SHARES:
            assert_share(int(np.sum(values < prior.ppf(share))), len(values), share)


@pytest.mark.parametrize("kind", ["posterior", "prior"])
def test_draws_kept_are_spread_as_all_of_them(kept: pd.DataFrame, fitted: Calibration, kind: str) -> None:
    """Median and quartiles of every parameter: the share kept below them is theirs.

    About 75 exact binomial tests (draws are taken without putting back, which lies closer): false alarm 5e-3.
    """
    for hypothesis, posterior in posteriors(fitted).items():
        draws = posterior.draws if kind == "posterior" else posterior.prior_draws
        for i, name in enumerate(posterior.names):
            values = of(kept, hypothesis, name, kind)
            for share in (0.25, 0.5, 0.75):
                at = np.quantile(draws[:, i], share)
                if (
                    np.mean(draws[:, i] == at) < 1e-3
                ):  # a value drawn again and again has no quantile of its own
                    assert_share(int(np.sum(values < at)), len(values), float(np.mean(draws[:, i] < at)))


def test_curves_reach_the_ends_of_what_they_show(kept: pd.DataFrame, fitted: Calibration) -> None:
    """Each curve goes from below the 1% point of all draws to above their 99% point, posterior and prior alike."""
    for hypothesis, posterior in posteriors(fitted).items():
        for i, name in enumerate(posterior.names):
            both = [of(kept, hypothesis, name, kind) for kind in ("posterior", "prior")]
            wide = _is_wide(np.concatenate(both))
            for values, draws in zip(both, (posterior.draws, posterior.prior_draws), strict=True):
                x, _ = density(values, _bounds(name), wide)
                low, high = np.quantile(draws[:, i], [0.01, 0.99])
                assert x[0] <= low < high <= x[-1], (hypothesis, name)
