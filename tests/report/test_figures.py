"""Figures: densities, and what makes an SVG fit for a page that holds several."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from sim.report.contrasts import by_hypothesis
from sim.report.figures.parameters import density
from sim.report.figures.style import inline_svg, styled
from sim.report.figures.weeks import week_days
from sim.report.reader import Bundle


def test_a_density_peaks_where_the_normal_does() -> None:
    """2,000 quantiles of N(1, 2): the peak lies at 1 and at one sd the height is exp(-½) of it, within kernel width."""
    from scipy import stats

    x, height = density(
        stats.norm(1.0, 2.0).ppf((np.arange(2000) + 0.5) / 2000), (-math.inf, math.inf), False
    )
    assert x[height.argmax()] == pytest.approx(1.0, abs=0.1)
    assert np.interp(3.0, x, height) == pytest.approx(math.exp(-0.5), abs=0.03)


def test_a_density_does_not_leak_past_its_bounds() -> None:
    """A uniform share on (0, 1) stays flat up to its ends: reflection puts back what the kernel would lose."""
    x, height = density((np.arange(2000) + 0.5) / 2000, (0.0, 1.0), False)
    assert x[0] >= 0.0
    assert x[-1] <= 1.0
    assert height.min() > 0.9


def test_a_logarithmic_density_is_of_the_logarithm() -> None:
    """A log-normal's density over log x peaks at its median, not at its mode."""
    from scipy import stats

    x, height = density(
        stats.lognorm(1.5, scale=2.0).ppf((np.arange(2000) + 0.5) / 2000), (0.0, math.inf), True
    )
    assert x[height.argmax()] == pytest.approx(2.0, rel=0.1)


def test_svg_is_the_same_every_time() -> None:
    """The same drawing gives the same bytes, with no date in them, whatever the user's settings of matplotlib."""
    import matplotlib as mpl

    def drawn() -> str:
        with styled():
            canvas = Canvas(figsize=(3, 2))
            ax = canvas.add_subplot()
            ax.plot([0, 1], [1, 0], marker="o")
            ax.set_title("a")
            return str(inline_svg(canvas, "name", "title", "says 1"))

    first = drawn()
    with mpl.rc_context({"font.size": 20, "text.color": "red", "svg.fonttype": "none"}):
        assert drawn() == first
    assert "<style" not in first
    assert "metadata" not in first


def test_text_in_a_figure_is_text() -> None:
    """Mathematics, markup and scripts that the font lacks are drawn as they stand and don't stop the figure."""
    with styled():
        canvas = Canvas(figsize=(3, 2))
        canvas.add_subplot().set_title("$\\frac{ --> <script> & \u65e5\u672c")
        svg = str(inline_svg(canvas, "name", "</title><script>x</script>", "a -- b <b>"))
    assert "<script" not in svg
    assert "&lt;/title&gt;&lt;script&gt;" in svg


def test_weeks_add_up_to_the_horizon(bundle: Bundle) -> None:
    """36 days are five weeks and a day."""
    assert week_days(bundle) == [7.0, 7.0, 7.0, 7.0, 7.0, 1.0]


def test_the_interval_of_a_hypothesis_is_that_of_its_runs(bundle: Bundle) -> None:
    """The half-width is 1.96·s/√n of the paired differences in the stored runs, every draw a run of its own."""
    d = bundle.difference("fighters", "none")
    assert d is not None
    found = by_hypothesis(bundle, d)["M3"]
    runs = bundle.runs[bundle.runs["set"] == "hypothesis M3"].pivot(
        index="replication", columns="policy", values="attacks"
    )
    paired = (runs["fighters"] - runs["none"]).to_numpy()
    assert found.high - found.mean == pytest.approx(
        1.96 * paired.std(ddof=1) / math.sqrt(len(paired)), rel=1e-4
    )
