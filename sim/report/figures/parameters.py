"""Prior against posterior of each fitted parameter, a panel for each, a ridge for each hypothesis."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from calibration.priors import COMMON_EFFECT
from calibration.summary import CONTRAST
from sim.model.registry import PARAMETERS
from sim.report.figures.style import INK, MUTED, WIDTH, hypothesis_mark, inline_svg, short, styled
from sim.report.parts import Cell, Column, Figure, Rows, Table
from sim.report.reader import Bundle
from sim.report.rounding import number

NAME = "parameters"
MARKS = "marks"  # casualty marks are fitted apart from the hypotheses
ACROSS = 3
GRID = 160
HEIGHT = 0.82  # of a ridge, in rows
WIDE = 10.0  # a positive parameter whose 90% spans more than this ratio has a logarithmic axis
SHARE = "share_"
MEAN = "_30d"

Floats = np.ndarray[Any, np.dtype[np.float64]]
Summary = dict[str, Any]


def fitted_parameters(bundle: Bundle) -> dict[str, dict[str, Summary]]:
    """Summary of each parameter by hypothesis: {parameter: {hypothesis: summary}}, in order of the ladder."""
    out: dict[str, dict[str, Summary]] = {}
    fits = {h: x for h, x in bundle.calibration["hypotheses"].items() if x.get("fitted", True)}
    if bundle.calibration.get("marks"):
        fits[MARKS] = bundle.calibration["marks"]
    for h, found in fits.items():
        for name, summary in (found.get("parameters") or {}).items():
            out.setdefault(name, {})[h] = summary
    return out


def in_words(name: str) -> str:
    """What a parameter is, in words.

    >>> in_words("completeness"), in_words("share_north")
    ('probability that an attack is reported', 'share of the background attacks in north')
    """
    if name in PARAMETERS:
        return PARAMETERS[name].says
    if name.startswith(SHARE):
        return f"share of the background attacks in {name.removeprefix(SHARE)}"
    if name == COMMON_EFFECT:
        return "net jump at a strike of strength 1, whatever the target"
    if name == CONTRAST:
        return "net jump of fighters less that of infrastructure"
    if name.endswith(MEAN):
        return f"its mean over 30 days: {in_words(name.removesuffix(MEAN))}"
    return ""


def parameter_title(name: str) -> str:
    """A parameter in words a reader may look up, with its unit."""
    unit = (
        PARAMETERS[name].unit if name in PARAMETERS else "share of attacks" if name.startswith(SHARE) else ""
    )
    if name == "strike_effect":
        unit = "log rate"
    return f"{name} ({unit})" if unit else name


def parameters_figure(bundle: Bundle) -> Figure | None:
    """Ridges of prior and posterior with the contraction beside each; None if nothing was fitted."""
    found = fitted_parameters(bundle)
    if not found:
        return None
    summaries = [(name, h, x) for name, by in found.items() for h, x in by.items()]
    driven = [x for x in summaries if x[2]["label"] == "prior-driven"]
    title = "Prior against posterior of each fitted parameter"
    by_name = {n: [x["contraction"] for x in by.values()] for n, by in found.items()}
    said = [f"{n} {_span(values)}" for n, values in by_name.items()]
    says = (
        f"{len(driven)} of {len(summaries)} parameters keep their prior (contraction under 0.3). "
        f"Contraction over the hypotheses: {'; '.join(said)}."
    )
    columns = (
        Column("Parameter", numeric=False), Column("Hypothesis", numeric=False), Column("Mean"), Column("sd"), Column("5%"),
        Column("Median"), Column("95%"), Column("Prior mean"), Column("Prior sd"), Column("Contraction"),
        Column("Label", numeric=False),
    )  # fmt: skip
    keys = ("mean", "sd", "q05", "q50", "q95", "prior_mean", "prior_sd")
    rows: Rows = [
        [
            Cell(parameter_title(name), (in_words(name),) if in_words(name) else ()),
            h,
            *(number(x[k]) for k in keys),
            _contraction(x["contraction"]),
            Cell("", label=x["label"]),
        ]
        for name, h, x in summaries
    ]
    return Figure(
        id=NAME,
        svg=_draw(bundle, found, title, says),
        title=title,
        says=says,
        note=(
            "Filled: posterior. Dashed outline: prior. Each is drawn to the same height. Figure at the right: contraction, the "
            "share of the prior’s variance that the record removed; a filled dot where it is 0.3 or more (informed), a "
            "hollow one where the parameter keeps its prior (prior-driven)."
        ),
        table=Table("Posterior and prior of each fitted parameter, by hypothesis", columns, rows),
    )


def _span(values: list[float | None]) -> str:
    known = [x for x in values if x is not None]
    if not known:
        return number(None)
    low, high = _contraction(min(known)), _contraction(max(known))
    return low if low == high else f"{low} to {high}"


def _contraction(x: float | None) -> str:
    return number(None) if x is None else f"{x:.2f}".replace("-", "−").replace("−0.00", "0.00")


def _draw(bundle: Bundle, found: dict[str, dict[str, Summary]], title: str, says: str) -> Any:
    names = list(found)
    across = min(ACROSS, len(names))
    down = math.ceil(len(names) / across)
    tall = [max(len(found[n]) for n in names[r * across : (r + 1) * across]) for r in range(down)]
    with styled():
        canvas = Canvas(figsize=(WIDTH, sum(0.62 + 0.27 * t for t in tall)), layout="constrained")
        heights = [0.62 + 0.27 * t for t in tall]
        grid = canvas.subplots(down, across, squeeze=False, gridspec_kw={"height_ratios": heights})
        for ax in list(grid.flat)[len(names) :]:
            ax.set_visible(False)
        for k, (ax, name) in enumerate(zip(grid.flat, names, strict=False)):
            _panel(ax, bundle, name, found[name], tall[k // across])
        return inline_svg(canvas, NAME, title, says)


def _panel(ax: Axes, bundle: Bundle, name: str, by: dict[str, Summary], rows: int) -> None:
    """One parameter: a ridge for each hypothesis that has it."""
    table = bundle.posterior[bundle.posterior["parameter"] == name]
    draws = {
        (h, kind): np.sort(part["value"].to_numpy(dtype=np.float64))
        for (h, kind), part in table[table["hypothesis"].isin(list(by))].groupby(
            ["hypothesis", "kind"], sort=True
        )
    }
    everything = np.concatenate(list(draws.values())) if draws else np.array([0.0, 1.0])
    logarithmic = _is_wide(everything)
    order = list(bundle.hypotheses)
    for y, h in enumerate(by):
        colour, _ = hypothesis_mark(order.index(h)) if h in order else (MUTED, "o")
        for kind in ("posterior", "prior"):
            values = draws.get((h, kind))
            if values is None or values[0] == values[-1]:
                continue
            x, height = density(values, _bounds(name), logarithmic)
            if kind == "posterior":
                ax.fill_between(
                    x, y + 0.35, y + 0.35 - HEIGHT * height, color=colour, alpha=0.55, linewidth=0
                )
                ax.plot(x, y + 0.35 - HEIGHT * height, color=colour, linewidth=0.9)
            else:
                ax.plot(x, y + 0.35 - HEIGHT * height, color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
        ax.axhline(y + 0.35, color=MUTED, linewidth=0.4)
        informed = by[h]["label"] == "informed"
        ax.plot(
            1.035, y + 0.1, "o", color=INK, markerfacecolor=INK if informed else "white", markersize=4, clip_on=False,
            transform=ax.get_yaxis_transform(),
        )  # fmt: skip
        ax.annotate(
            _contraction(by[h]["contraction"]), (1.07, y + 0.1), xycoords=ax.get_yaxis_transform(), va="center", fontsize=7,
            annotation_clip=False,
        )  # fmt: skip
    ax.set_yticks([y + 0.1 for y in range(len(by))], [short(h, 8) for h in by])
    ax.tick_params(axis="y", labelcolor=INK)
    ax.set_ylim(max(rows, len(by)) - 0.6, -0.65)
    ax.spines["left"].set_visible(False)
    ax.set_title(short(parameter_title(name), 38))
    if logarithmic:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(numticks=5))
        ax.xaxis.set_minor_formatter(NullFormatter())
    else:
        ax.xaxis.set_major_locator(MaxNLocator(5))
        if np.min(everything) < 0.0 < np.max(everything):
            ax.axvline(0.0, color=MUTED, linewidth=0.7)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x)))


def _is_wide(values: Floats) -> bool:
    low, high = np.quantile(values, [0.05, 0.95])
    return bool(np.min(values) > 0.0 and high / low > WIDE)


def _bounds(name: str) -> tuple[float, float]:
    if name.startswith(SHARE):
        return 0.0, 1.0
    return (PARAMETERS[name].low, PARAMETERS[name].high) if name in PARAMETERS else (-math.inf, math.inf)


def density(values: Floats, bounds: tuple[float, float], logarithmic: bool) -> tuple[Floats, Floats]:
    """Kernel density of draws, its peak at 1, on a grid from their 0.2% to their 99.8% quantile.

    Gaussian kernel, Silverman's bandwidth; draws are reflected at the bounds so that no mass leaks past
    them. On a logarithmic axis it is the density of the logarithm.

    Source: Silverman (1986), Density Estimation, 3.4.2 and 2.10.
    """
    v = np.log(values) if logarithmic else values
    low, high = (-math.inf, math.inf) if logarithmic else bounds
    q = np.quantile(v, [0.002, 0.25, 0.75, 0.998])
    spread = min(float(np.std(v)), float(q[2] - q[1]) / 1.34) or float(np.std(v))
    width = 0.9 * spread * len(v) ** -0.2
    grid = np.linspace(max(low, q[0] - width), min(high, q[3] + width), GRID)
    mirrored = [v]
    if math.isfinite(low):
        mirrored.append(2.0 * low - v)
    if math.isfinite(high):
        mirrored.append(2.0 * high - v)
    points = np.concatenate(mirrored)
    height = np.exp(-0.5 * ((grid[:, None] - points[None, :]) / width) ** 2).sum(axis=1)
    return (np.exp(grid) if logarithmic else grid), height / height.max()
